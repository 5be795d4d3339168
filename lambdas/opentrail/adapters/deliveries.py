"""Delivery messages on SQS: one message, one delivery."""

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any

from opentrail.adapters.dynamodb import translating
from opentrail.domain.delivery import ManifestRef, to_text
from opentrail.ports.errors import AdapterError


class SqsDeliveryQueue:
    """Sends a delivery to the queue of its destination's kind (`trail`, `store`)."""

    def __init__(self, sqs: Any, queue_urls: Mapping[str, str]) -> None:
        self._sqs = sqs
        self._queue_urls = queue_urls

    @translating
    def send(self, refs: Sequence[ManifestRef]) -> None:
        """What SQS does not take is found again by the clock; the error says that it happened."""
        for kind, url in self._queue_urls.items():
            mine = [ref for ref in refs if ref.destination.startswith(f"{kind}/")]
            for batch in batched(mine, 10, strict=False):
                entries = [{"Id": str(i), "MessageBody": to_text(ref)} for i, ref in enumerate(batch)]
                answer = self._sqs.send_message_batch(QueueUrl=url, Entries=entries)
                if answer.get("Failed"):
                    raise AdapterError(
                        f"{len(answer['Failed'])} deliveries were not queued", code="BatchFailed"
                    )
