"""Digests of a trail over time: chains without a gap, each delivered log file in exactly one of them."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from opentrail.domain import digest_file
from opentrail.domain.digest_chain import LAST_DELIVERIES, Digest
from opentrail.domain.record_category import MANAGEMENT
from opentrail.domain.trail import Trail

from tests.digest_reading import Digests, Read
from tests.fakes.clock import START
from tests.fakes.digests import public_key
from tests.pipeline.world import AWAY, HOME, WINDOW, A, World, ago, trail
from tests.records import generate, lines

HOUR = 3600
ONLY_MANAGEMENT = frozenset({MANAGEMENT})
CREATED = ago(days=1)
RECORDS = tuple(
    lines(
        generate(
            5,
            60,
            accounts=(A,),
            regions=(HOME,),
            start=ago(hours=2),
            categories=frozenset({MANAGEMENT}),
            odd=0,
        )
    )
)


def checked(**more: Any) -> Trail:
    """A trail that wants digests, and started to log now."""
    defaults: dict[str, Any] = {
        "created_at": CREATED,
        "start_logging_time": START,
        "log_file_validation_enabled": True,
        "log_file_validation_changed_at": CREATED,
    }
    return trail("audit", **(defaults | more))


def read(world: World) -> Digests:
    keys = [key.value for key in world.digest_keys.keys]
    return Digests(world.log_bucket.objects, world.log_bucket.metadata, keys)


def spans(reads: list[Read]) -> list[tuple[str, str]]:
    return [(r.said["digestStartTime"], r.said["digestEndTime"]) for r in reads]


def time(seconds: float) -> str:
    """A moment so many seconds after the start, as digests say it."""
    return f"{START + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def run(world: World, *, hours: float, step: float = 300, records: int = 0) -> None:
    """Let time pass, the clock every five minutes; so many records are sent at its beginning."""
    if records:
        start = len(world.log_bucket.files("audit-logs")) * 7 % 40
        world.send_lines(RECORDS[start : start + records], replay=True)
    end = world.clock.now() + timedelta(hours=hours)
    while world.clock.now() < end:
        world.round(WINDOW + 2)
        world.round(step - WINDOW - 2)


def delivered(world: World, bucket: str = "audit-logs") -> list[str]:
    return sorted(world.log_bucket.files(bucket))


def test_a_chain_begins_with_the_hour_before_and_has_a_digest_for_every_hour() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.1, records=20)
    run(world, hours=3)
    [chain] = read(world).chains(HOME)
    assert spans(chain) == [
        (time(-HOUR), time(0)),
        (time(0), time(HOUR)),
        (time(HOUR), time(2 * HOUR)),
        (time(2 * HOUR), time(3 * HOUR)),
    ]
    assert [len(r.said["logFiles"]) for r in chain] == [0, 1, 0, 0]
    first = chain[0].said
    assert {first[name] for name in first if name.startswith("previous")} == {None}
    assert read(world).listed(HOME) == delivered(world)
    assert first["awsAccountId"] == A


def test_a_digester_that_comes_late_gives_every_hour_its_own_files() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    making, world.digest_ports = world.digest_ports, None  # type: ignore[assignment]
    world.digest = world.digest_queue.waiting.clear  # type: ignore[method-assign]
    for start in (0, 10, 20):
        world.send_lines(RECORDS[start : start + 10])
        run(world, hours=1)
    world.digest_ports = making
    del world.digest  # type: ignore[method-assign]
    run(world, hours=0.2)
    [chain] = read(world).chains(HOME)
    assert [len(r.said["logFiles"]) for r in chain] == [0, 1, 1, 1]
    assert read(world).listed(HOME) == delivered(world)


def test_names_are_cloudtrails() -> None:
    world = World(trails=(checked(s3_key_prefix="some/where"),))
    run(world, hours=0.1)
    [only] = read(world).of(HOME)
    assert only.key == (
        f"some/where/AWSLogs/{A}/CloudTrail-Digest/us-east-1/2023/07/10/"
        f"{A}_CloudTrail-Digest_us-east-1_audit_us-east-1_20230710T114230Z.json.gz"
    )


def test_every_region_of_a_multi_region_trail_has_its_own_chain_with_the_same_hours() -> None:
    world = World(trails=(checked(is_multi_region_trail=True),))
    run(world, hours=2.1)
    found = read(world)
    assert spans(found.of(HOME)) == spans(found.of(AWAY))
    assert len(found.of(HOME)) == 3
    assert all("_audit_us-east-1_" in r.key for r in found.of(AWAY))


def test_a_region_that_is_not_served_gets_a_chain_when_a_file_of_it_is_delivered() -> None:
    world = World(trails=(checked(is_multi_region_trail=True),))
    elsewhere = lines(
        generate(3, 5, accounts=(A,), regions=("xx-south-9",), categories=frozenset({MANAGEMENT}), odd=0)
    )
    run(world, hours=0.2)
    world.send_lines(elsewhere)
    run(world, hours=2)
    found = read(world)
    assert len(found.listed("xx-south-9")) == 1
    assert len(found.chains("xx-south-9")) == 1


def test_stopping_ends_the_chain_with_what_was_delivered_until_then() -> None:
    world = World(trails=(checked(),))
    run(world, hours=1.2)
    run(world, hours=0, records=10)
    world.send_lines(RECORDS[50:])
    world.record()
    stopped = world.change(world.trails[0], is_logging=False, stop_logging_time=world.clock.now())
    at = world.clock.now()
    run(world, hours=3)
    [chain] = read(world).chains(HOME)
    assert chain[-1].said["digestEndTime"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert len(chain) == 3
    assert read(world).listed(HOME) == delivered(world)
    assert len(chain[-1].said["logFiles"]) == len(delivered(world)) == 1
    assert not stopped.is_logging


def test_the_final_digest_waits_for_the_last_deliveries() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    world.change(world.trails[0], is_logging=False, stop_logging_time=world.clock.now())
    world.round(WINDOW + LAST_DELIVERIES - 2)
    world.round(3)
    assert len(read(world).of(HOME)) == 1
    world.round(1)
    assert len(read(world).of(HOME)) == 2


def test_starting_again_begins_a_new_chain_which_the_old_one_does_not_know() -> None:
    world = World(trails=(checked(),))
    run(world, hours=1.1, records=10)
    stopped = world.change(world.trails[0], is_logging=False, stop_logging_time=world.clock.now())
    run(world, hours=1.7)
    world.change(stopped, is_logging=True, start_logging_time=world.clock.now())
    again = world.clock.now()
    run(world, hours=1.2, records=10)
    first, second = read(world).chains(HOME)
    assert len(first) == 3
    assert second[0].said["digestEndTime"] == f"{again:%Y-%m-%dT%H:%M:%SZ}"
    assert second[0].said["digestStartTime"] == f"{again - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert sorted(read(world).listed(HOME)) == delivered(world)
    assert len(delivered(world)) == 2


@pytest.mark.parametrize("gap", [0, 1, 30])
def test_starting_again_at_once_ends_one_chain_and_begins_another(gap: int) -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    at = world.clock.now() + timedelta(seconds=1)
    stopped = world.change(world.trails[0], is_logging=False, stop_logging_time=at)
    world.clock.move(seconds=gap)
    world.change(stopped, is_logging=True, start_logging_time=at + timedelta(seconds=gap))
    world.clock.move(seconds=1)
    run(world, hours=1.2)
    chains = read(world).chains(HOME)
    ends = [r.said["digestEndTime"] for chain in chains for r in chain]
    assert len(set(ends)) == len(ends)
    assert [len(chain) for chain in chains] == [2, 2]


def test_turning_validation_off_and_on_leaves_a_gap_of_files_that_no_digest_lists() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.4, records=5)
    now = world.clock.now
    off = world.change(
        world.trails[0], log_file_validation_enabled=False, log_file_validation_changed_at=now()
    )
    run(world, hours=0.4, records=5)
    between = set(delivered(world)) - set(read(world).listed(HOME))
    assert len(between) == 1
    world.change(off, log_file_validation_enabled=True, log_file_validation_changed_at=now())
    run(world, hours=1.4, records=5)
    first, second = read(world).chains(HOME)
    assert (len(first), len(second)) == (2, 2)
    assert set(delivered(world)) - set(read(world).listed(HOME)) == between


def test_turning_validation_on_in_a_trail_that_logs_begins_with_that_moment() -> None:
    off = checked(log_file_validation_enabled=False, log_file_validation_changed_at=None)
    world = World(trails=(off,))
    run(world, hours=0.5, records=5)
    assert read(world).found == {}
    on = world.clock.now()
    world.change(off, log_file_validation_enabled=True, log_file_validation_changed_at=on)
    run(world, hours=0.1)
    [only] = read(world).of(HOME)
    assert only.said["digestEndTime"] == f"{on:%Y-%m-%dT%H:%M:%SZ}"


def test_a_deleted_trail_gets_its_final_digest() -> None:
    world = World(trails=(checked(),))
    run(world, hours=1.1, records=10)
    world.delete(world.trails[0])
    at = world.clock.now()
    run(world, hours=0.2)
    [chain] = read(world).chains(HOME)
    assert chain[-1].said["digestEndTime"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert len(chain) == 3
    run(world, hours=26, step=1800)
    assert len(read(world).of(HOME)) == 3
    assert world.digests.works[world.trails[0].destination].due is None


def test_a_trail_of_the_same_name_has_chains_of_its_own() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    world.delete(world.trails[0])
    at = world.clock.now()
    anew = checked(trail_id="anew", created_at=at, start_logging_time=at, log_file_validation_changed_at=at)
    world.configured.trails.append(anew)
    world.digests.touch(anew)
    run(world, hours=1.2, records=5)
    old, new = read(world).chains(HOME)
    assert (len(old), len(new)) == (2, 2)
    assert read(world).listed(HOME) == delivered(world)


def test_files_that_come_after_the_final_digest_are_in_a_later_one_of_the_chain() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    world.log_bucket.refusing["audit-logs"] = "AccessDenied"
    run(world, hours=0.1, records=20)
    world.change(world.trails[0], is_logging=False, stop_logging_time=world.clock.now())
    run(world, hours=5)
    world.log_bucket.refusing.clear()
    run(world, hours=3)
    [chain] = read(world).chains(HOME)
    assert read(world).listed(HOME) == delivered(world)
    assert len(delivered(world)) == 1
    assert sum(bool(r.said["logFiles"]) for r in chain) == 1
    known = len(read(world).of(HOME))
    run(world, hours=5)
    assert len(read(world).of(HOME)) == known


def test_a_bucket_that_is_back_gets_the_digests_of_all_hours_in_order() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    world.log_bucket.refusing["audit-logs"] = "NoSuchBucket"
    run(world, hours=50, step=1200, records=20)
    key = next(iter(world.digests.chains))
    assert world.digests.errors[key] == "NoSuchBucket"
    world.log_bucket.refusing.clear()
    run(world, hours=2)
    [chain] = read(world).chains(HOME)
    assert len(chain) == 1 + 52
    assert all(before[1] == after[0] for before, after in pairwise(spans(chain)[1:]))
    assert read(world).listed(HOME) == delivered(world)
    assert key not in world.digests.errors


def test_a_refused_digest_is_tried_with_pauses_that_grow_to_half_an_hour() -> None:
    world = World(trails=(checked(),))
    world.log_bucket.refusing["audit-logs"] = "NoSuchBucket"
    times: list[datetime] = []
    for _ in range(24 * 60):
        attempts = world.log_bucket.attempts
        world.round(60)
        if world.log_bucket.attempts > attempts:
            times.append(world.clock.now())
    pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert set(pauses[8:]) == {1800}


def test_a_digest_goes_to_the_bucket_the_trail_has_by_then() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5, records=5)
    world.log_bucket.refusing["audit-logs"] = "NoSuchBucket"
    run(world, hours=1)
    world.change(world.trails[0], s3_bucket_name="new-logs", s3_key_prefix="new")
    run(world, hours=2, records=5)
    [chain] = read(world).chains(HOME)
    assert [r.bucket for r in chain] == ["audit-logs", *["new-logs"] * (len(chain) - 1)]
    assert chain[1].said["previousDigestS3Bucket"] == "audit-logs"
    listed = read(world).listed(HOME)
    assert sorted(listed) == sorted(delivered(world) + delivered(world, "new-logs"))
    assert len(listed) == 2


def test_what_nobody_takes_for_thirty_days_is_dead_lettered_and_the_chain_goes_on() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    world.log_bucket.refusing["audit-logs"] = "AccessDenied"
    run(world, hours=30 * 24 + 12, step=1800)
    letters = world.dead_letters.bodies("DigestNotDeliveredIn30Days")
    assert 9 <= len(letters) <= 13
    world.log_bucket.refusing.clear()
    run(world, hours=10, step=600)
    [chain] = read(world).chains(HOME)
    assert len(chain) > 30 * 24 - 10
    gaps = [pair for pair in pairwise(spans(chain)) if pair[0][1] != pair[1][0]]
    assert len(gaps) == 1


def test_a_rotation_of_keys_breaks_no_chain() -> None:
    world = World(trails=(checked(),))
    run(world, hours=1.2)
    world.digest_keys.keys.append(public_key("second", world.clock.now()))
    run(world, hours=2)
    [chain] = read(world).chains(HOME)
    prints = [r.said["digestPublicKeyFingerprint"] for r in chain]
    first, second = (key.fingerprint for key in world.digest_keys.list())
    assert prints == [first, first, second, second]


def test_more_files_than_a_digest_lists_are_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opentrail.service.digests.MAX_LOG_FILES", 2)
    world = World(trails=(checked(),))
    for start in range(0, 50, 10):
        world.send_lines(RECORDS[start : start + 10])
        run(world, hours=0.1)
    run(world, hours=4)
    assert [len(r.said["logFiles"]) for r in read(world).of(HOME)] == [0, 2, 2, 1, 0]
    assert sorted(read(world).listed(HOME)) == delivered(world)


def test_two_trails_on_one_bucket_do_not_meet() -> None:
    other = replace(checked(), name="other", trail_id="id-other")
    world = World(trails=(checked(), other))
    run(world, hours=0.2, records=20)
    run(world, hours=1.2)
    found = read(world)
    one, two = found.listed(HOME, trail="audit"), found.listed(HOME, trail="other")
    assert Counter(one + two) == Counter(delivered(world))
    assert (len(one), len(two)) == (1, 1)


def test_a_trail_without_validation_has_no_digests() -> None:
    world = World(trails=(checked(log_file_validation_enabled=False, log_file_validation_changed_at=None),))
    run(world, hours=2.5, records=20)
    assert read(world).found == {}
    assert world.ledger.undigested == {}


def test_the_chain_waits_where_somebody_elses_object_has_a_digests_name() -> None:
    """It never goes on over what is not ours; it does once that object is gone. The status says so."""
    world = World(trails=(checked(),))
    run(world, hours=0.9, records=5)
    key = next(iter(world.digests.chains))
    place = digest_file.key(
        prefix=None,
        account_id=A,
        region=HOME,
        trail="audit",
        home_region=HOME,
        end=int(START.timestamp()) + HOUR,
    )
    world.log_bucket.objects["audit-logs", place] = b"forged"
    run(world, hours=3, records=5)
    assert world.digests.errors[key] == "PreconditionFailed"
    assert world.digests.chains[key].sequence == 1
    assert world.log_bucket.objects["audit-logs", place] == b"forged"
    del world.log_bucket.objects["audit-logs", place]
    run(world, hours=1.2)
    [chain] = read(world).chains(HOME)
    assert len(chain) == 1 + 5
    assert all(before[1] == after[0] for before, after in pairwise(spans(chain)[1:]))
    assert read(world).listed(HOME) == delivered(world)
    assert key not in world.digests.errors


def test_somebody_elses_object_in_the_bucket_a_digest_moves_to_holds_the_chain_too() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.9, records=5)
    key = next(iter(world.digests.chains))
    world.log_bucket.refusing["audit-logs"] = "NoSuchBucket"
    run(world, hours=0.5)
    place = world.digests.digests[key, 2].object_key
    world.log_bucket.objects["new-logs", place] = b"forged"
    world.change(world.trails[0], s3_bucket_name="new-logs")
    run(world, hours=2)
    assert (world.digests.errors[key], world.digests.chains[key].sequence) == ("PreconditionFailed", 1)
    del world.log_bucket.objects["new-logs", place]
    run(world, hours=1.2)
    [chain] = read(world).chains(HOME)
    assert len(chain) > 3
    assert key not in world.digests.errors


def test_what_another_digester_decides_first_counts() -> None:
    """It sees one log file more: were the second's answer ignored, a file would be in no digest, or two."""
    world = World(trails=(checked(),))
    run(world, hours=0.9, records=5)
    plain, storing = world.digest_ports, world.digests.store
    others: list[int] = []

    def store(digest: Digest) -> bool:
        if not others:
            others.append(digest.sequence)
            world.send_lines(RECORDS[50:55])
            for work in (world.record, world.tick, world.deliver):
                work()
            world.clock.move(seconds=WINDOW + 1)
            for work in (world.tick, world.deliver):
                work()
            files = sorted(world.ledger.undigested[digest.key], key=lambda f: f.delivered_at)
            assert len(files) == 2
            assert storing(replace(digest, log_files=tuple(files)))
        return storing(digest)

    world.digests.store = store  # type: ignore[method-assign]
    run(world, hours=2.5)
    assert others == [2]
    assert plain is world.digest_ports
    [chain] = read(world).chains(HOME)
    assert [len(r.said["logFiles"]) for r in chain] == [0, 2, 0, 0]
    assert sorted(read(world).listed(HOME)) == delivered(world)


@pytest.mark.parametrize("stopped", [False, True])
def test_a_file_that_is_twenty_days_late_is_in_exactly_one_digest(stopped: bool) -> None:
    """Its bucket takes nothing for twenty days; the trail may have stopped meanwhile."""
    world = World(trails=(checked(),))
    run(world, hours=0.5, records=5)
    world.log_bucket.refusing["audit-logs"] = "AccessDenied"
    for start in (10, 20):
        world.send_lines(RECORDS[start : start + 10])
        run(world, hours=2, step=1200)
    if stopped:
        world.change(world.trails[0], is_logging=False, stop_logging_time=world.clock.now())
    run(world, hours=20 * 24, step=6 * 3600)
    assert len(delivered(world)) == 1
    world.log_bucket.refusing.clear()
    run(world, hours=3, step=600)
    files = delivered(world)
    assert len(files) == 3
    assert Counter(read(world).listed(HOME)) == Counter(files)
    for chain in read(world).chains(HOME):
        assert all(before[1] == after[0] for before, after in pairwise(spans(chain)[1:]))
