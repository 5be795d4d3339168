"""What the functions of the pipeline may use: a bundle per function."""

from dataclasses import dataclass

from opentrail.ports.clock import Clock
from opentrail.ports.dead_letters import DeadLetters
from opentrail.ports.digests import DigestQueue, Digests, DigestSigner, DueDigests
from opentrail.ports.event_buses import EventBuses
from opentrail.ports.event_conflicts import EventConflicts
from opentrail.ports.event_history import EventHistory
from opentrail.ports.lake_files import LakeFiles
from opentrail.ports.ledger import DeliveryQueue, HistoryQueue, Ledger
from opentrail.ports.log_buckets import LogBucket
from opentrail.ports.log_groups import LogGroups
from opentrail.ports.record_queue import RecordQueue
from opentrail.ports.recording_configuration import RecordingConfiguration
from opentrail.ports.segments import SegmentStore
from opentrail.ports.topics import Topics
from opentrail.ports.trails import TrailStore
from opentrail.ports.wakeups import WakeUps


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderPorts:
    """The recorder."""

    clock: Clock
    configuration: RecordingConfiguration
    segments: SegmentStore
    history: EventHistory
    event_conflicts: EventConflicts
    ledger: Ledger
    dead_letters: DeadLetters
    wakeups: WakeUps


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPorts:
    """The clock."""

    clock: Clock
    ledger: Ledger
    segments: SegmentStore
    trails: TrailStore
    deliveries: DeliveryQueue
    histories: HistoryQueue
    digests: DueDigests
    digest_queue: DigestQueue
    dead_letters: DeadLetters
    wakeups: WakeUps


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilePorts:
    """The log file writer. `records`: where those of its own calls go."""

    clock: Clock
    configuration: RecordingConfiguration
    records: RecordQueue
    ledger: Ledger
    segments: SegmentStore
    trails: TrailStore
    log_bucket: LogBucket
    topics: Topics
    wakeups: WakeUps


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPorts:
    """The output sender. `source_prefix`: of events' sources on buses."""

    clock: Clock
    ledger: Ledger
    segments: SegmentStore
    trails: TrailStore
    log_groups: LogGroups
    buses: EventBuses
    wakeups: WakeUps
    source_prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LakePorts:
    """The lake writer."""

    clock: Clock
    ledger: Ledger
    segments: SegmentStore
    lake_files: LakeFiles
    wakeups: WakeUps


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPorts:
    """The digester. `regions` are those that are served."""

    clock: Clock
    digests: Digests
    signer: DigestSigner
    trails: TrailStore
    log_bucket: LogBucket
    dead_letters: DeadLetters
    wakeups: WakeUps
    regions: tuple[str, ...]
