"""Event history in memory."""

from bisect import bisect_left
from collections.abc import Sequence

from opentrail.domain.history import DAY, SETTLED, HistoryPage, IndexItem, day_of
from opentrail.domain.history_volume import Volume
from opentrail.ports.clock import Clock
from opentrail.ports.event_history import FiledDay, IdPart, IndexRange, PageContent, Place

from tests.fakes.clock import FakeClock

Key = tuple[str, str, int, int, int]  # account, Region, day, k, bucket


class FakeEventHistory:
    """Bodies by page, index items by day and bucket, volumes."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.held: dict[tuple[str, str, str], bytes] = {}
        self.items: dict[Key, dict[tuple[int, str], IndexItem]] = {}
        self.order: dict[Key, list[tuple[int, str]]] = {}
        self.days: dict[int, set[tuple[str, str]]] = {}
        self.volumes = FakeHistoryVolumes(self)

    def put(self, pages: Sequence[HistoryPage]) -> None:
        for page in pages:
            self.held.setdefault((page.account_id, page.region, page.page_id), page.body)
        while True:
            day = day_of(self.clock.now().timestamp())
            for page in pages:
                self.days.setdefault(day, set()).add((page.account_id, page.region))
                for item in page.index:
                    bucket = self.items.setdefault(
                        (item.account_id, item.region, day, item.k, item.bucket), {}
                    )
                    bucket.setdefault((item.newest, item.page_id), item)
            if self.clock.now().timestamp() < (day + 1) * DAY + SETTLED / 2:
                return

    def open(
        self, account_id: str, region: str, ranges: Sequence[IndexRange]
    ) -> tuple[list[FiledDay], list[list[IndexItem]]]:
        return self.calendar(account_id, region), [self._index(asked) for asked in ranges]

    def calendar(self, account_id: str, region: str) -> list[FiledDay]:
        seen = self.volumes.seen
        return [
            FiledDay(day=day, volume=seen.get((account_id, region, day)))
            for day, shelves in self.days.items()
            if (account_id, region) in shelves
        ]

    def index(
        self, ranges: Sequence[IndexRange], buckets: Sequence[tuple[Volume, int]] = ()
    ) -> tuple[list[list[IndexItem]], list[bytes | None]]:
        return [self._index(asked) for asked in ranges], [self.volumes.buckets.get(key) for key in buckets]

    def pages(self, items: Sequence[IndexItem]) -> list[PageContent | None]:
        return [self._page(item) for item in items]

    def _page(self, item: IndexItem) -> PageContent | None:
        body = self.held.get((item.account_id, item.region, item.page_id))
        if body is None:
            return None
        key = (item.account_id, item.region, item.day, item.k, item.bucket)
        beside = self.items.get(key, {}).get((item.newest, item.page_id)) if item.k else None
        return PageContent(body, item.data if item.data is not None else beside and beside.data)

    def _index(self, asked: IndexRange) -> list[IndexItem]:
        name = (asked.account_id, asked.region, asked.day, asked.k, asked.bucket)
        bucket = self.items.get(name, {})
        if asked.shard:
            return []
        if len(self.order.get(name, ())) != len(bucket):  # nothing is ever removed or changed
            self.order[name] = sorted(bucket)
        order = self.order.get(name, [])
        first = bisect_left(order, (asked.oldest, ""))
        after_last = bisect_left(order, asked.below or (asked.newest + 1, ""))
        return [bucket[key] for key in reversed(order[max(first, after_last - asked.limit) : after_last])]


class FakeHistoryVolumes:
    """Volumes of a fake event history, for who makes them."""

    def __init__(self, history: FakeEventHistory, days: int = 90) -> None:
        self._history = history
        history.volumes = self
        self._days = days
        self.buckets: dict[tuple[Volume, int], bytes] = {}
        self.id_parts: dict[IdPart, dict[int, bytes]] = {}
        self.late: set[int] = set()  # days whose ids only a consistent read shows
        self.seen: dict[tuple[str, str, int], Volume] = {}
        self.marked: set[int] = set()
        self.compared: set[int] = set()
        self.left: dict[tuple[int, str, str, int], Place] = {}

    def undone(self, today: int) -> list[int]:
        return [day for day in self._kept(today) if day not in self.marked]

    def done(self, day: int) -> None:
        self.marked.add(day)

    def filed(self, day: int) -> list[tuple[str, str]]:
        return sorted(self._history.days.get(day, ()))

    def calendar(self, account_id: str, region: str) -> list[FiledDay]:
        return self._history.calendar(account_id, region)

    def index(
        self, ranges: Sequence[IndexRange], buckets: Sequence[tuple[Volume, int]] = ()
    ) -> tuple[list[list[IndexItem]], list[bytes | None]]:
        return self._history.index(ranges, buckets)

    def pages(self, items: Sequence[IndexItem]) -> list[PageContent | None]:
        return self._history.pages(items)

    def put_buckets(self, volume: Volume, buckets: Sequence[tuple[int, bytes]]) -> None:
        for number, data in buckets:
            self.buckets.setdefault((volume, number), data)

    def put_ids(self, volume: Volume, parts: Sequence[tuple[int, bytes]]) -> None:
        for number, data in parts:
            part = IdPart(
                account_id=volume.account_id, region=volume.region, exponent=volume.id_exponent, part=number
            )
            self.id_parts.setdefault(part, {}).setdefault(volume.day, data)

    def ids(self, parts: Sequence[IdPart], *, consistent: bool = False) -> list[dict[int, bytes]]:
        hidden = set() if consistent else self.late
        return [
            {day: data for day, data in self.id_parts.get(part, {}).items() if day not in hidden}
            for part in parts
        ]

    def put(self, volume: Volume) -> None:
        self.seen.setdefault((volume.account_id, volume.region, volume.day), volume)

    def unchecked(self, today: int) -> list[tuple[int, Place]]:
        return [
            (day, max([Place(), *(place for key, place in self.left.items() if key[0] == day)]))
            for day in self._kept(today)
            if day in self.marked - self.compared
        ]

    def leave(self, day: int, place: Place) -> None:
        self.left.setdefault((day, place.account_id, place.region, place.part), place)

    def checked(self, day: int) -> None:
        self.compared.add(day)

    def _kept(self, today: int) -> range:
        return range(today - self._days - 1, today)
