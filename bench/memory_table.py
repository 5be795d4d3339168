"""Event history's table in memory, metered: answers like DynamoDB what the adapters ask of it, only faster.

For histories of millions of events. Limits and units are DynamoDB's (developer guide, "Read/write capacity
mode", "Query", BatchGetItem): 1 MB of items in an answer to a query, 16 MB in a batch, a write unit for each
KB, a read unit for each 4 KB, half of it when not consistent.
"""

import threading
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from bench.metering import KB, READ_CHUNK, item_size

QUERY_LIMIT = 1024 * KB
BATCH_LIMIT = 16 * 1024 * KB

Item = Mapping[str, Any]


class MemoryTable:
    """A client of one table. `continued` counts requests that go on where another answer ended."""

    def __init__(self, query_limit: int = QUERY_LIMIT) -> None:
        self._query_limit = query_limit  # bytes
        self._lock = threading.Lock()
        self._items: dict[str, dict[str, tuple[Item, int]]] = defaultdict(dict)
        self._order: dict[str, list[str]] = defaultdict(list)
        self._unprocessed: set[tuple[str, str]] = set()
        self.written: Counter[str] = Counter()  # write units by partition key
        self.reset()

    def reset(self) -> None:
        """Count anew."""
        self.requests = 0
        self.continued = 0
        self.read_units = 0.0
        self.read: Counter[str] = Counter()  # halves of read units by partition key
        self.write_units = 0

    def partition(self, pk: str) -> dict[str, Item]:
        """The items under a key, by sort key."""
        return {sk: item for sk, (item, _) in self._items[pk].items()}

    def load(self, pk: str, items: Mapping[str, Item] | None) -> None:
        """Put items under a key, not counted; None: let there be none."""
        with self._lock:
            held = self._items[pk]
            if items is None:
                held.clear()
            for sk, item in (items or {}).items():
                held[sk] = (item, item_size(item))
            self._order[pk] = sorted(held)

    def put_item(self, TableName: str, Item: Item, ConditionExpression: str) -> dict[str, Any]:  # noqa: N803, ARG002 - botocore's names
        """Conditional on absence: event history knows no other put."""
        assert ConditionExpression == "attribute_not_exists(pk)"
        pk, sk = Item["pk"]["S"], Item["sk"]["S"]
        size = item_size(Item)
        with self._lock:
            units = -(-size // KB)
            self.requests += 1
            held = self._items[pk]
            if sk in held:
                self.write_units += max(units, -(-held[sk][1] // KB))
                raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
            self.write_units += units
            self.written[pk] += units
            held[sk] = (Item, size)
            insort(self._order[pk], sk)
        return {}

    def query(self, **asked: Any) -> dict[str, Any]:
        """A whole partition, or a part of it newest first."""
        values = asked["ExpressionAttributeValues"]
        pk = values[":pk"]["S"]
        with self._lock:
            self.requests += 1
            order = self._order.get(pk, [])
            if ":lowest" in values:
                low = bisect_left(order, values[":lowest"]["S"])
                order = order[low : bisect_right(order, values[":highest"]["S"])]
            order = order if asked.get("ScanIndexForward", True) else order[::-1]
            if "ExclusiveStartKey" in asked:
                self.continued += 1
                order = order[order.index(asked["ExclusiveStartKey"]["sk"]["S"]) + 1 :]
            found: list[Item] = []
            size = 0
            for sk in order:
                item, bytes_ = self._items[pk][sk]
                found.append(item)
                size += bytes_
                if size > self._query_limit or len(found) == asked.get("Limit"):
                    break
            self._count(pk, size, consistent=asked.get("ConsistentRead", False))
            answer: dict[str, Any] = {"Items": found}
            if size > self._query_limit or len(found) == asked.get("Limit"):
                answer["LastEvaluatedKey"] = {"pk": found[-1]["pk"], "sk": found[-1]["sk"]}
            return answer

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - botocore's name
        """At most 100 keys."""
        ((table, asked),) = RequestItems.items()
        keys = [(key["pk"]["S"], key["sk"]["S"]) for key in asked["Keys"]]
        assert len(set(keys)) == len(keys) <= 100
        with self._lock:
            self.requests += 1
            # Volumes are asked for consistently when they were not there at first.
            again = asked["ConsistentRead"] and keys[0][0].startswith("volume|")
            self.continued += bool(again or self._unprocessed & set(keys))
            self._unprocessed -= set(keys)
            found, rest, size = [], [], 0
            for (pk, sk), key in zip(keys, asked["Keys"], strict=True):
                item, bytes_ = self._items.get(pk, {}).get(sk, (None, 0))
                if size + bytes_ > BATCH_LIMIT:
                    rest.append(key)
                    self._unprocessed.add((pk, sk))
                    continue
                size += bytes_
                self._count(pk, bytes_, consistent=asked["ConsistentRead"])
                if item is not None:
                    found.append(item)
        left = {table: {**asked, "Keys": rest}} if rest else {}
        return {"Responses": {table: found}, "UnprocessedKeys": left}

    def _count(self, pk: str, size: int, *, consistent: bool) -> None:
        halves = max(1, -(-size // READ_CHUNK)) * (2 if consistent else 1)
        self.read_units += halves / 2
        self.read[pk] += halves
