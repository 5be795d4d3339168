"""Trails that change while they log: fewer or more Regions, another bucket, a Region that is new."""

from dataclasses import replace

from opentrail.domain.record_category import MANAGEMENT
from opentrail.domain.trail import Trail

from tests.digest_reading import Read
from tests.fakes.clock import START
from tests.pipeline.test_digests import RECORDS, checked, delivered, read, run, spans, time
from tests.pipeline.world import AWAY, HOME, A, World, ago
from tests.records import generate, lines

HOUR = 3600
AWAY_RECORDS = tuple(
    lines(
        generate(
            6,
            30,
            accounts=(A,),
            regions=(AWAY,),
            start=ago(hours=2),
            categories=frozenset({MANAGEMENT}),
            odd=0,
        )
    )
)


def convert(world: World, before: Trail, *, multi: bool) -> Trail:
    """As UpdateTrail does it."""
    now = world.clock.now()
    return world.change(before, is_multi_region_trail=multi, multi_region_changed_at=now)


def ends(reads: list[Read]) -> list[str]:
    return [end for _, end in spans(reads)]


def sent(world: World, records: tuple[bytes, ...], region: str = AWAY) -> int:
    """How many log files of a Region a batch of records makes."""

    def files() -> int:
        return sum(f"/{region}/" in key for key in delivered(world))

    before = files()
    world.send_lines(records, replay=True)
    run(world, hours=0.1)
    return files() - before


def test_a_single_region_trail_that_becomes_one_of_all_regions_begins_chains_there() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    assert sent(world, AWAY_RECORDS[:10]) == 0
    at = world.clock.now()
    convert(world, world.trails[0], multi=True)
    assert sent(world, AWAY_RECORDS[10:20]) == 1
    run(world, hours=1.05)
    [away] = read(world).chains(AWAY)
    assert away[0].said["digestEndTime"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert len(away) == 2
    assert len(read(world).listed(AWAY)) == 1
    [home] = read(world).chains(HOME)  # goes on as if nothing had been
    assert ends(home) == [time(0), time(HOUR)]


def test_a_trail_of_all_regions_that_becomes_a_single_region_one_ends_chains_there() -> None:
    world = World(trails=(checked(is_multi_region_trail=True),))
    run(world, hours=1.2)
    world.send_lines(AWAY_RECORDS[:10], replay=True)
    world.record()
    single = convert(world, world.trails[0], multi=False)
    at = world.clock.now()
    # What was recorded before is delivered, and in the final digest; what comes after is not recorded.
    assert sent(world, AWAY_RECORDS[10:20]) == 1
    run(world, hours=5)
    [away] = read(world).chains(AWAY)
    assert ends(away) == [time(0), time(HOUR), f"{at:%Y-%m-%dT%H:%M:%SZ}"]
    assert len(away[-1].said["logFiles"]) == 1
    [home] = read(world).chains(HOME)
    assert len(home) == 7
    # And back: a new chain, which the old one does not know.
    again = world.clock.now()
    convert(world, single, multi=True)
    run(world, hours=1.2)
    _, second = read(world).chains(AWAY)
    assert second[0].said["digestEndTime"] == f"{again:%Y-%m-%dT%H:%M:%SZ}"
    assert len(second) == 2
    assert len(read(world).chains(HOME)) == 1


def test_converted_and_back_at_once_ends_one_chain_there_and_begins_another() -> None:
    world = World(trails=(checked(is_multi_region_trail=True),))
    run(world, hours=0.5)
    single = convert(world, world.trails[0], multi=False)
    world.clock.move(seconds=1)
    convert(world, single, multi=True)
    run(world, hours=1.2)
    assert [len(chain) for chain in read(world).chains(AWAY)] == [2, 2]
    assert [len(chain) for chain in read(world).chains(HOME)] == [2]


def test_a_stopped_trail_that_is_converted_has_the_end_of_its_chains_when_it_stopped() -> None:
    world = World(trails=(checked(is_multi_region_trail=True),))
    run(world, hours=0.5)
    at = world.clock.now()
    stopped = world.change(world.trails[0], is_logging=False, stop_logging_time=at)
    world.clock.move(seconds=2)
    convert(world, stopped, multi=False)
    run(world, hours=2)
    for region in (HOME, AWAY):
        [chain] = read(world).chains(region)
        assert ends(chain) == [time(0), f"{at:%Y-%m-%dT%H:%M:%SZ}"]


def test_digests_that_are_turned_off_end_then_though_the_trail_stops_a_moment_later() -> None:
    world = World(trails=(checked(),))
    run(world, hours=0.5)
    at = world.clock.now()
    off = world.change(world.trails[0], log_file_validation_enabled=False, log_file_validation_changed_at=at)
    world.clock.move(seconds=3)
    world.change(off, is_logging=False, stop_logging_time=world.clock.now())
    run(world, hours=1)
    [chain] = read(world).chains(HOME)
    assert ends(chain) == [time(0), f"{at:%Y-%m-%dT%H:%M:%SZ}"]


def test_a_region_that_is_added_later_joins_the_chains_of_the_others() -> None:
    """Its chain has their boundaries, and does not tell of the hours in which the Region was not there."""
    world = World(trails=(checked(is_multi_region_trail=True),))
    added = "ap-south-9"
    run(world, hours=5.5)
    world.digest_ports = replace(world.digest_ports, regions=(HOME, AWAY, added))
    there = tuple(
        lines(generate(7, 9, accounts=(A,), regions=(added,), categories=frozenset({MANAGEMENT}), odd=0))
    )
    assert sent(world, there, added) == 1
    run(world, hours=2)
    [chain] = read(world).chains(added)
    assert spans(chain) == [(time((4 + n) * HOUR), time((5 + n) * HOUR)) for n in range(3)]
    assert len(read(world).listed(added)) == 1
    assert len(read(world).of(AWAY)) == 8


def test_what_waits_for_a_bucket_goes_to_the_one_that_is_set_meanwhile() -> None:
    world = World(trails=(checked(s3_key_prefix="old", recursive_logging=False),))
    run(world, hours=0.2)
    world.log_bucket.refusing["audit-logs"] = "NoSuchBucket"
    world.send_lines(RECORDS[:20], replay=True)
    run(world, hours=0.1)
    made = world.clock.now()
    world.change(world.trails[0], s3_bucket_name="new-logs", s3_key_prefix="new", kms_key_id="a-key")
    run(world, hours=1.5)
    [name] = delivered(world, "new-logs")
    stamp = f"{START:%Y%m%dT}"
    assert name.startswith(
        f"new/AWSLogs/{A}/CloudTrail/us-east-1/2023/07/10/{A}_CloudTrail_us-east-1_{stamp}"
    )
    assert name.rpartition("_")[0][-5:-1] <= f"{made:%H%M}"  # of its own window, not of the attempt
    [chain] = read(world).chains(HOME)
    assert [r.bucket for r in chain] == ["audit-logs", "new-logs"]
    assert read(world).listed(HOME) == [name]
