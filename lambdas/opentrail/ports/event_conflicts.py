"""Where events with one eventID and other content are noticed."""

from collections.abc import Sequence
from typing import Protocol

from opentrail.domain.event_conflict import EventConflict
from opentrail.domain.record import Record


class EventConflicts(Protocol):
    """Remembers the events it saw last, and keeps the conflicts it noticed for as long as event history."""

    def look_at(self, records: Sequence[Record]) -> None:
        """Notice conflicts, tell each new one and keep it. Whoever calls has other work to do: no error of
        the outside comes through, and what cannot be kept is told all the same.
        """
        ...

    def known(self) -> list[EventConflict]:
        """The conflicts kept, in no order."""
        ...
