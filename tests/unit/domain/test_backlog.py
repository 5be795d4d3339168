"""Lines of deliveries: pauses of a destination that fails, what goes next when it takes something again."""

from dataclasses import replace
from datetime import timedelta

from opentrail.domain.backlog import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    RELEASE_AT_ONCE,
    Backlog,
    Health,
    next_of_line,
    pause,
    unanswered,
    worse,
)
from opentrail.domain.delivery import BacklogKey, Manifest, ManifestRef, Window

from tests.fakes.clock import START

KEY = BacklogKey(destination="trail/a/r/t/i", region="r")


def test_pauses_double_up_to_half_an_hour() -> None:
    assert [pause(n) for n in range(3)] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pause(7) == pause(10_000) == LONGEST_PAUSE


def test_failures_side_by_side_are_one() -> None:
    first = worse(Health(), START)
    assert (first.failures, first.failing(START)) == (1, True)
    assert worse(first, START + timedelta(seconds=1)) == first
    later = START + FIRST_PAUSE
    assert not first.failing(later)
    assert worse(first, later).failures == 2


def test_a_destination_that_fails_or_has_others_waiting_makes_new_deliveries_wait() -> None:
    assert not Health().to_wait
    assert Health(failures=1).to_wait
    assert Health(waits=True).to_wait


def refs(*ends: int) -> tuple[ManifestRef, ...]:
    found = [f"{end:012d}|a|r|{n:04d}" for n, end in enumerate(ends)]
    return tuple(ManifestRef(destination=KEY.destination, sort=sort) for sort in found)


def test_one_window_goes_at_a_time_and_a_bounded_part_of_it() -> None:
    def next_of(*ends: int) -> tuple[ManifestRef, ...]:
        return next_of_line(Backlog(key=KEY, health=Health(), due=0, joined=0, first=refs(*ends)))

    assert next_of(300, 300, 600) == refs(300, 300)
    assert next_of(300) == refs(300)
    assert next_of(*[300] * (RELEASE_AT_ONCE + 5)) == refs(*[300] * RELEASE_AT_ONCE)


def test_what_was_sent_and_never_heard_of_is_counted() -> None:
    window = Window(destination=KEY.destination, account_id="a", region="r", end=300)
    manifest = Manifest(window=window, entries=(), sends=4, attempts=3)
    assert unanswered(manifest) == 1
    assert unanswered(replace(manifest, attempts=5)) == 0
