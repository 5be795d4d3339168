"""The ledger's contract, on the fake and on DynamoDB; and both side by side through any history of calls."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentrail.adapters.ledger import DynamoLedger
from opentrail.domain.backlog import RELEASE_PAUSE, Backlog, Health
from opentrail.domain.delivery import (
    CLOSING_GRACE,
    DEAD_LETTERED,
    DELIVERED,
    DISCARDED,
    Entry,
    Manifest,
    Window,
    manifests,
)
from opentrail.domain.history_due import HistoryDue
from opentrail.domain.segment import SliceRef
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Commit, Delivered, Due, Ledger, Line, markers

from tests.contract.cloud import TABLE, Cloud, cloud
from tests.fakes.ledger import FakeLedger

NOW = datetime(2023, 7, 10, 11, 42, 30, tzinfo=UTC)
END = int(NOW.timestamp()) + 5
A = "111111111111"
TRAIL = Window(destination=f"trail/{A}/us-east-1/audit/id", account_id=A, region="us-east-1", end=END)
STORE = Window(destination=f"store/{A}/us-east-1/0123", account_id=A, region="us-east-1", end=END)


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture(params=["fake", "dynamodb"])
def ledger(request: pytest.FixtureRequest, aws: Cloud) -> Ledger:
    return FakeLedger() if request.param == "fake" else DynamoLedger(aws.dynamodb, TABLE)


def entry(number: int, window: Window = TRAIL, **more: Any) -> Entry:
    ref = SliceRef(segment=f"segments/{number:02x}.jsonl.gz", offset=100, length=50)
    defaults: dict[str, Any] = {"selection": "*", "records": number + 1, "bytes": 1000}
    return Entry(window=window, slice=ref, **(defaults | more))


def commit(number: int, *windows: Window, history: bool = False, at: datetime = NOW) -> Commit:
    entries = tuple(entry(number, window) for window in windows or (TRAIL,))
    due = HistoryDue(account_id=A, region="us-east-1", slice=entries[0].slice) if history else None
    return Commit(
        at=at, markers=markers([f"origin-{number}"], A, "us-east-1"), entries=entries, history_due=due
    )


def later(seconds: float) -> datetime:
    return datetime.fromtimestamp(END, UTC) + timedelta(seconds=seconds)


def closed(ledger: Ledger, count: int = 1, window: Window = TRAIL) -> Manifest:
    """A manifest of freshly committed slices, due again 20 seconds after the window's end."""
    for number in range(count):
        ledger.commit(commit(number, window))
    (manifest,) = manifests(window, ledger.entries(window))
    assert ledger.close(manifest, next_look=later(20))
    return manifest


def test_a_unit_is_committed_once(ledger: Ledger) -> None:
    once = commit(3, TRAIL, STORE, history=True)
    assert ledger.commit(once) == frozenset()
    assert ledger.commit(once) == frozenset(once.markers)
    assert ledger.entries(TRAIL) == [entry(3)]
    assert ledger.entries(STORE) == [entry(3, STORE)]
    totals = ledger.totals()
    assert totals.histories_due == 1
    for window in (TRAIL, STORE):
        sum_ = totals.destinations[window.destination]
        assert (sum_.matched, sum_.pending) == (4, 4)


def test_a_slice_with_a_unit_committed_before_writes_nothing_and_names_it(ledger: Ledger) -> None:
    ledger.commit(commit(1))
    both = replace(commit(2), markers=markers(["origin-1", "origin-2"], A, "us-east-1"))
    assert ledger.commit(both) == frozenset(markers(["origin-1"], A, "us-east-1"))
    assert ledger.entries(TRAIL) == [entry(1)]
    assert ledger.totals().destinations[TRAIL.destination].matched == 2
    assert ledger.commit(commit(2)) == frozenset()


def test_the_same_message_counts_for_each_account_and_region_by_itself(ledger: Ledger) -> None:
    ledger.commit(commit(1))
    for other in (("222222222222", "us-east-1"), (A, "eu-west-1")):
        assert ledger.commit(replace(commit(1), markers=markers(["origin-1"], *other))) == frozenset()


