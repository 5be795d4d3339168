"""How writes of event history spread over partition keys when one account makes 10,000 events a second.

Every event is a read by one user, the hottest values there are. Twenty recorders, as many as run at once,
take slices in turn; the real adapter writes, the table counts units by partition key. DynamoDB bears 1,000
write units a second on one key (developer guide, "Designing partition keys").
"""

import json
from itertools import batched

from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.domain import record
from opentrail.service.recording import write_history

from bench.memory_table import MemoryTable
from bench.tables import show
from tests.fakes.clock import FakeClock
from tests.records import generate, lines

EVENTS = 10_000  # of one account and Region, in one second
SIZES = (1, 10, 25, 100, 1000)
RECORDERS = 20  # as stacks/recording.py allows
LIMIT = 1000


def run() -> None:
    """Measure and print."""
    drawn = generate(1, 2 * EVENTS, regions=("eu-west-1",), categories=frozenset({"Management"}), odd=0)
    hot = {"readOnly": True, "awsRegion": "eu-west-1", "recipientAccountId": "111111111111"}
    identity = {"type": "IAMUser", "userName": "busy", "accountId": "111111111111"}
    changed = ({**one, **hot, "userIdentity": identity} for one in drawn)
    found = [record.read(line) for line in lines(json.loads(json.dumps(one)) for one in changed)][:EVENTS]
    show(
        f"Hot keys: {EVENTS:,} events a second of one user, all read-only, a key bears {LIMIT:,} units",
        ("events a slice", "write units", "keys", "hottest key: units", "share", "hottest index key: units"),
        [_row(found, size) for size in SIZES],
    )


def _row(found: list[record.Record], size: int) -> tuple[int, int, int, int, str, int]:
    table, clock = MemoryTable(), FakeClock()
    recorders = [DynamoEventHistory(table, "History", clock=clock) for _ in range(RECORDERS)]
    for number, held in enumerate(batched(found, size, strict=False)):
        write_history(held, recorders[number % RECORDERS], 0)
    hottest = max(table.written.values())
    total = table.written.total()
    index = max(units for key, units in table.written.items() if key.startswith("index|"))
    assert hottest < LIMIT, (size, table.written.most_common(3))
    return size, total, len(table.written), hottest, f"{100 * hottest / total:.1f} %", index
