"""Lake queries in the resources table.

| what | pk | sk |
|---|---|---|
| query | `query|<account>|<Region>|<id>` | `query` |
| query in the list of its account and Region | `queries|<account>|<Region>` | `<created, ms>|<id>` |
| query not known to have ended | `unsettled|<account>|<Region>` | `<created, ms>|<id>` |

The three appear together; settling changes the first two and removes the third, together.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters.dynamodb import (
    CONDITION_FAILED,
    by_pk,
    cancellation_codes,
    from_item,
    items_of,
    to_item,
    translating,
)
from opentrail.domain.query import KEPT, Query


class DynamoQueryStore:
    """Queries expire seven days after they were started."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    @translating
    def get(self, account_id: str, region: str, query_id: str, *, now: datetime) -> Query | None:
        """Read consistently; DynamoDB may remove what has expired days later, so time is looked at here."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_item(_key(account_id, region, query_id)), ConsistentRead=True
        )
        if "Item" not in answer:
            return None
        query = _query(account_id, region, from_item(answer["Item"]))
        return query if now - query.created_at < KEPT else None

    @translating
    def create(self, query: Query) -> None:
        """The query and its places in both lists, together."""
        listed = {**_listed_key(query), **_members(query)}
        full = {
            **_key(query.account_id, query.region, query.query_id),
            **_members(query),
            "statement": query.statement,
            "column_names": None if query.column_names is None else list(query.column_names),
        }
        items = [full, listed, {**_unsettled_key(query), **_members(query)}]
        writes = [{"Put": {"TableName": self._table, "Item": to_item(item)}} for item in items]
        self._dynamodb.transact_write_items(TransactItems=writes)

    @translating
    def settle(self, query: Query, status: str) -> None:
        """Once: a query that is settled already stays so."""
        changed = {
            "TableName": self._table,
            "UpdateExpression": "SET settled = :status",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(settled)",
            "ExpressionAttributeValues": to_item({":status": status}),
        }
        keys = [_key(query.account_id, query.region, query.query_id), _listed_key(query)]
        writes: list[dict[str, Any]] = [{"Update": {**changed, "Key": to_item(key)}} for key in keys]
        removed = {"TableName": self._table, "Key": to_item(_unsettled_key(query))}
        try:
            self._dynamodb.transact_write_items(TransactItems=[*writes, {"Delete": removed}])
        except ClientError as error:
            codes = cancellation_codes(error)
            if CONDITION_FAILED not in codes and "TransactionConflict" not in codes:
                raise
            # Somebody settles it at this moment or has done so, or it has expired.

    def _listed(self, kind: str, account_id: str, region: str, *, newest_first: bool) -> list[Query]:
        found = items_of(
            self._dynamodb,
            **by_pk(self._table, f"{kind}|{account_id}|{region}"),
            ScanIndexForward=not newest_first,
            ConsistentRead=True,
        )
        return [_query(account_id, region, item) for item in found]

    @translating
    def unsettled(self, account_id: str, region: str) -> list[Query]:
        """Oldest first, read consistently."""
        return self._listed("unsettled", account_id, region, newest_first=False)

    @translating
    def list(self, account_id: str, region: str, *, now: datetime) -> list[Query]:
        """Newest first."""
        queries = self._listed("queries", account_id, region, newest_first=True)
        return [query for query in queries if now - query.created_at < KEPT]


def _key(account_id: str, region: str, query_id: str) -> dict[str, str]:
    return {"pk": f"query|{account_id}|{region}|{query_id}", "sk": "query"}


def _listed_key(query: Query) -> dict[str, str]:
    return {"pk": f"queries|{query.account_id}|{query.region}", "sk": _sort_key(query)}


def _unsettled_key(query: Query) -> dict[str, str]:
    return {"pk": f"unsettled|{query.account_id}|{query.region}", "sk": _sort_key(query)}


def _sort_key(query: Query) -> str:
    return f"{_milliseconds(query.created_at):013d}|{query.query_id}"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _members(query: Query) -> dict[str, Any]:
    return {
        "query_id": query.query_id,
        "execution_id": query.execution_id,
        "created_at": _milliseconds(query.created_at),
        "store_ids": list(query.store_ids),
        "settled": query.settled,
        "expires": int((query.created_at + KEPT).timestamp()),
    }


def _query(account_id: str, region: str, item: Mapping[str, Any]) -> Query:
    names = item.get("column_names")
    return Query(
        query_id=item["query_id"],
        account_id=account_id,
        region=region,
        statement=item.get("statement", ""),
        execution_id=item["execution_id"],
        created_at=datetime.fromtimestamp(item["created_at"] / 1000, UTC),
        store_ids=tuple(item["store_ids"]),
        column_names=None if names is None else tuple(names),
        settled=item.get("settled"),
    )