def test_a_slice_that_nobody_takes_is_only_marked(ledger: Ledger) -> None:
    nobody = replace(commit(1), entries=())
    assert ledger.commit(nobody) == frozenset()
    assert ledger.commit(nobody) == frozenset(nobody.markers)
    assert ledger.totals().destinations == {}


def test_a_window_is_due_once_it_has_ended(ledger: Ledger) -> None:
    ledger.commit(commit(1, TRAIL, STORE))
    ledger.commit(commit(2))
    assert ledger.due(later(CLOSING_GRACE - 0.01)).windows == ()
    assert set(ledger.due(later(CLOSING_GRACE)).windows) == {TRAIL, STORE}


def test_closing_turns_entries_into_a_manifest(ledger: Ledger) -> None:
    manifest = closed(ledger, 3)
    assert ledger.entries(TRAIL) == []
    assert ledger.manifest(manifest.ref) == manifest
    assert ledger.due(later(19)) == replace(ledger.due(later(19)), windows=(), manifests=())
    assert ledger.due(later(20)).manifests == (manifest.ref,)
    assert ledger.totals().destinations[TRAIL.destination].pending == 6


def test_closing_is_refused_when_an_entry_was_taken_and_leaves_the_others(ledger: Ledger) -> None:
    closed(ledger)
    ledger.commit(commit(7))
    (rest,) = manifests(TRAIL, [entry(0), entry(7)])
    assert not ledger.close(rest, next_look=later(20))
    assert ledger.manifest(rest.ref) is None
    assert ledger.entries(TRAIL) == [entry(7)]


def test_closing_twice_is_refused(ledger: Ledger) -> None:
    manifest = closed(ledger)
    assert not ledger.close(manifest, next_look=later(30))


def test_selections_and_flags_of_entries_are_kept(ledger: Ledger) -> None:
    odd = entry(5, selection="a5", may_repeat=True, bytes=12345)
    ledger.commit(replace(commit(5), entries=(odd,)))
    assert ledger.entries(TRAIL) == [odd]
    (manifest,) = manifests(TRAIL, [odd])
    ledger.close(manifest, next_look=later(20))
    assert ledger.manifest(manifest.ref) == manifest


def test_an_unknown_manifest_is_none(ledger: Ledger) -> None:
    assert ledger.manifest(Manifest(window=TRAIL, entries=(entry(1),)).ref) is None


def test_a_lease_is_given_once_and_counts_as_sent(ledger: Ledger) -> None:
    ref = closed(ledger).ref
    assert not ledger.lease(ref, now=later(19), until=later(60))
    assert ledger.lease(ref, now=later(20), until=later(60))
    assert not ledger.lease(ref, now=later(20), until=later(60))
    assert ledger.due(later(59)).manifests == ()
    assert ledger.due(later(60)).manifests == (ref,)
    manifest = ledger.manifest(ref)
    assert manifest is not None
    assert (manifest.sends, manifest.attempts, manifest.state) == (1, 0, "pending")


def test_a_delivery_is_settled_once_and_counted(ledger: Ledger) -> None:
    manifest = closed(ledger, 2)
    result = Delivered(at=later(21), objects=("bucket/key",), repeats=1)
    assert ledger.delivered(manifest, result)
    assert not ledger.delivered(manifest, result)
    assert not ledger.settle(manifest, DISCARDED, at=later(22))
    assert not ledger.lease(manifest.ref, now=later(100), until=later(200))
    assert ledger.due(later(10_000)).manifests == ()
    sum_ = ledger.totals().destinations[TRAIL.destination]
    assert (sum_.matched, sum_.delivered, sum_.pending, sum_.repeats) == (3, 3, 0, 1)
    assert ledger.manifest(manifest.ref) == replace(manifest, state=DELIVERED)


