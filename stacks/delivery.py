"""Delivery of log files, outputs and digests: the role that enters users' accounts, and who takes it."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct
from opentrail.settings import DigesterSettings, LogFileWriterSettings, OutputSenderSettings

from stacks.delivery_role import delivery_role
from stacks.function import Function, Shape, function_role
from stacks.grants import DEAD_LETTERS, EVERY_ITEM_ACTION, READ_DIGEST_KEY, SEGMENTS, SETTLE_OR_WAIT
from stacks.outputs import publish
from stacks.settings import StageSettings
from stacks.storage import Storage

WRITERS = 20  # at once; each writes one log file at a time
SENDERS = 20  # at once; each makes one delivery at a time
DIGESTERS = 20  # at once; each makes the digests of one trail at a time


class Delivery(Stack):
    """Delivery role, log file writer, output sender, digester."""

    def __init__(self, scope: Construct, name: str, stage: StageSettings, storage: Storage) -> None:
        super().__init__(scope, name)
        writer_role = storage.writer_role
        sender_role = function_role(self, "OutputSenderRole")
        digester_role = function_role(self, "DigesterRole")
        self.role = delivery_role(self, [storage.api_role, writer_role, sender_role, digester_role])
        self.writer = self._make_writer(stage, storage, writer_role)
        self.sender = self._make_sender(stage, storage, sender_role)
        self.digester = self._make_digester(stage, storage, digester_role)
        publish(
            self,
            LogFileWriterFunction=self.writer.name,
            OutputSenderFunction=self.sender.name,
            DigesterFunction=self.digester.name,
            DigesterRoleArn=digester_role.role_arn,
            DeliveryRoleArn=self.role.role_arn,
        )

    def _make_writer(self, stage: StageSettings, storage: Storage, role: iam.Role) -> Function:
        writer = Function(
            self,
            "LogFileWriter",
            stage,
            Shape(
                handler="log_file_writer",
                packages="base",
                memory=1024,
                timeout=stage.log_file_writer.timeout,
                settings=LogFileWriterSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    records_queue_url=storage.records.queue_url,
                    resources_table=storage.resources.table_name,
                    ledger_table=storage.ledger.table_name,
                    segments_bucket=storage.segments.bucket_name,
                    delivery_role_arn=self.role.role_arn,
                    wakeups_queue_url=storage.wakeups.queue_url,
                ),
                role=role,
            ),
        )
        writer.consume("Deliveries", storage.deliveries, stage.log_file_writer, concurrency=WRITERS)
        writer.allow(SETTLE_OR_WAIT, [storage.ledger.table_arn])
        # Its own calls are recorded where a trail or an event data store takes them.
        writer.allow(["dynamodb:BatchGetItem", "dynamodb:Query"], [storage.resources.table_arn])
        writer.allow(["sqs:SendMessage"], [storage.records.queue_arn])
        self._let_deliver(writer, storage)
        return writer

    def _make_sender(self, stage: StageSettings, storage: Storage, role: iam.Role) -> Function:
        sender = Function(
            self,
            "OutputSender",
            stage,
            Shape(
                handler="output_sender",
                packages="base",
                memory=1024,
                timeout=stage.output_sender.timeout,
                settings=OutputSenderSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    resources_table=storage.resources.table_name,
                    ledger_table=storage.ledger.table_name,
                    segments_bucket=storage.segments.bucket_name,
                    delivery_role_arn=self.role.role_arn,
                    wakeups_queue_url=storage.wakeups.queue_url,
                    event_bus_role=stage.event_bus_role,
                    event_source_prefix=stage.event_source_prefix,
                ),
                role=role,
            ),
        )
        sender.consume("Outputs", storage.outputs, stage.output_sender, concurrency=SENDERS)
        sender.allow(SETTLE_OR_WAIT, [storage.ledger.table_arn])
        self._let_deliver(sender, storage)
        return sender

    def _let_deliver(self, function: Function, storage: Storage) -> None:
        """Read a trail and what was recorded for it, enter the owner's account, ask to be woken."""
        function.allow(["dynamodb:GetItem"], [storage.resources.table_arn])
        function.allow_objects(["s3:GetObject"], storage.segments, "segments/", SEGMENTS)
        function.allow(["sqs:SendMessage"], [storage.wakeups.queue_arn])
        function.allow(["sts:AssumeRole", "sts:TagSession"], [self.role.role_arn])

    def _make_digester(self, stage: StageSettings, storage: Storage, role: iam.Role) -> Function:
        digester = Function(
            self,
            "Digester",
            stage,
            Shape(
                handler="digester",
                packages="base",
                memory=1024,
                timeout=stage.digester.timeout,
                settings=DigesterSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    resources_table=storage.resources.table_name,
                    ledger_table=storage.ledger.table_name,
                    dead_letters_bucket=storage.dead_letters.bucket_name,
                    delivery_role_arn=self.role.role_arn,
                    digest_key_arn=storage.digest_key.key_arn,
                    wakeups_queue_url=storage.wakeups.queue_url,
                    regions=list(stage.regions),
                    window_seconds=stage.window_seconds,
                    digest_seconds=stage.digest_seconds,
                ),
                role=role,
            ),
        )
        digester.consume("Digests", storage.digests, stage.digester, concurrency=DIGESTERS)
        digester.allow(["dynamodb:GetItem", "dynamodb:Query"], [storage.resources.table_arn])
        digester.allow(EVERY_ITEM_ACTION, [storage.ledger.table_arn])
        # It alone signs. Keys that a rotation makes name its role in their own policy.
        digester.allow(["kms:Sign", *READ_DIGEST_KEY], [storage.digest_key.key_arn])
        digester.allow(["sts:AssumeRole", "sts:TagSession"], [self.role.role_arn])
        digester.allow_objects(["s3:PutObject"], storage.dead_letters, "", DEAD_LETTERS)
        digester.allow(["sqs:SendMessage"], [storage.wakeups.queue_arn])
        return digester
