"""Event history against a plain list: whatever comes, in whatever order, however often, whoever dies.

The model is a set of lines. Between steps a lookup shows all that is surely recorded, perhaps some of what is
on its way, and nothing else; once all has settled it shows exactly what was sent.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from opentrail.domain import history_ids, record_message
from opentrail.domain.record import Record, read
from opentrail.ports.errors import AdapterError

from tests.fakes.clock import START
from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.history_proofs import Reader, by_attribute, order
from tests.pipeline.world import AWAY, HISTORY_DAYS, HOME, A, B, World

HOUR, DAY = 3600, 86_400
NOW = int(START.timestamp())
# Before the start: ties, both sides of a turn of the hour and of the day, days, and about the end of history.
AGO = (0, 1, NOW % HOUR, NOW % HOUR + 1, NOW % DAY, NOW % DAY + 1, 3 * DAY, 89 * DAY, 90 * DAY - 60, 91 * DAY)
HOWS = tuple(Failure(when, error) for when, error in product((BEFORE, AFTER), (outside, Killed)))
MOST_FAILURES = 3  # of one run: what failed four times is set aside when it is received the fifth time


def line(ago: int, account: str, region: str, event_id: str, name: str, user: str, more: int) -> bytes:
    """A record; few values of each member, so that repeats and equal ids of other content are frequent."""
    data = {
        "userIdentity": {"type": "IAMUser", "userName": user},
        "eventTime": f"{datetime.fromtimestamp(NOW - ago, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "requestParameters": {"bucketName": f"bucket-{more}"},
        "eventID": event_id,
        "readOnly": name == "GetBucketAcl",
        "eventCategory": "Management",
        "recipientAccountId": account,
    }
    return json.dumps(data, separators=(",", ":")).encode()


def failing(*calls: str) -> st.SearchStrategy[tuple[str, Failure] | None]:
    """The next of one of these calls fails, or none."""
    return st.none() | st.tuples(st.sampled_from(calls), st.sampled_from(HOWS))


FAILURES_OF_RECORDING = failing("configuration.load", "segments.put", "history.put", "ledger.commit")
FAILURES_OF_THE_CLOCK = failing("ledger.due", "ledger.lease_history", "histories.send")
FAILURES_OF_LATE_HISTORY = failing("segments.read", "history.put", "ledger.history_written")
FAILURES_OF_INDEXING = failing(
    *(f"volumes.{call}" for call in ("undone", "filed", "calendar", "index", "put_buckets", "put", "done")),
    *(f"volumes.{call}" for call in ("put_ids", "unchecked", "ids", "pages", "checked")),
)

LINES = st.builds(
    line,
    ago=st.sampled_from(AGO),
    account=st.sampled_from((A, B)),
    region=st.sampled_from((HOME, AWAY)),
    event_id=st.sampled_from("abcdefgh"),
    name=st.sampled_from(("CreateBucket", "GetBucketAcl")),
    user=st.sampled_from(("alice", "bob")),
    more=st.integers(0, 2),
)
ATTRIBUTES = st.sampled_from(
    (
        None,
        ("EventId", "a"),
        ("EventName", "GetBucketAcl"),
        ("ReadOnly", "false"),
        ("Username", "bob"),
        ("ResourceType", "AWS::S3::Bucket"),
        ("ResourceName", "bucket-1"),
        ("EventSource", "s3.amazonaws.com"),
    )
)
PLACES = tuple(product((A, B), (HOME, AWAY)))


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """Of some days the EventIds lie in the volume itself, of some apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_ids, "FEW", 2)
        yield


class NextFails(Script):
    """Fails the next call of a name."""

    def __init__(self) -> None:
        super().__init__()
        self.next_of: dict[str, Failure] = {}

    def call(self, name: str, function: Callable[[], Any]) -> Any:
        if name in self.next_of:
            self.planned = {**self.planned, len(self.calls): self.next_of.pop(name)}
        return super().call(name, function)


