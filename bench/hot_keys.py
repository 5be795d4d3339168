"""How event history spreads over partition keys, written and read, when an account makes 10,000 a second.

Every event is a read by one user, the hottest values there are. Twenty recorders, as many as run at once,
take slices in turn; then the first page of each lookup is read: all of the second, since events of a second
lie in the order of their IDs. The real adapter writes and reads, the table counts units by partition key.
DynamoDB bears 1,000 write units and 3,000 read units a second on one key (developer guide, "Designing
partition keys").
"""

import json
from datetime import timedelta
from itertools import batched

from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.domain import record
from opentrail.domain.history import DAY
from opentrail.domain.lookup import LookupQuery
from opentrail.service.event_history import look_up
from opentrail.service.history_writing import write_history

from bench.history_trips import Trips
from bench.memory_table import MemoryTable
from bench.tables import show
from stacks.settings import StageSettings
from tests.fakes.clock import FakeClock
from tests.records import generate, lines

EVENTS = 10_000  # of one account and Region, in one second
SIZES = (1, 10, 25, 100, 1000)
RATE = int(StageSettings.lookups_per_second)  # what a process of the API admits, of an account and Region
RECORDERS = 20  # as stacks/recording.py allows
LIMIT = 1000
READ_LIMIT = 3000


def run() -> None:
    """Measure and print."""
    drawn = generate(
        1, 2 * EVENTS, regions=("eu-west-1",), categories=frozenset({"Management"}), odd=0,
        start=FakeClock().now(), span=timedelta(seconds=1),
    )  # fmt: skip
    hot = {"readOnly": True, "awsRegion": "eu-west-1", "recipientAccountId": "111111111111"}
    identity = {"type": "IAMUser", "userName": "busy", "accountId": "111111111111"}
    changed = ({**one, **hot, "userIdentity": identity} for one in drawn)
    found = [record.read(line) for line in lines(json.loads(json.dumps(one)) for one in changed)][:EVENTS]
    tables = [(size, _written(found, size)) for size in SIZES]
    show(
        f"Hot keys: {EVENTS:,} events a second of one user, all read-only, a key bears {LIMIT:,} units",
        ("events a slice", "write units", "keys", "hottest key: units", "share", "hottest index key: units"),
        [_row(table, size) for size, table in tables],
    )
    wanted = (None, ("ReadOnly", "true"), ("Username", "busy"), ("EventId", found[EVENTS // 2].event_id))
    show(
        f"Reads of the same: first pages; a key bears {READ_LIMIT:,} units, a process admits {RATE} lookups"
        " a second of an account and Region",
        (
            "events a slice", "lookup", "trips", "read units", "hottest key: units", "lookups/s it bears",
            "processes at full rate",
        ),
        [_read(table, size, attribute) for size, table in tables for attribute in wanted],
    )  # fmt: skip


def _written(found: list[record.Record], size: int) -> MemoryTable:
    table, clock = MemoryTable(), FakeClock()
    recorders = [DynamoEventHistory(table, "History", clock=clock) for _ in range(RECORDERS)]
    for number, held in enumerate(batched(found, size, strict=False)):
        write_history(held, recorders[number % RECORDERS], 0)
    return table


def _row(table: MemoryTable, size: int) -> tuple[int, int, int, int, str, int]:
    hottest = max(table.written.values())
    total = table.written.total()
    index = max(units for key, units in table.written.items() if key.startswith("index|"))
    assert hottest < LIMIT, (size, table.written.most_common(3))
    return size, total, len(table.written), hottest, f"{100 * hottest / total:.1f} %", index


def _read(
    table: MemoryTable, size: int, attribute: tuple[str, str] | None
) -> tuple[int, str, int, float, float, int, float]:
    trips, now = Trips(DynamoEventHistory(table, "History"), table), int(FakeClock().now().timestamp())
    trips.reset()
    query = LookupQuery(
        account_id="111111111111", region="eu-west-1", attribute=attribute, start=now - 90 * DAY, end=now,
        limit=50, after=None, now=now,
    )  # fmt: skip
    single = attribute is not None and attribute[0] == "EventId"
    single = attribute is not None and attribute[0] == "EventId"
    assert len(look_up(trips, query).lines) == (1 if single else 50)
    hottest = max(table.read.values()) / 2
    borne = int(READ_LIMIT / hottest)
    name = "EventId" if single else "=".join(attribute) if attribute else "all"
    return size, name, trips.trips, table.read_units, hottest, borne, borne / RATE
