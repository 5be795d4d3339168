"""Event history in DynamoDB: pages and their index items in one table.

Bodies: `page|<account>|<Region>|<page id>`, sort `<chunk>`. Index: `index|<account>|<Region>|<k>|<bucket>`,
sort `<newest, ten digits>|<page id>`. Every put is conditional on absence, so nothing is ever changed.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters.dynamodb import from_item, to_item, translating
from opentrail.domain.history import CHUNK, HistoryPage, IndexItem
from opentrail.ports.event_history import IndexRange

SECONDS_PER_DAY = 86_400
KEYS_PER_GET = 100  # of one BatchGetItem (DynamoDB)
CONCURRENCY = 8  # requests at once of one writer or reader


class DynamoEventHistory:
    """Pages live `days` after their newest event."""

    def __init__(self, dynamodb: Any, table: str, *, days: int = 90) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._days = days
        self._pool = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="history")

    def put(self, pages: Sequence[HistoryPage]) -> None:
        """Bodies first, then what makes them found."""
        self._all([(self._put_once, item) for page in pages for item in self._body_items(page)])
        self._all([(self._put_once, item) for page in pages for item in self._index_items(page)])

    def index(self, ranges: Sequence[IndexRange], limit: int) -> list[list[IndexItem]]:
        """One query for each range, side by side."""
        return self._all([(lambda asked: self._query(asked, limit), asked) for asked in ranges])

    def bodies(self, items: Sequence[IndexItem]) -> list[bytes | None]:
        """Batched gets, side by side."""
        keys = {
            (f"page|{i.account_id}|{i.region}|{i.page_id}", f"{chunk:04d}")
            for i in items
            for chunk in range(i.chunks)
        }
        found: dict[tuple[str, str], bytes] = {}
        for got in self._all(
            [(self._get, list(batch)) for batch in batched(sorted(keys), KEYS_PER_GET, strict=False)]
        ):
            found.update(got)
        return [self._joined(item, found) for item in items]

    def _joined(self, item: IndexItem, found: dict[tuple[str, str], bytes]) -> bytes | None:
        key = f"page|{item.account_id}|{item.region}|{item.page_id}"
        parts = [found.get((key, f"{chunk:04d}")) for chunk in range(item.chunks)]
        return b"".join(part for part in parts if part is not None) if None not in parts else None

    def _body_items(self, page: HistoryPage) -> Iterator[dict[str, Any]]:
        for number in range(page.chunks):
            yield {
                "pk": f"page|{page.account_id}|{page.region}|{page.page_id}",
                "sk": f"{number:04d}",
                "body": page.body[number * CHUNK : (number + 1) * CHUNK],
                "expires": page.newest + self._days * SECONDS_PER_DAY,
            }

    def _index_items(self, page: HistoryPage) -> Iterator[dict[str, Any]]:
        for item in page.index:
            yield {
                "pk": f"index|{item.account_id}|{item.region}|{item.k}|{item.bucket}",
                "sk": f"{item.newest:010d}|{item.page_id}",
                "oldest": item.oldest,
                "chunks": item.chunks,
                "data": item.data,
                "expires": item.newest + self._days * SECONDS_PER_DAY,
            }

    @translating
    def _put_once(self, item: dict[str, Any]) -> None:
        try:
            self._dynamodb.put_item(
                TableName=self._table, Item=to_item(item), ConditionExpression="attribute_not_exists(pk)"
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise

    @translating
    def _query(self, asked: IndexRange, limit: int) -> list[IndexItem]:
        highest = (
            f"{asked.newest:010d}~" if asked.below is None else f"{asked.below[0]:010d}|{asked.below[1]}"
        )
        pk = f"index|{asked.account_id}|{asked.region}|{asked.k}|{asked.bucket}"
        found: list[IndexItem] = []
        start: dict[str, Any] = {}
        while len(found) < limit:
            answer = self._dynamodb.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :lowest AND :highest",
                ExpressionAttributeValues=to_item(
                    {":pk": pk, ":lowest": f"{asked.oldest:010d}", ":highest": highest}
                ),
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=limit + 1 - len(found),
                **start,
            )
            items = [from_item(item) for item in answer["Items"]]
            found += [self._index_item(asked, item) for item in items if item["sk"] != highest]
            if "LastEvaluatedKey" not in answer:
                break
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        return found[:limit]

    def _index_item(self, asked: IndexRange, item: dict[str, Any]) -> IndexItem:
        newest, _, page_id = item["sk"].partition("|")
        return IndexItem(
            account_id=asked.account_id,
            region=asked.region,
            k=asked.k,
            bucket=asked.bucket,
            page_id=page_id,
            newest=int(newest),
            oldest=item["oldest"],
            chunks=item["chunks"],
            data=item["data"],
        )

    @translating
    def _get(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        asked = {
            self._table: {"Keys": [to_item({"pk": pk, "sk": sk}) for pk, sk in keys], "ConsistentRead": True}
        }
        found: dict[tuple[str, str], bytes] = {}
        while asked:
            answer = self._dynamodb.batch_get_item(RequestItems=asked)
            for item in map(from_item, answer["Responses"].get(self._table, [])):
                found[item["pk"], item["sk"]] = item["body"]
            asked = answer.get("UnprocessedKeys") or {}
        return found

    def _all[T, R](self, calls: Sequence[tuple[Callable[[T], R], T]]) -> list[R]:
        """Run side by side; the first error is raised once all have ended."""
        if len(calls) == 1:
            return [calls[0][0](calls[0][1])]
        futures = [self._pool.submit(function, argument) for function, argument in calls]
        return [future.result() for future in futures]
