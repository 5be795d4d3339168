"""Conflicts of eventIDs in memory."""

from collections.abc import Callable, Sequence

from opentrail.domain.event_conflict import EventConflict, EventIds
from opentrail.domain.record import Record


class FakeEventConflicts:
    """`told` are those that were new."""

    def __init__(self, tell: Callable[[EventConflict], None] | None = None) -> None:
        self.told: list[EventConflict] = []
        self._tell = tell or self.told.append
        self._kept: dict[EventConflict, None] = {}
        self._seen = EventIds()

    def look_at(self, records: Sequence[Record]) -> None:
        for conflict in self._seen.conflicts(records):
            if conflict not in self._kept:
                self._kept[conflict] = None
                self._tell(conflict)

    def forget(self) -> None:
        """Another process: it knows what was kept, and has seen nothing."""
        self._seen = EventIds()

    def known(self) -> list[EventConflict]:
        return list(self._kept)
