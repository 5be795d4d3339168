"""Event history's volumes in DynamoDB, for the one function that makes and compares them; see
history_items.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from opentrail.adapters import history_items as items
from opentrail.adapters.event_history import CONCURRENCY, DynamoEventHistory, partition, put_once
from opentrail.domain.history import IndexItem
from opentrail.domain.history_volume import Volume
from opentrail.ports.event_history import FiledDay, IdPart, IndexRange, PageContent, Place

DONE = "volumes|done"
CHECKED = "volumes|checked"


class DynamoHistoryVolumes:
    """Volumes live as long as their newest events may: `days`, and a little."""

    def __init__(self, dynamodb: Any, table: str, *, days: int = 90) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._days = days
        self._history = DynamoEventHistory(dynamodb, table, days=days)
        self._pool = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="volumes")

    def undone(self, today: int) -> list[int]:
        """One query."""
        done = self._done()
        return [day for day in self._kept(today) if day not in done]

    def done(self, day: int) -> None:
        """One put."""
        self._put({"pk": DONE, "sk": str(day), "expires": items.expiry(day, self._days)})

    def filed(self, day: int) -> list[tuple[str, str]]:
        """A query for each group."""
        keys = [items.filed_key(day, group) for group in range(items.GROUPS)]
        groups = self._pool.map(lambda key: partition(self._dynamodb, self._table, key), keys)
        return sorted(_shelf(item["sk"]) for group in groups for item in group)

    def calendar(self, account_id: str, region: str) -> list[FiledDay]:
        """Read consistently."""
        return self._history.calendar(account_id, region)

    def index(
        self, ranges: Sequence[IndexRange], buckets: Sequence[tuple[Volume, int]] = ()
    ) -> tuple[list[list[IndexItem]], list[bytes | None]]:
        """As readers see it."""
        return self._history.index(ranges, buckets)

    def pages(self, items: Sequence[IndexItem]) -> list[PageContent | None]:
        """As readers see them."""
        return self._history.pages(items)

    def put_buckets(self, volume: Volume, buckets: Sequence[tuple[int, bytes]]) -> None:
        """Side by side."""
        expires = items.expiry(volume.day, self._days)
        found = []
        for number, data in buckets:
            pk, sk = items.bucket_key(volume, number)
            found.append({"pk": pk, "sk": sk, "data": data, "expires": expires})
        self._put_all(found)

    def put_ids(self, volume: Volume, parts: Sequence[tuple[int, bytes]]) -> None:
        """Side by side."""
        day, expires = str(volume.day), items.expiry(volume.day, self._days)
        self._put_all(
            [
                {"pk": items.ids_key(_part(volume, number)), "sk": day, "data": data, "expires": expires}
                for number, data in parts
            ]
        )

    def ids(self, parts: Sequence[IdPart], *, consistent: bool = False) -> list[dict[int, bytes]]:
        """A query for each, side by side."""
        keys = [items.ids_key(part) for part in parts]
        read = partial(partition, self._dynamodb, self._table, consistent=consistent)
        return [{int(item["sk"]): item["data"] for item in found} for found in self._pool.map(read, keys)]

    def put(self, volume: Volume) -> None:
        """One put."""
        self._put(items.volume_item(volume, items.expiry(volume.day, self._days)))

    def unchecked(self, today: int) -> list[tuple[int, Place]]:
        """Two queries."""
        done = self._done()
        checked: set[int] = set()
        left: dict[int, Place] = {}
        for item in partition(self._dynamodb, self._table, CHECKED):
            day, _, rest = item["sk"].partition("|")
            if rest:
                left[int(day)] = max(left.get(int(day), Place()), _place(rest, item["read"]))
            else:
                checked.add(int(day))
        return [
            (day, left.get(day, Place())) for day in self._kept(today) if day in done and day not in checked
        ]

    def leave(self, day: int, place: Place) -> None:
        """One put."""
        sk = f"{day}|{place.account_id}|{place.region}|{place.part}"
        self._put({"pk": CHECKED, "sk": sk, "read": place.read, "expires": items.expiry(day, self._days)})

    def checked(self, day: int) -> None:
        """One put."""
        self._put({"pk": CHECKED, "sk": str(day), "expires": items.expiry(day, self._days)})

    def _kept(self, today: int) -> range:
        return range(today - self._days - 1, today)

    def _done(self) -> set[int]:
        return {int(item["sk"]) for item in partition(self._dynamodb, self._table, DONE)}

    def _put_all(self, found: Sequence[dict[str, Any]]) -> None:
        for future in [self._pool.submit(self._put, item) for item in found]:
            future.result()

    def _put(self, item: dict[str, Any]) -> None:
        put_once(self._dynamodb, self._table, item)


def _shelf(text: str) -> tuple[str, str]:
    account_id, _, region = text.partition("|")
    return account_id, region


def _place(text: str, read: int) -> Place:
    account_id, region, part = text.split("|")
    return Place(account_id=account_id, region=region, part=int(part), read=read)


def _part(volume: Volume, number: int) -> IdPart:
    return IdPart(
        account_id=volume.account_id, region=volume.region, exponent=volume.id_exponent, part=number
    )
