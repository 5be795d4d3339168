"""Segments in memory."""

from opentrail.domain.record_message import MAX_INFLATED, Pointer
from opentrail.domain.segment import Segment, SliceRef, lines
from opentrail.ports.errors import AdapterError

MESSAGES_PREFIX = "messages/"


class FakeSegmentStore:
    """One bucket: segments, and the messages that were too big for the queue."""

    def __init__(self, bucket: str = "segments") -> None:
        self.bucket = bucket
        self.objects: dict[str, bytes] = {}

    def put(self, segment: Segment) -> None:
        self.objects.setdefault(segment.key, segment.body)

    def read(self, ref: SliceRef) -> list[bytes]:
        if ref.segment not in self.objects:
            raise AdapterError("no such segment", code="NoSuchKey")
        return lines(self.objects[ref.segment][ref.offset : ref.offset + ref.length])

    def message(self, pointer: Pointer) -> str | None:
        if pointer.bucket != self.bucket or not pointer.key.startswith(MESSAGES_PREFIX):
            return None
        body = self.objects.get(pointer.key)
        return None if body is None or len(body) > MAX_INFLATED else body.decode("ascii", "replace")
