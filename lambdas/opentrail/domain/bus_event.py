"""Records as events on an account's default event bus: which go there, and in what envelope."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opentrail.domain.read_only import is_read_only
from opentrail.domain.record import Record
from opentrail.domain.record_category import MANAGEMENT

MAX_BYTES = 256 * 1024  # of one event: CloudTrail sends no larger one (AWS documentation)
MAX_ENTRIES = 10  # events of one PutEvents (EventBridge)
MAX_REQUEST = 256 * 1024  # bytes of all entries of one PutEvents that EventBridge takes everywhere
TIME_BYTES = 14  # that EventBridge counts for an entry's time

# eventType -> detail-type (AWS documentation). Records older than eventVersion 1.02 have no type: API calls.
DETAIL_TYPES = {
    None: "AWS API Call via CloudTrail",
    "AwsApiCall": "AWS API Call via CloudTrail",
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
    "AwsConsoleAction": "AWS Console Action via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
    "AwsCloudTrailInsight": "AWS Insight via CloudTrail",
    "AwsVpceEvents": "AWS Network Activity Event via CloudTrail",
    "AwsVpceEvent": "AWS Network Activity Event via CloudTrail",
}
_DOMAIN = ".amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusEvent:
    """One event: `detail` is the whole record."""

    source: str
    detail_type: str
    time: int  # epoch seconds
    detail: str
    for_all_management_events: bool  # heard only by rules that ask for read-only management events

    @property
    def bytes(self) -> int:
        """As EventBridge counts."""
        return TIME_BYTES + sum(len(text.encode()) for text in (self.source, self.detail_type, self.detail))


def destination(account_id: str) -> str:
    """An account's buses as a destination in plans, windows, manifests and counts."""
    return f"bus/{account_id}"


def is_sent(record: Record) -> bool:
    """Whether records of this kind go to a bus at all."""
    event_type = record.data.get("eventType")
    return (event_type is None or isinstance(event_type, str)) and event_type in DETAIL_TYPES


def of_record(record: Record, prefix: str) -> BusEvent | None:
    """The event, its source under `prefix` (`aws.`); None when it is of no such kind, or too big."""
    if not is_sent(record):
        return None
    event = BusEvent(
        source=prefix + str(record.data.get("eventSource", "")).removesuffix(_DOMAIN),
        detail_type=DETAIL_TYPES[record.data.get("eventType")],
        time=record.event_time,
        detail=record.line.decode(),
        for_all_management_events=record.category == MANAGEMENT and is_read_only(record.data),
    )
    return event if event.bytes <= MAX_BYTES else None


def requests(events: Iterable[BusEvent]) -> Iterator[list[BusEvent]]:
    """What goes in one PutEvents each."""
    batch: list[BusEvent] = []
    size = 0
    for event in events:
        if batch and (len(batch) == MAX_ENTRIES or size + event.bytes > MAX_REQUEST):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += event.bytes
    if batch:
        yield batch
