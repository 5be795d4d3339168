"""What the functions of the pipeline are made of. Every builder keeps what it built as long as its process.

Adapters are imported where they are built: a function loads only what it uses, and only the lake writer's
package holds pyarrow and duckdb.
"""

from functools import cache

from opentrail.adapters.clock import SystemClock
from opentrail.adapters.dead_letters import S3DeadLetters
from opentrail.adapters.deliveries import SqsDeliveryQueue
from opentrail.adapters.digests import DynamoDigests, SqsDigestQueue
from opentrail.adapters.ledger import DynamoLedger
from opentrail.adapters.segments import S3SegmentStore
from opentrail.adapters.wakeups import SqsWakeUps
from opentrail.bootstrap.clients import client, client_of_session
from opentrail.domain.digest_chain import Pace
from opentrail.ports.clock import Clock
from opentrail.ports.dead_letters import DeadLetters
from opentrail.ports.event_conflicts import EventConflicts
from opentrail.ports.event_history import HistoryVolumes
from opentrail.ports.pipeline import (
    ClockPorts,
    DigestPorts,
    LakePorts,
    LogFilePorts,
    OutputPorts,
    RecorderPorts,
)
from opentrail.service.recording import RecordingRules
from opentrail.settings import (
    ClockSettings,
    DeadLetterKeeperSettings,
    DigesterSettings,
    HistoryIndexerSettings,
    LakeWriterSettings,
    LogFileWriterSettings,
    OutputSenderSettings,
    RecorderSettings,
)


@cache
def recorder_settings() -> RecorderSettings:
    """The recorder's settings."""
    return RecorderSettings.from_env()


@cache
def recording_rules() -> RecordingRules:
    """What the stage decides about recording."""
    settings = recorder_settings()
    return RecordingRules(
        sources=settings.record_sources,
        window_seconds=settings.window_seconds,
        history_days=settings.history_days,
        event_buses=settings.event_buses,
        bus_window_seconds=settings.bus_window_seconds,
    )


@cache
def recorder_ports() -> RecorderPorts:
    """The recorder's ports."""
    from opentrail.adapters.event_conflicts import DynamoEventConflicts
    from opentrail.adapters.event_history import DynamoEventHistory
    from opentrail.adapters.recording_configuration import DynamoRecordingConfiguration
    from opentrail.telemetry import report_conflict

    settings, dynamodb, clock = recorder_settings(), client("dynamodb"), SystemClock()
    return RecorderPorts(
        clock=clock,
        configuration=DynamoRecordingConfiguration(dynamodb, settings.resources_table),
        segments=S3SegmentStore(client("s3"), settings.segments_bucket),
        history=DynamoEventHistory(dynamodb, settings.history_table, clock=clock, days=settings.history_days),
        event_conflicts=DynamoEventConflicts(dynamodb, settings.ledger_table, clock, report_conflict),
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        dead_letters=S3DeadLetters(client("s3"), settings.dead_letters_bucket),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
    )


@cache
def clock_ports() -> ClockPorts:
    """The clock's ports."""
    from opentrail.adapters.late_histories import SqsHistoryQueue
    from opentrail.adapters.trails import DynamoTrailStore

    settings, dynamodb, clock = ClockSettings.from_env(), client("dynamodb"), SystemClock()
    outputs = settings.outputs_queue_url
    queues = {
        "trail": settings.deliveries_queue_url,
        "store": settings.lake_queue_url,
        "logs": outputs,
        "bus": outputs,
    }
    return ClockPorts(
        clock=clock,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        segments=S3SegmentStore(client("s3"), settings.segments_bucket),
        trails=DynamoTrailStore(dynamodb, settings.resources_table, settings.ledger_table),
        deliveries=SqsDeliveryQueue(client("sqs"), queues),
        histories=SqsHistoryQueue(client("sqs"), settings.histories_queue_url),
        digests=DynamoDigests(dynamodb, settings.ledger_table),
        digest_queue=SqsDigestQueue(client("sqs"), settings.digests_queue_url),
        dead_letters=S3DeadLetters(client("s3"), settings.dead_letters_bucket),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
    )


