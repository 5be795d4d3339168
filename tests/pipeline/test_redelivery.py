"""What waits for a destination that failed: it arrives in order and at a rate, delays nobody, and the sums
always agree; or it is given up, or discarded, and counted.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import product

import pytest
from opentrail.domain import record
from opentrail.domain.backlog import RELEASE_AT_ONCE, UNANSWERED
from opentrail.domain.delivery import DELIVERED, DISCARDED, BacklogKey, ManifestRef
from opentrail.domain.trail import Trail
from opentrail.ports.errors import AdapterError

from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.pipeline.world import HOME, WINDOW, A, World, drawn, trail

RECORDS = drawn(11, 400)
BROKEN, SOUND = trail("broken"), trail("sound")
BUCKET = BROKEN.s3_bucket_name
KEY = (BROKEN.destination, HOME)
LINE = BacklogKey(destination=BROKEN.destination, region=HOME)


def outage(windows: int, *trails: Trail, script: Script | None = None, code: str = "NoSuchBucket") -> World:
    """One record in each window, while the bucket of `BROKEN` refuses."""
    world = World(trails=(BROKEN, *trails), script=script or Script())
    world.log_bucket.refusing[BUCKET] = code
    pass_windows(world, windows)
    return world


def pass_windows(world: World, windows: int, start: int = 0) -> None:
    for number in range(start, start + windows):
        world.send_lines(RECORDS[number : number + 1])
        world.round(WINDOW)
    for _ in range(3):
        world.round(WINDOW)


def ids(world: World, *buckets: str) -> Counter[str]:
    files = [held for bucket in buckets or (BUCKET,) for held in world.log_bucket.files(bucket).values()]
    return Counter(r["eventID"] for held in files for r in held)


def expected(count: int, start: int = 0) -> Counter[str]:
    return Counter(record.read(line).event_id for line in RECORDS[start : start + count])


def window_ends(world: World, trail: Trail = BROKEN) -> list[int]:
    """The ends of the windows of what was delivered, in the order of writing."""
    places = {
        kept.result.objects[0]: ref.end
        for ref, kept in world.ledger.kept.items()
        if kept.result is not None and ref.destination == trail.destination
    }
    written = [f"{bucket}/{key}" for bucket, key in world.log_bucket.puts]
    return [places[place] for place in written if place in places]


def pending(world: World, trail: Trail = BROKEN) -> int:
    return world.ledger.totals().destinations[trail.destination].pending


def test_everything_arrives_in_the_order_of_its_windows_and_no_faster_than_the_rate() -> None:
    world = outage(60)
    assert pending(world) == 60
    world.log_bucket.refusing.clear()
    while pending(world):
        before = len(world.log_bucket.puts)
        world.round(1)
        assert len(world.log_bucket.puts) - before <= RELEASE_AT_ONCE
    assert ids(world) == expected(60)
    assert len(world.log_bucket.files(BUCKET)) == 60
    ends = window_ends(world)
    assert ends == sorted(ends)
    assert len(set(ends)) == 60
    world.settle()
    assert world.ledger.totals().lines == ()


def test_windows_that_close_meanwhile_stand_behind_those_that_wait() -> None:
    world = outage(20)
    world.log_bucket.refusing.clear()
    world.clock.move(minutes=30)
    for number in range(20, 60):
        world.send_lines(RECORDS[number : number + 1])
        world.round(WINDOW)
    world.settle()
    assert ids(world) == expected(60)
    ends = window_ends(world)
    assert ends == sorted(ends)


def test_a_window_of_many_files_is_handed_out_a_bounded_part_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("opentrail.domain.delivery.MAX_ENTRIES", 1)  # so that each message is one manifest
    world = outage(0)
    for line in RECORDS[:35]:
        world.send_lines([line])
        world.record()
    pass_windows(world, 0)
    assert {ref.end for ref in world.ledger.pending} == {min(world.ledger.pending).end}
    assert len(world.ledger.pending) == 35
    world.log_bucket.refusing.clear()
    world.clock.move(minutes=30)
    while pending(world):
        before = len(world.log_bucket.puts)
        world.round(1)
        assert len(world.log_bucket.puts) - before <= RELEASE_AT_ONCE
    assert ids(world) == expected(35)


def test_the_name_is_that_of_the_files_own_window_and_place_and_key_are_those_of_the_moment() -> None:
    world = outage(30)
    world.log_bucket.refusing.clear()
    world.clock.move(days=3)
    while len(world.log_bucket.puts) < 10:
        world.round(1)
    moved = {"s3_bucket_name": "elsewhere", "s3_key_prefix": "late", "kms_key_id": "arn:key"}
    world.change(BROKEN, recursive_logging=False, **moved)  # else the key's use is recorded, too
    world.settle()
    assert ids(world, BUCKET, "elsewhere") == expected(30)
    start = f"AWSLogs/{A}/CloudTrail/{HOME}/2023/07/10/{A}_CloudTrail_{HOME}_20230710T114"
    assert all(key.startswith(start) for key in world.log_bucket.files(BUCKET))
    assert all(key.startswith(f"late/{start}") for key in world.log_bucket.files("elsewhere"))
    before, after = len(world.log_bucket.files(BUCKET)), len(world.log_bucket.files("elsewhere"))
    assert before >= 10
    assert after >= 10
    ends = window_ends(world)
    assert ends == sorted(ends)
    assert world.log_bucket.keys == [None] * before + ["arn:key"] * after


def test_another_bucket_ends_the_waiting_though_the_old_one_never_comes_back() -> None:
    world = outage(10)
    world.change(BROKEN, s3_bucket_name="elsewhere")
    world.settle()
    assert ids(world, "elsewhere") == expected(10)
    assert KEY not in world.ledger.errors


KINDS = ("NoSuchBucket", "AccessDenied", "KMS.DisabledException", "SlowDown", "RequestTimeout")


@pytest.mark.parametrize("code", KINDS)
def test_however_a_bucket_fails_it_is_tried_with_pauses_and_all_arrives(code: str) -> None:
    world = outage(12, SOUND, code=code)
    assert ids(world, SOUND.s3_bucket_name) == expected(12)
    (line,) = world.ledger.totals().lines
    assert (line.code, line.deliveries, line.records) == (code, 12, 12)
    assert line.failing_since is not None
    # What timed out is no error of the bucket (AWS API reference, LatestDeliveryError).
    assert world.ledger.errors.get(KEY) == (None if code == "RequestTimeout" else code)
    world.log_bucket.refusing[BUCKET] = "InternalError"
    world.clock.move(minutes=30)
    world.round()
    (line,) = world.ledger.totals().lines
    assert (line.code, line.deliveries) == ("InternalError", 12)
    world.log_bucket.refusing.clear()
    world.settle()
    assert ids(world) == expected(12)
    assert KEY not in world.ledger.errors


def test_a_bucket_that_fails_again_while_all_is_released_loses_nothing() -> None:
    world = outage(40)
    for refusing in (False, True, False, True, False):
        world.log_bucket.refusing = {BUCKET: "AccessDenied"} if refusing else {}
        world.clock.move(minutes=30)
        for _ in range(8):
            world.round(1)
    world.settle()
    assert ids(world) == expected(40)
    ends = window_ends(world)
    assert ends == sorted(ends)


@pytest.mark.parametrize("released", [0, 10])
def test_deleting_the_trail_ends_it(released: int) -> None:
    world = outage(150, SOUND)
    if released:
        world.log_bucket.refusing.clear()
        world.clock.move(minutes=30)
        while len(world.log_bucket.files(BUCKET)) < released:
            world.round(1)
    held = len(world.log_bucket.files(BUCKET))
    world.delete(BROKEN)
    world.clock.move(minutes=31)
    world.settle()
    sum_ = world.ledger.totals().destinations[BROKEN.destination]
    assert (sum_.matched, sum_.delivered, sum_.discarded) == (150, held, 150 - held)
    assert len(world.log_bucket.files(BUCKET)) == held
    assert world.ledger.totals().lines == ()
    states = Counter(
        kept.manifest.state
        for ref, kept in world.ledger.kept.items()
        if ref.destination == BROKEN.destination
    )
    assert states == +Counter({DELIVERED: held, DISCARDED: 150 - held})


def test_a_log_group_its_trail_gave_up_wants_nothing_that_waits_for_it() -> None:
    logged = trail(
        "logged",
        cloud_watch_logs_log_group_arn="arn:aws:logs:us-east-1:111111111111:log-group:g:*",
        cloud_watch_logs_role_arn="arn:aws:iam::111111111111:role/logs",
    )
    world = World(trails=(logged,))
    world.log_groups.refusing = {logged.cloud_watch_logs_log_group_arn or "": "AccessDenied"}
    pass_windows(world, 10)
    destination = logged.log_group_destination or ""
    assert world.ledger.totals().destinations[destination].pending == 10
    world.change(logged, cloud_watch_logs_log_group_arn=None, cloud_watch_logs_role_arn=None)
    world.settle()
    assert world.ledger.totals().destinations[destination].discarded == 10
    assert ids(world, logged.s3_bucket_name) == expected(10)


# Nobody else waits.


def ledger_calls(waiting: int) -> tuple[Counter[str], World]:
    """The calls of one tick that finds a line of so many due, and another trail's window to close."""
    script = Script()
    world = outage(0, SOUND, script=script)
    for number in range(waiting):
        world.send_lines(RECORDS[number % 400 : number % 400 + 1], replay=True)
        world.record()
        world.clock.move(seconds=WINDOW + 1)
        world.tick()
        world.deliver()
    assert len(world.ledger.lines[LINE]) == waiting
    world.clock.move(hours=1)
    world.send_lines(RECORDS[:1], replay=True)
    world.record()
    world.clock.move(seconds=WINDOW + 1)
    done = len(script.calls)
    world.tick()
    return Counter(script.calls[done:]), world


