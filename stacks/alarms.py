"""What somebody must look at: dead letters, records that wait, functions that fail, forged events."""

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct
from opentrail.settings import EVENT_CONFLICT, NOT_COMPARED

from stacks.function import Function
from stacks.outputs import publish
from stacks.storage import Storage

WAITING_LIMIT = 10 * 60  # seconds that a record or a dead letter may wait in its queue
PERIOD = Duration.minutes(5)
INDEXER = "HistoryIndexer"
NOTICING = ("Recorder", "Api", INDEXER)  # functions that see events of one id


class Alarms(Stack):
    """Alarms and the topic they are sent to; who is told subscribes to it."""

    def __init__(
        self, scope: Construct, name: str, *, storage: Storage, functions: Mapping[str, Function]
    ) -> None:
        super().__init__(scope, name)
        self._topic = self._make_topic()
        self._watch_dead_letters(storage)
        self._watch_queues(storage)
        for function_name, function in functions.items():
            self._alarm(
                f"{function_name}Errors",
                f"The function {function_name} fails.",
                function.function.metric_errors(period=PERIOD, statistic="Sum"),
                periods=2,
            )
        self._watch_conflicts(name, {part: functions[part] for part in NOTICING})
        self._watch_comparison(name, functions[INDEXER])
        publish(self, AlarmTopicArn=self._topic.topic_arn)

    def _make_topic(self) -> sns.Topic:
        key = kms.Key(self, "TopicKey", description="Encrypts OpenTrail's alarms", enable_key_rotation=True)
        for service in ("cloudwatch", "events"):
            key.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                    actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                    resources=["*"],  # in a key's policy: this key
                )
            )
        return sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)

    def _watch_dead_letters(self, storage: Storage) -> None:
        """S3 tells of every object at once; CloudWatch counts what it told."""
        rule = events.Rule(
            self,
            "DeadLetterKept",
            description="A dead letter was put into OpenTrail's bucket",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [storage.dead_letters.bucket_name]}},
            ),
            targets=[targets.SnsTopic(self._topic)],
        )
        kept = cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name="MatchedEvents",
            dimensions_map={"RuleName": rule.rule_name},
            period=PERIOD,
            statistic="Sum",
        )
        self._alarm("DeadLetters", "Something could not be recorded or delivered: see the bucket.", kept)

    def _watch_queues(self, storage: Storage) -> None:
        behind = storage.records.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")
        self._alarm("RecordsWait", "Records wait too long for the recorder.", behind, above=WAITING_LIMIT)
        for name, queue in storage.dead_letter_queues().items():
            self._alarm(
                f"DeadLetters{name}Stay",
                f"Dead letters of the queue {name} are not taken out of SQS, where they end after 14 days.",
                queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum"),
                above=WAITING_LIMIT,
            )

    def _watch_conflicts(self, namespace: str, functions: Mapping[str, Function]) -> None:
        """The functions that see events write a line for each eventID met with other content."""
        metric = _lines(namespace, "EventConflicts")
        pattern = logs.FilterPattern.string_value("$.message", "=", EVENT_CONFLICT)
        for function_name, function in functions.items():
            self._count(f"{function_name}EventConflicts", function, pattern, metric)
        text = "An event id came with other content: one of the events may be forged. See: opentrail status."
        self._alarm("EventConflicts", text, metric)

    def _watch_comparison(self, namespace: str, indexer: Function) -> None:
        """Where ids are left uncompared, a forged event may hide; its line says so in numbers."""
        metric = _lines(namespace, "EventsNotCompared")
        left = [logs.FilterPattern.number_value(f"$.{count}", ">", 0) for count in NOT_COMPARED]
        self._count("UncomparedEvents", indexer, logs.FilterPattern.any(*left), metric)
        text = (
            "Some event ids of a day were too many to be compared with all others: see the history indexer."
        )
        self._alarm("EventsNotCompared", text, metric)

    def _count(
        self, name: str, function: Function, pattern: logs.IFilterPattern, metric: cloudwatch.Metric
    ) -> None:
        """Count the lines of a function's log that match."""
        logs.MetricFilter(
            self,
            name,
            log_group=function.log,
            filter_pattern=pattern,
            metric_namespace=metric.namespace,
            metric_name=metric.metric_name,
            metric_value="1",
        )

    def _alarm(
        self, name: str, text: str, metric: cloudwatch.IMetric, *, above: int = 0, periods: int = 1
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_description=text,
            metric=metric,
            threshold=above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=periods,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))


def _lines(namespace: str, name: str) -> cloudwatch.Metric:
    """The number of lines that a metric filter counts."""
    return cloudwatch.Metric(namespace=namespace, metric_name=name, period=PERIOD, statistic="Sum")
