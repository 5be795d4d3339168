"""Volumes: lookups find the same before, while and after they are made, whatever is lost or done twice."""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain import history_volume, record
from opentrail.domain.event import ATTRIBUTE_KEYS, attributes
from opentrail.domain.history import DAY, SETTLED, day_of
from opentrail.domain.lookup import LookupQuery
from opentrail.ports.errors import AdapterError
from opentrail.service import history_volumes
from opentrail.service.event_history import look_up
from opentrail.service.history_volumes import VolumesResult, make_volumes
from opentrail.service.history_writing import write_history

from tests.fakes.clock import FakeClock
from tests.fakes.event_history import FakeEventHistory
from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.records import generate, lines

ACCOUNT, REGION = "111111111111", "us-east-1"
FIRST = datetime(2023, 7, 10, tzinfo=UTC)
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
MANAGEMENT = frozenset({"Management"})


class Days:
    """Event history over days: what was written, and lookups beside a straight scan."""

    def __init__(self) -> None:
        self.clock = FakeClock(FIRST)
        self.history = FakeEventHistory(self.clock)
        self.written: set[bytes] = set()

    def write(self, held: Sequence[bytes]) -> None:
        write_history([record.read(one) for one in held], self.history, 0)
        self.written |= set(held)

    def make(self, script: Script | None = None) -> VolumesResult:
        volumes: Any = script.wrap("volumes", self.history.volumes) if script else self.history.volumes
        return make_volumes(volumes, self.clock, FOREVER)

    def look(self, attribute: tuple[str, str] | None, limit: int = 50) -> list[bytes]:
        shown: list[bytes] = []
        after = None
        for _ in range(1000):
            query = LookupQuery(
                account_id=ACCOUNT, region=REGION, attribute=attribute, start=0, end=2**32, limit=limit,
                after=after, now=int(self.clock.now().timestamp()),
            )  # fmt: skip
            page = look_up(self.history, query)
            shown += page.lines
            after = page.position
            if after is None:
                return shown
        raise AssertionError("the pages have no end")

    def check(self, asked: Sequence[tuple[str, str] | None], limit: int = 50) -> None:
        for attribute in asked:
            wanted = {
                one
                for one in self.written
                if attribute is None or attribute in attributes(record.read(one).data)
            }
            assert self.look(attribute, limit) == in_order(wanted), attribute


def in_order(found: set[bytes]) -> list[bytes]:
    return sorted(
        found,
        key=lambda one: (
            -record.read(one).event_time,
            json.loads(one)["eventID"],
            hashlib.sha256(one).hexdigest(),
        ),
    )


def drawn(seed: int, size: int, start: datetime, span: timedelta = timedelta(hours=2)) -> list[bytes]:
    found = lines(
        generate(
            seed, size, accounts=(ACCOUNT,), regions=(REGION,), categories=MANAGEMENT, start=start, span=span
        )
    )
    return [one for one in found if record.read(one).region == REGION]


def sample(written: set[bytes]) -> list[tuple[str, str] | None]:
    """Frequent and rare attributes of every key."""
    found: dict[tuple[str, str], int] = {}
    for one in written:
        for attribute in attributes(record.read(one).data):
            found[attribute] = found.get(attribute, 0) + 1
    by_key = {
        key: sorted((a for a in found if a[0] == key), key=lambda a: (found[a], a)) for key in ATTRIBUTE_KEYS
    }
    some = [a for known in by_key.values() for a in dict.fromkeys([*known[:2], *known[-2:]])]
    return [None, *some, ("EventId", "nothing")]


@pytest.fixture(scope="module")
def filled() -> Days:
    """Five days of slices of all sizes, some of them late or early by days, each day's volume made."""
    days = Days()
    seeds = count()
    for _ in range(5):
        now = days.clock.now()
        for size, late in ((1, 0), (3, 0), (1, 2), (12, 0), (60, 0), (200, 0), (5, 1), (1, -1), (30, 3)):
            days.write(drawn(next(seeds), size, now - timedelta(days=late)))
        for _ in range(history_volume.LISTED + 10):  # more than a volume lists of what is in all of them
            days.write(drawn(next(seeds), 1, now + timedelta(hours=3)))
        days.clock.move(days=1)
        days.make()
    return days


def test_every_attribute_finds_exactly_its_events_through_volumes(filled: Days) -> None:
    assert len(filled.history.volumes.seen) == 4  # the last day has not settled
    filled.check(sample(filled.written))


def test_paging_through_volumes_neither_repeats_nor_skips(filled: Days) -> None:
    filled.check(sample(filled.written)[:12], limit=7)


def test_volumes_are_what_is_read(filled: Days) -> None:
    """Without their buckets the same is found the old way; with emptied ones nothing is."""
    buckets, rare = filled.history.volumes.buckets, ("EventId", _event_id(filled, FIRST))
    assert len(filled.look(rare)) == 1
    held = dict(buckets)
    buckets.clear()
    assert len(filled.look(rare)) == 1
    buckets.update({key: bytes(8) for key in held})
    assert filled.look(rare) == []
    buckets.update(held)


