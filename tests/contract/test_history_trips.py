"""The first page of any lookup is a plain list's, in at most three round trips really made.

DynamoDB's answers end at 64 KB here instead of a megabyte, and signs lie closer together by as much, so that
days of some hundred pages are as big as days of ten thousand.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.adapters.history_volumes import DynamoHistoryVolumes
from opentrail.domain import record
from opentrail.domain.event import attributes
from opentrail.domain.history import DAY, HOUR
from opentrail.domain.history_cuts import SIGNS_APART
from opentrail.domain.lookup import LookupQuery
from opentrail.service.event_history import look_up
from opentrail.service.history_search import PARTS_AT_ONCE
from opentrail.service.history_volumes import make_volumes
from opentrail.service.history_writing import write_history

from bench.history_trips import Trips
from bench.memory_table import MemoryTable
from tests.fakes.clock import FakeClock

ACCOUNT, REGION = "111111111111", "us-east-1"
START = 1_700_006_400  # a midnight
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
ANSWER = 64 * 1024  # bytes
TRIPS = 3

Attribute = tuple[str, str]


@dataclass(frozen=True)
class Day:
    """What is written on a day: so many slices of so many events, evenly or within its tenth hour.

    The events of a slice lie within `span` seconds: of a day's slices in one hour up to 23 overlap.
    """

    slices: int
    size: int
    even: bool
    span: int
    late: float  # the part of slices whose events are up to two days old


@dataclass
class Written:
    """A history, and the plain list of its events."""

    table: MemoryTable = field(default_factory=lambda: MemoryTable(ANSWER))
    clock: FakeClock = field(default_factory=FakeClock)
    events: list[tuple[tuple[int, str, str], bytes, frozenset[Attribute]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.history = DynamoEventHistory(self.table, "History", clock=self.clock, sign=ANSWER // 16)
        self.trips = Trips(self.history, self.table)

    def write(self, number: int, day: Day, rng: Random) -> None:
        midnight = START + number * DAY
        moments = [
            midnight + (rng.randrange(DAY) if day.even else 9 * HOUR + rng.randrange(HOUR))
            for _ in range(day.slices)
        ]
        for moment in sorted(moments):
            self.clock.moment = datetime.fromtimestamp(moment, UTC)
            start = moment - rng.randrange(2 * DAY) if rng.random() < day.late else moment
            lines = [
                _line(rng, start - rng.randrange(day.span), f"{number}-{moment}-{i}") for i in range(day.size)
            ]
            records = [record.read(line) for line in lines]
            write_history(records, self.history, 0)
            for one in records:
                key = (-one.event_time, one.event_id, sha256(one.line).hexdigest())
                self.events.append((key, one.line, frozenset(attributes(one.data))))

    def make_volumes(self, days: int) -> None:
        self.clock.moment = datetime.fromtimestamp(START + days * DAY, UTC) + timedelta(hours=3)
        volumes = DynamoHistoryVolumes(self.table, "History", days=10)
        assert not make_volumes(volumes, self.clock, FOREVER).errors

    def check(self, attribute: Attribute | None, start: int, end: int, now: int) -> None:
        wanted = [
            line
            for key, line, found in sorted(set(self.events))
            if start <= -key[0] <= end and (attribute is None or attribute in found)
        ]
        query = LookupQuery(
            account_id=ACCOUNT, region=REGION, attribute=attribute, start=start, end=end, limit=50,
            after=None, now=now,
        )  # fmt: skip
        self.trips.reset()
        page = look_up(self.trips, query)
        assert list(page.lines) == wanted[:50]
        assert (page.position is None) == (len(wanted) <= 50)
        assert self.trips.trips <= TRIPS


def _line(rng: Random, second: int, event_id: str) -> bytes:
    """Users are as frequent as their number is low; one works at lunch only, one once in each slice."""
    user = f"user-{int(2000 ** rng.random())}"
    if second % DAY // HOUR == 9 and rng.random() < 0.1:
        user = "lunch"
    if event_id.endswith("-0"):
        user = "job"
    data = {
        "eventTime": f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventName": rng.choice(("GetUser", "GetUser", "GetUser", "CreateUser")),
        "eventID": event_id,
        "eventSource": "iam.amazonaws.com",
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "userIdentity": {"type": "IAMUser", "userName": user, "accessKeyId": f"AKIA{rng.randrange(300)}"},
        "requestParameters": {"userName": f"user-{rng.randrange(5000)}"},
    }
    return json.dumps(data, separators=(",", ":")).encode()


ONE_OF_THEM = ("EventId", "one of them")
SPANS, LATE = st.sampled_from((30, 200)), st.sampled_from((0, 0.02, 0.5))
SIZES = st.sampled_from((1, 5, 20, 20, 40))
DAYS = st.lists(
    st.builds(Day, st.sampled_from((0, 1, 30, 150, 400)), SIZES, st.booleans(), SPANS, LATE),
    min_size=1,
    max_size=3,
)
USERS = st.builds(lambda n: ("Username", f"user-{n}"), st.sampled_from((1, 2, 5, 20, 100, 1000)))
ASKED = st.one_of(
    st.none(),
    USERS,
    st.sampled_from(
        (
            ("ReadOnly", "true"),
            ("EventName", "CreateUser"),
            ("Username", "lunch"),
            ("Username", "job"),
            ("Username", "nobody"),
            ("AccessKeyId", "AKIA7"),
            ("EventId", "none"),
            ONE_OF_THEM,
        )
    ),
)
MOMENTS = st.floats(0, 1)
QUERIES = st.lists(st.tuples(ASKED, st.none() | MOMENTS, st.none() | MOMENTS), min_size=6, max_size=6)


# A failing example is not made smaller: that takes minutes.
@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(DAYS, st.integers(-1, 3), st.integers(0, 2**32), MOMENTS, QUERIES)
def test_a_first_page_is_a_plain_lists_in_three_trips(
    days: list[Day],
    last_made: int,
    seed: int,
    asked: float,
    queries: list[tuple[Attribute | None, float | None, float | None]],
) -> None:
    """The days as far as `last_made` have volumes."""
    written, rng = Written(), Random(seed)
    for number, day in enumerate(days):
        written.write(number, day, rng)
        if number == last_made:
            written.make_volumes(number + 1)
    length = len(days) * DAY
    now = START + length - DAY + int(asked * 1.2 * DAY)
    for attribute, first, last in queries:
        if attribute == ONE_OF_THEM and written.events:
            attribute = ("EventId", rng.choice(written.events)[0][1])
        bounds = sorted(START - DAY + int(m * (length + DAY)) for m in (first, last) if m is not None)
        start = bounds[0] if first is not None else START - 3 * DAY
        end = min(now, bounds[-1]) if last is not None else now
        written.check(attribute, min(start, end), end, now)


def test_of_a_day_too_big_for_one_answer_each_answer_takes_a_part() -> None:
    """Short answers, each in three trips, that lead to what is rare and to the end."""
    table, clock = MemoryTable(), FakeClock(datetime.fromtimestamp(START, UTC))
    history = DynamoEventHistory(table, "History", clock=clock, sign=1)  # so that every third page is a cut
    lines = [_line(Random(second), START + 60 * second, f"{second}") for second in range(1000)]
    for line in lines:
        write_history([record.read(line)], history, 0)
    trips, now = Trips(history, table), START + DAY - 1
    for event_id, found in (("3", [lines[3]]), ("none", [])):
        shown: list[bytes] = []
        query = LookupQuery(
            account_id=ACCOUNT, region=REGION, attribute=("EventId", event_id), start=START, end=now,
            limit=50, after=None, now=now,
        )  # fmt: skip
        answers = 0
        while True:
            trips.reset()
            page = look_up(trips, query)
            assert trips.trips <= TRIPS
            answers += 1
            shown += page.lines
            if page.position is None:
                break
            query = replace(query, after=page.position)
        assert (shown, answers) == (found, 1 + 1000 // (SIGNS_APART * PARTS_AT_ONCE))
