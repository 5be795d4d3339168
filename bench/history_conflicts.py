"""What comparing EventIds adds to event history, by the size of a slice, over ninety days.

The real adapters write over a table in memory that counts as DynamoDB does; the history indexer runs every
night. Printed is the last night's comparison, which has all days before it to look in, beside what the same
day took to write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.adapters.history_volumes import DynamoHistoryVolumes
from opentrail.domain import record
from opentrail.service.history_conflicts import find_conflicts
from opentrail.service.history_volumes import make_volumes
from opentrail.service.history_writing import write_history

from bench.memory_table import MemoryTable
from bench.prices import DYNAMODB_READ_UNIT, DYNAMODB_WRITE_UNIT, MILLION
from bench.tables import show
from tests.fakes.clock import FakeClock
from tests.fakes.event_conflicts import FakeEventConflicts
from tests.records import generate, lines

# Events a slice, events a day of one account and Region.
PLANS = ((10, 10), (10, 100), (10, 1000), (100, 1000), (1000, 1000), (100, 4000))
DAYS = 90
ACCOUNT, REGION = "111111111111", "us-east-1"
START = datetime(2023, 4, 1, tzinfo=UTC)
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
SPAN = timedelta(seconds=30)  # of one slice's eventTimes


def run(plans: Sequence[tuple[int, int]] = PLANS, days: int = DAYS) -> None:
    """Measure and print."""
    show(
        f"Event history: comparing one day's EventIds with those of {days - 1} days before",
        (
            "events a slice", "events a day", "write units an event", "read units an event, of volumes",
            "of the comparison", "$ a million, writes", "$ a million, comparison",
        ),
        [_row(measure(size, events, days)) for size, events in plans],
    )  # fmt: skip


@dataclass(frozen=True)
class Night:
    """Units an event of the last of some days, and of the night after it."""

    size: int
    events: int
    written: float
    making: float  # read for the volume
    comparing: float


def measure(size: int, events: int, days: int) -> Night:
    """So many events a day in slices of a size, night after night."""
    table, clock = MemoryTable(), FakeClock(START)
    history = DynamoEventHistory(table, "History", clock=clock)
    volumes = DynamoHistoryVolumes(table, "History", days=0)
    conflicts = FakeEventConflicts()
    for day in range(days):
        table.reset()
        for number in range(events // size):
            clock.moment = START + timedelta(days=day, seconds=number * 86_400 * size / events)
            write_history(_events(f"{day} {number}", size, clock.moment), history, 0)
        clock.moment = START + timedelta(days=day + 1, hours=3)
        make_volumes(volumes, clock, FOREVER)
        written, making = table.write_units / events, table.read_units / events
        table.reset()
        find_conflicts(volumes, conflicts, clock, FOREVER)
        comparing = table.read_units / events
    assert conflicts.told == []
    return Night(size, events, written, making, comparing)


def _row(night: Night) -> tuple[int, int, float, float, float, float, float]:
    writes, reads = night.written * DYNAMODB_WRITE_UNIT, night.comparing * DYNAMODB_READ_UNIT
    return (
        night.size, night.events, night.written, night.making, night.comparing,
        writes * MILLION, reads * MILLION,
    )  # fmt: skip


def _events(seed: str, size: int, start: datetime) -> list[record.Record]:
    drawn = generate(
        int.from_bytes(seed.encode()), size, accounts=(ACCOUNT,), regions=(REGION,), start=start, span=SPAN,
        categories=frozenset({"Management"}), odd=0,
    )  # fmt: skip
    return [record.read(line) for line in lines(drawn)]