def test_a_thousand_deliveries_that_wait_cost_a_tick_what_one_costs() -> None:
    few, _ = ledger_calls(1)
    many, world = ledger_calls(1000)
    assert many == few
    world.deliver()
    assert pending(world, SOUND) == 0
    assert pending(world) == 1001


def test_no_other_trail_waits_a_round_longer_while_one_fails_and_while_it_catches_up() -> None:
    others = tuple(trail(f"sound-{n}") for n in range(8))
    world = World(trails=(BROKEN, *others))
    world.log_bucket.refusing[BUCKET] = "AccessDenied"
    for number in range(60):
        if number == 30:
            world.log_bucket.refusing.clear()
            world.clock.move(minutes=30)
        world.send_lines(RECORDS[number : number + 1])
        world.record()
        world.clock.move(seconds=WINDOW + 1)
        for work in (world.tick, world.deliver, world.deliver):  # ten messages each
            work()
            world.check_sums()
        assert all(pending(world, other) == 0 for other in others)
    world.settle()
    assert ids(world) == expected(60)


def test_what_nobody_can_make_leaves_the_line_and_keeps_nobody_from_the_bucket() -> None:
    world = outage(10)
    unreadable = min(world.ledger.pending).sort
    reading = world.segments.read
    (lost,) = [
        e.slice
        for ref, k in world.ledger.pending.items()
        if ref.sort == unreadable
        for e in k.manifest.entries
    ]

    def read(ref: object) -> list[bytes]:
        if ref == lost:
            raise AdapterError("no such segment")
        return reading(ref)  # type: ignore[arg-type]

    world.segments.read = read  # type: ignore[method-assign]
    world.log_bucket.refusing.clear()
    world.clock.move(minutes=30)
    for _ in range(UNANSWERED * 40):
        world.round(60)
    assert pending(world) == 1
    assert ids(world) == expected(9, start=1)
    world.segments.read = reading  # type: ignore[method-assign]
    world.settle()
    assert ids(world) == expected(10)


