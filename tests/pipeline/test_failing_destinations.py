"""A destination that fails: its deliveries wait, one is tried with growing pauses, and nobody else waits."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from opentrail.domain import record

from tests.pipeline.world import HOME, WINDOW, A, World, drawn, store, trail

RECORDS = drawn(3, 40)
BROKEN, SOUND = trail("broken"), trail("sound")
KEY = (BROKEN.destination, HOME)


def broken_world() -> World:
    """Four windows of records, of a trail whose bucket is missing and one that is sound."""
    world = World(trails=(BROKEN, SOUND), stores=(store(),))
    world.log_bucket.refusing[BROKEN.s3_bucket_name] = "NoSuchBucket"
    for start in range(0, 40, 10):
        world.send_lines(RECORDS[start : start + 10])
        world.round()
    world.round()
    return world


def ids(world: World, bucket: str) -> Counter[str]:
    return Counter(r["eventID"] for held in world.log_bucket.files(bucket).values() for r in held)


EXPECTED = Counter(record.read(line).event_id for line in RECORDS)


def test_what_a_missing_bucket_would_get_waits_and_arrives_once_when_it_is_back() -> None:
    world = broken_world()
    assert ids(world, SOUND.s3_bucket_name) == EXPECTED
    assert ids(world, BROKEN.s3_bucket_name) == Counter()
    assert world.ledger.errors[KEY] == "NoSuchBucket"
    sum_ = world.ledger.totals().destinations[BROKEN.destination]
    assert (sum_.matched, sum_.pending) == (40, 40)
    world.log_bucket.refusing.clear()
    world.settle()
    assert ids(world, BROKEN.s3_bucket_name) == EXPECTED
    assert len(world.log_bucket.files(BROKEN.s3_bucket_name)) == 4
    assert KEY not in world.ledger.errors
    assert world.ledger.delivery_times[KEY] > world.ledger.delivery_times[SOUND.destination, HOME]


def test_one_delivery_is_tried_with_pauses_that_grow_to_half_an_hour() -> None:
    world = broken_world()
    before = world.log_bucket.attempts
    times = []
    for _ in range(24 * 60):
        attempts = world.log_bucket.attempts
        world.round(60)
        assert world.log_bucket.attempts <= attempts + 1
        if world.log_bucket.attempts > attempts:
            times.append(world.clock.now())
    pauses = [int((later - sooner).total_seconds()) for sooner, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert set(pauses[8:]) == {1800}
    assert world.log_bucket.attempts - before < 24 * 2 + 10


def test_a_destination_that_fails_is_not_asked_for_each_new_window() -> None:
    world = broken_world()
    attempts = world.log_bucket.attempts
    for start in range(10):
        world.send_lines(RECORDS[start : start + 1], replay=True)
        world.round(WINDOW)
    sound = len(world.log_bucket.files(SOUND.s3_bucket_name)) - 4
    assert sound >= 8
    assert world.log_bucket.attempts - attempts - sound <= 2


def test_what_nobody_took_for_thirty_days_is_dead_lettered() -> None:
    world = broken_world()
    world.clock.move(days=29, hours=23)
    world.round()
    assert world.ledger.totals().destinations[BROKEN.destination].pending == 40
    world.clock.move(hours=2)
    world.settle()
    sum_ = world.ledger.totals().destinations[BROKEN.destination]
    assert (sum_.dead_lettered, sum_.pending, sum_.delivered) == (40, 0, 0)
    letters = [
        line for body in world.dead_letters.bodies("NotDeliveredIn30Days") for line in body.split(b"\n")
    ]
    assert Counter(letters) == Counter(RECORDS)
    world.log_bucket.refusing.clear()
    world.clock.move(hours=1)
    world.round()
    assert ids(world, BROKEN.s3_bucket_name) == Counter()


def test_what_waits_for_a_deleted_trail_is_discarded_even_when_its_name_is_taken_again() -> None:
    world = broken_world()
    world.configured.trails = [replace(BROKEN, trail_id="another"), SOUND]
    world.log_bucket.refusing.clear()
    world.settle()
    sum_ = world.ledger.totals().destinations[BROKEN.destination]
    assert (sum_.discarded, sum_.pending) == (40, 0)
    assert ids(world, BROKEN.s3_bucket_name) == Counter()


def test_a_delivery_nobody_makes_is_sent_again_with_growing_pauses() -> None:
    world = World(trails=(SOUND,))
    world.send_lines(RECORDS)
    world.record()
    world.clock.move(seconds=WINDOW + 1)
    sent = []
    for _ in range(4 * 60):
        result = world.tick()
        assert result is not None
        sent += [world.clock.now()] * result.sent
        world.clock.move(minutes=1)
    assert 5 < len(sent) < 20
    world.deliver()
    world.settle()
    assert ids(world, SOUND.s3_bucket_name) == EXPECTED
    assert len(world.log_bucket.files(SOUND.s3_bucket_name)) == 1


def test_files_keep_the_name_of_their_window_however_late_they_are() -> None:
    world = broken_world()
    world.clock.move(days=2)
    world.log_bucket.refusing.clear()
    world.settle()
    for key in world.log_bucket.files(BROKEN.s3_bucket_name):
        assert key.startswith(
            f"AWSLogs/{A}/CloudTrail/{HOME}/2023/07/10/{A}_CloudTrail_{HOME}_20230710T1145Z_"
        )


def test_thirty_days_of_a_failing_destination_cost_a_bounded_number_of_attempts() -> None:
    world = World(trails=(BROKEN,))
    world.log_bucket.refusing[BROKEN.s3_bucket_name] = "AccessDenied"
    end = world.clock.now() + timedelta(days=30)
    number = 0
    while world.clock.now() < end:
        world.send_lines([RECORDS[number % 40]], replay=True)
        number += 1
        world.round(3 * 3600)
    assert world.log_bucket.attempts <= 30 * 8 + 5
    world.log_bucket.refusing.clear()
    world.settle(rounds=400)
    sum_ = world.ledger.totals().destinations[BROKEN.destination]
    assert sum_.matched == number == sum_.delivered + sum_.dead_lettered
    assert sum_.dead_lettered <= 2
