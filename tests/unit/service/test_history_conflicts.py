"""Comparing EventIds: two contents of one id are noticed whoever recorded them, once, at a bounded cost."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from opentrail.domain import history_ids, history_volume, record
from opentrail.domain.history import day_of
from opentrail.ports.errors import AdapterError
from opentrail.ports.event_history import Place
from opentrail.service import history_conflicts, history_volumes
from opentrail.service.history_conflicts import ConflictsResult, find_conflicts
from opentrail.service.history_volumes import make_volumes
from opentrail.service.history_writing import write_history

from tests.fakes.clock import FakeClock
from tests.fakes.event_conflicts import FakeEventConflicts
from tests.fakes.event_history import FakeEventHistory, FakeHistoryVolumes
from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside

A, B, REGION = "111111111111", "222222222222", "us-east-1"
FIRST = datetime(2023, 7, 10, tzinfo=UTC)
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
HOWS = tuple(Failure(when, error) for when, error in product((BEFORE, AFTER), (outside, Killed)))


@pytest.fixture(autouse=True, params=[0, 10, 64])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids lie in the volume itself up to a number; here none, those of small days, and as many as usually."""
    monkeypatch.setattr(history_ids, "FEW", request.param)


class Nights:
    """Event history written by recorders that remember nothing, compared in the nights by indexers that
    remember nothing.
    """

    def __init__(self, script: Script | None = None, days: int = 90) -> None:
        self.clock = FakeClock(FIRST)
        self.history = FakeEventHistory(self.clock)
        FakeHistoryVolumes(self.history, days)
        self.conflicts = FakeEventConflicts()
        self.script = script or Script()

    @property
    def told(self) -> list[str]:
        return sorted(conflict.event_id for conflict in self.conflicts.told)

    def write(self, *event_ids: str, content: int = 0, account_id: str = A, ago: int = 60) -> None:
        """One page of events, `ago` seconds old."""
        when = self.clock.now() - timedelta(seconds=ago)
        held = [
            json.dumps(
                {
                    "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
                    "eventName": "CreateUser",
                    "awsRegion": REGION,
                    "eventID": event_id,
                    "recipientAccountId": account_id,
                    "userAgent": str(content),
                }
            ).encode()
            for event_id in event_ids
        ]
        write_history([record.read(one) for one in held], self.history, 0)

    def night(self, days: int = 2, until: datetime = FOREVER) -> ConflictsResult:
        for _ in range(days):
            self.clock.move(days=1)
            make_volumes(self.history.volumes, self.clock, FOREVER)
            result = self.compare(until)
        return result

    def compare(self, until: datetime = FOREVER, volumes: Any = None) -> ConflictsResult:
        self.conflicts.forget()
        volumes = volumes or self.script.wrap("volumes", self.history.volumes)
        return find_conflicts(volumes, self.conflicts, self.clock, until)


@pytest.mark.parametrize("days", [0, 1, 2, 60, 88])
@pytest.mark.parametrize("others", [0, 40, 300])
def test_two_contents_of_one_id_are_noticed_on_one_day_and_days_apart(days: int, others: int) -> None:
    nights = Nights()
    nights.write("x", *(f"a{n}" for n in range(others)))
    if days:
        nights.night(days)
    nights.write("x", *(f"b{n}" for n in range(others)), content=1)
    assert nights.told == []
    nights.night()
    assert nights.told == ["x"]
    assert len(nights.conflicts.told[0].contents) == 2
    nights.night(3)
    assert nights.told == ["x"]


def test_a_third_content_is_told_with_those_before() -> None:
    nights = Nights()
    for content in range(3):
        nights.write("x", content=content)
        nights.night(2)
    assert [len(conflict.contents) for conflict in nights.conflicts.told] == [2, 3]


def test_two_contents_in_one_page_are_noticed() -> None:
    """Where their recorder could not tell: it was killed, or they were too many for one look."""
    nights = Nights()
    lines = [b'{"eventTime":"2023-07-09T23:00:00Z","awsRegion":"us-east-1","eventID":"x",'
             b'"recipientAccountId":"111111111111","n":%d}' % n for n in range(2)]  # fmt: skip
    write_history([record.read(line) for line in lines], nights.history, 0)
    nights.night()
    assert nights.told == ["x"]