# Thirty days in seconds.

DAY = timedelta(days=1)
STEP = timedelta(hours=4)
A_DAY = DAY // STEP  # windows


def month(trails: Iterable[Trail], days: int, events: dict[int, object]) -> tuple[World, datetime]:
    """A record every four hours for so many days; `events` happen at the beginning of their days."""
    world = World(trails=tuple(trails))
    world.log_bucket.refusing[BUCKET] = "AccessDenied"
    start, number = world.clock.now(), 0
    while world.clock.now() < start + days * DAY:
        if (event := events.pop((world.clock.now() - start).days, None)) is not None:
            event(world)  # type: ignore[operator]
        world.send_lines([RECORDS[number % len(RECORDS)]], replay=True)
        number += 1
        for _ in range(4):
            world.round(10)
        world.clock.move(seconds=STEP.total_seconds() - 40)
    return world, start


def test_a_month_in_which_one_trail_fails_and_ten_do_not() -> None:
    others = tuple(trail(f"sound-{n}") for n in range(10))
    gone, flaky = trail("gone"), trail("flaky")

    def flaky_fails(world: World) -> None:
        world.log_bucket.refusing[flaky.s3_bucket_name] = "SlowDown"

    def flaky_is_back(world: World) -> None:
        del world.log_bucket.refusing[flaky.s3_bucket_name]

    def gone_fails(world: World) -> None:
        world.log_bucket.refusing[gone.s3_bucket_name] = "NoSuchBucket"

    def gone_is_deleted(world: World) -> None:
        world.delete(gone)

    events = {5: flaky_fails, 8: gone_fails, 15: flaky_is_back, 20: gone_is_deleted}
    world, start = month((BROKEN, gone, flaky, *others), 33, dict(events))
    sums = world.ledger.totals().destinations
    total = 33 * A_DAY
    for other in others:
        assert (sums[other.destination].matched, sums[other.destination].delivered) == (total, total)
    # What is older than thirty days is given up, with its reason; nothing else is.
    broken = sums[BROKEN.destination]
    given_up = int((world.clock.now() - start - 30 * DAY) / STEP)
    assert abs(broken.dead_lettered - given_up) <= 1
    assert broken.matched == total == broken.pending + broken.dead_lettered
    letters = b"\n".join(world.dead_letters.bodies("NotDeliveredIn30Days")).split(b"\n")
    assert Counter(letters) == Counter(RECORDS[: broken.dead_lettered])
    assert world.dead_letters.reasons == ["NotDeliveredIn30Days"] * broken.dead_lettered
    assert sums[flaky.destination].delivered == total
    assert window_ends(world, flaky) == sorted(window_ends(world, flaky))
    assert (sums[gone.destination].delivered, sums[gone.destination].pending) == (8 * A_DAY, 0)
    assert sums[gone.destination].discarded == 12 * A_DAY
    # It is back after all.
    world.log_bucket.refusing.clear()
    world.settle(rounds=1200)
    broken = world.ledger.totals().destinations[BROKEN.destination]
    assert broken.delivered == total - broken.dead_lettered
    assert window_ends(world) == sorted(window_ends(world))
    assert len(set(window_ends(world))) == broken.delivered


