"""What the functions of the pipeline are made of. Every builder keeps what it built as long as its process.

Adapters are imported where they are built: a function loads only what it uses, and only the lake writer's
package holds pyarrow and duckdb. The Region comes from the environment, as AWS Lambda sets it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from opentrail.adapters.clock import SystemClock
from opentrail.adapters.dead_letters import S3DeadLetters
from opentrail.adapters.deliveries import SqsDeliveryQueue
from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.adapters.ledger import DynamoLedger
from opentrail.adapters.segments import S3SegmentStore
from opentrail.adapters.wakeups import SqsWakeUps
from opentrail.ports.dead_letters import DeadLetters
from opentrail.ports.pipeline import ClockPorts, LakePorts, LogFilePorts, RecorderPorts
from opentrail.service.recording import RecordingRules
from opentrail.settings import (
    ClockSettings,
    DeadLetterKeeperSettings,
    LakeWriterSettings,
    LogFileWriterSettings,
    RecorderSettings,
)

CONNECT_TIMEOUT = 2  # seconds: another try reaches another host sooner than waiting does
READ_TIMEOUT = 10  # seconds between two bytes of an answer
ATTEMPTS = 4  # of one request, with the SDK's growing pauses between them
CONNECTIONS = 32  # event history and the ledger ask side by side

CLIENT_CONFIG = Config(
    connect_timeout=CONNECT_TIMEOUT,
    read_timeout=READ_TIMEOUT,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    max_pool_connections=CONNECTIONS,
)


@cache
def client(service: str) -> Any:
    """A client of the function's own role."""
    return boto3.client(service, config=CLIENT_CONFIG)


@cache
def recorder_settings() -> RecorderSettings:
    """The recorder's settings."""
    return RecorderSettings.from_env()


@cache
def clock_settings() -> ClockSettings:
    """The clock's settings."""
    return ClockSettings.from_env()


@cache
def recording_rules() -> RecordingRules:
    """What the stage decides about recording."""
    settings = recorder_settings()
    return RecordingRules(
        sources=settings.record_sources,
        window_seconds=settings.window_seconds,
        history_days=settings.history_days,
    )


@cache
def recorder_ports() -> RecorderPorts:
    """The recorder's ports."""
    from opentrail.adapters.recording_configuration import DynamoRecordingConfiguration

    settings, dynamodb, clock = recorder_settings(), client("dynamodb"), SystemClock()
    return RecorderPorts(
        clock=clock,
        configuration=DynamoRecordingConfiguration(dynamodb, settings.resources_table),
        segments=S3SegmentStore(client("s3"), settings.segments_bucket),
        history=DynamoEventHistory(dynamodb, settings.history_table, days=settings.history_days),
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        dead_letters=S3DeadLetters(client("s3"), settings.dead_letters_bucket),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
    )


@cache
def clock_ports() -> ClockPorts:
    """The clock's ports."""
    settings, dynamodb, clock = clock_settings(), client("dynamodb"), SystemClock()
    queues = {"trail": settings.deliveries_queue_url, "store": settings.lake_queue_url}
    return ClockPorts(
        clock=clock,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        segments=S3SegmentStore(client("s3"), settings.segments_bucket),
        history=DynamoEventHistory(dynamodb, settings.history_table, days=settings.history_days),
        deliveries=SqsDeliveryQueue(client("sqs"), queues),
        dead_letters=S3DeadLetters(client("s3"), settings.dead_letters_bucket),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
    )


@cache
def log_file_ports() -> LogFilePorts:
    """The log file writer's ports."""
    from opentrail.adapters.log_buckets import S3LogBucket
    from opentrail.adapters.trails import DynamoTrailStore

    settings, dynamodb, clock = LogFileWriterSettings.from_env(), client("dynamodb"), SystemClock()
    return LogFilePorts(
        clock=clock,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        segments=S3SegmentStore(client("s3"), settings.segments_bucket),
        trails=DynamoTrailStore(dynamodb, settings.resources_table),
        log_bucket=S3LogBucket(client("sts"), settings.delivery_role_arn, _s3_of_session, clock),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
    )


@cache
def lake_ports() -> LakePorts:
    """The lake writer's ports."""
    from opentrail.adapters.lake_files import S3LakeFiles
    from opentrail.adapters.lake_states import DynamoDbLakeStates

    settings, dynamodb, clock = LakeWriterSettings.from_env(), client("dynamodb"), SystemClock()
    states = DynamoDbLakeStates(dynamodb, settings.ledger_table)
    return LakePorts(
        clock=clock,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        segments=S3SegmentStore(client("s3"), settings.segments_bucket),
        lake_files=S3LakeFiles(client("s3"), settings.lake_bucket, states),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
    )


@cache
def dead_letters() -> DeadLetters:
    """Where the dead letter keeper puts what it finds."""
    return S3DeadLetters(client("s3"), DeadLetterKeeperSettings.from_env().dead_letters_bucket)


def _s3_of_session(credentials: Mapping[str, str]) -> Any:
    """An S3 client of a role's session. boto3's default session is not for several threads."""
    return boto3.session.Session().client(
        "s3",
        config=CLIENT_CONFIG,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
