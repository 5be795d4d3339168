"""Chains stay whole: every call made for digests fails once, before and after its effect, or kills there."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.service.digests import make_digests

from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.pipeline.test_digests import CREATED, RECORDS, checked, delivered, read, spans
from tests.pipeline.world import HOME, PACE, WINDOW, World

HOWS = tuple(Failure(when, error) for when, error in product((BEFORE, AFTER), (outside, Killed)))
MINE = ("digests.", "digest_queue.", "signer.")


def run(script: Script) -> World:
    """Files in two hours, a stop, a file that comes late, a new start, the trail's end."""
    world = World(trails=(checked(created_at=CREATED),), script=script)
    world.send_lines(RECORDS[:20])
    pass_time(world, 2.1)
    world.send_lines(RECORDS[20:40])
    pass_time(world, 0.2)
    stopped = world.change(world.trails[0], is_logging=False, stop_logging_time=world.clock.now())
    pass_time(world, 1.5)
    again = world.change(stopped, is_logging=True, start_logging_time=world.clock.now())
    world.send_lines(RECORDS[40:])
    pass_time(world, 1.2)
    world.delete(again)
    pass_time(world, 0.5)
    return world


def pass_time(world: World, hours: float) -> None:
    for _ in range(round(hours * 10)):
        world.round(WINDOW + 2)
        world.round(353)


RUN = run(Script())
CALLS = tuple(RUN.script.calls)
NUMBERS = [number for number, name in enumerate(CALLS) if name.startswith((*MINE, "log_bucket.", "trails."))]
SPANS = [spans(chain) for chain in read(RUN).chains(HOME)]


def check(world: World) -> None:
    """Every file is listed once, the chains and their hours are those of a run without failures."""
    found = read(world)
    assert sorted(found.listed(HOME)) == delivered(world)
    assert len(delivered(world)) == 3
    chains = found.chains(HOME)
    assert [spans(chain) for chain in chains] == SPANS
    for chain in chains:
        assert all(sooner[1] == later[0] for sooner, later in pairwise(spans(chain)))
    assert not any(world.ledger.undigested.values())
    assert world.dead_letters.reasons == []


def test_the_run_without_failures_meets_every_call() -> None:
    check(RUN)
    assert [len(chain) for chain in SPANS] == [4, 3]
    called = {name for name in CALLS if name.startswith(MINE)}
    assert called == {
        "digests.due", "digests.lease", "digest_queue.send", "digests.state", "digests.undigested",
        "digests.stored", "digests.store", "digests.take", "signer.key_at", "signer.sign", "digests.finish",
        "digests.rest",
    }  # fmt: skip


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
def test_every_call_fails_once(how: Failure) -> None:
    tried: set[str] = set()
    for number in NUMBERS:
        world = run(Script({number: how}))
        assert world.script.happened == [f"{how.when} {CALLS[number]}"]
        check(world)
        tried.add(CALLS[number])
    assert {"digests.store", "log_bucket.put_log_file", "digests.finish"} <= tried


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(NUMBERS), st.sampled_from(HOWS), max_size=12))
def test_several_calls_fail(planned: dict[int, Failure]) -> None:
    check(run(Script(planned)))


class Interrupted:
    """A port at whose n-th call something else happens first; then the call goes on."""

    def __init__(self, port: Any, number: int, other: Callable[[], object]) -> None:
        self._port, self._left, self._other = port, number, other

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._left -= 1
            if self._left == -1:
                self._other()
            return function(*args, **kwargs)

        return call


@pytest.mark.parametrize(("number", "hours"), tuple(product(range(20), (1, 3))))
def test_a_digester_that_another_one_overtakes_makes_nothing_twice(number: int, hours: int) -> None:
    world = World(trails=(checked(),))
    world.send_lines(RECORDS[:20])
    pass_time(world, 0.5)
    world.clock.move(hours=hours)
    destination, ports = world.trails[0].destination, world.digest_ports

    def other() -> None:
        make_digests(destination, ports, PACE)
        world.send_lines(RECORDS[20:40], replay=True)
        world.round(WINDOW + 2)
        world.round(WINDOW + 2)
        world.clock.move(hours=1)

    digests: Any = Interrupted(world.digests, number, other)
    make_digests(destination, replace(ports, digests=digests), PACE)
    pass_time(world, 2)
    found = read(world)
    assert sorted(found.listed(HOME)) == delivered(world)
    [chain] = found.chains(HOME)
    assert len(chain) in (hours + 3, hours + 4)
    assert all(sooner[1] == later[0] for sooner, later in pairwise(spans(chain)))
