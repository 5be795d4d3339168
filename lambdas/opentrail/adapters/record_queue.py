"""The records queue on SQS, with S3 for what is too big for it."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from opentrail.adapters.dynamodb import translating
from opentrail.adapters.segments import MESSAGES_PREFIX
from opentrail.domain.record_message import QUEUE_LIMIT, Pointer, encode, encode_pointer
from opentrail.ports.errors import AdapterError

MESSAGES_PER_BATCH = 10  # SQS
BATCH_LIMIT = QUEUE_LIMIT  # characters of all messages of one batch


class SqsRecordQueue:
    """Sends records as opaque messages. Sent twice, they are recorded once: each carries its eventID."""

    def __init__(self, sqs: Any, queue_url: str, s3: Any, bucket: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._s3 = s3
        self._bucket = bucket

    @translating
    def send(self, lines: Sequence[bytes]) -> None:
        """Durable when this returns; AdapterError when some record may not be."""
        texts = [self._fitting(text) for text in encode(lines)]
        for batch in _batches(texts):
            if len(batch) == 1:
                self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=batch[0])
                continue
            entries = [{"Id": str(i), "MessageBody": text} for i, text in enumerate(batch)]
            answer = self._sqs.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
            if answer.get("Failed"):
                raise AdapterError(f"{len(answer['Failed'])} messages were not queued", code="BatchFailed")

    def _fitting(self, text: str) -> str:
        """The message, or one that points at it, under a key made of its content."""
        if len(text) <= QUEUE_LIMIT:
            return text
        key = MESSAGES_PREFIX + hashlib.sha256(text.encode()).hexdigest()
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=text.encode())
        return encode_pointer(Pointer(self._bucket, key))


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == MESSAGES_PER_BATCH or size + len(text) > BATCH_LIMIT):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch
