"""Dead letters, messages of deliveries and late event history, wake-ups, on the fakes and on S3 and SQS."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from opentrail.adapters.dead_letters import S3DeadLetters
from opentrail.adapters.deliveries import SqsDeliveryQueue
from opentrail.adapters.late_histories import SqsHistoryQueue
from opentrail.adapters.wakeups import SqsWakeUps
from opentrail.domain import history_due
from opentrail.domain.delivery import ManifestRef, from_text
from opentrail.domain.history_due import HistoryDue
from opentrail.domain.segment import SliceRef
from opentrail.ports.dead_letters import DeadLetters
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import DeliveryQueue, HistoryQueue

from tests.contract.cloud import BUCKET, Cloud, cloud
from tests.fakes.clock import FakeClock
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.deliveries import FakeDeliveryQueue
from tests.fakes.late_histories import FakeHistoryQueue


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture(params=["fake", "s3"])
def dead_letters(request: pytest.FixtureRequest, aws: Cloud) -> DeadLetters:
    return FakeDeadLetters() if request.param == "fake" else S3DeadLetters(aws.s3, BUCKET)


def kept(dead_letters: DeadLetters, aws: Cloud) -> list[tuple[str, bytes]]:
    if isinstance(dead_letters, FakeDeadLetters):
        return sorted((reason, body) for reason, _, body in dead_letters.kept)
    found = []
    for key in aws.object_keys():
        answer = aws.s3.get_object(Bucket=BUCKET, Key=key)
        assert answer["Metadata"]["reason"] == key.partition("/")[0]
        assert answer["Metadata"]["sender"] == "x"
        found.append((answer["Metadata"]["reason"], answer["Body"].read()))
    return sorted(found)


def test_the_same_letter_is_kept_once(dead_letters: DeadLetters, aws: Cloud) -> None:
    for _ in range(2):
        dead_letters.put(reason="NoAccount", source={"sender": "x"}, body=b"\x00bytes")
    dead_letters.put(reason="NoRegion", source={"sender": "x"}, body=b"\x00bytes")
    dead_letters.put(reason="NoAccount", source={"sender": "x"}, body=b"")
    assert kept(dead_letters, aws) == [
        ("NoAccount", b""),
        ("NoAccount", b"\x00bytes"),
        ("NoRegion", b"\x00bytes"),
    ]


def test_letters_of_several_sources_are_several(dead_letters: DeadLetters, aws: Cloud) -> None:
    for queue in ("records", "lake"):
        dead_letters.put(reason="QueueGaveUp", source={"sender": "x", "queue": queue}, body=b"text")
    assert len(kept(dead_letters, aws)) == 2


def test_a_bucket_of_letters_that_is_away_is_an_adapters_error(aws: Cloud) -> None:
    with pytest.raises(AdapterError):
        S3DeadLetters(aws.s3, "missing-bucket").put(reason="NoAccount", source={}, body=b"")


@pytest.fixture(params=["fake", "sqs"])
def deliveries(request: pytest.FixtureRequest, aws: Cloud) -> DeliveryQueue:
    urls = {kind: aws.queue(kind) for kind in ("trail", "store")}
    return FakeDeliveryQueue() if request.param == "fake" else SqsDeliveryQueue(aws.sqs, urls)


def waiting(deliveries: DeliveryQueue, aws: Cloud, kind: str) -> list[ManifestRef]:
    if isinstance(deliveries, FakeDeliveryQueue):
        return sorted(map(from_text, deliveries.waiting[kind]))
    return sorted(map(from_text, _bodies(aws, kind)))


def _bodies(aws: Cloud, queue: str) -> list[str]:
    url = aws.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found: list[str] = []
    while messages := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in messages]
    return found


def test_one_message_is_one_delivery_in_the_queue_of_its_kind(deliveries: DeliveryQueue, aws: Cloud) -> None:
    trails = [
        ManifestRef(destination="trail/1/us-east-1/name/id", sort=f"{n:012d}|1|us-east-1|ab")
        for n in range(23)
    ]
    stores = [ManifestRef(destination="store/1/us-east-1/id", sort="000000000007|1|us-east-1|cd")]
    deliveries.send([*trails[:5], *stores, *trails[5:]])
    assert waiting(deliveries, aws, "trail") == trails
    assert waiting(deliveries, aws, "store") == stores


@pytest.fixture(params=["fake", "sqs"])
def histories(request: pytest.FixtureRequest, aws: Cloud) -> HistoryQueue:
    url = aws.queue("histories")
    return FakeHistoryQueue() if request.param == "fake" else SqsHistoryQueue(aws.sqs, url)


def test_one_message_is_one_slice_due_for_event_history(histories: HistoryQueue, aws: Cloud) -> None:
    until = datetime(2023, 7, 10, 11, 42, 30, tzinfo=UTC)
    dues = [
        HistoryDue(
            account_id="1" * 12,
            region="us-east-1",
            slice=SliceRef(segment="segments/ab/ab.jsonl.gz", offset=n, length=5),
        )
        for n in range(12)
    ]
    for due in dues:
        histories.send(due, until=until)
    fake = isinstance(histories, FakeHistoryQueue)
    bodies = histories.waiting if fake else _bodies(aws, "histories")
    found = [history_due.from_text(body) for body in bodies]
    assert sorted(found, key=lambda one: one[0].slice.offset) == [(due, until) for due in dues]


class Sqs:
    """A client of SQS that notes what it is asked, and fails with `code`."""

    def __init__(self, code: str = "") -> None:
        self.asked: list[dict[str, Any]] = []
        self.code = code

    def send_message(self, **request: Any) -> None:
        self.asked.append(request)
        if self.code:
            raise ClientError({"Error": {"Code": self.code}}, "SendMessage")

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        return {"Failed": [{"Id": "0"}]}


def test_what_sqs_did_not_take_is_said() -> None:
    queue = SqsDeliveryQueue(Sqs(), {"trail": "url"})
    with pytest.raises(AdapterError):
        queue.send([ManifestRef(destination="trail/1/r/n/i", sort="s")])
    due = HistoryDue(account_id="1", region="r", slice=SliceRef(segment="s", offset=0, length=1))
    with pytest.raises(AdapterError):
        SqsHistoryQueue(Sqs("ServiceUnavailable"), "url").send(due, until=datetime.now(UTC))


def test_a_wake_up_is_asked_for_once_rounded_up() -> None:
    sqs, clock = Sqs(), FakeClock()
    wakeups = SqsWakeUps(sqs, "url", clock)
    for _ in range(3):
        wakeups.at(clock.now() + timedelta(seconds=4.2))
    assert [asked["DelaySeconds"] for asked in sqs.asked] == [5]
    clock.move(seconds=2)
    wakeups.at(clock.now() + timedelta(seconds=4))
    assert [asked["DelaySeconds"] for asked in sqs.asked] == [5, 5]


def test_what_is_past_is_now_each_time_it_is_later() -> None:
    sqs, clock = Sqs(), FakeClock()
    wakeups = SqsWakeUps(sqs, "url", clock)
    moment = clock.now() + timedelta(seconds=3)
    wakeups.at(moment)
    for _ in range(2):
        clock.move(seconds=5)
        wakeups.at(moment)
    assert [asked["DelaySeconds"] for asked in sqs.asked] == [4, 0, 0]


def test_what_sqs_cannot_delay_is_left_to_the_sweep() -> None:
    sqs, clock = Sqs(), FakeClock()
    SqsWakeUps(sqs, "url", clock).at(clock.now() + timedelta(minutes=16))
    assert sqs.asked == []


def test_a_wake_up_that_fails_is_silent_and_asked_for_again() -> None:
    sqs, clock = Sqs("ServiceUnavailable"), FakeClock()
    wakeups = SqsWakeUps(sqs, "url", clock)
    for _ in range(2):
        wakeups.at(clock.now() + timedelta(seconds=4))
    assert len(sqs.asked) == 2