@pytest.mark.parametrize("days", [0, 5])
def test_the_same_bytes_again_are_nothing(days: int) -> None:
    nights = Nights()
    nights.write("x", "a")
    nights.clock.move(days=days)
    nights.write("x", "b", ago=60 + days * 86_400)
    nights.night()
    assert nights.told == []


def test_the_same_id_of_another_account_is_nothing() -> None:
    nights = Nights()
    nights.write("x")
    nights.write("x", content=1, account_id=B)
    result = nights.night()
    assert (nights.told, result.again) == ([], 0)


def test_ids_that_came_once_cause_no_reading_of_pages() -> None:
    nights = Nights()
    for day in range(4):
        nights.write(*(f"{day}-{n}" for n in range(40)))
        nights.night(1)
    assert nights.script.calls.count("volumes.pages") == 0


def test_of_two_days_the_one_that_is_checked_later_sees_both() -> None:
    """A day whose volume failed is made and checked after the day that follows it."""
    nights = Nights()
    nights.write("x")
    nights.clock.move(days=1)
    nights.write("x", content=1)
    nights.clock.move(days=2)
    volumes, first = nights.history.volumes, day_of(FIRST.timestamp())
    volumes.marked.add(first)
    make_volumes(volumes, nights.clock, FOREVER)
    volumes.marked.discard(first)
    nights.compare()
    assert nights.told == []
    nights.night(1)
    assert nights.told == ["x"]


def test_ids_put_so_lately_that_they_are_not_there_are_read_consistently() -> None:
    nights = Nights()
    nights.write("x")
    nights.night()
    nights.history.volumes.late.add(day_of(FIRST.timestamp()))
    nights.write("x", content=1)
    nights.night()
    assert nights.told == ["x"]