@pytest.mark.parametrize("state", [DEAD_LETTERED, DISCARDED])
def test_what_is_not_delivered_is_counted_by_what_became_of_it(ledger: Ledger, state: str) -> None:
    manifest = closed(ledger)
    assert ledger.settle(manifest, state, at=later(30))
    assert not ledger.delivered(manifest, Delivered(at=later(31), objects=()))
    sum_ = ledger.totals().destinations[TRAIL.destination]
    assert getattr(sum_, state.replace("-", "_")) == sum_.matched == 1
    assert sum_.agrees


LINE = TRAIL.line
ILL = Health(failures=1, retry_at=END + 40)


def known(ledger: Ledger, manifest: Manifest) -> Manifest:
    """The manifest as the ledger has it."""
    found = ledger.manifest(manifest.ref)
    assert found is not None
    return found


def line(ledger: Ledger, at_most: int = 10) -> Backlog:
    found = ledger.backlog(LINE, at_most=at_most)
    assert found is not None
    return found


def waiting(ledger: Ledger, number: int, window: Window = TRAIL) -> Manifest:
    """A manifest that joined the line when its window was closed, at `later(2)`."""
    ledger.commit(commit(number, window))
    (found,) = manifests(window, ledger.entries(window))
    manifest = replace(found, waits=True)
    assert ledger.close(manifest, next_look=later(2))
    return manifest


def test_a_failure_is_the_destinations_until_it_takes_something(ledger: Ledger) -> None:
    manifest = closed(ledger)
    assert ledger.health(LINE) == Health()
    assert ledger.backlog(LINE, at_most=1) is None
    ledger.failed(manifest, code="NoSuchBucket", health=ILL, at=later(1))
    assert ledger.health(LINE) == replace(ILL, waits=True)
    assert ledger.health(replace(TRAIL, region="eu-west-1").line) == Health()
    assert ledger.due(later(39)).backlogs == ()
    assert (ledger.due(later(40)).backlogs, ledger.due(later(10_000)).manifests) == ((LINE,), ())
    assert known(ledger, manifest) == replace(manifest, attempts=1, waits=True)
    assert ledger.delivered(known(ledger, manifest), Delivered(at=later(41), objects=("b/k",)))
    assert ledger.health(LINE) == Health(waits=True)
    assert ledger.due(later(41)).backlogs == ()
    assert ledger.due(later(41) + RELEASE_PAUSE).backlogs == (LINE,)
    ledger.rest(line(ledger))
    assert (ledger.health(LINE), ledger.backlog(LINE, at_most=1)) == (Health(), None)
    assert ledger.due(later(10_000)).backlogs == ()


def test_a_failure_after_the_delivery_was_settled_changes_nothing(ledger: Ledger) -> None:
    manifest = closed(ledger)
    ledger.delivered(manifest, Delivered(at=later(21), objects=("b/k",)))
    ledger.failed(manifest, code="AccessDenied", health=ILL, at=later(22))
    ledger.wait(manifest, at=later(22))
    assert ledger.health(LINE) == Health()
    assert ledger.due(later(1000)) == Due()


def test_one_clock_sees_to_a_line(ledger: Ledger) -> None:
    manifest = closed(ledger)
    ledger.failed(manifest, code="NoSuchBucket", health=ILL, at=later(1))
    read, probed = line(ledger), Health(failures=2, retry_at=END + 80)
    assert (read.due, read.health, read.first) == (END + 40, replace(ILL, waits=True), (manifest.ref,))
    assert ledger.lease_backlog(read, health=probed, until=later(80))
    assert not ledger.lease_backlog(read, health=probed, until=later(80))
    assert ledger.health(LINE) == replace(probed, waits=True)
    assert ledger.due(later(79)).backlogs == ()
    read = line(ledger)
    ledger.delivered(known(ledger, manifest), Delivered(at=later(50), objects=("b/k",)))
    assert not ledger.lease_backlog(read, health=probed, until=later(160))