def _event_id(days: Days, moment: datetime) -> str:
    oldest = min(
        (one for one in days.written if record.read(one).event_time >= moment.timestamp() + 3 * 3600),
        key=lambda one: record.read(one).event_time,
    )
    return record.read(oldest).event_id


def test_a_day_is_left_alone_until_it_has_settled() -> None:
    days = Days()
    days.write(drawn(1, 5, FIRST))
    days.clock.moment = FIRST + timedelta(days=1, seconds=SETTLED - 1)
    assert days.make().volumes == 0
    days.clock.move(seconds=1)
    assert days.make().volumes == 1
    assert days.make() == VolumesResult()


def test_what_was_not_made_for_days_is_made_at_once() -> None:
    days = Days()
    for seed in range(6):
        days.write(drawn(seed, 4, days.clock.now()))
        days.clock.move(days=1)
    days.check(sample(days.written))
    days.clock.move(days=1)
    assert days.make().volumes == 6
    days.check(sample(days.written))


def test_late_events_are_found_at_their_place_after_their_day_has_its_volume() -> None:
    days = Days()
    days.write(drawn(1, 20, FIRST))
    days.clock.move(days=2)
    days.make()
    days.write(drawn(2, 20, FIRST))
    days.check(sample(days.written), limit=3)
    days.clock.move(days=2)
    assert days.make().volumes == 1
    days.check(sample(days.written), limit=3)


def test_a_writer_that_takes_over_midnight_and_longer_files_under_a_day_that_is_not_over() -> None:
    """Its day may have its volume before it is done: what it files under that day, nobody would read."""
    days = Days()
    days.clock.moment = FIRST + timedelta(hours=23, minutes=59)

    class Slow(FakeEventHistory):
        slept = False

    slow = Slow(days.clock)
    days.history = slow
    real = days.clock.now
    calls = count()

    def sleeping() -> datetime:
        if next(calls) == 1:  # between filing and looking at the clock again
            days.clock.move(hours=4)
            make_volumes(slow.volumes, FakeClock(days.clock.moment), FOREVER)
        return real()

    days.clock.now = sleeping  # type: ignore[method-assign]
    days.write(drawn(1, 3, FIRST))
    days.clock.now = real  # type: ignore[method-assign]
    assert set(slow.days) == {day_of(FIRST.timestamp()), day_of(FIRST.timestamp()) + 1}
    days.check(sample(days.written))


def test_time_is_up_between_two_accounts() -> None:
    days = Days()
    days.write(drawn(1, 2, FIRST))
    days.clock.move(days=2)
    result = make_volumes(days.history.volumes, days.clock, days.clock.now())
    assert result.unfinished
    assert not days.history.volumes.seen
    assert days.make().volumes == 1


def test_a_day_in_many_parts_is_the_same_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for size in (history_volumes.ENTRIES_AT_ONCE, 2000):
        monkeypatch.setattr(history_volumes, "ENTRIES_AT_ONCE", size)
        days = Days()
        for seed, events in enumerate((1, 5, 40, 200, 170)):
            days.write(drawn(seed, events, FIRST))
        days.clock.move(days=2)
        days.make()
        days.check(sample(days.written))
        made.append(days.history.volumes.seen)
    assert [v.generation for v in made[0].values()] == [v.generation for v in made[1].values()]


def test_a_day_too_big_for_a_volume_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_volumes, "MAX_PAGES", 3)
    days = Days()
    for seed in range(4):
        days.write(drawn(seed, 1, FIRST))
    days.clock.move(days=2)
    assert days.make().too_big == 1
    assert not days.history.volumes.seen
    days.check(sample(days.written))


HOWS = st.builds(Failure, st.sampled_from((BEFORE, AFTER)), st.sampled_from((outside, Killed)))
WRITES = st.tuples(st.integers(0, 10**6), st.integers(1, 30), st.integers(-1, 4))  # seed, events, days late
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), WRITES),
        st.tuples(st.just("move"), st.integers(1, 40)),  # hours
        st.tuples(st.just("make"), st.dictionaries(st.integers(0, 12), HOWS, max_size=2)),
        st.tuples(st.just("again"), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(1, 9))
def test_whatever_happens_lookups_are_a_straight_scan(steps: list[tuple[str, Any]], limit: int) -> None:
    days = Days()
    last: list[bytes] = []
    for step, value in steps:
        if step == "write":
            seed, size, late = value
            last = drawn(seed, size, days.clock.now() - timedelta(days=late), timedelta(minutes=3))
            days.write(last)
        elif step == "again" and last:
            days.write(last)
        elif step == "move":
            days.clock.move(hours=value)
        elif step == "make":
            with suppress(Killed, AdapterError):
                assert all(isinstance(error, AdapterError) for error in days.make(Script(value)).errors)
        days.check(sample(days.written)[:6] if days.written else [None], limit)


def test_days_are_counted_from_the_epoch() -> None:
    assert day_of(0) == 0
    assert day_of(DAY - 0.5) == 0
    assert day_of(FIRST.timestamp()) * DAY == FIRST.timestamp()
