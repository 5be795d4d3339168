"""Reading event history: one page of a lookup, newest first, each event once, in a total order.

The order is eventTime descending, then eventID ascending, then content. Index items come by their page's
newest event; an event is safe to show once no page that could hold a newer one is left unread. Pages never
leave their UTC hour, so continuing after a position looks again at most at the pages of that hour.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from opentrail.domain import record
from opentrail.domain.event import attributes
from opentrail.domain.history import CLASSES, EVERYTHING, HOUR, SMALLEST, IndexItem, bucket, lines, positions
from opentrail.domain.lookup import LookupPage, LookupQuery, Position
from opentrail.ports.event_history import EventHistory, IndexRange

INDEX_PAGE = 100  # index items asked for at once, of each class
BODIES_AT_ONCE = 16  # pages read at once
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
    looked_at = 0
    batch: list[IndexItem] = []
    expected = 0  # events in the batch
    for item in _candidates(history, query):
        if query.after is None or item.newest < query.after.event_time:
            looked_at += (
                1  # what had to be looked at again to get here does not count: an answer always gets on
            )
        if looked_at > max_index_items:
            _read(history, batch, reading, after)
            reading.show_newer_than(item.newest)
            return _short(reading, item.newest)
        found = _expected(item, query)
        if not found:
            continue
        batch.append(item)
        expected += found
        if len(batch) == BODIES_AT_ONCE or expected > query.limit:
            _read(history, batch, reading, after)
            batch, expected = [], 0
            reading.show_newer_than(item.newest)
            if reading.full:
                break
    if not reading.full:
        _read(history, batch, reading, after)
        reading.show_newer_than(None)
    return _page(reading)


def _expected(item: IndexItem, query: LookupQuery) -> int:
    """At least how many of the page's events the attribute finds; the bounds of time may exclude some."""
    where = positions(item.data, query.attribute or EVERYTHING)
    return SMALLEST[item.k] if where is None else len(where)


def _candidates(history: EventHistory, query: LookupQuery) -> Iterator[IndexItem]:
    """Index items that may matter, newest page first, over all classes."""
    latest = min(query.end, query.after.event_time) if query.after else query.end
    top = latest - latest % HOUR + HOUR - 1  # a page that holds `latest` may hold newer ones of its hour
    attribute = query.attribute or EVERYTHING
    ranges: list[IndexRange | None] = [
        IndexRange(
            account_id=query.account_id,
            region=query.region,
            k=k,
            bucket=bucket(attribute, k),
            newest=top,
            oldest=query.start,
        )
        for k in CLASSES
    ]
    buffers: list[list[IndexItem]] = [[] for _ in CLASSES]
    limit = min(INDEX_PAGE, query.limit + BODIES_AT_ONCE)
    while True:
        _refill(history, ranges, buffers, limit)
        held = [(-b[-1].newest, b[-1].page_id, i) for i, b in enumerate(buffers) if b]
        if not held:
            return
        yield buffers[min(held)[2]].pop()
        limit = INDEX_PAGE


def _refill(
    history: EventHistory, ranges: list[IndexRange | None], buffers: list[list[IndexItem]], limit: int
) -> None:
    """Ask for more of every class whose buffer ran out, all at once. Buffers are kept oldest first."""
    empty = [(i, r) for i, r in enumerate(ranges) if r is not None and not buffers[i]]
    if not empty:
        return
    for (i, asked), items in zip(empty, history.index([r for _, r in empty], limit), strict=True):
        buffers[i] = items[::-1]
        ranges[i] = _continued(asked, items[-1]) if len(items) == limit else None


def _continued(asked: IndexRange, last: IndexItem) -> IndexRange:
    return IndexRange(
        account_id=asked.account_id,
        region=asked.region,
        k=asked.k,
        bucket=asked.bucket,
        newest=asked.newest,
        oldest=asked.oldest,
        below=(last.newest, last.page_id),
    )


def _read(history: EventHistory, batch: Sequence[IndexItem], reading: _Reading, after: Key | None) -> None:
    attribute = reading.query.attribute or EVERYTHING
    for item, body in zip(batch, history.bodies(batch) if batch else (), strict=True):
        if body is not None:
            held = lines(body)
            where = positions(item.data, attribute)
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
