"""Event history in DynamoDB: pages, their index items and volumes in one table; see history_items.

Every put is conditional on absence, so nothing is ever changed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import batched
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters import history_items as items
from opentrail.adapters.clock import SystemClock
from opentrail.adapters.dynamodb import by_pk, condition_failed, from_item, items_of, to_item, translating
from opentrail.domain.history import CHUNK, DAY, SETTLED, SHARDS, HistoryPage, IndexItem, day_of
from opentrail.domain.history_cuts import SIGN, leaves_sign
from opentrail.domain.history_volume import Volume
from opentrail.ports.clock import Clock
from opentrail.ports.event_history import FiledDay, IndexRange, PageContent

KEYS_PER_GET = 100  # of one BatchGetItem (DynamoDB)
BODIES_PER_GET = 40  # so that the 16 MB that one BatchGetItem answers hold them, however big they are
DAYS_AND_SIGNS = 1500  # of an account and Region, in one answer: some 100 KB
CONCURRENCY = 32  # requests at once of one writer or reader
# Pages a second that one process files for one account and Region under one key: those of twenty recorders,
# and the sixteenth of 10,000 that comes to the same key later in the second, stay under its 1,000 units.
WIDE_ABOVE = 10

Key = tuple[str, str]


class DynamoEventHistory:
    """Pages live `days` after their newest event."""

    def __init__(
        self,
        dynamodb: Any,
        table: str,
        *,
        clock: Clock | None = None,
        days: int = 90,
        sign: int = SIGN,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock or SystemClock()
        self._days = days
        self._sign = sign  # bytes of index
        self._pool = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="history")
        self._said: set[tuple[str, str, str]] = set()  # account, Region, day: written by this process
        self._rates: Counter[tuple[str, str]] = Counter()  # pages filed in the second `_second`
        self._second = 0

    def put(self, pages: Sequence[HistoryPage]) -> None:
        """Days first, then bodies, then what makes them found. Who took too long files again under a day
        that is not over.
        """
        bodies_there = False
        while True:
            day = day_of(self._clock.now().timestamp())
            shards = self._say(pages, day)
            if not bodies_there:
                self._put_all([item for page in pages for item in self._body_items(page)])
                bodies_there = True
            self._put_all(
                [
                    item
                    for page, shard in zip(pages, shards, strict=True)
                    for item in self._index_items(page, day, shard)
                ]
            )
            if self._clock.now().timestamp() < (day + 1) * DAY + SETTLED / 2:
                return

    def open(
        self, account_id: str, region: str, ranges: Sequence[IndexRange]
    ) -> tuple[list[FiledDay], list[list[IndexItem]]]:
        """All side by side, consistently."""
        calls: list[Callable[[], Any]] = [
            partial(self._days_and_signs, items.days_key(account_id, region)),
            partial(self._partition, items.volumes_key(account_id, region)),
            *(partial(self._query, asked) for asked in ranges),
        ]
        days, volumes, *found = self._all(calls)
        return items.calendar(days, volumes), found

    def calendar(self, account_id: str, region: str) -> list[FiledDay]:
        """The days something is filed under."""
        return self.open(account_id, region, ())[0]

    def index(
        self, ranges: Sequence[IndexRange], buckets: Sequence[tuple[Volume, int]] = ()
    ) -> tuple[list[list[IndexItem]], list[bytes | None]]:
        """Queries and batched gets, side by side. Volumes are old: they are read as they come, and
        consistently only where one seems not to be there.
        """
        keys = [items.bucket_key(volume, number) for volume, number in buckets]
        calls: list[Callable[[], Any]] = [partial(self._query, asked) for asked in ranges]
        calls += [
            partial(self._get, batch, consistent=False) for batch in batched(keys, KEYS_PER_GET, strict=False)
        ]
        answers = self._all(calls)
        found: dict[Key, dict[str, Any]] = {}
        for got in answers[len(ranges) :]:
            found |= got
        missing = [key for key in keys if key not in found]
        for batch in batched(missing, KEYS_PER_GET, strict=False):
            found |= self._get(batch, consistent=True)
        return answers[: len(ranges)], [found[key]["data"] if key in found else None for key in keys]

    def pages(self, wanted: Sequence[IndexItem]) -> list[PageContent | None]:
        """Batched gets, side by side."""
        bodies = [items.body_key(item, chunk) for item in wanted for chunk in range(item.chunks)]
        beside = [items.index_key(i, i.day, i.shard) for i in wanted if i.data is None and i.k]
        calls = [
            partial(self._get, batch, consistent=True)
            for held, at_once in ((bodies, BODIES_PER_GET), (beside, KEYS_PER_GET))
            for batch in batched(dict.fromkeys(held), at_once, strict=False)
        ]
        found: dict[Key, dict[str, Any]] = {}
        for got in self._all(calls):
            found |= got
        return [self._content(item, found) for item in wanted]

    def _content(self, item: IndexItem, found: dict[Key, dict[str, Any]]) -> PageContent | None:
        parts = [found.get(items.body_key(item, chunk)) for chunk in range(item.chunks)]
        if None in parts:
            return None
        beside = found.get(items.index_key(item, item.day, item.shard)) if item.data is None else None
        body = b"".join(part["body"] for part in parts if part is not None)
        return PageContent(body, beside["data"] if beside else item.data)

    # Writing.

    def _say(self, pages: Sequence[HistoryPage], day: int) -> list[int]:
        """Say that something is filed under a day, once for each process; the shard of each page."""
        expires = items.expiry(day, self._days)
        missing: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        shards = []
        for page in pages:
            shelf = (page.account_id, page.region)
            if (name := (*shelf, str(day))) not in self._said:
                missing[name] = items.filed_items(*shelf, day, expires)
            wide = self._is_wide(page, day)
            if wide and (name := (*shelf, f"{day}|wide")) not in self._said:
                missing[name] = [{"pk": items.days_key(*shelf), "sk": f"{day}|wide", "expires": expires}]
            shards.append(int(page.page_id[0], 16) % SHARDS if wide else 0)
        self._put_all([item for held in missing.values() for item in held])
        self._said = {name for name in self._said if int(name[2].partition("|")[0]) >= day} | set(missing)
        return shards

    def _is_wide(self, page: HistoryPage, day: int) -> bool:
        """Whether an account's pages of a Region come so fast that one key would get hot; then it stays so
        for the day.
        """
        shelf = (page.account_id, page.region)
        second = int(self._clock.now().timestamp())
        if second != self._second:
            self._second, self._rates = second, Counter()
        self._rates[shelf] += 1
        return self._rates[shelf] > WIDE_ABOVE or (*shelf, f"{day}|wide") in self._said

    def _body_items(self, page: HistoryPage) -> Iterator[dict[str, Any]]:
        for number in range(page.chunks):
            yield {
                "pk": f"page|{page.account_id}|{page.region}|{page.page_id}",
                "sk": f"{number:04d}",
                "body": page.body[number * CHUNK : (number + 1) * CHUNK],
                "expires": page.newest + self._days * DAY,
            }

    def _index_items(self, page: HistoryPage, day: int, shard: int) -> Iterator[dict[str, Any]]:
        for item in page.index:
            pk, sk = items.index_key(item, day, shard)
            yield {
                "pk": pk,
                "sk": sk,
                "oldest": item.oldest,
                "chunks": item.chunks,
                "data": item.data,
                "expires": item.newest + self._days * DAY,
            }
        if leaves_sign(page, self._sign):
            yield items.sign_item(page, day, shard)

    def _put_all(self, found: Sequence[dict[str, Any]]) -> None:
        self._all([partial(put_once, self._dynamodb, self._table, item) for item in found])

    # Reading.

    def _partition(self, pk: str) -> list[dict[str, Any]]:
        return partition(self._dynamodb, self._table, pk)

    @translating
    def _days_and_signs(self, pk: str) -> list[dict[str, Any]]:
        """All days, and of the signs as many as fit beside them, the newest."""
        query = by_pk(self._table, pk) | {"ConsistentRead": True, "ScanIndexForward": False}
        found: list[dict[str, Any]] = []
        for item in items_of(self._dynamodb, **query, Limit=DAYS_AND_SIGNS):
            found.append(item)
            if len(found) >= DAYS_AND_SIGNS and item["sk"].startswith(items.SIGN):
                break
        return found

    @translating
    def _query(self, asked: IndexRange) -> list[IndexItem]:
        highest = (
            f"{asked.newest:010d}~" if asked.below is None else f"{asked.below[0]:010d}|{asked.below[1]}"
        )
        found: list[IndexItem] = []
        start: dict[str, Any] = {}
        while len(found) < asked.limit:
            answer = self._dynamodb.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :lowest AND :highest",
                ExpressionAttributeValues=to_item(
                    {":pk": items.range_key(asked), ":lowest": f"{asked.oldest:010d}", ":highest": highest}
                ),
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=asked.limit + 1 - len(found),
                **start,
            )
            read = [from_item(item) for item in answer["Items"]]
            found += [items.index_item(asked, item) for item in read if item["sk"] != highest]
            if "LastEvaluatedKey" not in answer:
                break
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        return found[: asked.limit]

    @translating
    def _get(self, keys: Sequence[Key], *, consistent: bool) -> dict[Key, dict[str, Any]]:
        asked = {
            self._table: {
                "Keys": [to_item({"pk": pk, "sk": sk}) for pk, sk in keys],
                "ConsistentRead": consistent,
            }
        }
        found: dict[Key, dict[str, Any]] = {}
        while asked:
            answer = self._dynamodb.batch_get_item(RequestItems=asked)
            for item in map(from_item, answer["Responses"].get(self._table, [])):
                found[item["pk"], item["sk"]] = item
            asked = answer.get("UnprocessedKeys") or {}
        return found

    def _all[R](self, calls: Sequence[Callable[[], R]]) -> list[R]:
        """Run side by side; the first error is raised once all have ended."""
        if len(calls) == 1:
            return [calls[0]()]
        futures = [self._pool.submit(call) for call in calls]
        return [future.result() for future in futures]


@translating
def put_once(dynamodb: Any, table: str, item: dict[str, Any]) -> None:
    """Put an item unless one is there."""
    try:
        dynamodb.put_item(TableName=table, Item=to_item(item), ConditionExpression="attribute_not_exists(pk)")
    except ClientError as error:
        if not condition_failed(error):
            raise


@translating
def partition(dynamodb: Any, table: str, pk: str, *, consistent: bool = True) -> list[dict[str, Any]]:
    """All items under a key."""
    return list(items_of(dynamodb, **by_pk(table, pk), ConsistentRead=consistent))
