"""Volumes of event history: their contract, on the fake and on DynamoDB, and round trips really made."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from opentrail.adapters.event_history import WIDE_ABOVE, DynamoEventHistory
from opentrail.adapters.history_volumes import DynamoHistoryVolumes
from opentrail.domain import record
from opentrail.domain.event import ATTRIBUTE_KEYS, attributes
from opentrail.domain.history import SHARDS, day_of
from opentrail.domain.history_cuts import Cut
from opentrail.domain.history_volume import Volume
from opentrail.domain.lookup import LookupQuery
from opentrail.ports.event_history import EventHistory, HistoryVolumes, IdPart, Place
from opentrail.service.event_history import look_up
from opentrail.service.history_conflicts import find_conflicts
from opentrail.service.history_volumes import make_volumes
from opentrail.service.history_writing import write_history

from bench.history_trips import Trips
from bench.memory_table import MemoryTable
from tests.contract.cloud import TABLE, Cloud, cloud
from tests.fakes.clock import FakeClock
from tests.fakes.event_conflicts import FakeEventConflicts
from tests.fakes.event_history import FakeEventHistory, FakeHistoryVolumes
from tests.records import generate, lines

A, REGION = "111111111111", "us-east-1"
START = datetime(2023, 7, 10, tzinfo=UTC)
TODAY = day_of(START.timestamp())
KEPT = 5  # days: each that is undone is looked for
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

Kept = tuple[EventHistory, HistoryVolumes, FakeClock]


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture(params=["fake", "dynamodb"])
def kept(request: pytest.FixtureRequest, aws: Cloud) -> Kept:
    clock = FakeClock(START)
    if request.param == "fake":
        fake = FakeEventHistory(clock)
        return fake, FakeHistoryVolumes(fake, days=KEPT), clock
    real = DynamoEventHistory(aws.dynamodb, TABLE, clock=clock)
    return real, DynamoHistoryVolumes(aws.dynamodb, TABLE, days=KEPT), clock


def volume(generation: str = "ab", exponent: int = 1) -> Volume:
    return Volume(
        account_id=A, region=REGION, day=TODAY, generation=generation, exponent=exponent, id_exponent=2,
        days=(TODAY,), cuts=(Cut(253_402_300_799, 5, 15), Cut(TODAY * 86_400, 2, 0)),
    )  # fmt: skip


def written(history: EventHistory, seed: int, size: int, start: datetime) -> list[record.Record]:
    drawn = generate(
        seed, size, accounts=(A,), regions=(REGION,), categories=frozenset({"Management"}), start=start
    )
    found = [r for r in map(record.read, lines(drawn)) if r.region == REGION]
    write_history(found, history, 0)
    return found


def test_a_day_is_filed_by_what_is_put_and_undone_until_it_is_marked(kept: Kept) -> None:
    history, volumes, clock = kept
    written(history, 1, 3, START)
    clock.move(days=1)
    written(history, 2, 3, START)
    assert volumes.filed(TODAY) == volumes.filed(TODAY + 1) == [(A, REGION)]
    assert volumes.filed(TODAY - 1) == []
    assert [day.day for day in volumes.calendar(A, REGION)] == [TODAY, TODAY + 1]
    assert volumes.undone(TODAY + 1)[-2:] == [TODAY - 1, TODAY]
    assert len(volumes.undone(TODAY + 1)) == KEPT + 1
    for _ in range(2):
        volumes.done(TODAY)
    assert volumes.undone(TODAY + 1)[-1] == TODAY - 1


def test_a_volume_is_seen_when_it_is_put_and_stays_as_it_is(kept: Kept) -> None:
    history, volumes, _ = kept
    written(history, 1, 3, START)
    made = volume()
    volumes.put_buckets(made, [(0, b"a"), (1, b"b")])
    volumes.put_buckets(made, [(1, b"other")])
    assert volumes.calendar(A, REGION)[0].volume is None
    assert history.index([], [(made, 1), (made, 0), (volume("cd"), 0)]) == ([], [b"b", b"a", None])
    volumes.put(made)
    volumes.put(volume("cd", 3))
    (day,), _ = history.open(A, REGION, [])
    assert (day.day, day.shards, day.volume) == (TODAY, 1, made)


def test_parts_of_ids_are_read_of_all_days_and_stay_as_they_are(kept: Kept) -> None:
    _, volumes, _ = kept
    volumes.put_ids(volume(), [(0, b"a"), (3, b"")])
    volumes.put_ids(volume("cd"), [(0, b"other")])
    volumes.put_ids(replace(volume(), day=TODAY + 1), [(0, b"c")])
    volumes.put_ids(replace(volume(), region="eu-west-1"), [(0, b"d")])
    volumes.put_ids(replace(volume(), id_exponent=3), [(0, b"e")])
    asked = [IdPart(account_id=A, region=REGION, exponent=2, part=part) for part in (3, 0, 1)]
    for consistent in (False, True):
        found = volumes.ids(asked, consistent=consistent)
        assert found == [{TODAY: b""}, {TODAY: b"a", TODAY + 1: b"c"}, {}]


def test_a_day_in_volumes_is_unchecked_until_it_is_marked_and_keeps_the_furthest_place(kept: Kept) -> None:
    _, volumes, _ = kept
    assert volumes.unchecked(TODAY + 1) == []
    volumes.done(TODAY)
    volumes.done(TODAY - 1)
    volumes.done(TODAY - 50)
    assert volumes.unchecked(TODAY) == [(TODAY - 1, Place())]
    assert volumes.unchecked(TODAY + 1) == [(TODAY - 1, Place()), (TODAY, Place())]
    places = [
        Place(account_id=account_id, region=region, part=part, read=7)
        for account_id, region in ((A, REGION), (A, "eu-west-1/insight"))
        for part in (200, 1000, 3)
    ]
    for place in places:
        volumes.leave(TODAY, place)
    volumes.leave(TODAY, replace(places[1], read=8))  # by another run: the first stays
    assert volumes.unchecked(TODAY + 1) == [(TODAY - 1, Place()), (TODAY, places[1])]
    for _ in range(2):
        volumes.checked(TODAY - 1)
    assert volumes.unchecked(TODAY + 1) == [(TODAY, places[1])]


def test_one_id_with_other_content_is_found_days_apart(kept: Kept) -> None:
    history, volumes, clock = kept
    conflicts = FakeEventConflicts()
    true = written(history, 1, 60, START)[7]
    written(history, 2, 60, START)
    for day in range(2):
        clock.move(days=1)
        make_volumes(volumes, clock, FOREVER)
        find_conflicts(volumes, conflicts, clock, FOREVER)
        assert conflicts.told == []
        if not day:
            written(history, 3, 60, clock.now())
            forged = record.read(true.line.replace(b'"eventName":"', b'"eventName":"Not'))
            write_history([forged, record.read(true.line)], history, 0)
    clock.move(days=1)
    make_volumes(volumes, clock, FOREVER)
    assert find_conflicts(volumes, conflicts, clock, FOREVER).conflicts == 1
    (told,) = conflicts.told
    assert (told.event_id, len(told.contents)) == (true.event_id, 2)
    assert volumes.unchecked(day_of(clock.now().timestamp())) == []


def test_lookups_through_volumes_are_a_straight_scan(kept: Kept) -> None:
    history, volumes, clock = kept
    found: list[record.Record] = []
    for day in range(3):
        now = clock.now()
        found += written(history, 10 * day, 40, now)
        found += written(history, 10 * day + 1, 2, now - timedelta(days=2))
        for seed in range(2, 4):
            found += written(history, 10 * day + seed, 1, now + timedelta(hours=1))
        clock.move(days=1)
        make_volumes(volumes, clock, FOREVER)
    assert sum(day.volume is not None for day in volumes.calendar(A, REGION)) == 2
    scan: dict[tuple[str, str], set[bytes]] = {}
    for r in found:
        for attribute in attributes(r.data):
            scan.setdefault(attribute, set()).add(r.line)
    for key in ATTRIBUTE_KEYS:
        for attribute in sorted(a for a in scan if a[0] == key)[:2]:
            page = look_up(history, query(attribute, clock))
            assert set(page.lines) <= scan[attribute]
            assert len(page.lines) == min(50, len(scan[attribute]))


def query(attribute: tuple[str, str] | None, clock: FakeClock) -> LookupQuery:
    return LookupQuery(
        account_id=A, region=REGION, attribute=attribute, start=0, end=2**32, limit=50, after=None,
        now=int(clock.now().timestamp()),
    )  # fmt: skip


# What only the real one does.


def test_pages_that_come_too_fast_for_one_key_are_spread_and_found() -> None:
    clock = FakeClock(START)
    table = MemoryTable()
    history = DynamoEventHistory(table, TABLE, clock=clock)
    found = [r for seed in range(40) for r in written(history, seed, 1, START + timedelta(minutes=seed))]
    keys = {pk for pk in table.written if pk.startswith("index|")}
    assert len(found) > WIDE_ABOVE
    assert 4 < len(keys) <= SHARDS
    other = DynamoEventHistory(table, TABLE, clock=clock)
    assert set(look_up(other, query(None, clock)).lines) == set(
        sorted((r.line for r in found), key=lambda line: -record.read(line).event_time)[:50]
    )
    for r in found:
        assert look_up(other, query(("EventId", r.event_id), clock)).lines == (r.line,)
    clock.move(days=2)
    make_volumes(DynamoHistoryVolumes(table, TABLE, days=KEPT), clock, FOREVER)
    for r in found:
        assert look_up(other, query(("EventId", r.event_id), clock)).lines == (r.line,)


def test_a_put_that_outlasts_its_day_files_again_under_one_that_is_not_over() -> None:
    """That day may have its volume by then, and readers look at nothing else of it."""
    table, moments = MemoryTable(), iter((START + timedelta(hours=23), START + timedelta(hours=27)))

    class Sleepy(FakeClock):
        def now(self) -> datetime:
            self.moment = next(moments, self.moment) if self.looked % 3 != 1 else self.moment
            self.looked += 1
            return self.moment

        looked = 0

    history = DynamoEventHistory(table, TABLE, clock=Sleepy(START))
    written(history, 1, 1, START)
    filed = {int(pk.split("|")[3]) for pk in table.written if pk.startswith("index|")}
    assert filed == {TODAY, TODAY + 1}
    assert sum(pk.startswith("page|") for pk in table.written) == 1


def test_days_and_the_newest_signs_are_read_in_one_answer() -> None:
    """However many signs there are, all days are there; the volume keeps the signs' cuts."""
    clock, table = FakeClock(START), MemoryTable()
    history = DynamoEventHistory(table, TABLE, clock=clock, sign=1)
    volumes = DynamoHistoryVolumes(table, TABLE, days=KEPT)
    for day in range(3):
        for number in range(600):
            written(history, 1000 * day + number, 1, START + timedelta(days=day, minutes=2 * number))
        clock.move(days=1)
    table.reset()
    first, second, third = history.calendar(A, REGION)
    assert (table.requests, table.continued) == (2, 0)
    assert len(first.cuts) < 150 < len(second.cuts)
    assert all(day_of(cut.newest) == third.day for cut in third.cuts)
    clock.move(hours=3)
    make_volumes(volumes, clock, FOREVER)
    for day in history.calendar(A, REGION):
        assert day.volume
        assert day.volume.cuts == day.cuts
        assert day.cuts == {d.day: d.cuts for d in (first, second, third)}[day.day]


