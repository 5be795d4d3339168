"""Where goes what cannot be delivered to anybody."""

from collections.abc import Mapping
from typing import Protocol


class DeadLetters(Protocol):
    """Keeps bytes with the reason and the source. The same letter kept twice is one object."""

    def put(self, *, reason: str, source: Mapping[str, str], body: bytes) -> None:
        """Keep it durably. AdapterError otherwise."""
        ...