def test_deliveries_stand_in_line_in_the_order_of_their_windows(ledger: Ledger) -> None:
    after, before = replace(TRAIL, end=END + 300), replace(TRAIL, end=END - 300)
    found = [waiting(ledger, n, window) for n, window in enumerate((TRAIL, after, before))]
    assert line(ledger).first == (found[2].ref, found[0].ref, found[1].ref)
    assert line(ledger, at_most=2).first == (found[2].ref, found[0].ref)
    assert (line(ledger).due, line(ledger).health) == (END + 2, Health(waits=True))
    assert (ledger.due(later(10_000)).manifests, ledger.due(later(2)).backlogs) == ((), (LINE,))
    assert ledger.entries(TRAIL) == []
    assert ledger.totals().destinations[TRAIL.destination].pending == 6
    assert ledger.lease(found[0].ref, now=later(2), until=later(60))
    assert not ledger.lease(found[0].ref, now=later(59), until=later(60))
    assert known(ledger, found[0]) == replace(found[0], sends=1)


def test_a_line_is_told_of_in_the_totals(ledger: Ledger) -> None:
    assert ledger.totals().lines == ()
    found = [waiting(ledger, n, replace(TRAIL, end=END + n)) for n in range(2)]
    told = Line(key=LINE, deliveries=2, records=3, oldest_window=later(0))
    assert ledger.totals().lines == (told,)
    for code, at in (("NoSuchBucket", 5), ("AccessDenied", 9)):
        ledger.failed(known(ledger, found[0]), code=code, health=ILL, at=later(at))
    ill = replace(told, failing_since=later(5), code="AccessDenied", next_try=later(40))
    assert ledger.totals().lines == (ill,)
    ledger.delivered(known(ledger, found[0]), Delivered(at=later(41), objects=("b/k",)))
    assert ledger.totals().lines == (Line(key=LINE, deliveries=1, records=2, oldest_window=later(1)),)


def test_a_delivery_joins_the_line_and_leaves_it(ledger: Ledger) -> None:
    manifest = closed(ledger)
    ledger.wait(manifest, at=later(21))
    ledger.wait(manifest, at=later(99))
    assert (line(ledger).first, line(ledger).due) == ((manifest.ref,), END + 21)
    assert known(ledger, manifest) == replace(manifest, waits=True)
    # Whoever read it before it joined settles nothing: the line would keep it for ever.
    assert not ledger.delivered(manifest, Delivered(at=later(22), objects=()))
    assert not ledger.settle(manifest, DISCARDED, at=later(22))
    ledger.leave(known(ledger, manifest), next_look=later(60))
    assert (line(ledger).first, known(ledger, manifest)) == ((), manifest)
    assert ledger.due(later(59)).manifests == ()
    assert ledger.due(later(60)).manifests == (manifest.ref,)
    assert not ledger.delivered(replace(manifest, waits=True), Delivered(at=later(61), objects=()))
    assert ledger.delivered(manifest, Delivered(at=later(61), objects=()))


def test_a_line_that_something_joins_does_not_rest(ledger: Ledger) -> None:
    first = waiting(ledger, 1)
    assert ledger.settle(first, DISCARDED, at=later(9))
    assert ledger.due(later(9)).backlogs == (LINE,)
    empty = line(ledger)
    assert empty.first == ()
    second = waiting(ledger, 2, replace(TRAIL, end=END + 5))
    ledger.rest(empty)
    assert line(ledger).first == (second.ref,)


def test_history_that_waits_is_leased_and_forgotten(ledger: Ledger) -> None:
    ledger.commit(commit(1, history=True))
    (due,) = ledger.due(NOW + timedelta(minutes=1)).histories
    assert due == HistoryDue(account_id=A, region="us-east-1", slice=entry(1).slice)
    assert not ledger.lease_history(due, now=NOW, until=later(60))
    assert ledger.lease_history(due, now=later(55), until=later(355))
    assert not ledger.lease_history(due, now=later(55), until=later(355))
    assert ledger.due(later(300)).histories == ()
    assert ledger.due(later(355)).histories == (due,)
    ledger.history_written(due)
    ledger.history_written(due)
    assert ledger.due(later(10_000)).histories == ()
    assert not ledger.lease_history(due, now=later(10_000), until=later(20_000))
    assert ledger.totals().histories_due == 0


