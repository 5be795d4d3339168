"""Where event history is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from opentrail.domain.history import HistoryPage, IndexItem
from opentrail.domain.history_cuts import Cut
from opentrail.domain.history_volume import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRange:
    """A part of one bucket of one day's filing: pages whose newest event lies between `oldest` and `newest`
    (epoch seconds), inclusive.

    `below` continues after an item of a former answer, by its (newest, page_id). Up to `limit` items.
    """

    account_id: str
    region: str
    day: int
    k: int
    bucket: int
    newest: int
    oldest: int
    limit: int
    shard: int = 0
    below: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledDay:
    """A day under which pages of an account and Region are filed: in `shards` shards, or in a volume too.

    `cuts`, newest first, part the index of a busy day: a hint, for asking side by side.
    """

    day: int
    shards: int = 1
    volume: Volume | None = None
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class PageContent:
    """A page's body, and its index item's data where that was asked for and is there."""

    body: bytes
    data: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """How far a day's EventIds are compared: everything before a part of those of an account and Region, for
    which so many buckets and pages have been read.
    """

    account_id: str = ""
    region: str = ""
    part: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IdPart:
    """One of 2^exponent parts of the EventIds of all days that are in so many."""

    account_id: str
    region: str
    exponent: int
    part: int


class EventHistory(Protocol):
    """Ninety days of management events of all accounts. Nothing in it is ever changed.

    Each reading method is one round trip: what it is asked for is asked side by side.
    """

    def put(self, pages: Sequence[HistoryPage]) -> None:
        """Write pages and file them under the day of writing, each body before its index; a page that is
        there already stays as it is.
        """
        ...

    def open(
        self, account_id: str, region: str, ranges: Sequence[IndexRange]
    ) -> tuple[list[FiledDay], list[list[IndexItem]]]:
        """The days something is filed under, in no order, and `index` of the ranges."""
        ...

    def index(
        self, ranges: Sequence[IndexRange], buckets: Sequence[tuple[Volume, int]] = ()
    ) -> tuple[list[list[IndexItem]], list[bytes | None]]:
        """For each range its items by (newest, page_id) descending, fewer than its limit when that is all;
        and volumes' buckets, None for one that is not there (yet).
        """
        ...

    def pages(self, items: Sequence[IndexItem]) -> list[PageContent | None]:
        """The pages' contents in the order asked; None for one that has expired.

        The data of an item without is read beside its body, except of the smallest class.
        """
        ...


class HistoryVolumes(Protocol):
    """Event history for who makes its volumes and compares what is in them, and nobody else."""

    def undone(self, today: int) -> list[int]:
        """The days before `today`, of those history is kept for, not marked as done, oldest first."""
        ...

    def done(self, day: int) -> None:
        """Mark a day: everything filed under it is in volumes."""
        ...

    def filed(self, day: int) -> list[tuple[str, str]]:
        """The accounts and Regions that pages are filed for under a day."""
        ...

    def calendar(self, account_id: str, region: str) -> list[FiledDay]:
        """The days something is filed under, in no order, read consistently."""
        ...

    def index(
        self, ranges: Sequence[IndexRange], buckets: Sequence[tuple[Volume, int]] = ()
    ) -> tuple[list[list[IndexItem]], list[bytes | None]]:
        """As readers see it."""
        ...

    def pages(self, items: Sequence[IndexItem]) -> list[PageContent | None]:
        """As readers see them."""
        ...

    def put_buckets(self, volume: Volume, buckets: Sequence[tuple[int, bytes]]) -> None:
        """Write buckets of a volume that nobody sees yet; those that are there stay as they are."""
        ...

    def put_ids(self, volume: Volume, parts: Sequence[tuple[int, bytes]]) -> None:
        """Write parts of a volume's EventIds; those that are there stay as they are."""
        ...

    def ids(self, parts: Sequence[IdPart], *, consistent: bool = False) -> list[dict[int, bytes]]:
        """The parts by day. Not consistently they are cheaper, and one put lately may not be there."""
        ...

    def put(self, volume: Volume) -> None:
        """Let a volume be seen, all of whose buckets and EventIds are there; one that is seen already stays
        as it is.
        """
        ...

    def unchecked(self, today: int) -> list[tuple[int, Place]]:
        """The days before `today`, of those history is kept for, marked as done but not as checked, oldest
        first, each with the furthest place left in it.
        """
        ...

    def leave(self, day: int, place: Place) -> None:
        """Keep how far a day is checked; who goes on begins there."""
        ...

    def checked(self, day: int) -> None:
        """Mark a day: its EventIds are compared with those of all other days."""
        ...