def test_a_day_is_said_once_by_a_process(aws: Cloud) -> None:
    clock = FakeClock(START)
    history = DynamoEventHistory(aws.dynamodb, TABLE, clock=clock)
    for seed in range(3):
        written(history, seed, 1, START)
    days = [item for item in aws.items() if item["pk"]["S"].startswith(("days|", "filed|"))]
    assert len(days) == 2


def test_a_night_writes_one_mark_more_for_what_it_compared_however_many_accounts() -> None:
    clock, table = FakeClock(START), MemoryTable()
    history = DynamoEventHistory(table, TABLE, clock=clock)
    volumes = DynamoHistoryVolumes(table, TABLE, days=1)
    for seed, region in enumerate((REGION, "eu-west-1", "eu-north-1")):
        drawn = generate(seed, 3, accounts=(A,), regions=(region,), start=START)
        write_history([r for r in map(record.read, lines(drawn)) if r.region == region], history, 0)
    clock.move(days=2)
    make_volumes(volumes, clock, FOREVER)
    before = table.write_units
    assert find_conflicts(volumes, FakeEventConflicts(), clock, FOREVER).days == 2
    assert table.write_units - before == 2


@pytest.mark.parametrize("made", [True, False], ids=["volumes", "none"])
def test_the_first_page_takes_three_round_trips_however_long_the_history_is(made: bool) -> None:
    clock = FakeClock(START)
    table = MemoryTable()
    history = DynamoEventHistory(table, TABLE, clock=clock)
    volumes = DynamoHistoryVolumes(table, TABLE, days=KEPT)
    trips = Trips(history, table)
    oldest: dict[str, tuple[str, str]] = {}
    taken: dict[tuple[int, str], int] = {}
    read: dict[tuple[int, str], float] = {}
    for day in range(1, 31):
        for hour, size in enumerate((1, 30, 1)):
            for r in written(history, 100 * day + hour, size, clock.now()):
                for attribute in attributes(r.data):
                    oldest.setdefault(attribute[0], attribute)
            clock.move(hours=8)
        if made:
            make_volumes(volumes, clock, FOREVER)
        if day in (10, 30):
            for key, attribute in oldest.items():
                trips.reset()
                assert look_up(trips, query(attribute, clock)).lines
                taken[day, key] = trips.trips
                read[day, key] = table.read_units
    assert set(oldest) == set(ATTRIBUTE_KEYS)
    assert max(taken.values()) <= 3
    more = read[30, "EventId"] - read[10, "EventId"]
    # Of each day more: a bucket, read as it comes; without volumes, its index items of each class.
    assert more <= 20 * 1 if made else more >= 20 * 3
