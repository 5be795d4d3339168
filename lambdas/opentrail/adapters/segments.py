"""Segments in S3."""

from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters.dynamodb import translating
from opentrail.domain.record_message import MAX_INFLATED, Pointer
from opentrail.domain.segment import Segment, SliceRef, lines

MESSAGES_PREFIX = "messages/"
_PRESENT = frozenset({"PreconditionFailed", "412"})


class S3SegmentStore:
    """Segments under `segments/`, messages too big for the queue under `messages/`, in one bucket."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    @translating
    def put(self, segment: Segment) -> None:
        """Write once: the key is made of the content, so what is there already is the same."""
        try:
            self._s3.put_object(Bucket=self._bucket, Key=segment.key, Body=segment.body, IfNoneMatch="*")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _PRESENT:
                raise

    @translating
    def read(self, ref: SliceRef) -> list[bytes]:
        """One range request."""
        span = f"bytes={ref.offset}-{ref.offset + ref.length - 1}"
        answer = self._s3.get_object(Bucket=self._bucket, Key=ref.segment, Range=span)
        return lines(answer["Body"].read())

    @translating
    def message(self, pointer: Pointer) -> str | None:
        """Only this deployment's own messages are read: the queue is a trust boundary."""
        if pointer.bucket != self._bucket or not pointer.key.startswith(MESSAGES_PREFIX):
            return None
        try:
            answer = self._s3.get_object(Bucket=pointer.bucket, Key=pointer.key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                return None
            raise
        if answer["ContentLength"] > MAX_INFLATED:
            return None
        return str(answer["Body"].read().decode("ascii", "replace"))
