"""Counts the round trips one after another, and the read units, of lookups in event history as really asked.

Each call of the port is one round trip, since it asks side by side; each request that goes on where another
one ended (DynamoDB's LastEvaluatedKey, keys not processed, a second look) is counted as one more.
"""

from collections.abc import Callable, Sequence
from typing import Any

from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.domain.history import HistoryPage, IndexItem
from opentrail.domain.history_volume import Volume
from opentrail.ports.event_history import FiledDay, IndexRange, PageContent

from bench.metering import Meter


class Trips:
    """An event history over an adapter whose client it meters. `read_units` as DynamoDB charges them."""

    def __init__(self, history: DynamoEventHistory, client: Any) -> None:
        self._history = history
        self._client = client
        self._meter = Meter(client)
        self._meter.attach(client)
        client.meta.events.register_first("provide-client-params.dynamodb", self._asked)
        self.reset()

    def detach(self) -> None:
        """Count no more."""
        self._meter.detach(self._client)
        self._client.meta.events.unregister("provide-client-params.dynamodb", self._asked)

    def reset(self) -> None:
        """Begin anew."""
        self.trips = 0
        self.requests = 0
        self._meter.read_units.clear()

    @property
    def read_units(self) -> float:
        """Since the last reset."""
        return float(self._meter.read_units.total())

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
        before = self.requests
        found = call()
        self.trips += self.requests > before
        return found

    def _asked(self, params: dict[str, Any], **_: Any) -> None:
        self.requests += 1
        batches = params.get("RequestItems", {})
        again = any(held.get("ConsistentRead") and _of_volumes(held["Keys"]) for held in batches.values())
        self.trips += again or "ExclusiveStartKey" in params


def _of_volumes(keys: Sequence[dict[str, Any]]) -> bool:
    """Buckets are asked for consistently only when they were not there."""
    return any(key["pk"]["S"].startswith("volume|") for key in keys)
