"""Write units per event into event history, by the size of a slice, from the requests really made.

What is written in the night after, the day's volume, is counted too.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.adapters.history_volumes import DynamoHistoryVolumes
from opentrail.domain import record
from opentrail.service.history_volumes import make_volumes
from opentrail.service.history_writing import write_history

from bench.metering import Meter, item_size
from bench.prices import DYNAMODB_GB_MONTH, DYNAMODB_WRITE_UNIT, MILLION
from bench.tables import show
from tests.contract.cloud import TABLE, client, cloud, new_client
from tests.fakes.clock import FakeClock
from tests.records import generate, lines

SIZES = (1, 10, 100, 1000)  # events a slice
EVENTS = 2000  # measured of each size
MONTHS = 3
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
SPAN = timedelta(seconds=30)  # of one slice's eventTimes


def run() -> None:
    """Measure and print."""
    rows = [row(size, EVENTS) for size in SIZES]
    show(
        "Event history: management events of one account and Region",
        (
            "events a slice",
            "put requests an event",
            "write units an event",
            "with the volume",
            "bytes an event",
            "$ a million",
            "$ kept 90 days",
        ),
        rows,
    )


def row(size: int, events: int) -> tuple[int, float, float, float, float, float, float]:
    """What some events take in slices of a size: the columns that `run` shows."""
    slices = [_events(seed, size) for seed in range(max(1, events // size))]
    with cloud() as made:
        meter = Meter(client("dynamodb"))
        metered = new_client("dynamodb")
        meter.attach(metered)
        clock = FakeClock()
        history = DynamoEventHistory(metered, TABLE, clock=clock)
        for found in slices:
            write_history(found, history, 0)
        count = sum(map(len, slices))
        at_once = meter.write_units[TABLE] / count
        clock.move(days=1, hours=3)
        make_volumes(DynamoHistoryVolumes(metered, TABLE, days=0), clock, FOREVER)
        units = meter.write_units[TABLE] / count
        kept = (
            sum(item_size(item) + 100 for item in made.items()) / count
        )  # 100 bytes an item: DynamoDB's own
        storage = kept * MILLION / 2**30 * DYNAMODB_GB_MONTH * MONTHS
        requests = meter.requests["dynamodb.PutItem"] / count
        return size, requests, at_once, units, kept, units * MILLION * DYNAMODB_WRITE_UNIT, storage


def _events(seed: int, size: int) -> Sequence[record.Record]:
    drawn = generate(seed, size, categories=frozenset({"Management"}), odd=0, span=SPAN)
    read = [record.read(line) for line in lines(drawn)]
    # Some calls are global: their records lie in us-east-1 already, as all do here.
    return [one for one in read if one.account_id == read[0].account_id]