@pytest.mark.parametrize("first", ["big", "small"])
def test_days_of_different_sizes_are_compared(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A volume of many buckets against one of few, either way."""
    monkeypatch.setattr(history_volume, "BUCKET_SIZE", 30)
    monkeypatch.setattr(history_ids, "MOST", 1)
    nights = Nights()
    twice = [f"x{n}" for n in range(20)]
    big = [f"a{n}" for n in range(400)]
    nights.write(*twice, *(big if first == "big" else ()))
    nights.night()
    nights.write(*twice, *(() if first == "big" else big), content=1)
    nights.night()
    for exponent in ("exponent", "id_exponent"):
        sizes = {getattr(volume, exponent) for volume in nights.history.volumes.seen.values()}
        assert max(sizes) >= 8 > min(sizes)
    assert nights.told == sorted(twice)


def prepared(script: Script | None = None, days: int = 1) -> Nights:
    """Three accounts, each with a conflict on one day or on two, not yet compared."""
    nights = Nights(script, days=3)
    for content in (0, 1):
        for account_id in (A, B, "333333333333"):
            nights.write("x", content=content, account_id=account_id)
        nights.clock.move(days=days - 1)
    nights.clock.move(days=2)
    make_volumes(nights.history.volumes, nights.clock, FOREVER)
    return nights


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
@pytest.mark.parametrize("days", [1, 2])
def test_whatever_fails_each_is_told_once(days: int, how: Failure) -> None:
    whole = prepared(days=days)
    whole.compare()
    assert whole.told == ["x"] * 3
    for number in range(len(whole.script.calls)):
        nights = prepared(Script({number: how}), days)
        for _ in range(2):
            with suppress(Killed, AdapterError):
                nights.compare()
        assert nights.told == ["x"] * 3
        assert nights.history.volumes.compared == whole.history.volumes.compared


def test_what_one_account_meets_does_not_stop_the_others() -> None:
    nights = prepared()
    calls = nights.script.calls
    nights.compare()
    reading = calls.index("volumes.pages")
    nights = prepared(Script({reading: Failure(BEFORE, outside)}))
    result = nights.compare()
    assert (len(result.errors), nights.told) == (1, ["x"] * 2)
    assert nights.compare().errors == []
    assert nights.told == ["x"] * 3


@pytest.mark.parametrize("number", range(12))
def test_two_side_by_side_tell_each_once(number: int) -> None:
    nights = prepared()

    class Another(Script):
        def call(self, name: str, function: Any) -> Any:
            if len(self.calls) == number:
                nights.compare(volumes=nights.history.volumes)
            return super().call(name, function)

    nights.compare(volumes=Another().wrap("volumes", nights.history.volumes))
    assert nights.told == ["x"] * 3


def test_time_is_up_and_the_next_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_ids, "MOST", 1)
    nights = Nights(days=1)
    ids = [f"x{n}" for n in range(50)]
    nights.write(*ids)
    nights.write(*ids, content=1)
    nights.clock.move(days=2)
    make_volumes(nights.history.volumes, nights.clock, FOREVER)
    (volume,) = nights.history.volumes.seen.values()
    real, runs, result = nights.clock.now, 0, ConflictsResult(unfinished=True)
    while result.unfinished:
        moments = iter([real()] * (4 if runs else 5))  # to begin with: the day before, too

        def now(moments: Any = moments) -> datetime:
            return next(moments, FOREVER)

        nights.clock.now = now  # type: ignore[method-assign]
        result, runs = nights.compare(), runs + 1
        assert runs < 50
    nights.clock.now = real  # type: ignore[method-assign]
    assert nights.told == sorted(ids)
    assert runs >= 2**volume.id_exponent / history_conflicts.PARTS_AT_ONCE / 2 > 4
    assert nights.script.calls.count("volumes.leave") == runs - 1
    assert nights.compare() == ConflictsResult()


def test_a_run_without_time_writes_nothing() -> None:
    nights = prepared()
    assert nights.compare(until=FIRST).unfinished
    assert nights.script.calls.count("volumes.pages") == 0
    assert nights.history.volumes.left == {}
    assert nights.compare().days == 4


def test_what_a_flood_costs_is_bounded_and_what_is_left_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_conflicts, "MOST_READ", 20)
    nights = Nights()
    ids = [f"x{n}" for n in range(100)]
    nights.write(*ids)
    nights.night()
    nights.write(*ids, content=1)
    result = nights.night()
    read = (20 + history_conflicts.READ_A_PART) // 4
    assert (result.again, result.conflicts, result.unread) == (read, read, 100 - read)
    assert len(nights.told) == read


def test_an_id_in_more_pages_than_a_volume_lists_is_counted_as_not_all_read() -> None:
    """Behind so many copies of one content the other would be hidden."""
    nights = Nights()
    nights.write("x", content=1, ago=600)
    for number in range(history_volume.LISTED):
        nights.write("x", f"other-{number}", ago=60)
    result = nights.night()
    assert (result.unread, nights.told) == (1, [])


def test_a_day_without_a_volume_is_compared_with_nothing_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    nights = Nights()
    with monkeypatch.context() as patch:
        patch.setattr(history_volumes, "MAX_PAGES", 1)
        for content in (0, 1):
            nights.write("x", content=content)
        assert nights.night().without_volume == 1
    nights.write("x", content=2)
    assert nights.night().without_volume == 0
    assert nights.told == []


def test_ids_ground_into_one_part_leave_the_day_without_a_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_volumes, "MAX_BUCKET", 1500)
    monkeypatch.setattr(history_volume, "BUCKET_SIZE", 100)
    nights = Nights()
    nights.write(*(f"x{n}" for n in range(400)))
    assert nights.night().without_volume == 1


def test_one_id_many_times_takes_no_more_room_than_two() -> None:
    nights = Nights()
    for number in range(50):
        nights.write("x", f"other-{number}", content=number)
    nights.night()
    (volume,) = nights.history.volumes.seen.values()
    apart = [data for days in nights.history.volumes.id_parts.values() for data in days.values()]
    assert [len(data) for data in (apart if volume.ids is None else [volume.ids])] == [4 * (50 + 2)]


def test_expired_pages_are_nothing() -> None:
    nights = Nights()
    nights.write("x")
    nights.night()
    nights.write("x", content=1)
    del nights.history.held[next(iter(nights.history.held))]
    assert nights.night().again == 1
    assert nights.told == []


def test_places_are_in_the_order_of_the_check() -> None:
    places: Sequence[Place] = [
        Place(),
        Place(account_id=A, region="eu-west-1", part=9),
        Place(account_id=A, region=REGION),
        Place(account_id=A, region=REGION, part=2, read=1),
        Place(account_id=A, region=REGION, part=10),
        Place(account_id=B, region="ap-south-1"),
    ]
    assert sorted(places) == list(places)
