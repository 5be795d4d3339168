"""A forged copy of an event, sent before the true one or after it: both are shown, and somebody is told."""

import json
from itertools import product

import pytest
from opentrail.domain import record
from opentrail.domain.record_category import MANAGEMENT

from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.history_proofs import Reader
from tests.pipeline.world import HOME, A, World, ago, store, trail
from tests.records import generate, lines

RECORDS = list(
    lines(
        generate(
            4, 30, accounts=(A,), regions=(HOME,), start=ago(hours=2), categories=frozenset({MANAGEMENT})
        )
    )
)
TRUE = record.read(RECORDS[7])
HOWS = tuple(Failure(when, error) for when, error in product((BEFORE, AFTER), (outside, Killed)))


def forged(**members: object) -> bytes:
    return json.dumps({**TRUE.data, "sourceIPAddress": "203.0.113.9", **members}).encode()


def shown(world: World, event_id: str) -> list[bytes]:
    events = Reader.of(world.history, world.clock).events(A, TRUE.region, ("EventId", event_id))
    return [event["CloudTrailEvent"].encode() for event in events]


# The copy as it may be told apart from the true record: nothing else, an earlier time, other names.
COPIES = (
    forged(),
    forged(eventTime=f"{ago(days=9):%Y-%m-%dT%H:%M:%SZ}"),
    forged(eventName="ListBuckets", eventSource="s3.amazonaws.com", userIdentity={"type": "Root"}),
)


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("first", ["forged", "true", "together"])
def test_a_forged_copy_hides_nothing_and_is_noticed(copy: bytes, first: str) -> None:
    world = World(trails=(trail(is_multi_region_trail=True),), stores=(store(),))
    if first == "together":
        world.send_lines([*RECORDS, copy])
    for some in ([copy], RECORDS) if first == "forged" else (RECORDS, [copy]):
        world.send_lines(some)
        world.round()
    world.settle()
    assert sorted(shown(world, TRUE.event_id)) == sorted([copy, TRUE.line])
    logged = [r for held in world.log_bucket.files("audit-logs").values() for r in held]
    ours = [r for r in logged if r["eventID"] == TRUE.event_id]
    assert {str(r) for r in ours} == {str(TRUE.data), str(json.loads(copy))}
    assert {copy, TRUE.line} <= set(world.lake_files.rows(store().store_id))
    (conflict,) = world.event_conflicts.told
    assert (conflict.account_id, conflict.region, conflict.event_id) == (A, TRUE.region, TRUE.event_id)
    assert conflict.contents == tuple(sorted([TRUE.content, record.read(copy).content]))


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
def test_it_is_noticed_whatever_fails(how: Failure) -> None:
    def run(script: Script) -> World:
        world = World(script=script)
        world.send_lines([COPIES[0]])
        world.round()
        world.send_lines(RECORDS)
        world.settle()
        return world

    for number in range(len(run(Script()).script.calls)):
        world = run(Script({number: how}))
        assert sorted(shown(world, TRUE.event_id)) == sorted([COPIES[0], TRUE.line])
        assert len(world.event_conflicts.told) == 1


def test_records_that_only_come_again_are_no_conflict() -> None:
    world = World()
    for _ in range(3):
        world.send_lines(RECORDS)
        world.send_lines(RECORDS[::-1])
        world.round()
    world.settle()
    assert world.event_conflicts.told == []


@pytest.mark.parametrize("first", ["forged", "true"])
@pytest.mark.parametrize("days", [0, 1, 60])
def test_copies_that_two_recorders_recorded_are_noticed_in_the_night_though_nobody_looks(
    days: int, first: str
) -> None:
    world = World()
    recorded = ([COPIES[0]], RECORDS) if first == "forged" else (RECORDS, [COPIES[0]])
    for number, some in enumerate(recorded):
        if number:
            night(world, days)
        world.event_conflicts.forget()
        world.send_lines(some)
        world.settle()
    assert world.event_conflicts.told == []
    night(world)
    (conflict,) = world.event_conflicts.told
    assert world.event_conflicts.known() == [conflict]
    assert (conflict.account_id, conflict.region, conflict.event_id) == (A, TRUE.region, TRUE.event_id)
    assert conflict.contents == tuple(sorted([TRUE.content, record.read(COPIES[0]).content]))
    night(world)
    assert len(world.event_conflicts.told) == 1


def night(world: World, days: int = 2) -> None:
    """Days go by; the indexer runs after each, as another process every time."""
    for _ in range(days):
        world.clock.move(days=1)
        world.event_conflicts.forget()
        world.index_history()
