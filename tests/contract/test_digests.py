"""The contract of digests, on the fake and on DynamoDB, beside the ledger and the trails that feed them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentrail.adapters.digests import DynamoDigests, SqsDigestQueue
from opentrail.adapters.ledger import DynamoLedger
from opentrail.adapters.trail_status import DynamoTrailStatuses
from opentrail.adapters.trails import DynamoTrailStore
from opentrail.domain.delivery import manifests
from opentrail.domain.digest_chain import Chain, ChainKey, Digest, Span, following, from_text
from opentrail.domain.digest_file import DigestedLogFile, DigestLink
from opentrail.ports.digests import Digests
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Delivered, Ledger
from opentrail.ports.trails import TrailStore

from tests.contract.cloud import TABLE, Cloud, cloud
from tests.contract.test_ledger import NOW, TRAIL, commit
from tests.fakes.configuration import FakeConfiguration, FakeTrailStore
from tests.fakes.digests import FakeDigests
from tests.fakes.ledger import FakeLedger
from tests.pipeline.world import trail

A = "111111111111"
AUDIT = trail("audit", log_file_validation_enabled=True, log_file_validation_changed_at=NOW)
DESTINATION = AUDIT.destination
KEY = ChainKey(destination=DESTINATION, account_id=A, region="us-east-1")
MILLISECONDS = int(NOW.timestamp() * 1000)


@dataclass
class Both:
    """What feeds digests, and digests."""

    ledger: Ledger
    trails: TrailStore
    digests: Digests


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture(params=["fake", "dynamodb"])
def both(request: pytest.FixtureRequest, aws: Cloud) -> Both:
    if request.param == "dynamodb":
        return Both(
            DynamoLedger(aws.dynamodb, TABLE),
            DynamoTrailStore(aws.dynamodb, TABLE, TABLE),
            DynamoDigests(aws.dynamodb, TABLE),
        )
    ledger, configuration = FakeLedger(), FakeConfiguration()
    configuration.digests = FakeDigests(ledger)
    return Both(ledger, FakeTrailStore(configuration), configuration.digests)


def log_file(number: int = 0) -> DigestedLogFile:
    return DigestedLogFile(
        bucket="logs",
        key=f"AWSLogs/{number}|x.json.gz",
        hash_value=f"{number:064x}",
        oldest="2023-07-10T11:00:00Z",
        newest="2023-07-10T11:30:00Z",
        delivered_at=MILLISECONDS + number,
    )


def deliver(both: Both, number: int, **more: Any) -> None:
    """One delivered log file of the trail."""
    window = replace(TRAIL, destination=DESTINATION, **more)
    both.ledger.commit(commit(number, window))
    (manifest,) = manifests(window, both.ledger.entries(window))
    assert both.ledger.close(manifest, next_look=NOW)
    result = Delivered(at=NOW, objects=("logs/key",), undigested=(log_file(number),))
    assert both.ledger.delivered(manifest, result)


def digest(sequence: int = 1, *log_files: DigestedLogFile, **more: Any) -> Digest:
    defaults: dict[str, Any] = {
        "activation": 100,
        "span": Span(start=0, end=100 * sequence, starting=sequence == 1),
        "bucket": "logs",
        "object_key": f"digest-{sequence}",
        "signing_key": "arn:key",
        "fingerprint": "ff00",
        "previous": DigestLink(bucket="logs", key="before", hash_value="ab", signature="cd"),
    }
    return Digest(key=KEY, sequence=sequence, log_files=log_files, **(defaults | more))


def link(made: Digest) -> DigestLink:
    return DigestLink(bucket=made.bucket, key=made.object_key, hash_value="12", signature="34")


def test_a_change_of_a_trail_makes_its_digests_due_at_once(both: Both) -> None:
    assert both.digests.due(NOW) == []
    assert both.digests.state(DESTINATION) is None
    both.trails.put(AUDIT, version=0)
    assert both.digests.due(NOW) == [DESTINATION]
    state = both.digests.state(DESTINATION)
    assert state is not None
    assert (state.touched, state.failures, state.deleted, state.chains) == (1, 0, None, ())
    both.trails.delete(AUDIT, version=1)
    state = both.digests.state(DESTINATION)
    assert state is not None
    assert (state.touched, state.deleted) == (2, AUDIT)


def test_a_trail_that_never_wanted_digests_has_none_due(both: Both) -> None:
    plain = replace(AUDIT, log_file_validation_enabled=False, log_file_validation_changed_at=None)
    both.trails.put(plain, version=0)
    both.trails.delete(plain, version=1)
    assert both.digests.due(NOW) == []
    assert both.digests.state(DESTINATION) is None


def test_what_is_due_is_leased_once(both: Both) -> None:
    both.trails.put(AUDIT, version=0)
    until = NOW + timedelta(minutes=2)
    assert both.digests.lease(DESTINATION, now=NOW, until=until)
    assert not both.digests.lease(DESTINATION, now=NOW, until=until)
    assert both.digests.due(NOW) == []
    assert both.digests.due(until) == [DESTINATION]


def test_rest_says_when_to_look_again_unless_the_trail_was_touched_meanwhile(both: Both) -> None:
    both.trails.put(AUDIT, version=0)
    state = both.digests.state(DESTINATION)
    assert state is not None
    later = NOW + timedelta(hours=1)
    both.digests.rest(DESTINATION, state, until=later, failures=3)
    assert both.digests.due(NOW) == []
    assert both.digests.due(later) == [DESTINATION]
    assert both.digests.state(DESTINATION).failures == 3  # type: ignore[union-attr]
    both.trails.put(AUDIT, version=1)
    both.digests.rest(DESTINATION, state, until=later, failures=0)
    both.digests.forget(DESTINATION, state, at=NOW)
    assert both.digests.due(NOW) == [DESTINATION]


def test_what_is_forgotten_is_due_again_when_the_trail_is_touched(both: Both) -> None:
    both.trails.put(AUDIT, version=0)
    state = both.digests.state(DESTINATION)
    assert state is not None
    both.digests.forget(DESTINATION, state, at=NOW)
    assert both.digests.due(NOW + timedelta(days=400)) == []
    assert not both.digests.lease(DESTINATION, now=NOW, until=NOW)
    both.trails.put(AUDIT, version=1)
    assert both.digests.due(NOW) == [DESTINATION]


def test_a_delivered_log_file_waits_until_a_digest_takes_it(both: Both) -> None:
    for number in (2, 0, 1):
        deliver(both, number)
    deliver(both, 3, region="eu-west-1")
    abroad = replace(KEY, region="eu-west-1")
    assert both.digests.undigested(DESTINATION) == {
        KEY: [log_file(0), log_file(1), log_file(2)],
        abroad: [log_file(3)],
    }
    assert both.digests.undigested("trail/1/us-east-1/another/id") == {}
    for _ in range(2):
        both.digests.take(digest(1, log_file(0), log_file(2)))
    assert both.digests.undigested(DESTINATION) == {KEY: [log_file(1)], abroad: [log_file(3)]}
    both.digests.take(digest(2))


def test_a_digest_takes_more_log_files_than_a_transaction_holds(both: Both) -> None:
    for number in range(130):
        deliver(both, number)
    many = digest(1, *map(log_file, range(125)))
    assert both.digests.store(many)
    assert both.digests.stored(KEY, 1) == many
    both.digests.take(many)
    assert both.digests.undigested(DESTINATION) == {KEY: [log_file(n) for n in range(125, 130)]}


def test_a_number_is_given_once_and_a_stored_digest_comes_back_equal(both: Both) -> None:
    assert both.digests.stored(KEY, 1) is None
    first = digest(1, log_file(0), log_file(1))
    assert both.digests.store(first)
    assert not both.digests.store(digest(1))
    assert both.digests.stored(KEY, 1) == first
    assert both.digests.stored(replace(KEY, region="eu-west-1"), 1) is None
    plain = digest(2, previous=None, span=Span(start=1, end=2, final=True))
    assert both.digests.store(plain)
    assert both.digests.stored(KEY, 2) == plain


def test_a_digest_moves(both: Both) -> None:
    first = digest(1, log_file(0))
    both.digests.store(first)
    both.digests.name_taken(first)
    assert both.digests.stored(KEY, 1) == replace(first, name_taken=True)
    moved = replace(first, bucket="other", object_key="elsewhere")
    both.digests.move(moved)
    assert both.digests.stored(KEY, 1) == moved


def test_a_chain_goes_on_once_for_each_number(both: Both) -> None:
    both.trails.put(AUDIT, version=0)
    first, second = digest(1), digest(2, span=Span(start=100, end=200, final=True))
    both.digests.store(first)
    both.digests.store(second)
    after = following(Chain(key=KEY), first, link(first))
    last = following(after, second, None)
    assert not both.digests.finish(second, last, at=NOW)
    assert both.digests.finish(first, after, at=NOW)
    assert not both.digests.finish(first, after, at=NOW)
    assert both.digests.state(DESTINATION).chains == (after,)  # type: ignore[union-attr]
    assert both.digests.finish(second, last, at=NOW)
    assert not both.digests.finish(second, last, at=NOW)
    assert both.digests.state(DESTINATION).chains == (last,)  # type: ignore[union-attr]
    assert (last.ended, last.last) == (True, link(first))


def test_the_status_tells_of_the_last_delivery_and_of_refusals_until_then(aws: Cloud) -> None:
    digests, statuses = DynamoDigests(aws.dynamodb, TABLE), DynamoTrailStatuses(aws.dynamodb, TABLE)
    first, second = digest(1), digest(2)
    after = following(Chain(key=KEY), first, link(first))

    def told() -> tuple[datetime | None, str | None]:
        status = statuses.get(DESTINATION, "us-east-1")
        return status.latest_digest_delivery_time, status.latest_digest_delivery_error

    digests.refused(KEY, "NoSuchBucket" * 50)
    assert told() == (None, ("NoSuchBucket" * 50)[:200])
    digests.store(first)
    assert digests.finish(first, after, at=NOW)
    assert told() == (NOW, None)
    digests.refused(KEY, "AccessDenied")
    digests.store(second)
    digests.finish(second, following(after, second, None), at=NOW + timedelta(hours=1))
    assert told() == (NOW, "AccessDenied")


def test_nothing_of_digests_is_due_or_counted_in_the_ledger(both: Both) -> None:
    deliver(both, 1)
    both.trails.put(AUDIT, version=0)
    due = both.ledger.due(datetime.fromtimestamp(TRAIL.end + 10**6, UTC))
    assert (due.windows, due.manifests, due.histories) == ((), (), ())
    assert set(both.ledger.totals().destinations) == {DESTINATION}


def test_finished_digests_go_after_a_while_and_chains_of_deleted_trails(aws: Cloud) -> None:
    digests, trails = DynamoDigests(aws.dynamodb, TABLE), DynamoTrailStore(aws.dynamodb, TABLE, TABLE)
    trails.put(AUDIT, version=0)
    first = digest(1)
    digests.store(first)
    digests.finish(first, following(Chain(key=KEY), first, link(first)), at=NOW)
    trails.delete(AUDIT, version=1)
    state = digests.state(DESTINATION)
    assert state is not None
    digests.forget(DESTINATION, state, at=NOW)
    kept = {item["pk"]["S"].partition("|")[0] for item in aws.items() if "expires" not in item}
    assert kept == {"configuration", "status"}


def test_each_trail_is_a_message_of_its_own(aws: Cloud) -> None:
    url = aws.queue("digests")
    destinations = [f"trail/{A}/us-east-1/n{number}/id" for number in range(12)]
    SqsDigestQueue(aws.sqs, url).send(destinations)
    found: list[str] = []
    while messages := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [from_text(message["Body"]) for message in messages]
    assert sorted(found) == sorted(destinations)


@pytest.mark.parametrize("text", ["", "1", "2 trail/x", "1 a b"])
def test_a_message_that_names_no_trail_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_text(text)


def test_errors_of_aws_are_translated(aws: Cloud) -> None:
    digests = DynamoDigests(aws.dynamodb, "missing")
    calls: list[Callable[[], object]] = [
        lambda: digests.due(NOW),
        lambda: digests.state(DESTINATION),
        lambda: digests.undigested(DESTINATION),
        lambda: digests.store(digest()),
        lambda: digests.refused(KEY, "code"),
        lambda: SqsDigestQueue(aws.sqs, "https://sqs.us-east-1.amazonaws.com/1/missing").send(["t"]),
    ]
    for call in calls:
        with pytest.raises(AdapterError):
            call()
