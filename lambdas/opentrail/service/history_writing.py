"""Writing event history: which of a slice's events it keeps, and where they lie."""

from collections.abc import Sequence

from opentrail.domain.event import attributes
from opentrail.domain.history import HistoryEvent, HistoryPage, pages, shelf
from opentrail.domain.record import Record
from opentrail.domain.record_category import INSIGHT, MANAGEMENT
from opentrail.ports.event_history import EventHistory


def write_history(found: Sequence[Record], history: EventHistory, oldest: int) -> None:
    """Put a slice's management and Insights events that are not older than `oldest` into event history."""
    written: list[HistoryPage] = []
    for kind in (MANAGEMENT, INSIGHT):
        events = [
            HistoryEvent(r.event_time, r.line, attributes(r.data))
            for r in found
            if r.category == kind and r.event_time >= oldest
        ]
        if events:
            written += pages(found[0].account_id, shelf(found[0].region, kind), events)
    if written:
        history.put(written)
