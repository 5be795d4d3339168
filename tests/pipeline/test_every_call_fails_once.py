"""Nothing lost, nothing shown twice: every call of every port fails once, before and after its effect.

A failing call either raises what an adapter raises, or the function is killed there: between any two steps.
"""

import json
from collections import Counter
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain import record, record_message
from opentrail.domain.record_category import MANAGEMENT

from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.pipeline.world import AWAY, HOME, A, B, World, ago, store, trail
from tests.records import generate, lines

RECORDS = tuple(
    lines(
        generate(
            7, 60, accounts=(A, B), regions=(HOME, AWAY), start=ago(hours=3), span=timedelta(hours=2), odd=0
        )
    )
)
AUDIT = trail("audit")
EVERYWHERE = trail("everywhere", is_multi_region_trail=True, s3_key_prefix="logs")
STORE = store()
HOWS = tuple(Failure(when, error) for when, error in product((BEFORE, AFTER), (outside, Killed)))


def run(script: Script) -> World:
    """Records come in three messages, a producer sends one of them twice; then all settles."""
    world = World(trails=(AUDIT, EVERYWHERE), stores=(STORE,), script=script)
    world.send_lines(RECORDS[:25])
    world.send_lines(RECORDS[25:40])
    world.round(1)
    (text,) = record_message.encode(RECORDS[25:40])
    world.send(text)
    world.send_lines(RECORDS[40:])
    world.settle()
    return world


CALLS = tuple(run(Script()).script.calls)


def check(world: World) -> None:
    """Every record is where it belongs, once; the sums say so."""
    found = [record.read(line) for line in RECORDS]
    for t in (AUDIT, EVERYWHERE):
        wanted = Counter(
            r.event_id
            for r in found
            if r.account_id == A
            and r.category == MANAGEMENT
            and (t.is_multi_region_trail or r.region == t.home_region)
        )
        files = world.log_bucket.files(t.s3_bucket_name)
        assert Counter(r["eventID"] for held in files.values() for r in held) == wanted
        assert all(
            len({(r["recipientAccountId"], r["awsRegion"]) for r in held}) == 1 for held in files.values()
        )
        assert world.ledger.counts[t.destination].delivered == wanted.total()
    wanted_lines = Counter(r.line for r in found if r.account_id == A and r.category == MANAGEMENT)
    assert Counter(world.lake_files.rows(STORE.store_id)) == wanted_lines
    for account_id, region in product((A, B), (HOME, AWAY)):
        events = [
            r for r in found if (r.account_id, r.region, r.category) == (account_id, region, MANAGEMENT)
        ]
        newest_first = sorted(events, key=lambda r: (-r.event_time, r.event_id))
        assert world.looked_up(account_id, region) == [r.line for r in newest_first]
    assert world.dead_letters.reasons == []
    world.check_sums()


def test_the_run_without_failures_meets_every_port() -> None:
    world = run(Script())
    check(world)
    assert {name.partition(".")[0] for name in CALLS} == {
        "configuration", "segments", "history", "ledger", "deliveries", "trails", "log_bucket", "lake_files",
        "digests",
    }  # fmt: skip


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
def test_every_call_fails_once(how: Failure) -> None:
    for number, name in enumerate(CALLS):
        world = run(Script({number: how}))
        assert world.script.happened == [f"{how.when} {name}"]
        check(world)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.integers(0, 2 * len(CALLS)), st.sampled_from(HOWS), max_size=3))
def test_several_calls_fail(planned: dict[int, Failure]) -> None:
    """At most three: what failed four times is set aside when it is received the fifth time."""
    check(run(Script(planned)))


def test_an_event_twice_in_a_delivery_is_in_its_file_once() -> None:
    world = World(trails=(AUDIT,), stores=(STORE,))
    line = next(line for line in RECORDS if _belongs(line))
    world.send_lines([line])
    world.send_lines([line, line.replace(b'"eventVersion":"1.', b'"eventVersion":"1.0')])
    world.settle()
    ((_, held),) = world.log_bucket.files(AUDIT.s3_bucket_name).items()
    # Another content under the same eventID is another event: both are kept.
    assert [json.dumps(r, ensure_ascii=False, separators=(",", ":")).encode() for r in held].count(line) == 1
    assert len(held) == 2
    assert len(world.looked_up(A, HOME)) == 2
    assert Counter(world.lake_files.rows(STORE.store_id))[line] == 1
    assert world.ledger.counts[AUDIT.destination].repeats == 1


def _belongs(line: bytes) -> bool:
    read = record.read(line)
    return (read.account_id, read.region, read.category) == (A, HOME, MANAGEMENT)
