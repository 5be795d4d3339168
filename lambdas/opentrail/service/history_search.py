"""Finding the pages of a lookup: newest first, in few round trips, over the days pages are filed under.

A frequent attribute is found at the end of a day's own index items, a rare one in the volumes of all days. So
the first trip reads the calendar and, beside it, the newest index items of the days that a frequent one would
be found in; the second, if that was not enough, one bucket of every volume and the rest of the days that have
none, in parts side by side; the third reads pages. A volume lists the newest pages of a frequent attribute
only, so that a day in which the range ends is read as if it had none; so is a day whose volume is not whole.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from opentrail.domain.history import (
    CLASSES,
    EVENT_ID,
    EVERYTHING,
    HOUR,
    SMALLEST,
    IndexItem,
    bucket,
    day_of,
    hashed,
    positions,
)
from opentrail.domain.history_volume import Volume, find
from opentrail.domain.lookup import LookupQuery
from opentrail.ports.event_history import EventHistory, FiledDay, IndexRange

FIRST = {0: 64, 2: 16, 5: 8}  # index items of each class asked for in passing: pages of 50 events and more
INDEX_PAGE = 4000  # index items of one key asked for at once: more than one answer of DynamoDB holds
# Of days that are cut: some 12,000 items or 12 MB, as one key bears in a second and a processor reads in one.
PARTS_AT_ONCE = 128
PARTS_BESIDE_A_VOLUME = 64  # of a day in which the range ends; of more, its volume is asked first
NOTHING = -1  # before every event


@dataclass(slots=True)
class _Source:
    """Pages not read yet, none of them newer than `bound`: of a range, or of a volume."""

    day: FiledDay
    bound: int
    asked: IndexRange | None = None  # none: the volume's bucket is to be read
    whole: bool = True  # or a part of a range that was cut


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A page that may matter; `expected`: so many events or more, as far as can be known."""

    newest_first: int
    page_id: str
    item: IndexItem = field(compare=False)
    expected: int = field(compare=False)