# Both side by side.

WINDOWS = (TRAIL, STORE, replace(TRAIL, region="eu-west-1"), replace(TRAIL, end=END + 5))
CALLS = st.one_of(
    st.tuples(st.just("commit"), st.integers(0, 5), st.sampled_from(WINDOWS), st.booleans()),
    st.tuples(st.just("close"), st.sampled_from(WINDOWS), st.booleans()),
    st.tuples(
        st.sampled_from(("lease", "failed", "delivered", "discard", "wait", "leave")), st.integers(0, 3)
    ),
    st.tuples(st.sampled_from(("lease_backlog", "rest")), st.sampled_from(WINDOWS)),
    st.tuples(st.just("histories")),
    st.tuples(st.just("time passes"), st.sampled_from((1, 10, 60))),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CALLS, min_size=4, max_size=25))
def test_fake_and_real_answer_alike(calls: list[tuple[Any, ...]]) -> None:
    with cloud() as made:
        both: tuple[Ledger, Ledger] = (FakeLedger(), DynamoLedger(made.dynamodb, TABLE))
        now = NOW
        known: list[Manifest] = []
        for name, *arguments in calls:
            if name == "time passes":
                now += timedelta(seconds=arguments[0])
                continue
            answers = [_call(ledger, name, arguments, now, known) for ledger in both]
            assert answers[0] == answers[1], name
            known += (
                [m for m in answers[0] if isinstance(m, Manifest) and m not in known]
                if name == "close"
                else []
            )
            totals = [ledger.totals() for ledger in both]
            assert totals[0] == totals[1]
            assert all(sum_.agrees for sum_ in totals[1].destinations.values())
            dues = [ledger.due(now) for ledger in both]
            for part in ("windows", "manifests", "backlogs", "histories"):
                assert set(getattr(dues[0], part)) == set(getattr(dues[1], part))


def _call(ledger: Ledger, name: str, arguments: list[Any], now: datetime, known: list[Manifest]) -> Any:
    if name == "commit":
        number, window, history = arguments
        return ledger.commit(commit(number, window, history=history, at=now))
    if name == "close":
        window, waits = arguments
        found = [replace(m, waits=waits) for m in manifests(window, ledger.entries(window))]
        return [m for m in found if ledger.close(m, next_look=now + timedelta(seconds=20))]
    if name == "histories":
        due = ledger.due(now).histories
        leased = {h for h in due if ledger.lease_history(h, now=now, until=now + timedelta(seconds=60))}
        for history in sorted(leased, key=lambda h: h.slice.segment)[:1]:
            ledger.history_written(history)
        return leased
    if name in ("lease_backlog", "rest"):
        return _see_to_line(ledger, name, arguments[0], now)
    if not known:
        return None
    # As it is, or as it was when it was closed: whoever delivers may have read it long ago.
    manifest = known[arguments[0] % len(known)]
    if arguments[0] % 2:
        manifest = ledger.manifest(manifest.ref) or manifest
    calls: dict[str, Callable[[], Any]] = {
        "lease": lambda: ledger.lease(manifest.ref, now=now, until=now + timedelta(seconds=40)),
        "failed": lambda: ledger.failed(
            manifest, code="X", health=Health(failures=1, retry_at=int(now.timestamp()) + 20), at=now
        ),
        "wait": lambda: ledger.wait(manifest, at=now),
        "leave": lambda: ledger.leave(manifest, next_look=now) if manifest.waits else None,
        "delivered": lambda: ledger.delivered(manifest, Delivered(at=now, objects=("k",), repeats=1)),
        "discard": lambda: ledger.settle(manifest, DISCARDED, at=now),
    }
    return (calls[name](), ledger.manifest(manifest.ref), ledger.health(manifest.window.line))


