"""The records queue: fake and SQS with S3. What is sent is what the recorder will read."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from opentrail.adapters.record_queue import SqsRecordQueue
from opentrail.adapters.segments import S3SegmentStore
from opentrail.domain.record_message import QUEUE_LIMIT, Pointer, decode
from opentrail.ports.record_queue import RecordQueue

from tests.fakes.record_queue import FakeRecordQueue

type Received = Callable[[], list[bytes]]


@pytest.fixture(params=["fake", "sqs"])
def queue(request: pytest.FixtureRequest) -> tuple[RecordQueue, Received]:
    if request.param == "fake":
        fake = FakeRecordQueue()
        return fake, lambda: fake.lines
    aws: Any = request.getfixturevalue("aws")
    real = SqsRecordQueue(aws.client("sqs"), aws.queue_url, aws.client("s3"), aws.bucket)
    return real, lambda: [line for text in messages(aws) for line in lines_of(aws, text)]


def messages(aws: Any) -> list[str]:
    """All messages that wait, received once."""
    found: list[str] = []
    while True:
        answer = aws.client("sqs").receive_message(QueueUrl=aws.queue_url, MaxNumberOfMessages=10)
        if not answer.get("Messages"):
            return found
        found += [message["Body"] for message in answer["Messages"]]


def lines_of(aws: Any, text: str) -> list[bytes]:
    """A message's lines, read as the recorder reads them."""
    held = decode(text)
    if isinstance(held, Pointer):
        pointed = S3SegmentStore(aws.client("s3"), aws.bucket).message(held)
        assert pointed is not None
        held = decode(pointed)
        assert not isinstance(held, Pointer)
    return held


def line(number: int, size: int = 10) -> bytes:
    """A record that does not compress."""
    return json.dumps({"eventID": str(number), "blob": os.urandom(size).hex()}).encode()


@pytest.mark.parametrize(("count", "size"), [(1, 10), (1200, 10), (30, 20_000), (2, 400_000)])
def test_what_is_sent_is_received(queue: tuple[RecordQueue, Received], count: int, size: int) -> None:
    records, received = queue
    lines = [line(number, size) for number in range(count)]
    records.send(lines)
    assert sorted(received()) == sorted(lines)


def test_no_message_is_too_big_for_the_queue(aws: Any) -> None:
    queue = SqsRecordQueue(aws.client("sqs"), aws.queue_url, aws.client("s3"), aws.bucket)
    queue.send([line(0, 400_000), *[line(n, 20_000) for n in range(1, 30)]])
    found = messages(aws)
    assert all(len(text) <= QUEUE_LIMIT for text in found)
    assert sum(isinstance(decode(text), Pointer) for text in found) == 1