class Search:
    """The candidates of one query, as far as they are known."""

    def __init__(self, history: EventHistory, query: LookupQuery, max_index_items: int) -> None:
        self._history = history
        self._query = query
        self._max = max_index_items
        self._attribute = query.attribute or EVERYTHING
        self._hash = hashed(self._attribute)
        self._latest = min(query.end, query.after.event_time) if query.after else query.end
        # A page that holds `latest` may hold newer ones of its hour.
        self._top = self._latest - self._latest % HOUR + HOUR - 1
        self._sources: list[_Source] = []
        self._pool: list[Candidate] = []
        self._seen: set[str] = set()
        self._looked_at = 0
        self._left_out = False  # whether a trip was too small for what was to be read
        self._open()

    def reach(self, events: int) -> tuple[list[IndexItem], int, bool]:
        """Pages to read for so many more events, newest first; the newest second of what is left then (less
        than 0: nothing is); and whether the bound on work cut the search short.
        """
        while True:
            count, cut = self._enough(events)
            stale = [s for s in self._sources if s.bound >= 0 and s.bound > cut]
            if not stale:
                return self._taken(count), cut, False
            boundary = max(s.bound for s in stale)
            if (self._looked_at > self._max or self._left_out) and self._gets_on(boundary):
                newer = sum(-c.newest_first >= boundary for c in self._pool)
                return self._taken(newer), boundary, True
            self._fetch(self._next(stale))

    def _open(self) -> None:
        """The calendar, and the days in which a frequent attribute would be found at once."""
        today = day_of(self._query.end if self._query.now is None else self._query.now)
        near = day_of(self._latest)
        guessed = sorted({today, *(d for d in (near, near + 1) if d <= today)})
        ranges = [asked for day in guessed for asked in self._ranges(FiledDay(day=day), FIRST)]
        calendar, found = self._history.open(self._query.account_id, self._query.region, ranges)
        calendar = [self._as_read(day) for day in calendar]
        by_day = {day.day: day for day in calendar}
        for asked, items in zip(ranges, found, strict=True):
            if asked.day in by_day:
                self._add_range(by_day[asked.day], asked, items)
        for day in calendar:
            if day.day not in guessed:
                self._add_day(day)
            elif day.shards > 1:
                self._add_ranges(day, [a for a in self._ranges(day) if a.shard])

    def _as_read(self, day: FiledDay) -> FiledDay:
        """A day, without its volume where that may not list the pages of a first answer."""
        volume, query = day.volume, self._query
        if volume is None or query.after or not volume.reaches_over(query.start, self._top):
            return day
        parts = sum(query.start < cut.newest <= self._top for cut in day.cuts)
        # No day has more pages of an EventId than its volume lists.
        if self._attribute[0] == EVENT_ID or parts > PARTS_BESIDE_A_VOLUME:
            return day
        return replace(day, volume=None)

    def _ranges(self, day: FiledDay, limits: dict[int, int] | None = None) -> list[IndexRange]:
        return [
            IndexRange(
                account_id=self._query.account_id,
                region=self._query.region,
                day=day.day,
                k=k,
                bucket=bucket(self._attribute, k),
                newest=self._top,
                oldest=self._query.start,
                limit=limits[k] if limits else INDEX_PAGE,
                shard=shard,
            )
            for k in CLASSES
            for shard in range(day.shards)
        ]

    def _add_day(self, day: FiledDay) -> None:
        """A day of which nothing is read yet."""
        if day.volume is None:
            self._add_ranges(day, self._ranges(day))
            return
        bound = day.volume.newest(self._query.start, self._top)
        self._sources.append(_Source(day, bound))

    def _add_ranges(self, day: FiledDay, ranges: Iterable[IndexRange]) -> None:
        for asked in ranges:
            parts = list(_parts(day, asked))
            self._sources += [_Source(day, _bound(part), part, len(parts) == 1) for part in parts]

    def _add_range(self, day: FiledDay, asked: IndexRange, items: Sequence[IndexItem]) -> None:
        """What a range answered, and the rest of it, if there is any."""
        for item in items:
            data = item.data or b""
            # Most items end here: to look for a few bytes is a tenth of the work of reading all entries.
            where = positions(data, self._attribute) if self._hash in data else []
            self._add(item, SMALLEST[item.k] if where is None else len(where))
        after = self._query.after
        # What had to be looked at again to get here does not count: an answer always gets on.
        self._looked_at += sum(after is None or item.newest < after.event_time for item in items)
        if len(items) == asked.limit:
            below = (items[-1].newest, items[-1].page_id)
            self._add_ranges(day, [replace(asked, below=below, limit=INDEX_PAGE)])

    def _add_volume(self, day: FiledDay, volume: Volume, data: bytes) -> None:
        found = find(data, self._attribute, volume)
        for item, expected in found.pages:
            if item.newest <= self._top and item.newest >= self._query.start:
                self._add(item, expected)
        last = found.pages[-1][0] if found.more else None
        if last is not None and last.newest >= self._query.start:
            below = None if last.newest > self._top else (last.newest, last.page_id)
            self._add_ranges(day, [replace(asked, below=below) for asked in self._ranges(day)])

    def _add(self, item: IndexItem, expected: int) -> None:
        if not expected or item.page_id in self._seen or item.oldest > self._latest:
            return
        self._seen.add(item.page_id)
        unsure = item.newest > self._latest or item.oldest < self._query.start
        if self._query.after is not None:
            unsure = unsure or item.newest >= self._latest
        self._pool.append(Candidate(-item.newest, item.page_id, item, 0 if unsure else expected))

    def _next(self, stale: Sequence[_Source]) -> list[_Source]:
        """As much of what is to be read as one trip bears, the newest first."""
        ordered = sorted(stale, key=lambda source: -source.bound)
        parts = [count for count, source in enumerate(ordered, 1) if not source.whole]
        taken = ordered[: parts[PARTS_AT_ONCE - 1]] if len(parts) > PARTS_AT_ONCE else ordered
        self._left_out = len(taken) < len(ordered)
        return taken

    def _fetch(self, stale: Sequence[_Source]) -> None:
        """Go on with sources, in one trip; where a day has a volume, by that rather than the old way."""
        turned = {s.day.day: s.day for s in stale if s.day.volume and not self._is_rest(s)}
        gone = {id(s) for s in stale} | {
            id(s) for s in self._sources if s.day.day in turned and not self._is_rest(s)
        }
        plain = [s for s in stale if s.day.day not in turned or self._is_rest(s)]
        self._sources = [s for s in self._sources if id(s) not in gone]
        ranges = [s.asked for s in plain if s.asked is not None]
        volumes = [(day, day.volume) for day in turned.values() if day.volume]
        found, data = self._history.index(ranges, [(v, v.bucket(self._attribute)) for _, v in volumes])
        for source, asked, items in zip(plain, ranges, found, strict=True):
            self._add_range(source.day, asked, items)
        for (day, volume), held in zip(volumes, data, strict=True):
            if held is None:
                self._add_day(replace(day, volume=None))
            else:
                self._add_volume(replace(day, volume=None), volume, held)

    @staticmethod
    def _is_rest(source: _Source) -> bool:
        """Whether a volume was read for the day already, or is not to be."""
        return source.day.volume is None

    def _enough(self, events: int) -> tuple[int, int]:
        """How many of the candidates, newest first, surely hold so many events newer than all others, and
        the newest second of those.
        """
        self._pool.sort()
        sure = 0
        overlapping: list[tuple[int, int]] = []  # pages that may hold events as old as the next one's newest
        for count, candidate in enumerate(self._pool):
            newest = -candidate.newest_first
            while overlapping and -overlapping[0][0] > newest:
                sure += heapq.heappop(overlapping)[1]
            if sure >= events:
                return count, newest
            heapq.heappush(overlapping, (-candidate.item.oldest, candidate.expected))
        return len(self._pool), NOTHING

    def _taken(self, count: int) -> list[IndexItem]:
        taken, self._pool = self._pool[:count], self._pool[count:]
        return [candidate.item for candidate in taken]

    def _gets_on(self, boundary: int) -> bool:
        return self._query.after is None or boundary < self._query.after.event_time


def _bound(asked: IndexRange) -> int:
    return asked.newest if asked.below is None else min(asked.newest, asked.below[0])


def _parts(day: FiledDay, asked: IndexRange) -> Iterator[IndexRange]:
    """A range in parts of less than one answer each, newest first."""
    for cut in day.cuts:
        if (cut.k, cut.shard) == (asked.k, asked.shard) and asked.oldest < cut.newest <= _bound(asked):
            yield replace(asked, oldest=cut.newest)
            asked = replace(asked, newest=cut.newest - 1, below=None)
    yield asked
