"""Comparing the EventIds of event history: one id with other content is noticed whoever recorded the two, on
one day or on days far apart, without anybody looking.

Once a day is in volumes, the EventIds of each are looked for among those of all the account's other days,
part by part: of two days, the one that is checked later sees both. Only pages of ids met again are read.
Records of equal bytes are an event that came again; others are a conflict. What a flood of ids can cost is
bounded, and what is left unread then is counted. A run that is cut goes on where it stopped; what is done
again, or side by side, notices the same and tells nothing twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched, product

from opentrail.domain import history_ids, history_volume, record
from opentrail.domain.event import parse
from opentrail.domain.event_conflict import CONTENTS
from opentrail.domain.history import SETTLED, IndexItem, day_of, lines
from opentrail.domain.history_volume import Found, Volume
from opentrail.ports.clock import Clock
from opentrail.ports.event_conflicts import EventConflicts
from opentrail.ports.event_history import HistoryVolumes, IdPart, Place

# Buckets and pages of one account, Region and day: those of a thousand ids that came twice. Some more for
# each part of the day's ids, since the more there are, the more hashes are equal by chance.
MOST_READ = 4000
READ_A_PART = 4
PARTS_AT_ONCE = 4  # of all days: some 3 MB
PAGES_AT_ONCE = 16
NOTHING = Found((), more=False)


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


class _Comparison:
    """One account's and Region's day. `place`: how far it is compared."""

    def __init__(self, run: _Run, day: int, place: Place) -> None:
        self.place = place
        self._run = run
        self._history = run.history
        self._day = day
        self._read = place.read
        self._volumes: dict[int, Volume] = {}  # by day

    def run(self) -> bool:
        """False when time was up."""
        calendar = self._history.calendar(self.place.account_id, self.place.region)
        self._volumes = {day.day: day.volume for day in calendar if day.volume is not None}
        ours = self._volumes.get(self._day)
        if ours is None:
            self._run.result.without_volume += 1
            return True
        for batch in batched(range(self.place.part, 2**ours.id_exponent), PARTS_AT_ONCE, strict=False):
            if self._run.is_over():
                return False
            for found, days in sorted(self._again(ours, batch).items()):
                volumes = [ours, *(self._volumes[day] for day in sorted(days))]
                self._look_at(found, history_ids.bits(ours.id_exponent), volumes)
            self.place = replace(self.place, part=batch[-1] + 1, read=self._read)
        return True

    def _again(self, ours: Volume, batch: Sequence[int]) -> dict[int, set[int]]:
        """The EventIds in some parts of the day that have several events, with the other days each is on."""
        power, known = ours.id_exponent, history_ids.bits(ours.id_exponent)
        own = self._parts(power, batch)
        ids = {part: history_ids.decode(days.get(self._day, b""), power, part) for part, days in own.items()}
        again: dict[int, set[int]] = defaultdict(set)
        for held in ids.values():
            again |= {found: set() for found in history_ids.repeated(held)}
        for exponent in {volume.id_exponent for volume in self._volumes.values()}:
            wanted: dict[int, list[int]] = defaultdict(list)  # theirs, and ours that reach into each
            for part, held in ids.items():
                for number in history_ids.parts(held, known, exponent):
                    wanted[number].append(part)
            for some in batched(wanted, PARTS_AT_ONCE, strict=False):
                read = own if exponent == power else self._parts(exponent, some)
                for number in some:
                    days = read[number].keys() & self._volumes.keys() - {self._day}
                    for day, part in product(days, wanted[number]):
                        data = read[number][day]
                        for found in history_ids.common(ids[part], known, data, exponent, number):
                            again[found].add(day)
        return again

    def _parts(self, exponent: int, numbers: Sequence[int]) -> dict[int, dict[int, bytes]]:
        """Parts of all days that are in so many, by day; consistently if a day seems not to be there."""
        asked = [
            IdPart(account_id=self.place.account_id, region=self.place.region, exponent=exponent, part=number)
            for number in numbers
        ]
        days = {day: volume.ids for day, volume in self._volumes.items() if volume.id_exponent == exponent}
        few = {day: ids for day, ids in days.items() if ids is not None}  # all in the one part
        if len(few) == len(days):
            return dict.fromkeys(numbers, few)
        found = self._history.ids(asked)
        if any(days.keys() - few.keys() - held.keys() for held in found):
            found = self._history.ids(asked, consistent=True)
        return {number: held | few for number, held in zip(numbers, found, strict=True)}

    def _look_at(self, found: int, known: int, volumes: Sequence[Volume]) -> None:
        """Read an EventId's pages and compare its records, unless too much has been read."""
        result, limit = self._run.result, MOST_READ + READ_A_PART * 2 ** volumes[0].id_exponent
        if self._read + 2 * len(volumes) > limit:
            result.unread += 1
            return
        buckets = [(volume, found >> known - volume.exponent) for volume in volumes]
        _, data = self._history.index([], buckets)
        self._read += len(buckets)
        pages: dict[str, tuple[IndexItem, int]] = {}
        more = False
        for volume, held in zip(volumes, data, strict=True):
            listed = history_volume.find_hash(held, found, known, volume) if held is not None else NOTHING
            pages |= {item.page_id: (item, count) for item, count in listed.pages}
            more = more or listed.more
        if not more and sum(count for _, count in pages.values()) < 2:
            return  # a page filed under two days
        affordable = self._read + len(pages) <= limit
        result.unread += more or not affordable
        if affordable:
            self._read += len(pages)
            self._compare(found, known, [item for _, (item, _) in sorted(pages.items())])

    def _compare(self, found: int, known: int, pages: Sequence[IndexItem]) -> None:
        """Tell of records in these pages with one EventId, of which the first bits of the hash are given."""
        read: dict[str, dict[str, record.Record]] = defaultdict(dict)  # by eventID and content
        for batch in batched([replace(page, data=b"") for page in pages], PAGES_AT_ONCE, strict=False):
            for content in self._history.pages(batch):
                for line in lines(content.body) if content is not None else ():
                    event_id = parse(line)["eventID"]
                    if history_ids.id_bits(event_id, known) == found and len(read[event_id]) < CONTENTS:
                        one = record.read(line)
                        read[event_id][one.content] = one
        self._run.result.again += 1
        for records in read.values():
            if len(records) > 1:
                self._run.result.conflicts += 1
                self._run.conflicts.look_at(list(records.values()))
