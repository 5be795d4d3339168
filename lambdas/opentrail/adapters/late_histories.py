"""Slices due for event history on SQS."""

from datetime import datetime
from typing import Any

from opentrail.adapters.dynamodb import translating
from opentrail.domain.history_due import HistoryDue, to_text


class SqsHistoryQueue:
    """One message per slice."""

    def __init__(self, sqs: Any, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    @translating
    def send(self, due: HistoryDue, *, until: datetime) -> None:
        """What SQS does not take is due again."""
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=to_text(due, until))