def _see_to_line(ledger: Ledger, name: str, window: Window, now: datetime) -> Any:
    found = ledger.backlog(window.line, at_most=10)
    if found is None:
        return None
    if name == "lease_backlog":
        worse = Health(failures=found.health.failures + 1, retry_at=int(now.timestamp()) + 40)
        health = worse if found.health.failures else found.health
        leased = ledger.lease_backlog(found, health=health, until=now + timedelta(seconds=40))
        return (found, leased, ledger.backlog(window.line, at_most=10))
    if not found.first:
        ledger.rest(found)
    return (found, ledger.health(window.line))


# What only the real one does.


def test_what_may_be_forgotten_says_when_and_what_waits_never_does(aws: Cloud) -> None:
    ledger = DynamoLedger(aws.dynamodb, TABLE)
    manifest = closed(ledger)
    ledger.commit(commit(9, history=True))
    kinds = {item["pk"]["S"].partition("|")[0]: item for item in aws.items()}
    assert {kind for kind, item in kinds.items() if "expires" in item} == {"commit"}
    assert int(kinds["commit"]["expires"]["N"]) == int(NOW.timestamp()) + 15 * 86_400
    ledger.delivered(manifest, Delivered(at=later(21), objects=("b/k",)))
    (settled,) = [item for item in aws.items() if item["pk"]["S"].startswith("manifest|")]
    assert int(settled["expires"]["N"]) == END + 21 + 45 * 86_400
    assert "due" not in settled
    assert "due_shard" not in settled


def test_more_than_one_answer_holds_is_said(aws: Cloud) -> None:
    ledger = DynamoLedger(aws.dynamodb, TABLE)
    for number in range(101):
        ledger.commit(commit(number))
    due = ledger.due(later(10))
    assert due.windows == (TRAIL,)
    assert due.more
    assert not ledger.due(later(0)).more


class Unlucky:
    """A client whose transactions fail so often, then go through."""

    def __init__(self, client: Any, times: int, *codes: str) -> None:
        self._client = client
        self.left = times
        self._codes = codes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        if self.left:
            self.left -= 1
            reasons = [{"Code": code} for code in self._codes]
            answer = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(answer, "TransactWriteItems")  # type: ignore[arg-type]
        return self._client.transact_write_items(**request)


def test_meeting_another_transaction_is_tried_again(aws: Cloud) -> None:
    unlucky = Unlucky(aws.dynamodb, 3, "None", "TransactionConflict")
    assert DynamoLedger(unlucky, TABLE).commit(commit(1)) == frozenset()
    assert unlucky.left == 0
    with pytest.raises(AdapterError) as caught:
        DynamoLedger(Unlucky(aws.dynamodb, 99, "TransactionConflict"), TABLE).commit(commit(2))
    assert caught.value.retryable


def test_being_throttled_is_no_condition_that_failed(aws: Cloud) -> None:
    with pytest.raises(AdapterError):
        DynamoLedger(Unlucky(aws.dynamodb, 1, "ThrottlingError", "None"), TABLE).commit(commit(1))


def test_a_slice_for_too_many_destinations_is_refused_whole(aws: Cloud) -> None:
    ledger = DynamoLedger(aws.dynamodb, TABLE)
    windows = [replace(TRAIL, destination=f"trail/{A}/us-east-1/t{n}/id") for n in range(99)]
    with pytest.raises(AdapterError) as caught:
        ledger.commit(commit(1, *windows))
    assert not caught.value.retryable
    assert ledger.due(later(100)).windows == ()


def test_a_table_that_is_away_is_an_adapters_error(aws: Cloud) -> None:
    ledger = DynamoLedger(aws.dynamodb, "missing")
    for call in (lambda: ledger.due(NOW), ledger.totals, lambda: ledger.commit(commit(1))):
        with pytest.raises(AdapterError):
            call()
