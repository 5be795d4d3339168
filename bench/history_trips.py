"""Counts the round trips of lookups in event history, one after another, from the requests really made.

Each call of the port is one round trip, since it asks side by side; each request that goes on where another
one ended (a query's next page, keys not processed, a second look) is counted as one more.
"""

from collections.abc import Callable, Sequence

from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.domain.history import HistoryPage, IndexItem
from opentrail.domain.history_volume import Volume
from opentrail.ports.event_history import FiledDay, IndexRange, PageContent

from bench.memory_table import MemoryTable


class Trips:
    """An event history over a metered table."""

    def __init__(self, history: DynamoEventHistory, table: MemoryTable) -> None:
        self._history = history
        self._table = table
        self.trips = 0

    def reset(self) -> None:
        """Count anew."""
        self._table.reset()
        self.trips = 0

    def put(self, pages: Sequence[HistoryPage]) -> None:
        """As the adapter does."""
        self._history.put(pages)

    def open(
        self, account_id: str, region: str, ranges: Sequence[IndexRange]
    ) -> tuple[list[FiledDay], list[list[IndexItem]]]:
        """One round trip."""
        return self._trip(lambda: self._history.open(account_id, region, ranges))

    def index(
        self, ranges: Sequence[IndexRange], buckets: Sequence[tuple[Volume, int]] = ()
    ) -> tuple[list[list[IndexItem]], list[bytes | None]]:
        """One round trip."""
        return self._trip(lambda: self._history.index(ranges, buckets))

    def pages(self, items: Sequence[IndexItem]) -> list[PageContent | None]:
        """One round trip."""
        return self._trip(lambda: self._history.pages(items))

    def _trip[R](self, call: Callable[[], R]) -> R:
        requests, continued = self._table.requests, self._table.continued
        found = call()
        self.trips += (self._table.requests > requests) + self._table.continued - continued
        return found
