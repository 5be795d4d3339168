"""Read units and round trips of lookups, over histories of ninety days, with volumes and without.

The real adapters write over a table in memory that counts as DynamoDB does; the history indexer runs every
night. Then each attribute is looked up, by the value that the oldest event answers to (a rare one, if the
attribute has rare ones) and by the most frequent, page after page as far as the tenth.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.adapters.history_volumes import DynamoHistoryVolumes
from opentrail.domain import record
from opentrail.domain.event import ATTRIBUTE_KEYS, attributes
from opentrail.domain.lookup import LookupQuery
from opentrail.service.event_history import look_up
from opentrail.service.history_volumes import make_volumes
from opentrail.service.history_writing import write_history

from bench.history_trips import Trips
from bench.memory_table import MemoryTable
from bench.tables import show
from tests.fakes.clock import FakeClock
from tests.records import generate, lines

ACCOUNTS = ("111111111111", "222222222222", "333333333333")
REGION = "us-east-1"
DAYS = 90
START = datetime(2023, 4, 1, tzinfo=UTC)
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
SPAN = timedelta(seconds=30)  # of one slice's eventTimes
LATE = 0.01  # of slices: their events are two days old
PAGES = 10

Attribute = tuple[str, str]


@dataclass
class History:
    """A history being written."""

    sizes: Sequence[int]
    volumes: bool
    table: MemoryTable = field(default_factory=MemoryTable)
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    oldest: dict[str, Attribute] = field(default_factory=dict)
    counts: Counter[Attribute] = field(default_factory=Counter)
    events: int = 0

    def __post_init__(self) -> None:
        self.history = DynamoEventHistory(self.table, "History", clock=self.clock)
        self.indexer = DynamoHistoryVolumes(self.table, "History", days=0)

    def fill(self, events: int) -> None:
        """Day by day, each account its part, at moments of the day spread evenly."""
        for day in range(DAYS):
            for account_id in ACCOUNTS:
                self._fill_day(day, account_id, max(1, events // DAYS // len(ACCOUNTS)))
            self.clock.moment = START + timedelta(days=day + 1, hours=3)
            if self.volumes:
                make_volumes(self.indexer, self.clock, FOREVER)
        self.clock.moment = START + timedelta(days=DAYS)

    def _fill_day(self, day: int, account_id: str, events: int) -> None:
        rng = Random(f"{day} {account_id}")
        sizes = list(_sizes(rng, self.sizes, events))
        for number, size in enumerate(sizes):
            now = START + timedelta(days=day, seconds=number * 86_400 / len(sizes))
            self.clock.moment = now
            start = now - timedelta(days=2) if rng.random() < LATE and day > 2 else now
            drawn = generate(
                rng.getrandbits(40), size, accounts=(account_id,), regions=(REGION,), start=start, span=SPAN,
                categories=frozenset({"Management"}), odd=0,
            )  # fmt: skip
            found = [record.read(line) for line in lines(drawn)]
            write_history(found, self.history, 0)
            self.events += len(found)
            if account_id == ACCOUNTS[0]:
                self._note(found)

    def _note(self, found: Sequence[record.Record]) -> None:
        for one in found:
            for attribute in attributes(one.data):
                self.oldest.setdefault(attribute[0], attribute)
                self.counts[attribute] += 1


def _sizes(rng: Random, sizes: Sequence[int], events: int) -> Iterator[int]:
    """Sizes of slices that come to so many events."""
    left = events
    while left > 0:
        size = min(left, rng.choice(sizes))
        yield size
        left -= size


@dataclass(frozen=True)
class Cost:
    """Of one page."""

    trips: int
    units: float


def pages(made: History, attribute: Attribute | None) -> list[Cost]:
    """What the first ten pages of a lookup take, the end of it included."""
    trips = Trips(made.history, made.table)
    now = int(made.clock.now().timestamp())
    query = LookupQuery(
        account_id=ACCOUNTS[0], region=REGION, attribute=attribute, start=now - DAYS * 86_400, end=now,
        limit=50, after=None, now=now,
    )  # fmt: skip
    found = []
    for _ in range(PAGES):
        trips.reset()
        page = look_up(trips, query)
        found.append(Cost(trips.trips, made.table.read_units))
        if page.position is None:
            break
        query = replace(query, after=page.position)
    return found


def run(*, million: bool = "--million" in sys.argv) -> None:
    """Measure and print. A million events take some minutes."""
    plans: list[tuple[int, Sequence[int]]] = [
        (10_000, (1,)), (10_000, (10,)), (10_000, (1, 10, 100)), (100_000, (10,)), (100_000, (100,)),
    ]  # fmt: skip
    if million:
        plans += [(1_000_000, (10,)), (1_000_000, (1, 10, 100))]
    for events, sizes in plans:
        _show(events, sizes)
    if not million:
        print("\n  A million events were not run: --million runs them too.")


def _show(events: int, sizes: Sequence[int]) -> None:
    with_volumes, without = History(sizes, volumes=True), History(sizes, volumes=False)
    written = []
    for made in (with_volumes, without):
        made.fill(events)
        written.append(made.table.write_units / made.events)
    rows = []
    for attribute in _asked(with_volumes):
        found, plain = pages(with_volumes, attribute), pages(without, attribute)
        rows.append(
            (
                " ".join(attribute)[:40] if attribute else "(all)",
                with_volumes.counts[attribute] if attribute else with_volumes.events // len(ACCOUNTS),
                found[0].trips, found[0].units, plain[0].trips, plain[0].units,
                *((found[-1].trips, found[-1].units) if len(found) == PAGES else ("", "")),
                *((plain[-1].trips, plain[-1].units) if len(plain) == PAGES else ("", "")),
            )
        )  # fmt: skip
    show(
        f"Lookups over {with_volumes.events:,} events, {DAYS} days, {len(ACCOUNTS)} accounts, slices of"
        f" {'/'.join(map(str, sizes))}; write units an event {written[0]:.3f}, without {written[1]:.3f}",
        (
            "attribute", "events", "first page: trips", "read units", "without: trips", "read units",
            "tenth: trips", "read units", "without: trips", "read units",
        ),
        rows,
    )  # fmt: skip


def _asked(made: History) -> list[Attribute | None]:
    """Of each attribute the value of the oldest event, and the most frequent one."""
    found: list[Attribute | None] = [None]
    for key in ATTRIBUTE_KEYS:
        most = max((a for a in made.counts if a[0] == key), key=lambda a: made.counts[a])
        found += dict.fromkeys((made.oldest[key], most))
    return found
