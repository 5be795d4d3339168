"""Event history in memory."""

from bisect import bisect_left
from collections.abc import Sequence

from opentrail.domain.history import HistoryPage, IndexItem
from opentrail.ports.event_history import IndexRange


class FakeEventHistory:
    """Bodies by page, index items by bucket."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str, str], bytes] = {}
        self.items: dict[tuple[str, str, int, int], dict[tuple[int, str], IndexItem]] = {}
        self.order: dict[tuple[str, str, int, int], list[tuple[int, str]]] = {}

    def put(self, pages: Sequence[HistoryPage]) -> None:
        for page in pages:
            self.held.setdefault((page.account_id, page.region, page.page_id), page.body)
        for page in pages:
            for item in page.index:
                bucket = self.items.setdefault((item.account_id, item.region, item.k, item.bucket), {})
                bucket.setdefault((item.newest, item.page_id), item)

    def index(self, ranges: Sequence[IndexRange], limit: int) -> list[list[IndexItem]]:
        return [self._index(asked, limit) for asked in ranges]

    def bodies(self, items: Sequence[IndexItem]) -> list[bytes | None]:
        return [self.held.get((item.account_id, item.region, item.page_id)) for item in items]

    def _index(self, asked: IndexRange, limit: int) -> list[IndexItem]:
        name = (asked.account_id, asked.region, asked.k, asked.bucket)
        bucket = self.items.get(name, {})
        if len(self.order.get(name, ())) != len(bucket):  # nothing is ever removed or changed
            self.order[name] = sorted(bucket)
        order = self.order.get(name, [])
        first = bisect_left(order, (asked.oldest, ""))
        after_last = bisect_left(order, asked.below or (asked.newest + 1, ""))
        return [bucket[key] for key in reversed(order[max(first, after_last - limit) : after_last])]
