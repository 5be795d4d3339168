"""Sends records to the records queue of a local instance, as fast as it takes them or at a given rate."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from typing import Any

from opentrail.domain import record_message

from opentrail_cli.environment import DEPLOYMENT_ACCOUNT, Instance, client
from opentrail_cli.replay import batches

TRIES = 5  # of one request; what it sends twice is counted as a repeat
TICKS = 4  # messages a second when a rate is asked for


def send(
    instance: Instance, lines: Iterable[bytes], *, rate: int | None, replay: bool = True
) -> Iterator[int]:
    """Send JSON lines, marked as a replay unless they are new; yields how many records went each time."""
    outputs = instance.outputs()
    sqs = client(instance.endpoint, "sqs", account_id=DEPLOYMENT_ACCOUNT, attempts=TRIES)
    s3 = client(instance.endpoint, "s3", account_id=DEPLOYMENT_ACCOUNT, attempts=TRIES)
    size = (
        record_message.MAX_RECORDS if rate is None else max(1, min(record_message.MAX_RECORDS, rate // TICKS))
    )
    started = time.monotonic()
    sent = 0
    for batch in batches(lines, size):
        if rate is not None:
            time.sleep(max(0.0, started + sent / rate - time.monotonic()))
        for text in record_message.encode(batch, replay=replay):
            body = (
                text
                if len(text) <= record_message.QUEUE_LIMIT
                else _beside(s3, outputs["SegmentsBucket"], text)
            )
            sqs.send_message(QueueUrl=outputs["RecordsQueueUrl"], MessageBody=body)
        sent += len(batch)
        yield len(batch)


def _beside(s3: Any, bucket: str, text: str) -> str:
    """Store a text too big for the queue; the message that points to it."""
    key = f"messages/{hashlib.sha256(text.encode()).hexdigest()}"
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
    return record_message.encode_pointer(record_message.Pointer(bucket, key))
