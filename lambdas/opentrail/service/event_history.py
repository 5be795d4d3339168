"""Reading event history: one page of a lookup, newest first, each event once, in a total order.

The order is eventTime descending, then eventID ascending, then content. Index items come by their page's
newest event; an event is safe to show once no page that could hold a newer one is left unread. Pages never
leave their UTC hour, so continuing after a position looks again at most at the pages of that hour.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from opentrail.domain import record
from opentrail.domain.event import attributes
from opentrail.domain.history import EVERYTHING, IndexItem, lines, positions
from opentrail.domain.lookup import LookupPage, LookupQuery, Position
from opentrail.ports.event_history import EventHistory
from opentrail.service.history_search import Search

CHUNKS_AT_ONCE = 96  # items of bodies read in one trip: 33 MB at most
MAX_INDEX_ITEMS = 20_000  # looked at for one answer; then it is short, with a position to go on from

Key = tuple[int, str, str]


@dataclass(slots=True)
class _Reading:
    """Events read but not yet safe to show, and those shown."""

    query: LookupQuery
    waiting: list[tuple[Key, bytes]] = field(default_factory=list)
    shown: list[tuple[Key, bytes]] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.shown) > self.query.limit

    def show_newer_than(self, newest: int | None) -> None:
        """Show what is newer than any event still to be read (None: nothing is), each event once."""
        while self.waiting and not self.full and (newest is None or -self.waiting[0][0][0] > newest):
            key, line = heapq.heappop(self.waiting)
            if not self.shown or self.shown[-1][0] != key:
                self.shown.append((key, line))


def look_up(
    history: EventHistory, query: LookupQuery, *, max_index_items: int = MAX_INDEX_ITEMS
) -> LookupPage:
    """At most `query.limit` events after `query.after`, and the position to go on from, None at the end."""
    reading = _Reading(query)
    after = _key(query.after) if query.after else None
    search = Search(history, query, max_index_items)
    while True:
        batch, left, cut_short = search.reach(query.limit + 1 - len(reading.shown))
        while batch:
            taken = _portion(batch)
            _read(history, batch[:taken], reading, after)
            batch = batch[taken:]
            reading.show_newer_than(batch[0].newest if batch else left if left >= 0 else None)
            if reading.full:
                return _page(reading)
        reading.show_newer_than(left if left >= 0 else None)
        if left < 0 or reading.full:
            return _page(reading)
        if cut_short:
            return _short(reading, left)


def _portion(batch: Sequence[IndexItem]) -> int:
    """How many pages to read in one trip."""
    chunks = 0
    for count, item in enumerate(batch):
        chunks += item.chunks
        if count and chunks > CHUNKS_AT_ONCE:
            return count
    return len(batch)


def _read(history: EventHistory, batch: Sequence[IndexItem], reading: _Reading, after: Key | None) -> None:
    attribute = reading.query.attribute or EVERYTHING
    for content in history.pages(batch):
        if content is not None:
            held = lines(content.body)
            where = None if content.data is None else positions(content.data, attribute)
            _take(held, range(len(held)) if where is None else where, reading, after)


def _take(held: Sequence[bytes], where: Sequence[int], reading: _Reading, after: Key | None) -> None:
    """The newest events of a page that are asked for, as many as one answer can show, ties whole.

    A page's events lie in the order of their times: what is out of bounds need not be read.
    """
    query = reading.query

    def time(position: int) -> int:
        return record.read(held[position]).event_time

    first = bisect_left(where, query.start, key=time)
    last = bisect_right(where, min(query.end, -after[0]) if after else query.end, key=time)
    taken: set[Key] = set()
    oldest = query.end
    for position in reversed(where[first:last]):
        line = held[position]
        event = record.read(line)
        if len(taken) > query.limit and event.event_time < oldest:
            break
        key = (-event.event_time, event.event_id, event.content)
        if after is not None and key <= after:
            continue
        if query.attribute is None or query.attribute in attributes(event.data):
            heapq.heappush(reading.waiting, (key, line))
            taken.add(key)
            oldest = event.event_time


def _page(reading: _Reading) -> LookupPage:
    limit = reading.query.limit
    shown = reading.shown[:limit]
    more = len(reading.shown) > limit
    return LookupPage(
        lines=tuple(line for _, line in shown), position=_position(shown[-1][0]) if more else None
    )


def _short(reading: _Reading, boundary: int) -> LookupPage:
    """A page cut off by the bound on work: it goes on at `boundary`, all of that second included."""
    if len(reading.shown) > reading.query.limit:
        return _page(reading)
    return LookupPage(
        lines=tuple(line for _, line in reading.shown),
        position=Position(event_time=boundary, event_id="", content=""),
    )


def _key(position: Position) -> Key:
    return (-position.event_time, position.event_id, position.content)


def _position(key: Key) -> Position:
    return Position(event_time=-key[0], event_id=key[1], content=key[2])
