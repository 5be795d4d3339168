"""Batches of an SQS mapping: sent as they came, cut by size, deleted as far as they were done."""

from typing import Any

import pytest
from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
)
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller
from opentrail_local.lambda_ import sqs_poller


class Poller(SqsPoller):
    """LocalStack's poller without its queue."""

    def __init__(self, failure: Any = None) -> None:
        self.source_arn = "arn:aws:sqs:us-east-1:000000000000:q"
        self.aws_region = "us-east-1"
        self.filter_patterns = []
        self.processor = self
        self.failure = failure
        self.batches: list[list[dict[str, Any]]] = []
        self.deleted: list[set[str]] = []

    def process_events_batch(self, events: list[dict[str, Any]]) -> None:
        self.batches.append(events)
        if self.failure is not None:
            raise PartialBatchFailureError(partial_failure_payload=self.failure)

    def delete_messages(self, messages: list[dict[str, Any]], message_ids_to_delete: set[str]) -> None:
        self.deleted.append(message_ids_to_delete)


def messages(*bodies: str) -> list[dict[str, Any]]:
    return [{"MessageId": f"m{n}", "ReceiptHandle": "h", "Body": body} for n, body in enumerate(bodies)]


@pytest.fixture(scope="module", autouse=True)
def patched() -> None:
    sqs_poller.patch()


def test_bodies_arrive_as_they_were_sent() -> None:
    poller = Poller()
    sent = ['{"a": 1,  "a": 1.0}', '"\\u00e4"', "plain"]
    poller.handle_messages(messages(*sent))
    assert [event["body"] for event in poller.batches[0]] == sent
    assert {event["eventSource"] for event in poller.batches[0]} == {"aws:sqs"}
    assert poller.deleted == [{"m0", "m1", "m2"}]


def test_no_batch_is_larger_than_lambda_takes() -> None:
    poller = Poller()
    poller.handle_messages(messages(*["x" * 200_000] * 40))
    assert [len(batch) for batch in poller.batches] == [27, 13]
    assert poller.deleted == [{f"m{n}" for n in range(27)}, {f"m{n}" for n in range(27, 40)}]


def test_reported_failures_stay_in_the_queue() -> None:
    poller = Poller({"batchItemFailures": [{"itemIdentifier": "m1"}]})
    poller.handle_messages(messages("a", "b", "c"))
    assert poller.deleted == [{"m0", "m2"}]


def test_a_failure_of_an_unknown_message_fails_the_batch() -> None:
    poller = Poller({"batchItemFailures": [{"itemIdentifier": "other"}]})
    poller.handle_messages(messages("a"))
    assert poller.deleted == []


def test_one_failed_batch_does_not_hold_back_the_next() -> None:
    class FailsFirst(Poller):
        def process_events_batch(self, events: list[dict[str, Any]]) -> None:
            super().process_events_batch(events)
            if len(self.batches) == 1:
                raise BatchFailureError(error={})

    poller = FailsFirst()
    with pytest.raises(BatchFailureError):
        poller.handle_messages(messages(*["x" * 200_000] * 40))
    assert [len(batch) for batch in poller.batches] == [27, 13]
    assert poller.deleted == [{f"m{n}" for n in range(27, 40)}]
