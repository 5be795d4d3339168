"""Where event history is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from opentrail.domain.history import HistoryPage, IndexItem


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRange:
    """A part of one bucket: pages whose newest event lies between `oldest` and `newest` (epoch seconds),
    inclusive.

    `below` continues after an item of a former answer, by its (newest, page_id).
    """

    account_id: str
    region: str
    k: int
    bucket: int
    newest: int
    oldest: int
    below: tuple[int, str] | None = None


class EventHistory(Protocol):
    """Ninety days of management events of all accounts. Nothing in it is ever changed."""

    def put(self, pages: Sequence[HistoryPage]) -> None:
        """Write pages, each body before its index; a page that is there already stays as it is."""
        ...

    def index(self, ranges: Sequence[IndexRange], limit: int) -> list[list[IndexItem]]:
        """For each range up to `limit` items by (newest, page_id) descending; fewer mean that is all."""
        ...

    def bodies(self, items: Sequence[IndexItem]) -> list[bytes | None]:
        """The pages' bodies in the order asked; None for one that has expired."""
        ...
