"""The clock closes windows in time; clocks side by side do no harm; the sweep repairs lost wake-ups."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain.delivery import CLOSING_GRACE, Entry, Window, manifests, window_end
from opentrail.ports.errors import AdapterError
from opentrail.service.ticking import tick

from tests.fakes.ledger import FakeLedger
from tests.pipeline.world import HOME, WINDOW, A, World, ago, store, trail
from tests.records import generate, lines

RECORDS = tuple(lines(generate(5, 20, accounts=(A,), regions=(HOME,), start=ago(hours=1), odd=0)))
AUDIT = trail()


def test_a_window_is_closed_by_the_wake_up_that_the_recorder_asked_for() -> None:
    world = World(trails=(AUDIT,), stores=(store(),))
    world.send_lines(RECORDS)
    world.record()
    end = window_end(world.clock.now(), WINDOW)
    assert set(world.wakeups.moments) == {datetime.fromtimestamp(end + CLOSING_GRACE, UTC)}
    world.clock.moment = world.wakeups.moments[0] - timedelta(seconds=1)
    assert world.tick().closed == 0  # type: ignore[union-attr]
    world.clock.moment = world.wakeups.moments[0]
    assert world.tick().closed == 2  # type: ignore[union-attr]
    world.deliver()
    assert world.quiet


def test_a_sweep_closes_what_no_wake_up_came_for() -> None:
    world = World(trails=(AUDIT,), stores=(store(),))
    world.send_lines(RECORDS)
    world.record()
    world.wakeups.moments.clear()
    world.clock.move(minutes=1)
    world.tick()
    world.deliver()
    assert world.quiet


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_clocks_side_by_side_deliver_everything_once(data: st.DataObject) -> None:
    """Another clock, or the recorder, works between any two calls this clock makes of the ledger."""
    world = World(trails=(AUDIT,), stores=(store(),))
    for line in RECORDS:
        world.send_lines([line])
    world.record()
    world.clock.move(seconds=WINDOW + 1)
    world.clock_ports = _interrupted(world, data)
    world.settle()
    assert world.ledger.counts[AUDIT.destination].delivered == world.ledger.counts[AUDIT.destination].matched
    held = [r["eventID"] for file in world.log_bucket.files(AUDIT.s3_bucket_name).values() for r in file]
    assert len(held) == len(set(held)) == world.ledger.counts[AUDIT.destination].matched > 0


def _interrupted(world: World, data: st.DataObject) -> object:
    from dataclasses import replace

    plain = world.clock_ports
    busy = False

    class Interrupted:
        def __getattr__(self, name: str) -> object:
            nonlocal busy
            if not busy and data.draw(st.booleans()):
                busy = True
                tick(plain)
                world.record()
                busy = False
            return getattr(plain.ledger, name)

    return replace(plain, ledger=Interrupted())  # type: ignore[arg-type]


def test_a_late_slice_beside_what_another_clock_closed_is_closed_by_the_same_tick() -> None:
    world = World(trails=(AUDIT,))
    world.send_lines(RECORDS[:10])
    world.record()
    window = next(window for window, held in world.ledger.windows.items() if held)
    others = world.ledger.entries(window)
    world.send_lines(RECORDS[10:])
    world.record()
    world.clock.move(seconds=WINDOW + 1)
    reading = world.ledger.entries

    def entries(asked: Window) -> list[Entry]:
        """Between reading and closing, another clock closes what it saw before the late slice came."""
        found = reading(asked)
        (taken,) = manifests(window, others)
        world.ledger.close(taken, next_look=world.clock.now() + timedelta(seconds=20))
        return found

    world.ledger.entries = entries  # type: ignore[method-assign]
    assert world.tick().closed == 1  # type: ignore[union-attr]
    assert reading(window) == []


def test_what_fails_delays_nothing_else() -> None:
    world = World(trails=(AUDIT,), stores=(store(),))
    world.send_lines(RECORDS)
    world.record()
    world.clock.move(seconds=WINDOW + 1)
    closing = world.ledger.close

    def close(manifest: object, **more: object) -> bool:
        if manifest.window.destination == AUDIT.destination:  # type: ignore[attr-defined]
            raise AdapterError("no")
        return closing(manifest, **more)  # type: ignore[arg-type]

    world.ledger.close = close  # type: ignore[method-assign]
    result = world.tick()
    assert result is not None
    assert (result.closed, len(result.errors)) == (1, 1)
    world.ledger.close = closing  # type: ignore[method-assign]
    world.settle()


@pytest.mark.parametrize("at_once", [1, 7])
def test_more_than_one_answer_of_the_ledger_is_worked_off(at_once: int) -> None:
    world = World(trails=tuple(trail(f"trail-{n}") for n in range(5)))
    world.ledger.at_once = at_once
    world.send_lines(RECORDS)
    world.record()
    world.clock.move(seconds=WINDOW + 1)
    assert world.tick().closed == 5  # type: ignore[union-attr]


def test_what_is_left_after_many_rounds_is_asked_for_again_at_once() -> None:
    world = World(trails=tuple(trail(f"trail-{n}") for n in range(12)))
    world.ledger.at_once = 1
    world.send_lines(RECORDS)
    world.record()
    world.clock.move(seconds=WINDOW + 1)
    world.wakeups.moments.clear()
    assert world.tick().closed == 10  # type: ignore[union-attr]
    assert world.wakeups.moments == [world.clock.now()]
    assert world.tick().closed == 2  # type: ignore[union-attr]


def test_windows_lie_on_a_fixed_grid() -> None:
    start = datetime(2023, 7, 10, 11, 40, tzinfo=UTC)
    assert window_end(start, 300) == window_end(start + timedelta(seconds=299.9), 300)
    assert window_end(start, 300) == start.timestamp() + 300
    assert window_end(start + timedelta(seconds=300), 300) == start.timestamp() + 600


def test_the_fake_ledger_knows_a_window_only_while_it_holds_something() -> None:
    window = Window(destination="trail/a/b/c/d", account_id=A, region=HOME, end=1)
    assert FakeLedger().entries(window) == []
