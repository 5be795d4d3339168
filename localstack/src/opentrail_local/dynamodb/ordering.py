"""The items of a table and of its indexes in key order, so that a query reads only what it answers with.

Kept beside moto's own dictionaries: a sorted list per partition, and a sorted list of partitions for scans.
"""

import base64
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

type Comparable = str | bytes | Decimal
type Primary = tuple[Comparable, Comparable | None]  # a table's key of one item
type SortKey = tuple[Comparable, ...]  # unique within a partition: it ends with the table's key
type Entry = tuple[SortKey, Any]  # with moto's Item


def comparable(value: Any) -> Comparable:
    """What DynamoDB orders a key attribute by: numbers by value, text by UTF-8, binary by its bytes."""
    if value.type == "N":
        return Decimal(value.value)
    if value.type == "B":
        return value.value if isinstance(value.value, bytes) else base64.b64decode(value.value)
    return str(value.value)


def primary_key(item: Any) -> Primary:
    """The table's key of a moto Item."""
    return comparable(item.hash_key), comparable(item.range_key) if item.range_key else None


class Order:
    """One index, or the table itself: which items are in it, in order."""

    def __init__(self, hash_attribute: str, sort_attributes: Sequence[str]) -> None:
        self.hash_attribute = hash_attribute
        self.sort_attributes = tuple(sort_attributes)
        self._partitions: dict[Comparable, list[Entry]] = {}
        self._names: list[Comparable] = []  # of partitions, sorted
        self._places: dict[Primary, tuple[Comparable, SortKey]] = {}

    def put(self, primary: Primary, item: Any) -> None:
        """Add an item, or move it to where its attributes now put it; without key attributes it stays out."""
        self.remove(primary)
        place = self.place(item.attrs)
        if place is None:
            return
        partition, key = place
        entries = self._partitions.get(partition)
        if entries is None:
            entries = self._partitions[partition] = []
            insort(self._names, partition)
        entries.insert(bisect_left(entries, (key,)), (key, item))
        self._places[primary] = place

    def remove(self, primary: Primary) -> None:
        """Take an item out, if it is in."""
        place = self._places.pop(primary, None)
        if place is None:
            return
        partition, key = place
        entries = self._partitions[partition]
        del entries[bisect_left(entries, (key,))]
        if not entries:
            del self._partitions[partition]
            del self._names[bisect_left(self._names, partition)]

    def place(self, attributes: Any) -> tuple[Comparable, SortKey] | None:
        """Where an item with these attributes belongs; None when it lacks one of the key attributes."""
        values = [attributes.get(name) for name in (self.hash_attribute, *self.sort_attributes)]
        if any(value is None for value in values):
            return None
        partition, *key = map(comparable, values)
        return partition, tuple(key)

    def between(
        self, partition: Comparable, first: SortKey | None, last: SortKey | None, *, forward: bool, after: Any
    ) -> Iterator[Any]:
        """Items of a partition whose sort keys begin within [first, last], in either direction.

        `after` is the place (of `place`) of the item after which to go on, or None.
        """
        entries = self._partitions.get(partition, [])
        start = 0 if first is None else bisect_left(entries, (first,))
        end = len(entries) if last is None else bisect_right(entries, last, key=lambda e: e[0][: len(last)])
        if after is not None:
            key = after[1]
            if forward:
                start = max(start, bisect_right(entries, key, key=lambda entry: entry[0]))
            else:
                end = min(end, bisect_left(entries, (key,)))
        positions = range(start, end) if forward else range(end - 1, start - 1, -1)
        return (entries[position][1] for position in positions)

    def everything(self, after: Any) -> Iterator[Any]:
        """All items, partition by partition; `after` as in `between`."""
        begin = 0 if after is None else bisect_left(self._names, after[0])
        for name in self._names[begin:]:
            same = after is not None and name == after[0]
            yield from self.between(name, None, None, forward=True, after=after if same else None)


class TableOrder:
    """The orders of a table and its indexes, made from what it holds and then kept up to date."""

    def __init__(self, table: Any) -> None:
        self.schemas = _schemas(table)
        self._orders = {name: Order(hash_, sort) for name, (hash_, sort) in self.schemas.items()}
        for value in table.items.values():
            for item in value.values() if table.has_range_key else [value]:
                self.put(item)

    def of(self, index_name: str | None) -> Order:
        """The order of an index; of the table for None."""
        return self._orders[index_name]

    def put(self, item: Any) -> None:
        """An item is there, new or changed."""
        primary = primary_key(item)
        for order in self._orders.values():
            order.put(primary, item)

    def remove(self, item: Any) -> None:
        """An item is gone."""
        primary = primary_key(item)
        for order in self._orders.values():
            order.remove(primary)


def order_of(table: Any) -> TableOrder:
    """The orders of a moto Table; made anew when its indexes changed."""
    order = table.__dict__.get("_opentrail_order")
    if order is None or order.schemas != _schemas(table):
        order = table.__dict__["_opentrail_order"] = TableOrder(table)
    return order


def _schemas(table: Any) -> dict[str | None, tuple[str, tuple[str, ...]]]:
    """Partition attribute and sort attributes (ending with the table's key) of the table and its indexes."""
    own = tuple(table.table_key_attrs)
    found: dict[str | None, tuple[str, tuple[str, ...]]] = {None: (own[0], own[1:])}
    for index in table.all_indexes():
        names = {key["KeyType"]: key["AttributeName"] for key in index.schema}
        sort = [names["RANGE"]] if "RANGE" in names else []
        found[index.name] = (names["HASH"], (*sort, *own))
    return found
