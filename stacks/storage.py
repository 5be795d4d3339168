"""Everything that holds something: queues, tables, buckets, keys. And the identity of who sends records.

On AWS nothing here is named by us, and all that holds records stays when the stack goes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.findings import accept
from stacks.function import function_role
from stacks.grants import CHANGING_ITEMS
from stacks.outputs import publish
from stacks.settings import Patience, StageSettings

SEGMENT_DAYS = 60  # manifests may wait 30 days, and their records are read from segments: 45 at the least
RESULT_DAYS = 7  # CloudTrail keeps query results for seven days
OLD_VERSION_DAYS = 30
ACCESS_LOG_DAYS = 90
QUEUE_DAYS = 14  # the longest SQS keeps a message
# Receives until SQS itself moves a message away: more than the five after which the recorder gives it up.
RECORDS_RECEIVES = 10
# A delivery or a wake-up that is lost is found again in the ledger: its message is worth few tries.
OTHER_RECEIVES = 5


class Storage(Stack):
    """Queues, tables, buckets, keys."""

    def __init__(self, scope: Construct, name: str, stage: StageSettings) -> None:
        super().__init__(scope, name, termination_protection=stage.on_aws)
        self._stage = stage
        self._removal = RemovalPolicy.RETAIN if stage.on_aws else RemovalPolicy.DESTROY
        self.api_role = function_role(self, "ApiRole")
        self.writer_role = function_role(self, "LogFileWriterRole")  # it sends records of its own calls
        self.clock_role = function_role(self, "ClockRole")
        self._make_queues()
        self._make_tables()
        self._make_buckets()
        self.digest_key = kms.Key(
            self,
            "DigestKey",
            description=f"Signs the digest files of OpenTrail {stage.name}",
            key_spec=kms.KeySpec.RSA_2048,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            removal_policy=self._removal,
        )
        self.token_secret = secrets.Secret(
            self,
            "PageTokens",
            description=f"Signs the page tokens of OpenTrail {stage.name}",
            generate_secret_string=secrets.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        accept(
            self.token_secret,
            "SMG4",
            "A new secret breaks the page tokens in use: it is changed by hand.",
        )
        self._publish()

    def record_sources(self) -> dict[str, dict[str, Any]]:
        """SQS sender ids and what they may send, as the recorder is told."""
        named = {
            s.sender_id: {"name": s.name, "accounts": list(s.accounts)} for s in self._stage.record_senders
        }
        own = {"name": "opentrail", "accounts": ["*"]}
        return {self.api_role.role_id: own, self.writer_role.role_id: own, **named}

    def dead_letter_queues(self) -> Mapping[str, sqs.Queue]:
        """Each queue's dead-letter queue, by the queue's name."""
        return self._dead_letters

    def _make_queues(self) -> None:
        stage = self._stage
        self._dead_letters: dict[str, sqs.Queue] = {}
        self.records = self._queue("Records", stage.recorder, RECORDS_RECEIVES)
        self.deliveries = self._queue("Deliveries", stage.log_file_writer, OTHER_RECEIVES)
        self.outputs = self._queue("Outputs", stage.output_sender, OTHER_RECEIVES)
        self.digests = self._queue("Digests", stage.digester, OTHER_RECEIVES)
        self.lake_deliveries = self._queue("Lake", stage.lake_writer, OTHER_RECEIVES)
        self.wakeups = self._queue("Wakeups", stage.clock, OTHER_RECEIVES)
        self.histories = self._queue("Histories", stage.recorder, OTHER_RECEIVES)
        _only_from(self.histories, "OnlyTheClock", [self.clock_role.role_arn])
        self._limit_record_senders()

    def _queue(self, name: str, patience: Patience, receives: int) -> sqs.Queue:
        dead_letters = sqs.Queue(
            self,
            f"DeadLetters{name}",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(QUEUE_DAYS),
            visibility_timeout=Duration.seconds(self._stage.dead_letter_keeper.visibility),
        )
        self._dead_letters[name] = dead_letters
        return sqs.Queue(
            self,
            f"{name}Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(QUEUE_DAYS),
            visibility_timeout=Duration.seconds(patience.visibility),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=receives),
        )

    def _limit_record_senders(self) -> None:
        """Nobody in the account may send records by a policy of his own: only who is named here."""
        named = [sender.principal_arn for sender in self._stage.record_senders]
        own = [role.role_arn for role in (self.api_role, self.writer_role)]
        _only_from(self.records, "OnlyNamedSenders", [*own, *named])
        if named:
            self.records.add_to_resource_policy(
                iam.PolicyStatement(
                    sid="NamedSenders",
                    principals=[iam.ArnPrincipal(arn) for arn in named],
                    actions=["sqs:SendMessage"],
                    resources=[self.records.queue_arn],
                )
            )

    def _make_tables(self) -> None:
        self.resources = self._table("Resources")
        self.history = self._table("History", _nobody_changes_events())
        self.ledger = self._table("Ledger")
        self.ledger.add_global_secondary_index(
            index_name="due",
            partition_key=dynamodb.Attribute(name="due_shard", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="due", type=dynamodb.AttributeType.NUMBER),
            projection_type=dynamodb.ProjectionType.ALL,
        )

    def _table(self, name: str, policy: iam.PolicyDocument | None = None) -> dynamodb.Table:
        stage = self._stage
        return dynamodb.Table(
            self,
            name,
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            time_to_live_attribute="expires",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=stage.on_aws
            ),
            deletion_protection=stage.on_aws,
            removal_policy=self._removal,
            resource_policy=policy,
        )

    def _make_buckets(self) -> None:
        self._access_logs = self._access_log_bucket() if self._stage.on_aws else None
        self.segments = self._bucket("Segments", expire_days=SEGMENT_DAYS)
        self.dead_letters = self._bucket("DeadLetters", versioned=self._stage.on_aws)
        self.lake = self._bucket("LakeFiles", versioned=self._stage.on_aws)
        self.query_results = self._bucket("QueryResults", expire_days=RESULT_DAYS)
        if self._stage.on_aws:
            self.dead_letters.node.default_child.add_property_override(
                "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
            )

    def _bucket(self, name: str, *, expire_days: int | None = None, versioned: bool = False) -> s3.Bucket:
        return s3.Bucket(
            self,
            name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=versioned,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="Expiry",
                    expiration=Duration.days(expire_days) if expire_days else None,
                    noncurrent_version_expiration=Duration.days(OLD_VERSION_DAYS) if versioned else None,
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            server_access_logs_bucket=self._access_logs,
            server_access_logs_prefix=f"{name}/" if self._access_logs else None,
            removal_policy=self._removal,
        )

    def _access_log_bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(id="Expiry", expiration=Duration.days(ACCESS_LOG_DAYS))],
            removal_policy=self._removal,
        )
        accept(bucket, "S1", "It holds the access logs of the other buckets; its own would never end.")
        return bucket

    def _publish(self) -> None:
        publish(
            self,
            RecordsQueueUrl=self.records.queue_url,
            DeliveriesQueueUrl=self.deliveries.queue_url,
            OutputsQueueUrl=self.outputs.queue_url,
            DigestsQueueUrl=self.digests.queue_url,
            HistoriesQueueUrl=self.histories.queue_url,
            LakeQueueUrl=self.lake_deliveries.queue_url,
            WakeupsQueueUrl=self.wakeups.queue_url,
            SegmentsBucket=self.segments.bucket_name,
            DeadLettersBucket=self.dead_letters.bucket_name,
            LakeBucket=self.lake.bucket_name,
            ResourcesTable=self.resources.table_name,
            HistoryTable=self.history.table_name,
            LedgerTable=self.ledger.table_name,
            DigestKeyArn=self.digest_key.key_arn,
            **{f"DeadLetters{name}QueueUrl": q.queue_url for name, q in self._dead_letters.items()},
        )


def _only_from(queue: sqs.Queue, sid: str, senders: Sequence[str]) -> None:
    """Whatever a policy in the account allows: nobody else sends to the queue."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnNotEquals": {"aws:PrincipalArn": list(senders)}},
        )
    )


def _nobody_changes_events() -> iam.PolicyDocument:
    """Whatever a policy in the account allows: items of event history are put, and end by their time."""
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                sid="NobodyChangesEvents",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=list(CHANGING_ITEMS),
                resources=["*"],  # in a table's policy: this table
            )
        ]
    )
