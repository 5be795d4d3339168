"""Where segments are kept, and messages too big for the queue."""

from typing import Protocol

from opentrail.domain.record_message import Pointer
from opentrail.domain.segment import Segment, SliceRef


class SegmentStore(Protocol):
    """The write-ahead log."""

    def put(self, segment: Segment) -> None:
        """Write it durably; one that is there already is the same. AdapterError otherwise."""
        ...

    def read(self, ref: SliceRef) -> list[bytes]:
        """The records of a slice, by one range request."""
        ...

    def message(self, pointer: Pointer) -> str | None:
        """The text a message points at; None when it points anywhere but to this deployment's messages."""
        ...