@cache
def log_file_ports() -> LogFilePorts:
    """The log file writer's ports."""
    from opentrail.adapters.delivery_role import DeliveryRole
    from opentrail.adapters.log_buckets import S3LogBucket
    from opentrail.adapters.record_queue import SqsRecordQueue
    from opentrail.adapters.recording_configuration import DynamoRecordingConfiguration
    from opentrail.adapters.topics import SnsTopics
    from opentrail.adapters.trails import DynamoTrailStore

    settings, dynamodb, clock = LogFileWriterSettings.from_env(), client("dynamodb"), SystemClock()
    role = DeliveryRole(client("sts"), settings.delivery_role_arn, client_of_session, clock)
    return LogFilePorts(
        clock=clock,
        configuration=DynamoRecordingConfiguration(dynamodb, settings.resources_table),
        records=SqsRecordQueue(
            client("sqs"), settings.records_queue_url, client("s3"), settings.segments_bucket
        ),
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        segments=S3SegmentStore(client("s3"), settings.segments_bucket),
        trails=DynamoTrailStore(dynamodb, settings.resources_table, settings.ledger_table),
        log_bucket=S3LogBucket(role),
        topics=SnsTopics(role),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
    )


@cache
def output_ports() -> OutputPorts:
    """The output sender's ports."""
    from opentrail.adapters.delivery_role import DeliveryRole
    from opentrail.adapters.event_buses import EventBridgeBuses
    from opentrail.adapters.log_groups import CloudWatchLogGroups
    from opentrail.adapters.trails import DynamoTrailStore

    settings, dynamodb, clock = OutputSenderSettings.from_env(), client("dynamodb"), SystemClock()
    role = DeliveryRole(client("sts"), settings.delivery_role_arn, client_of_session, clock)
    return OutputPorts(
        clock=clock,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        segments=S3SegmentStore(client("s3"), settings.segments_bucket),
        trails=DynamoTrailStore(dynamodb, settings.resources_table, settings.ledger_table),
        log_groups=CloudWatchLogGroups(role),
        buses=EventBridgeBuses(role, settings.event_bus_role, settings.delivery_role_arn.split(":")[1]),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
        source_prefix=settings.event_source_prefix,
    )


@cache
def digester_settings() -> DigesterSettings:
    """The digester's settings."""
    return DigesterSettings.from_env()


@cache
def digest_pace() -> Pace:
    """What the stage decides about digests."""
    settings = digester_settings()
    return Pace(interval=settings.digest_seconds, window=settings.window_seconds)


@cache
def digest_ports() -> DigestPorts:
    """The digester's ports."""
    from opentrail.adapters.delivery_role import DeliveryRole
    from opentrail.adapters.digest_keys import KmsDigestKeys, KmsDigestSigner
    from opentrail.adapters.log_buckets import S3LogBucket
    from opentrail.adapters.trails import DynamoTrailStore

    settings, dynamodb, clock = digester_settings(), client("dynamodb"), SystemClock()
    kms = client("kms")
    keys = KmsDigestKeys(kms, dynamodb, settings.resources_table, settings.digest_key_arn)
    return DigestPorts(
        clock=clock,
        digests=DynamoDigests(dynamodb, settings.ledger_table),
        signer=KmsDigestSigner(kms, keys),
        trails=DynamoTrailStore(dynamodb, settings.resources_table, settings.ledger_table),
        log_bucket=S3LogBucket(
            DeliveryRole(client("sts"), settings.delivery_role_arn, client_of_session, clock)
        ),
        dead_letters=S3DeadLetters(client("s3"), settings.dead_letters_bucket),
        wakeups=SqsWakeUps(client("sqs"), settings.wakeups_queue_url, clock),
        regions=tuple(settings.regions),
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


def clock() -> Clock:
    """The system's clock."""
    return SystemClock()


@cache
def history_indexer_settings() -> HistoryIndexerSettings:
    """The history indexer's settings."""
    return HistoryIndexerSettings.from_env()


@cache
def history_volumes() -> HistoryVolumes:
    """What the history indexer makes volumes in."""
    from opentrail.adapters.history_volumes import DynamoHistoryVolumes

    settings = history_indexer_settings()
    return DynamoHistoryVolumes(client("dynamodb"), settings.history_table, days=settings.history_days)


@cache
def history_conflicts() -> EventConflicts:
    """What the history indexer tells of conflicts."""
    from opentrail.adapters.event_conflicts import DynamoEventConflicts
    from opentrail.telemetry import report_conflict

    table = history_indexer_settings().ledger_table
    return DynamoEventConflicts(client("dynamodb"), table, clock(), report_conflict)


@cache
def dead_letters() -> DeadLetters:
    """Where the dead letter keeper puts what it finds."""
    return S3DeadLetters(client("s3"), DeadLetterKeeperSettings.from_env().dead_letters_bucket)
