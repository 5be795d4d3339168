"""What becomes of records: decided once, purely, before anything is written.

`plan_recording` groups records by account and Region and decides for each destination which of them it takes.
It looks at the configuration as it was read for this commit; nothing later asks again what a record matches.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from opentrail.domain import bus_event, delivery_call, selection
from opentrail.domain.event_data_store import EventDataStore
from opentrail.domain.record import Record
from opentrail.domain.selector import AdvancedSelectors, Asked, basic_match
from opentrail.domain.trail import Trail

# Stores in these states take events (AWS documentation: CREATED turns ENABLED by itself).
INGESTING = frozenset({"CREATED", "ENABLED", "STARTING_INGESTION"})

# Bytes of records in one slice. One message unfolds to at most 32 MB, so a slice always fits a manifest.
MAX_SLICE_BYTES = 16 * 1024 * 1024

# Commit units in one slice. With its destinations it is one DynamoDB transaction of at most 100 items: an
# account may have 78 of them (AWS: 5 trails and 10 event data stores in a Region).
MAX_ORIGINS = 20

# Services whose records are global and lie in the partition's leading Region (measured on AWS).
GLOBAL_SOURCES = frozenset({
    "account.amazonaws.com", "billing.amazonaws.com", "budgets.amazonaws.com", "ce.amazonaws.com",
    "cloudfront.amazonaws.com", "health.amazonaws.com", "iam.amazonaws.com", "organizations.amazonaws.com",
    "route53.amazonaws.com", "support.amazonaws.com",
})  # fmt: skip
GLOBAL_REGION = "us-east-1"
GLOBAL_STS = "sts.amazonaws.com"  # its source, and the host of its global endpoint

# After StopLogging a trail still takes, for this long, what happened before it, and StopLogging itself: it is
# in the trail's log files on AWS, and nobody would hear of a stop otherwise. A final digest waits for it.
LATE = timedelta(minutes=1)

# The source of records that came in from EventBridge: they are never sent back there.
EVENT_BRIDGE = "eventbridge"

DEFAULT_EVENT_SELECTORS = (
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfiguration:
    """The destinations of one account, and the version of its configuration they were read at."""

    version: int = 0
    trails: tuple[Trail, ...] = ()
    stores: tuple[EventDataStore, ...] = ()
    # By destination; made ready for many records when they are first asked for.
    _ready: dict[str, AdvancedSelectors] = field(default_factory=dict, init=False, repr=False, compare=False)

    def selectors(self, resource: Trail | EventDataStore) -> AdvancedSelectors:
        """The advanced event selectors of one of its destinations; such as take nothing when it has none."""
        found = self._ready.get(resource.destination)
        if found is None:
            selectors = resource.advanced_event_selectors or ()
            found = self._ready[resource.destination] = AdvancedSelectors(selectors)
        return found


@dataclass(frozen=True, slots=True)
class Received:
    """A record, the source that sent it, and the commit unit it came with (`origin`): one message's share of
    one account and Region.
    """

    record: Record
    origin: str
    may_repeat: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSlice:
    """The records of one account and Region, and what each destination takes of them."""

    account_id: str
    region: str
    received: tuple[Received, ...]
    matches: Mapping[str, str]

    @property
    def origins(self) -> tuple[str, ...]:
        """The commit units in this slice, sorted."""
        return tuple(sorted({r.origin for r in self.received}))

    @property
    def may_repeat(self) -> bool:
        """Whether some record may have been committed before under another message."""
        return any(r.may_repeat for r in self.received)


def plan_recording(
    received: Iterable[Received],
    configuration: Mapping[str, AccountConfiguration],
    now: datetime,
    *,
    event_buses: bool = False,
) -> tuple[PlannedSlice, ...]:
    """Group by account and Region, in their order, and match each record with the account's destinations: its
    event bus is one where there are `event_buses`.
    """
    groups: dict[tuple[str, str], list[Received]] = defaultdict(list)
    for item in received:
        groups[item.record.account_id, item.record.region].append(item)
    found = []
    for (account_id, region), group in sorted(groups.items()):
        for items in _bounded(group):
            matches = _matches([i.record for i in items], configuration[account_id], region, now)
            if event_buses:
                _add_bus(matches, items, account_id)
            found.append(
                PlannedSlice(account_id=account_id, region=region, received=tuple(items), matches=matches)
            )
    return tuple(found)


def _bounded(group: Iterable[Received]) -> Iterator[list[Received]]:
    """Cut where a slice would outgrow its limits, never inside an origin: that is committed as one."""
    items: list[Received] = []
    size = origins = 0
    for _origin, members in groupby(group, key=lambda item: item.origin):
        unit = list(members)
        unit_size = sum(len(item.record.line) for item in unit)
        if items and (origins == MAX_ORIGINS or size + unit_size > MAX_SLICE_BYTES):
            yield items
            items, size, origins = [], 0, 0
        items += unit
        size += unit_size
        origins += 1
    if items:
        yield items


def _matches(
    records: Sequence[Record], configuration: AccountConfiguration, region: str, now: datetime
) -> dict[str, str]:
    found: dict[str, str] = {}
    asked = [Asked(r.data, r.category) for r in records]
    for trail in configuration.trails:
        if trail.is_in(region):
            logged = [i for i, r in enumerate(records) if _is_logged(trail, r, now)]
            advanced = configuration.selectors(trail)
            taken = [i for i in logged if _trail_takes(trail, advanced, records[i], asked[i])]
            _add(found, trail.destination, records, taken)
            if trail.log_group_destination:
                _add(found, trail.log_group_destination, records, taken)
    for store in configuration.stores:
        if store.status in INGESTING and (store.multi_region_enabled or store.region == region):
            oldest = int((now - timedelta(days=store.retention_period)).timestamp())
            advanced = configuration.selectors(store)
            kept = [i for i, r in enumerate(records) if r.event_time >= oldest and advanced.take(asked[i])]
            _add(found, store.destination, records, kept)
    return found


def _add(
    found: dict[str, str], destination: str, records: Sequence[Record], positions: Sequence[int]
) -> None:
    if positions:
        found[destination] = selection.of(positions, len(records))


def _add_bus(found: dict[str, str], items: Sequence[Received], account_id: str) -> None:
    """What any trail takes goes to the bus, once however many take it, but not what came from there."""
    taken: set[int] = set()
    for destination, chosen in found.items():
        if destination.startswith("trail/"):
            taken.update(selection.chosen(chosen, range(len(items))))
    records = [item.record for item in items]
    sent = [
        i for i in sorted(taken) if items[i].source != EVENT_BRIDGE and bus_event.is_sent(items[i].record)
    ]
    _add(found, bus_event.destination(account_id), records, sent)


def _is_logged(trail: Trail, record: Record, now: datetime) -> bool:
    started, stopped = trail.start_logging_time, trail.stop_logging_time
    if trail.is_logging or started is None or stopped is None:
        return trail.is_logging
    if now - stopped > LATE or record.event_time < int(started.timestamp()):
        return False
    stop = ("cloudtrail.amazonaws.com", "StopLogging")
    is_stop = (record.data.get("eventSource"), record.data.get("eventName")) == stop
    return is_stop or record.event_time <= stopped.timestamp()


def _trail_takes(trail: Trail, advanced: AdvancedSelectors, record: Record, asked: Asked) -> bool:
    if not trail.recursive_logging and delivery_call.is_own(record.data):
        return False
    if not trail.include_global_service_events and _is_global(record):
        return False
    if trail.advanced_event_selectors is not None:
        return advanced.take(asked)
    selectors = trail.event_selectors if trail.event_selectors is not None else DEFAULT_EVENT_SELECTORS
    return basic_match(selectors, record.data, record.category)


def _is_global(record: Record) -> bool:
    """Whether a global service wrote it: STS is one only where it was called at its global endpoint."""
    if record.region != GLOBAL_REGION:
        return False
    source, tls = str(record.data.get("eventSource")), record.data.get("tlsDetails")
    if source == GLOBAL_STS and isinstance(tls, dict):
        return tls.get("clientProvidedHostHeader") == GLOBAL_STS
    return source in GLOBAL_SOURCES