class HistoryAndList(RuleBasedStateMachine):
    """The pipeline as far as event history, and a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.script = NextFails()
        self.world = World(script=self.script)
        self.reader = Reader.of(self.world.history, self.world.clock)
        self.sent: dict[str, list[bytes]] = {}  # lines by text of their message
        self.kept: set[bytes] = set()  # lines surely recorded
        self.failures = 0

    @initialize(lines=st.lists(LINES, min_size=3, max_size=20))
    def begin(self, lines: list[bytes]) -> None:
        self.send(lines)
        self.record(None)

    @rule(lines=st.lists(LINES, min_size=1, max_size=12))
    def send(self, lines: list[bytes]) -> None:
        """A message in any order of times, some of it perhaps sent before."""
        for text in record_message.encode(lines):
            self.sent.setdefault(text, lines)
            self.world.send(text)

    @rule(choose=st.integers(0, 99))
    def send_again(self, choose: int) -> None:
        """A producer's retry."""
        texts = sorted(self.sent)
        self.world.send(texts[choose % len(texts)])

    @rule(failure=FAILURES_OF_RECORDING)
    def record(self, failure: tuple[str, Failure] | None) -> None:
        self._plan(failure)
        self.world.event_conflicts.forget()
        self.world.record()
        self._note()

    @rule(lines=st.lists(LINES, min_size=1, max_size=12), failure=FAILURES_OF_RECORDING)
    def send_and_record(self, lines: list[bytes], failure: tuple[str, Failure] | None) -> None:
        self.send(lines)
        self.record(failure)

    @rule(failure=FAILURES_OF_THE_CLOCK)
    def tick(self, failure: tuple[str, Failure] | None) -> None:
        self._plan(failure)
        self.world.tick()
        self._note()

    @rule(failure=FAILURES_OF_LATE_HISTORY)
    def write_late_history(self, failure: tuple[str, Failure] | None) -> None:
        self._plan(failure)
        self.world.write_late_history()
        self._note()

    @rule(failure=FAILURES_OF_INDEXING)
    def index_history(self, failure: tuple[str, Failure] | None) -> None:
        if failure and not self.script.next_of:
            self.script.next_of.update([failure])
        self.world.event_conflicts.forget()
        with suppress(AdapterError):
            self.world.index_history()

    def _plan(self, failure: tuple[str, Failure] | None) -> None:
        if failure and self.failures < MOST_FAILURES:
            self.script.next_of.update([failure])
            self.failures += 1

    @rule(span=st.sampled_from((1, HOUR, DAY, 2 * DAY)))
    def time_passes(self, span: int) -> None:
        self.world.clock.move(seconds=span)

    @rule(
        place=st.sampled_from(PLACES),
        attribute=ATTRIBUTES,
        size=st.integers(1, 7),
        span=st.none() | st.tuples(st.sampled_from(AGO), st.sampled_from(AGO)),
    )
    def look_up(
        self,
        place: tuple[str, str],
        attribute: tuple[str, str] | None,
        size: int,
        span: tuple[int, int] | None,
    ) -> None:
        asked = {}
        if span:
            first, last = NOW - max(span), NOW - min(span)
            asked = {
                name: datetime.fromtimestamp(t, UTC) for name, t in (("StartTime", first), ("EndTime", last))
            }
        events = self.reader.events(*place, attribute, size, **asked)
        found = [event["CloudTrailEvent"].encode() for event in events]
        bounds = (first, last) if span else (0, NOW + 365 * DAY)
        known = self._expected(set().union(*self.sent.values()), place, attribute, bounds)
        sure = self._expected(self.kept, place, attribute, bounds)
        assert [one for one in known if one in set(found)] == found  # in order, none twice, none unknown
        assert [one for one in found if one in set(sure)] == sure

    def teardown(self) -> None:
        if not self.sent:
            return
        self.world.settle()
        self._note()
        everything = set().union(*self.sent.values())
        assert self.kept == everything
        assert self.world.dead_letters.reasons == []
        self._expect_conflicts(everything)
        for place in PLACES:
            events = self.reader.events(*place)
            wanted = self._expected(everything, place, None, (0, NOW + 365 * DAY))
            assert [event["CloudTrailEvent"].encode() for event in events] == wanted
            for attribute, shown in by_attribute(events).items():
                assert self.reader.events(*place, attribute, 3) == shown

    def _expect_conflicts(self, lines: Iterable[bytes]) -> None:
        """After three nights each id of two contents is told, though no process remembers another's."""
        for _ in range(3):
            self.world.clock.move(days=1)
            self.script.next_of.clear()
            self.index_history(None)
        told = {(c.account_id, c.region, c.event_id) for c in self.world.event_conflicts.told}
        oldest = self.world.clock.now().timestamp() - HISTORY_DAYS * DAY
        found = list(map(read, lines))
        assert _several(one for one in found if one.event_time >= oldest) <= told <= _several(found)

    def _note(self) -> None:
        """What is acknowledged and not due for event history is recorded."""
        waiting = {message.body for message in self.world.queues["records"]}
        if not self.world.ledger.totals().histories_due:
            for text, lines in self.sent.items():
                if text not in waiting:
                    self.kept.update(lines)

    def _expected(
        self,
        lines: Iterable[bytes],
        place: tuple[str, str],
        attribute: tuple[str, str] | None,
        bounds: tuple[int, int],
    ) -> list[bytes]:
        """A straight scan of the list."""
        oldest = self.world.clock.now().timestamp() - HISTORY_DAYS * DAY
        first, last = max(oldest, bounds[0]), min(self.world.clock.now().timestamp(), bounds[1])
        found = [
            one
            for one in map(read, lines)
            if (one.account_id, one.region) == place
            and first <= one.event_time <= last
            and (attribute is None or attribute in _of(one))
        ]
        return [one.line for one in sorted(found, key=order)]


def _several(found: Iterable[Record]) -> set[tuple[str, str, str]]:
    """The ids of records that have several contents."""
    ids = Counter(identity[:3] for identity in {one.identity for one in found})
    return {event_id for event_id, contents in ids.items() if contents > 1}


def _of(one: Record) -> set[tuple[str, str]]:
    """What finds one of these records."""
    data = one.data
    return {
        ("EventId", data["eventID"]),
        ("EventName", data["eventName"]),
        ("ReadOnly", "true" if data["readOnly"] else "false"),
        ("Username", data["userIdentity"]["userName"]),
        ("ResourceType", "AWS::S3::Bucket"),
        ("ResourceName", data["requestParameters"]["bucketName"]),
        ("EventSource", data["eventSource"]),
    }


HistoryAndList.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestHistoryAndList = HistoryAndList.TestCase
