"""Comparing the EventIds of event history: one id with other content is noticed whoever recorded the two, on
one day or on days far apart, without anybody looking.

Once a day is in volumes, the EventIds in each are looked for in the volumes of all the account's other days,
bucket by bucket: of two days, the one that is checked later sees both. Only pages of ids met again are read.
Records of equal bytes are an event that came again; others are a conflict. What a flood of ids can cost is
bounded, and what is left unread then is counted. A run that is cut goes on where it stopped; what is done
again, or side by side, notices the same and tells nothing twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched

from opentrail.domain import history_volume, record
from opentrail.domain.event import parse
from opentrail.domain.event_conflict import CONTENTS
from opentrail.domain.history import SETTLED, IndexItem, day_of, lines
from opentrail.domain.history_volume import Found, Volume
from opentrail.ports.clock import Clock
from opentrail.ports.event_conflicts import EventConflicts
from opentrail.ports.event_history import HistoryVolumes, Place

# Pages of one account, Region and day: a thousand ids that came twice. One more for each bucket of the day's
# volume, since the more events there are, the more hashes are equal by chance.
MOST_READ = 2000
OURS_AT_ONCE = 8  # buckets of the day
THEIRS_AT_ONCE = 1000  # buckets of other days, some 6 MB
PAGES_AT_ONCE = 16


@dataclass(slots=True)
class ConflictsResult:
    """What came of a run."""

    days: int = 0  # checked to the end
    again: int = 0  # ids with several events, whose pages were read
    conflicts: int = 0  # of them with other content, told before or not
    unread: int = 0  # ids of which not all pages were read: there were too many
    without_volume: int = 0  # days of an account and Region, compared with nothing
    unfinished: bool = False
    errors: list[Exception] = field(default_factory=list)


def find_conflicts(
    history: HistoryVolumes, conflicts: EventConflicts, clock: Clock, until: datetime
) -> ConflictsResult:
    """Check the days that are in volumes and not checked, oldest first, until the moment `until`."""
    run = _Run(history, conflicts, clock, until)
    for day, start in history.unchecked(day_of(clock.now().timestamp() - SETTLED)):
        if run.is_over():
            break
        run.check(day, start)
    return run.result


@dataclass(slots=True)
class _Run:
    history: HistoryVolumes
    conflicts: EventConflicts
    clock: Clock
    until: datetime
    result: ConflictsResult = field(default_factory=ConflictsResult)

    def check(self, day: int, start: Place) -> None:
        """Go on with a day, and mark it or leave where it stopped first."""
        began: Place | None = None
        stopped: Place | None = None
        for account_id, region in self.history.filed(day):
            if (account_id, region) < (start.account_id, start.region):
                continue
            first = max(start, Place(account_id=account_id, region=region))
            began = began or first
            comparison = _Comparison(self, day, first)
            try:
                whole = comparison.run()
            except Exception as error:  # noqa: BLE001 - what one account met must not stop the others
                self.result.errors.append(error)
                whole = False
            if not whole:
                stopped = stopped or comparison.place
            if self.result.unfinished:
                break
        if stopped is None:
            self.history.checked(day)
            self.result.days += 1
        elif stopped != began:
            self.history.leave(day, stopped)

    def is_over(self) -> bool:
        """Whether time is up."""
        self.result.unfinished = self.clock.now() >= self.until
        return self.result.unfinished


@dataclass(slots=True)
class _Met:
    """An EventId's pages, by their identifiers, each with how many of its events answer to it."""

    pages: dict[str, tuple[IndexItem, int]] = field(default_factory=dict)
    more: bool = False  # pages beside those

    def add(self, found: Found) -> None:
        self.pages |= {item.page_id: (item, count) for item, count in found.pages}
        self.more = self.more or found.more

    @property
    def is_one_event(self) -> bool:
        """Filed under two days, at most."""
        return not self.more and sum(count for _, count in self.pages.values()) == 1


class _Comparison:
    """One account's and Region's day. `place`: how far it is compared."""

    def __init__(self, run: _Run, day: int, place: Place) -> None:
        self.place = place
        self._run = run
        self._history = run.history
        self._day = day
        self._read = place.read

    def run(self) -> bool:
        """False when time was up."""
        calendar = self._history.calendar(self.place.account_id, self.place.region)
        ours = next((day.volume for day in calendar if day.day == self._day), None)
        others = [day.volume for day in calendar if day.volume is not None and day.day != self._day]
        if ours is None:
            self._run.result.without_volume += 1
            return True
        for batch in batched(range(self.place.bucket, 2**ours.exponent), OURS_AT_ONCE, strict=False):
            if self._run.is_over():
                return False
            for found, met in sorted(self._meet(ours, others, batch).items()):
                if not met.is_one_event:
                    self._look_at(found, met, ours)
            self.place = replace(self.place, bucket=batch[-1] + 1, read=self._read)
        return True

    def _meet(self, ours: Volume, others: Sequence[Volume], batch: Sequence[int]) -> dict[int, _Met]:
        """The EventIds of some buckets that other days' volumes hold too, or that have several events."""
        _, data = self._history.index([], [(ours, number) for number in batch])
        buckets = {number: held for number, held in zip(batch, data, strict=True) if held is not None}
        ids = {number: history_volume.ids(held, ours, number) for number, held in buckets.items()}
        met: dict[int, _Met] = defaultdict(_Met)
        for number, held in buckets.items():
            for found in history_volume.repeated(held, ours, number):
                met[found].add(Found((), more=False))
        asked: dict[tuple[Volume, int], list[int]] = defaultdict(list)
        for number, known in ids.items():
            for volume in others:
                for theirs in history_volume.numbers(known, ours.bits, volume):
                    asked[volume, theirs].append(number)
        for some in batched(asked, THEIRS_AT_ONCE, strict=False):
            _, data = self._history.index([], some)
            for (volume, theirs), there in zip(some, data, strict=True):
                if there is None:
                    continue
                for number in asked[volume, theirs]:
                    for found, pages in history_volume.meet(ids[number], ours.bits, there, volume, theirs):
                        met[found].add(pages)
        for found, known_pages in met.items():
            (number,) = history_volume.numbers([found], ours.bits, ours)
            for _, pages in history_volume.meet([found], ours.bits, buckets[number], ours, number):
                known_pages.add(pages)
        return met

    def _look_at(self, found: int, met: _Met, ours: Volume) -> None:
        """Read an EventId's pages, unless too many have been read."""
        result = self._run.result
        reading = self._read + len(met.pages)
        affordable = reading <= MOST_READ + 2**ours.exponent
        result.unread += met.more or not affordable
        if not affordable:
            return
        self._read = reading
        result.again += 1
        for records in self._records(found, met, ours.bits).values():
            if len(records) > 1:
                result.conflicts += 1
                self._run.conflicts.look_at(list(records.values()))

    def _records(self, found: int, met: _Met, bits: int) -> dict[str, dict[str, record.Record]]:
        """The records whose EventId begins with these bits of a hash: by eventID, by content."""
        read: dict[str, dict[str, record.Record]] = defaultdict(dict)
        pages = [replace(item, data=b"") for _, (item, _) in sorted(met.pages.items())]
        for batch in batched(pages, PAGES_AT_ONCE, strict=False):
            for content in self._history.pages(batch):
                for line in lines(content.body) if content is not None else ():
                    event_id = parse(line)["eventID"]
                    if history_volume.id_bits(event_id, bits) == found and len(read[event_id]) < CONTENTS:
                        one = record.read(line)
                        read[event_id][one.content] = one
        return read
