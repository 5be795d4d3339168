"""SQS event source mappings as AWS has them: bodies as they were sent, at most 6 MB a batch, no idle polling.

LocalStack parses bodies that look like JSON and writes them anew, sends batches of any size, and asks an
empty queue again and again. Mappings with filter criteria keep LocalStack's own way.
"""

import json
from collections.abc import Iterator
from typing import Any

from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
)
from localstack.services.lambda_.event_source_mapping.pollers import sqs_poller
from localstack.services.lambda_.event_source_mapping.pollers.poller import parse_batch_item_failures
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import SqsPoller

LONG_POLL = 5  # seconds an empty queue is waited for; ends at once when a message comes
MAX_BATCH = 5_500_000  # bytes of messages in one invocation, below Lambda's 6 MB with what JSON adds


def patch() -> None:
    """Replace how LocalStack's poller waits and hands over."""
    original_init = SqsPoller.__init__
    original_handle = SqsPoller.handle_messages

    def init(self: SqsPoller, *args: Any, **kwargs: Any) -> None:
        original_init(self, *args, **kwargs)
        self.maximum_batching_window = max(self.maximum_batching_window, LONG_POLL)

    def handle_messages(self: SqsPoller, messages: list[dict[str, Any]]) -> None:
        if self.filter_patterns:
            original_handle(self, messages)
            return
        failures = []
        for batch in _batches(messages):
            try:
                _hand_over(self, batch)
            except BatchFailureError as error:  # its messages come back; the other batches go on
                failures.append(error)
        if failures:
            raise failures[0]

    SqsPoller.__init__ = init
    SqsPoller.handle_messages = handle_messages


def _hand_over(poller: SqsPoller, messages: list[dict[str, Any]]) -> None:
    """Invoke with one batch; what the function did not report as failed is deleted from the queue."""
    done = {message["MessageId"] for message in messages}
    events = poller.add_source_metadata(sqs_poller.transform_into_events(messages))
    try:
        poller.processor.process_events_batch(events)
    except PartialBatchFailureError as failure:
        try:
            done -= set(parse_batch_item_failures(failure.partial_failure_payload, done))
        except (KeyError, ValueError):
            return  # an answer that names no message of the batch fails the whole batch
    poller.delete_messages(messages, done)


def _batches(messages: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for message in messages:
        more = len(json.dumps(message.get("Body", ""))) + 1000
        if batch and size + more > MAX_BATCH:
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += more
    if batch:
        yield batch
