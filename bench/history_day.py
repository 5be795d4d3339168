"""Lookups in a day in progress, of an account that makes a million events of it, in slices of a hundred.

The day has no volume yet, so its own index items answer. Events come unevenly: half of them in two hours, and
a hundredth of the slices a day late. Pages are made of few members, the values of their attributes drawn as
often as in real trails; the real adapters write and read over a table that counts as DynamoDB does. Seconds
are of one processor, without the SDK's reading of DynamoDB's answers.
"""

import json
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.domain.history import DAY, HOUR, HistoryEvent, HistoryPage, pages
from opentrail.domain.lookup import LookupQuery
from opentrail.service.event_history import look_up

from bench.history_trips import Trips
from bench.memory_table import MemoryTable
from bench.tables import show
from tests.fakes.clock import FakeClock

ACCOUNT, REGION = "111111111111", "us-east-1"
START = 1_700_006_400  # a midnight
ASKED = START + 23 * HOUR  # the moment of asking
PEAK = START + 9 * HOUR  # two hours with half of all events
SLICE, SPAN = 100, 30  # events and seconds of one
LATE = 0.01  # of slices
READ = 300  # of the newest slices have bodies of their own; of the others only the index is
COPIED = 50  # pages that the others are copied from
KINDS = {"EventName": 400, "EventSource": 60, "Username": 300, "AccessKeyId": 1500, "ResourceName": 20_000}

Attribute = tuple[str, str]


def filled(slices: int) -> MemoryTable:
    """The day's table. A slice is of a user seen nowhere else, and every fiftieth of a job's user too."""
    rng, table, clock = Random(7), MemoryTable(), FakeClock()
    history = DynamoEventHistory(table, "History", clock=clock)
    copied = [_page(rng, START + HOUR // 2, f"copied-{number}") for number in range(COPIED)]
    for number, moment in enumerate(sorted(_moments(rng, slices))):
        clock.moment = datetime.fromtimestamp(moment, UTC)
        start = moment - DAY if rng.random() < LATE else moment
        user = "rare" if number == slices // 3 else "job" if number % 50 == 0 else ""
        if user or number == slices // 2 or number > slices - READ:
            history.put([_page(rng, start, str(number), user)])
        else:
            history.put([_moved(rng.choice(copied), start, f"{rng.getrandbits(128):032x}")])
    return table


def _page(rng: Random, second: int, name: str, user: str = "") -> HistoryPage:
    span = min(SPAN, second % HOUR + 1)  # a page keeps to its hour
    events = [_event(rng, second - rng.randrange(span), f"{name}-{i}") for i in range(SLICE - 1)]
    events.append(_event(rng, second, f"{name}-last", user))
    (page,) = pages(ACCOUNT, REGION, events)
    return page


def _moved(page: HistoryPage, second: int, page_id: str) -> HistoryPage:
    """A page for the index only: its events say other times."""
    oldest = max(second - SPAN, second - second % HOUR)
    index = (replace(item, page_id=page_id, newest=second, oldest=oldest) for item in page.index)
    return replace(page, page_id=page_id, newest=second, oldest=oldest, index=tuple(index))


def _moments(rng: Random, slices: int) -> Iterator[int]:
    for number in range(slices):
        yield PEAK + rng.randrange(2 * HOUR) if number % 2 else rng.randrange(START, ASKED)


def _event(rng: Random, second: int, event_id: str, user: str = "") -> HistoryEvent:
    # Values are as frequent as their rank is low.
    drawn = {key: f"{key}-{int(count ** rng.random())}" for key, count in KINDS.items()}
    drawn |= {"EventId": event_id, "ReadOnly": "true" if rng.random() < 0.8 else "false"}
    drawn["Username"] = user or drawn["Username"]
    data = {
        "eventID": event_id,
        "eventTime": f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventName": drawn["EventName"],
        "eventSource": drawn["EventSource"],
        "readOnly": drawn["ReadOnly"] == "true",
        "userIdentity": {"type": "IAMUser", "userName": drawn["Username"]},
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    return HistoryEvent(second, json.dumps(data).encode(), frozenset(drawn.items()))


def run(slices: int = 10_000) -> None:
    """Measure and print."""
    table = filled(slices)
    asked: dict[str, Attribute | None] = {
        "all": None,
        "ReadOnly=true": ("ReadOnly", "true"),
        "a job's user": ("Username", "job"),
        "a rare user": ("Username", "rare"),
        "an EventId": ("EventId", f"{slices // 2}-7"),
        "an absent user": ("Username", "nobody"),
    }
    trips = Trips(DynamoEventHistory(table, "History"), table)
    rows = [(name, *first_page(trips, table, attribute)) for name, attribute in asked.items()]
    show(
        f"First pages in a day in progress of {slices * SLICE:,} events, {slices:,} pages",
        ("what is asked for", "trips", "requests", "read units", "events", "seconds", "memory: MB"),
        rows,
    )


def first_page(
    trips: Trips, table: MemoryTable, attribute: Attribute | None
) -> tuple[int, int, float, int, float, float]:
    """Trips, requests, read units, events, processor seconds and megabytes of memory at most."""
    query = LookupQuery(
        account_id=ACCOUNT, region=REGION, attribute=attribute, start=START - 89 * DAY, end=ASKED, limit=50,
        after=None, now=ASKED,
    )  # fmt: skip
    trips.reset()
    started = time.process_time()
    page = look_up(trips, query)
    seconds = time.process_time() - started
    figures = trips.trips, table.requests, table.read_units, len(page.lines), seconds
    tracemalloc.start()
    look_up(trips, query)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return *figures, peak / 1e6
