"""Event history that cannot be written at first is written by the recorder later: whole, and once."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from opentrail.domain import record
from opentrail.domain.history_due import HistoryDue, to_text
from opentrail.domain.record_category import MANAGEMENT
from opentrail.domain.segment import SliceContent, build
from opentrail.ports.errors import AdapterError
from opentrail.service.late_history import StrangeSliceError
from opentrail.service.ticking import HISTORY_LEASE

from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.pipeline.world import AWAY, HOME, A, B, World, ago, trail
from tests.records import generate, lines

PLACES = tuple(product((A, B), (HOME, AWAY)))
RECORDS = tuple(
    lines(
        generate(
            5, 120, accounts=(A, B), regions=(HOME, AWAY), start=ago(hours=3), span=timedelta(hours=2), odd=0
        )
    )
)
HOWS = tuple(Failure(when, error) for when, error in product((BEFORE, AFTER), (outside, Killed)))


class Away:
    """Event history refuses everything for the first so many seconds."""

    def __init__(self, world: World, seconds: float) -> None:
        back, putting = world.clock.now() + timedelta(seconds=seconds), world.history.put
        self.refused = self.written = 0

        def put(pages: object) -> None:
            if world.clock.now() < back:
                self.refused += 1
                raise AdapterError("event history is away")
            putting(pages)  # type: ignore[arg-type]
            self.written += 1

        world.history.put = put  # type: ignore[method-assign]


def put_off(records: tuple[bytes, ...] = RECORDS[:20], script: Script | None = None) -> tuple[World, Away]:
    """A world whose records are recorded, but for event history, which is there again."""
    world = World(trails=(trail(),), script=script or Script())
    away = Away(world, seconds=20)
    world.send_lines(records)
    world.record()
    assert world.queues["records"] == []
    assert world.ledger.totals().histories_due == away.refused > 0
    world.clock.move(seconds=20)
    return world, away


def check(world: World, records: tuple[bytes, ...]) -> None:
    """Everything shows, once and in order."""
    for place in PLACES:
        found = [
            r
            for r in map(record.read, records)
            if (r.account_id, r.region, r.category) == (*place, MANAGEMENT)
        ]
        assert world.looked_up(*place) == [
            r.line for r in sorted(found, key=lambda r: (-r.event_time, r.event_id))
        ]
    assert world.ledger.totals().histories_due == 0
    assert world.dead_letters.reasons == []


def test_an_hour_without_event_history_holds_nothing_up_and_loses_nothing() -> None:
    world = World(trails=(trail(),))
    away = Away(world, seconds=3600)
    for line in RECORDS:
        world.send_lines([line])
    while world.queues["records"]:
        world.round()
    slices = world.ledger.totals().histories_due
    assert slices > 30
    while world.clock.now() < ago(minutes=-59):
        world.round(60)
    assert all(world.looked_up(*place) == [] for place in PLACES)
    assert world.ledger.counts[trail().destination].delivered > 0
    assert world.ledger.totals().histories_due == slices
    assert away.refused <= slices * (1 + 3600 / HISTORY_LEASE.total_seconds())
    assert len(world.queues["histories"]) <= slices
    world.settle()
    check(world, RECORDS)
    assert away.written == slices


def test_a_slice_is_handed_on_by_one_clock_and_written_while_its_lease_lasts() -> None:
    world, away = put_off()
    slices = away.refused
    assert [world.tick().histories for _ in range(2)] == [slices, 0]  # type: ignore[union-attr]
    world.clock.move(seconds=HISTORY_LEASE.total_seconds() - 1)
    assert world.tick().histories == 0  # type: ignore[union-attr]
    world.clock.move(seconds=1)
    assert world.tick().histories == slices  # type: ignore[union-attr]
    result = world.write_late_history()
    assert result is not None
    assert (result.outdated, result.written, result.failed, result.errors) == (slices, slices, [], [])
    assert (away.written, world.queues["histories"]) == (slices, [])
    check(world, RECORDS[:20])


@pytest.mark.parametrize("call", ["segments.read", "history.put", "ledger.history_written"])
@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
def test_what_fails_comes_again_after_its_lease(call: str, how: Failure) -> None:
    world, away = put_off()
    world.tick()
    slices = away.refused
    first = len(world.script.calls) + ("segments.read", "history.put", "ledger.history_written").index(call)
    world.script.planned = {first: how}
    result = world.write_late_history()
    assert world.script.happened == [f"{how.when} {call}"]
    assert (result is None) is (how.error is Killed)
    if result is not None:
        assert (result.written, len(result.errors)) == (slices - 1, 1)
        assert world.queues["histories"] == []
    world.clock.move(seconds=HISTORY_LEASE.total_seconds())
    world.settle()
    check(world, RECORDS[:20])
    unsettled = (call, how.when) in (("history.put", AFTER), ("ledger.history_written", BEFORE))
    assert away.written == slices + unsettled


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
def test_every_call_fails_once_after_event_history_was_away(how: Failure) -> None:
    def run(script: Script) -> World:
        world, _ = put_off(RECORDS[:6], script)
        world.settle()
        return world

    calls = run(Script()).script.calls
    assert {"histories.send", "ledger.lease_history", "segments.read", "ledger.history_written"} <= set(calls)
    recorded = len(put_off(RECORDS[:6])[0].script.calls)
    for number in range(recorded, len(calls)):
        world = run(Script({number: how}))
        assert world.script.happened == [f"{how.when} {calls[number]}"]
        check(world, RECORDS[:6])


@pytest.mark.parametrize("other", [{"account_id": B}, {"region": "eu-central-1"}])
def test_records_of_another_account_or_region_are_not_written_and_hold_no_other_slice_up(
    other: dict[str, str],
) -> None:
    world, away = put_off(RECORDS)
    strange = next(due for due in world.ledger.due_histories if (due.account_id, due.region) == (A, HOME))
    told = replace(strange, **other)  # type: ignore[arg-type]
    world.ledger.due_histories[told] = world.ledger.due_histories.pop(strange)
    world.tick()
    result = world.write_late_history()
    assert result is not None
    (error,) = result.errors
    assert isinstance(error, StrangeSliceError)
    assert strange.slice.segment in str(error)
    assert (result.written, result.failed) == (away.refused - 1, [])
    assert set(world.ledger.due_histories) == {told}
    assert world.looked_up(A, HOME) == world.looked_up(told.account_id, "eu-central-1") == []
    assert world.looked_up(B, HOME) != []


def test_one_strange_record_keeps_its_whole_slice_out() -> None:
    world = World()
    mixed = [r.line for r in map(record.read, RECORDS) if (r.account_id, r.category) == (A, MANAGEMENT)]
    segment = build(
        [SliceContent(account_id=A, region=HOME, lines=tuple(mixed), matches={})], sources={}, versions={}
    )
    world.segments.put(segment)
    due = HistoryDue(account_id=A, region=HOME, slice=segment.slices[0])
    world.histories.send(due, until=world.clock.now() + HISTORY_LEASE)
    result = world.write_late_history()
    assert result is not None
    assert (len(result.errors), result.written) == (1, 0)
    assert world.looked_up(A, HOME) == world.looked_up(A, AWAY) == []


def test_what_nobody_can_read_is_left_to_the_queue_and_touches_neither_slices_nor_records() -> None:
    world, away = put_off()
    world.tick()
    slice_ = next(iter(world.ledger.due_histories))
    nowhere = replace(slice_, slice=replace(slice_.slice, offset=slice_.slice.offset + 1))
    until = world.clock.now() + HISTORY_LEASE
    world.histories.waiting[:0] = ["nonsense", to_text(nowhere, until)]
    world.send_lines(RECORDS[20:40])
    result = world.write_late_history()
    recorded = world.record()
    assert result is not None
    assert recorded is not None
    assert (result.failed, [m.body for m in world.queues["histories"]]) == (
        [world.queues["histories"][0].message_id],
        ["nonsense"],
    )
    assert (result.written, len(result.errors)) == (away.refused, 1)
    assert (recorded.recorded, recorded.failed, recorded.errors) == (20, [], [])
    check(world, RECORDS[:40])
