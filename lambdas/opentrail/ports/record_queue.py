"""The way into the system."""

from collections.abc import Sequence
from typing import Protocol


class RecordQueue(Protocol):
    """Takes records; when send returns, they are durable."""

    def send(self, lines: Sequence[bytes]) -> None:
        """Queue records (compact JSON, one each, eventID present). AdapterError when they are not durable."""
        ...