# Every call fails once while all is released.

WAITED = 3
HOWS = tuple(Failure(when, error) for when, error in product((BEFORE, AFTER), (outside, Killed)))


def release(script: Script) -> World:
    """An outage of three windows; then the bucket is back, and one more window closes meanwhile."""
    world = outage(WAITED, SOUND, script=script)
    world.log_bucket.refusing.clear()
    world.clock.move(minutes=1)
    world.send_lines(RECORDS[WAITED : WAITED + 1])
    world.settle()
    return world


CALLS = tuple(release(Script()).script.calls)


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
def test_every_call_of_an_outage_and_of_the_release_fails_once(how: Failure) -> None:
    assert {"ledger.lease_backlog", "ledger.backlog", "ledger.rest", "ledger.failed"} <= set(CALLS)
    for number, name in enumerate(CALLS):
        world = release(Script({number: how}))
        assert world.script.happened == [f"{how.when} {name}"]
        for one in (BROKEN, SOUND):
            assert ids(world, one.s3_bucket_name) == expected(WAITED + 1), (number, name)
            sum_ = world.ledger.totals().destinations[one.destination]
            assert (sum_.delivered, sum_.pending, sum_.repeats) == (sum_.matched, 0, 0)
        assert world.dead_letters.reasons == []


def test_every_call_fails_once_while_a_deleted_trails_line_is_discarded_or_an_old_one_given_up() -> None:
    def run(script: Script) -> World:
        world = outage(WAITED, SOUND, script=script)
        for _ in range(2):
            world.round(60)
        if deleted:
            world.delete(BROKEN)
        world.clock.move(days=31)
        world.settle()
        return world

    for deleted in (True, False):
        calls = tuple(run(Script()).script.calls)
        for (number, name), how in product(
            enumerate(calls), (Failure(BEFORE, outside), Failure(AFTER, Killed))
        ):
            world = run(Script({number: how}))
            assert world.script.happened == [f"{how.when} {name}"]
            sum_ = world.ledger.totals().destinations[BROKEN.destination]
            assert (sum_.discarded if deleted else sum_.dead_lettered) == sum_.matched == WAITED
            assert ids(world, SOUND.s3_bucket_name) == expected(WAITED)


def test_a_reference_names_the_end_of_its_window() -> None:
    assert ManifestRef(destination="d", sort="000000000300|a|r|0").end == 300
