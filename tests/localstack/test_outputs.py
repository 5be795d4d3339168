"""What a trail tells beside its bucket: a topic, a log group, rules of EventBridge."""

import json
from typing import Any

from tests.localstack.support import Cloud, eventually

SHOWN = 40.0  # seconds
REGION = "us-east-1"
ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
VALIDATION = "CloudTrail validation message."  # what a topic is told when a trail names it
TRUST = '{"Version":"2012-10-17","Statement":[]}'


def _queue(cloud: Cloud, account: str, name: str) -> tuple[str, str]:
    """A queue's URL and ARN."""
    sqs = cloud.client("sqs", account)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


class Mailbox:
    """Everything that a queue was ever sent."""

    def __init__(self, cloud: Cloud, account: str, name: str) -> None:
        self._sqs = cloud.client("sqs", account)
        self.url, self.arn = _queue(cloud, account, name)
        self.held: list[Any] = []

    def read(self) -> list[Any]:
        """What it holds by now."""
        while True:
            answer = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                self.held.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            if not answer.get("Messages"):
                return self.held


def _rule(cloud: Cloud, account: str, name: str, pattern: dict[str, Any], state: str) -> Mailbox:
    """A rule of the default bus, and the queue it sends to."""
    mailbox, events = Mailbox(cloud, account, name), cloud.client("events", account)
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": mailbox.arn}])
    return mailbox


def test_a_rule_hears_a_call_once_however_many_trails_take_it(cloud: Cloud, account: str) -> None:
    cloud.trail(account, "first")
    cloud.trail(account, "second", IsMultiRegionTrail=True)
    api_call = {"source": ["aws.iam"], "detail-type": ["AWS API Call via CloudTrail"]}
    changed = _rule(
        cloud, account, "changed", {**api_call, "detail": {"eventName": ["CreateUser"]}}, "ENABLED"
    )
    read = _rule(cloud, account, "read", {"detail": {"eventName": ["GetUser"]}}, ALL_MANAGEMENT_EVENTS)
    deaf = _rule(cloud, account, "deaf", {"detail": {"eventName": ["GetUser"]}}, "ENABLED")
    iam = cloud.client("iam", account)
    iam.create_user(UserName="heard")
    iam.get_user(UserName="heard")

    [event] = eventually(changed.read, within=SHOWN)
    [got] = eventually(read.read, within=SHOWN)
    assert (event["source"], event["detail-type"]) == ("aws.iam", "AWS API Call via CloudTrail")
    assert (event["account"], event["region"], event["resources"]) == (account, REGION, [])
    assert event["time"] == event["detail"]["eventTime"]
    assert event["detail"]["requestParameters"] == {"userName": "heard"}
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    [shown] = cloud.events(account, LookupAttributes=by_name)
    assert json.loads(shown["CloudTrailEvent"]) == event["detail"]
    assert got["detail"]["readOnly"] is True

    iam.create_user(UserName="later")  # once this is heard, whatever was to be heard twice has been
    eventually(lambda: len(changed.read()) > 1, within=SHOWN)
    assert [e["detail"]["requestParameters"]["userName"] for e in changed.held] == ["heard", "later"]
    assert len(read.read()) == 1
    assert deaf.read() == []


def test_topic_and_log_group_are_told_and_the_status_says_so(cloud: Cloud, account: str) -> None:
    sns, logs = cloud.client("sns", account), cloud.client("logs", account)
    iam, trails = cloud.client("iam", account), cloud.client("cloudtrail", account)
    told = Mailbox(cloud, account, "told")
    topic = sns.create_topic(Name="log-files")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=told.arn)
    logs.create_log_group(logGroupName="audit")
    role = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    bucket = cloud.trail(
        account,
        SnsTopicName="log-files",
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:{REGION}:{account}:log-group:audit:*",
        CloudWatchLogsRoleArn=role,
    )
    iam.create_user(UserName="told")

    def created() -> list[dict[str, Any]]:
        found = [r for r in cloud.logged(account, bucket) if r["eventName"] == "CreateUser"]
        return found if [e for e in told.read() if e["Message"] != VALIDATION] else []

    [record] = eventually(created, within=SHOWN)
    messages = [envelope["Message"] for envelope in told.held]
    assert messages.count(VALIDATION) == 1
    of_files = [json.loads(message) for message in messages if message != VALIDATION]
    keys = [key for message in of_files for key in message["s3ObjectKey"]]
    assert set(keys) <= set(cloud.log_files(account, bucket))
    assert all(message["s3Bucket"] == bucket for message in of_files)

    def in_logs() -> list[dict[str, Any]]:
        stream = f"{account}_CloudTrail_{REGION}"
        found = logs.get_log_events(logGroupName="audit", logStreamName=stream, startFromHead=True)["events"]
        return [e for e in found if json.loads(e["message"])["eventID"] == record["eventID"]]

    eventually(lambda: logs.describe_log_streams(logGroupName="audit")["logStreams"], within=SHOWN)
    [event] = eventually(in_logs, within=SHOWN)
    assert json.loads(event["message"]) == record

    def status() -> dict[str, Any]:
        shown = trails.get_trail_status(Name="everything")
        wanted = {"LatestDeliveryTime", "LatestNotificationTime", "LatestCloudWatchLogsDeliveryTime"}
        return dict(shown) if wanted <= set(shown) else {}

    shown = eventually(status, within=SHOWN)
    assert not [name for name in shown if name.endswith("Error")]
    assert shown["LatestNotificationAttemptSucceeded"]

    sns.delete_topic(TopicArn=topic)
    iam.create_user(UserName="untold")
    error = eventually(
        lambda: trails.get_trail_status(Name="everything").get("LatestNotificationError"), within=SHOWN
    )
    assert error == "NotFound"
    eventually(lambda: len(created()) == 2, within=SHOWN)
