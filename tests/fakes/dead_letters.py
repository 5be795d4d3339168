"""Dead letters in memory."""

from collections.abc import Mapping


class FakeDeadLetters:
    """Each letter once: (reason, source, body)."""

    def __init__(self) -> None:
        self.kept: set[tuple[str, tuple[tuple[str, str], ...], bytes]] = set()

    def put(self, *, reason: str, source: Mapping[str, str], body: bytes) -> None:
        self.kept.add((reason, tuple(sorted(source.items())), body))

    @property
    def reasons(self) -> list[str]:
        """The reason of each letter, sorted."""
        return sorted(reason for reason, _, _ in self.kept)

    def bodies(self, reason: str) -> list[bytes]:
        """The letters of one reason."""
        return sorted(body for found, _, body in self.kept if found == reason)
