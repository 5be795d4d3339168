"""Making volumes of event history: what is filed under a day that is over becomes one index.

Nothing it does is ever undone: buckets are put under the name of exactly what they hold, then the volume is
let be seen. Stopped anywhere, or run twice side by side, it does the same again; until a volume is seen, the
day is read by its own index items, which stay. Memory is bounded: hashes are gathered part by part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched

from opentrail.domain import history_ids, history_volume
from opentrail.domain.history import CLASSES, EVERYTHING, SETTLED, IndexItem, bucket, bucket_of, day_of
from opentrail.domain.history_volume import MAX_BUCKET, MAX_PAGES, Volume
from opentrail.domain.record import LATEST
from opentrail.ports.clock import Clock
from opentrail.ports.event_history import FiledDay, HistoryVolumes, IndexRange

ENTRIES_AT_ONCE = 8 * 1024 * 1024  # bytes of index items gathered at once: ten times as much in memory
BUCKETS_AT_ONCE = 64
ITEMS_AT_ONCE = 2000  # index items of one key in one answer


@dataclass(slots=True)
class VolumesResult:
    """What came of a run: volumes made, days finished, and errors of single volumes."""

    volumes: int = 0
    days: int = 0
    too_big: int = 0  # days of an account and Region that are left to their own index items
    unfinished: bool = False
    errors: list[Exception] = field(default_factory=list)


def make_volumes(volumes: HistoryVolumes, clock: Clock, until: datetime) -> VolumesResult:
    """Make the volumes of all days that are over, oldest first, until the moment `until`."""
    result = VolumesResult()
    for day in volumes.undone(day_of(clock.now().timestamp() - SETTLED)):
        whole = True
        for account_id, region in volumes.filed(day):
            if clock.now() >= until:
                result.unfinished = True
                return result
            try:
                _make(volumes, account_id, region, day, result)
            except Exception as error:  # noqa: BLE001 - what one account met must not stop the others
                result.errors.append(error)
                whole = False
        if whole:
            volumes.done(day)
            result.days += 1
    return result


def _make(volumes: HistoryVolumes, account_id: str, region: str, day: int, result: VolumesResult) -> None:
    calendar = volumes.calendar(account_id, region)
    filed = next((found for found in calendar if found.day == day), None)
    if filed is None or filed.volume is not None:
        return
    made = _Making(volumes, account_id, region, filed)
    if made.run():
        result.volumes += 1
    else:
        result.too_big += 1


class _Making:
    """One volume in the making."""

    def __init__(self, volumes: HistoryVolumes, account_id: str, region: str, filed: FiledDay) -> None:
        self._volumes = volumes
        self._account_id = account_id
        self._region = region
        self._filed = filed

    def run(self) -> bool:
        """Make it and let it be seen; False when the day is too big for one."""
        listed, size = self._list()
        if not listed or len(listed) > MAX_PAGES:
            return False
        pages = history_volume.in_order(listed)
        parts = max(0, min(CLASSES[-1], (size // ENTRIES_AT_ONCE).bit_length()))
        numbers = {page.page_id: number for number, page in enumerate(pages)}
        volume: Volume | None = None
        for part in range(2**parts):
            held, ids = history_volume.gather(self._numbered(numbers, part, parts), part, parts)
            if volume is None:
                exponent = history_volume.exponent(held, parts, len(pages))
                volume = self._volume(pages, exponent, ids, parts)
            if not self._put(volume, pages, held, part, parts):
                return False
            if volume.ids is None and not self._put_ids(volume, ids, part, parts):
                return False
        assert volume is not None
        self._volumes.put(volume)
        return True

    def _volume(self, pages: Sequence[IndexItem], exponent: int, ids: Sequence[bytes], parts: int) -> Volume:
        """The volume of these pages, given the EventIds of the first of 2^parts parts."""
        id_exponent = max(parts, history_ids.exponent(len(ids) << parts))
        few = id_exponent == 0 and len(ids) <= history_ids.FEW
        return Volume(
            account_id=self._account_id,
            region=self._region,
            day=self._filed.day,
            generation=history_volume.generation(pages),
            exponent=exponent,
            id_exponent=id_exponent,
            ids=history_ids.encode(ids, 0) if few else None,
            days=tuple(sorted({day_of(page.newest) for page in pages})),
            cuts=self._filed.cuts,
        )

    def _put(
        self,
        volume: Volume,
        pages: Sequence[IndexItem],
        held: dict[bytes, history_volume.Refs],
        part: int,
        parts: int,
    ) -> bool:
        """Write a part's buckets, the empty ones too: one that is not there tells a reader of trouble."""
        spread = dict(history_volume.buckets(held, volume.exponent))
        for batch in batched(_within(part, parts, volume.exponent), BUCKETS_AT_ONCE, strict=False):
            encoded = [
                (number, history_volume.encode(pages, spread.get(number, {}), volume.exponent))
                for number in batch
            ]
            if max(len(data) for _, data in encoded) > MAX_BUCKET:
                return False
            self._volumes.put_buckets(volume, encoded)
        return True

    def _put_ids(self, volume: Volume, ids: Sequence[bytes], part: int, parts: int) -> bool:
        """Write the EventIds of a part of all hashes, the empty parts of them too."""
        power = volume.id_exponent
        spread: dict[int, list[bytes]] = {number: [] for number in _within(part, parts, power)}
        for found in ids:
            spread[bucket_of(found, power)].append(found)
        for batch in batched(spread.items(), BUCKETS_AT_ONCE, strict=False):
            encoded = [(number, history_ids.encode(held, power)) for number, held in batch]
            if max(len(data) for _, data in encoded) > MAX_BUCKET:
                return False
            self._volumes.put_ids(volume, encoded)
        return True

    def _list(self) -> tuple[list[IndexItem], int]:
        """All pages of the day, each without its data, and about how many bytes their index items hold."""
        found: list[IndexItem] = []
        size = 0
        for k in CLASSES:
            for item in self._items(k, bucket(EVERYTHING, k)):
                size += len(item.data or b"") << k
                found.append(_bare(item))
                if len(found) > MAX_PAGES:
                    return found, size
        return found, size

    def _numbered(self, numbers: dict[str, int], part: int, parts: int) -> Iterator[tuple[int, IndexItem]]:
        """The index items that may hold hashes of a part, each with its page's number."""
        for k in CLASSES:
            spread = k - parts
            first = part << spread if spread >= 0 else part >> -spread
            for number in range(first, first + 2 ** max(0, spread)):
                for item in self._items(k, number):
                    if item.page_id in numbers:
                        yield numbers[item.page_id], item

    def _items(self, k: int, number: int) -> Iterator[IndexItem]:
        for shard in range(self._filed.shards):
            asked: IndexRange | None = IndexRange(
                account_id=self._account_id, region=self._region, day=self._filed.day, k=k, bucket=number,
                newest=LATEST, oldest=0, limit=ITEMS_AT_ONCE, shard=shard,
            )  # fmt: skip
            while asked is not None:
                ((items,), _) = self._volumes.index([asked])
                yield from items
                asked = _continued(asked, items)


def _within(part: int, parts: int, power: int) -> range:
    """Which of 2^power lie in one of 2^parts parts."""
    first = part << power - parts
    return range(first, first + 2 ** (power - parts))


def _continued(asked: IndexRange, items: Sequence[IndexItem]) -> IndexRange | None:
    if len(items) < asked.limit:
        return None
    return replace(asked, below=(items[-1].newest, items[-1].page_id))


def _bare(item: IndexItem) -> IndexItem:
    return replace(item, data=None)
