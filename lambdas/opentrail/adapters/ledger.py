"""The ledger in DynamoDB. What must be true together is one transaction."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters import ledger_items as items
from opentrail.adapters.digest_items import undigested_item
from opentrail.adapters.dynamodb import from_item, to_item, translating
from opentrail.adapters.transactions import ITEMS_PER_TRANSACTION, transact
from opentrail.domain.delivery import (
    CLOSING_GRACE,
    DELIVERED,
    PENDING,
    Entry,
    Health,
    Manifest,
    ManifestRef,
    Window,
)
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Commit, Delivered, Due, HistoryDue, Marker, Sum, Totals

DUE_AT_ONCE = 100  # items of each shard in one answer
HISTORY_PAUSE = 15  # seconds until event history is written again


class DynamoLedger:
    """One table; see ledger_items for its layout."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._known_accounts: set[str] = set()
        self._pool = ThreadPoolExecutor(items.DUE_SHARDS, thread_name_prefix="ledger")

    @translating
    def commit(self, commit: Commit) -> frozenset[Marker]:
        """Markers, entries, counts and what is due for event history, together."""
        first = commit.markers[0]
        now = int(commit.at.timestamp())
        puts = [
            self._put(
                {**items.marker_key(m), "expires": now + items.MARKER_DAYS * items.SECONDS_PER_DAY}, once=True
            )
            for m in commit.markers
        ]
        puts += [self._put(items.entry_item(e, e.window.end + CLOSING_GRACE)) for e in commit.entries]
        if commit.history_due:
            puts.append(self._put(items.history_item(commit.history_due, now + HISTORY_PAUSE)))
        if commit.entries:
            self._know(first.account_id)
            added = {f"matched|{e.window.destination}": e.records for e in commit.entries}
            puts.append(self._add(first.account_id, commit.entries[0].slice.segment, added))
        if len(puts) > ITEMS_PER_TRANSACTION:
            raise AdapterError("A slice has more destinations than one transaction holds", retryable=False)
        failed = transact(self._dynamodb, puts)
        return frozenset(m for i, m in enumerate(commit.markers) if i in failed)

    def due(self, now: datetime) -> Due:
        """All shards, side by side."""
        shards = self._due_items(int(now.timestamp()))
        found = _oldest_first(shards)
        return Due(
            windows=tuple(
                dict.fromkeys(items.window_of(i["pk"]) for i in found if i["pk"].startswith("window|"))
            ),
            manifests=tuple(
                ManifestRef(destination=i["pk"].partition("|")[2], sort=i["sk"])
                for i in found
                if i["pk"].startswith("manifest|")
            ),
            histories=tuple(items.history_of(i) for i in found if i["pk"].startswith("history|")),
            more=any(len(shard) == DUE_AT_ONCE for shard in shards),
        )

    @translating
    def entries(self, window: Window) -> list[Entry]:
        """Read consistently."""
        query = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": window.key}),
            "ConsistentRead": True,
        }
        return [items.entry_of(item) for item in self._pages(query)]

    @translating
    def close(self, manifest: Manifest, *, next_look: datetime) -> bool:
        """The manifest appears and its entries vanish, together."""
        puts = [self._put(items.manifest_item(manifest, int(next_look.timestamp())), once=True)]
        puts += [
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": to_item(items.entry_key(entry)),
                    "ConditionExpression": "attribute_exists(pk)",
                }
            }
            for entry in manifest.entries
        ]
        return not transact(self._dynamodb, puts)

    @translating
    def manifest(self, ref: ManifestRef) -> Manifest | None:
        """Read consistently."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_item(items.manifest_key(ref)), ConsistentRead=True
        )
        return items.manifest_of(from_item(answer["Item"])) if "Item" in answer else None

    @translating
    def lease(self, ref: ManifestRef, *, now: datetime, until: datetime) -> bool:
        """Conditional on being due."""
        return self._update_if(
            items.manifest_key(ref),
            "SET #due = :until ADD sends :one",
            "#state = :pending AND #due <= :now",
            {"#due": "due", "#state": "state"},
            {
                ":until": int(until.timestamp()),
                ":now": int(now.timestamp()),
                ":pending": PENDING,
                ":one": 1,
            },
        )

    @translating
    def health(self, window: Window) -> Health:
        """Part of the destination's status."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_item(items.status_key(window)), ConsistentRead=True
        )
        status = from_item(answer.get("Item", {}))
        return Health(failures=status.get("failures", 0), retry_at=status.get("retry_at", 0))

    @translating
    def probe(self, window: Window, health: Health, probed: Health) -> bool:
        """Conditional on the moment that was read."""
        return self._update_if(
            items.status_key(window),
            "SET retry_at = :retry_at, failures = :failures",
            "retry_at = :read",
            {},
            {":retry_at": probed.retry_at, ":failures": probed.failures, ":read": health.retry_at},
        )

    @translating
    def failed(self, manifest: Manifest, *, code: str, health: Health) -> None:
        """The attempt and the status, together; nothing when it was settled meanwhile."""
        attempt = self._settling(
            manifest,
            "SET attempts = attempts + :one, #due = :due",
            {":one": 1, ":due": health.retry_at},
            {"#due": "due"},
        )
        status = self._status(
            manifest.window,
            "SET latest_delivery_error = :error, failures = :failures, retry_at = :retry_at",
            {":error": code[:200], ":failures": health.failures, ":retry_at": health.retry_at},
        )
        transact(self._dynamodb, [attempt, status])

    @translating
    def delivered(self, manifest: Manifest, result: Delivered) -> bool:
        """State, counts and status, together."""
        at = int(result.at.timestamp() * 1000)
        settled = self._settling(
            manifest,
            "SET #state = :state, delivered_at = :at, objects = :objects, repeats = :repeats,"
            " expires = :expires REMOVE #due, due_shard",
            {
                ":state": DELIVERED,
                ":at": at,
                ":objects": list(result.objects),
                ":repeats": result.repeats,
                ":expires": at // 1000 + items.SETTLED_DAYS * items.SECONDS_PER_DAY,
            },
            {"#due": "due"},
        )
        status = self._status(manifest.window, *items.status_of_delivery(result))
        destination = manifest.window.destination
        added = {f"delivered|{destination}": manifest.records, f"repeats|{destination}": result.repeats}
        writes = [settled, status, self._add(_owner(destination), manifest.digest, added)]
        if result.undigested:
            writes.append(self._put(undigested_item(manifest.window, result.undigested)))
        return not transact(self._dynamodb, writes)

    @translating
    def settle(self, manifest: Manifest, state: str, *, at: datetime) -> bool:
        """State and counts, together."""
        now = int(at.timestamp())
        settled = self._settling(
            manifest,
            "SET #state = :state, expires = :expires REMOVE #due, due_shard",
            {":state": state, ":expires": now + items.SETTLED_DAYS * items.SECONDS_PER_DAY},
            {"#due": "due"},
        )
        destination = manifest.window.destination
        added = {f"{state}|{destination}": manifest.records}
        return not transact(self._dynamodb, [settled, self._add(_owner(destination), manifest.digest, added)])

    @translating
    def lease_history(self, due: HistoryDue, *, now: datetime, until: datetime) -> bool:
        """Conditional on being due."""
        return self._update_if(
            items.history_key(due),
            "SET #due = :until",
            "#due <= :now",
            {"#due": "due"},
            {":until": int(until.timestamp()), ":now": int(now.timestamp())},
        )

    @translating
    def history_written(self, due: HistoryDue) -> None:
        """Forget it."""
        self._dynamodb.delete_item(TableName=self._table, Key=to_item(items.history_key(due)))

    @translating
    def totals(self) -> Totals:
        """Counts of every account, and what is pending now."""
        sums: dict[str, Sum] = {}
        for account in self._pages(self._by_pk("accounts")):
            for counts in self._pages(self._by_pk(f"count|{account['sk']}")):
                for name, value in counts.items():
                    kind, _, destination = name.partition("|")
                    if destination:
                        sum_ = sums.setdefault(destination, Sum())
                        field = kind.replace("-", "_")
                        setattr(sum_, field, getattr(sum_, field) + value)
        histories = 0
        for item in _oldest_first(self._due_items(None)):
            kind, _, rest = item["pk"].partition("|")
            if kind == "history":
                histories += 1
            else:
                sums.setdefault(rest.partition("|")[0], Sum()).pending += item["records"]
        return Totals(destinations=sums, histories_due=histories)

    def _due_items(self, now: int | None) -> list[list[dict[str, Any]]]:
        """What is due by `now`, a bounded part of it, shard by shard; all that is ever due for None."""
        shards = [str(n) for n in range(items.DUE_SHARDS)]
        return list(self._pool.map(lambda shard: self._due_of(shard, now), shards))

    @translating
    def _due_of(self, shard: str, now: int | None) -> list[dict[str, Any]]:
        condition, values = "due_shard = :shard", {":shard": shard}
        query: dict[str, Any] = {"TableName": self._table, "IndexName": "due"}
        if now is None:
            query |= {"KeyConditionExpression": condition, "ExpressionAttributeValues": to_item(values)}
            return list(self._pages(query))
        query |= {
            "KeyConditionExpression": f"{condition} AND due <= :now",
            "ExpressionAttributeValues": to_item({**values, ":now": now}),
            "Limit": DUE_AT_ONCE,
        }
        return [from_item(item) for item in self._dynamodb.query(**query)["Items"]]

    def _by_pk(self, pk: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": pk}),
        }

    def _pages(self, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for page in self._dynamodb.get_paginator("query").paginate(**query):
            yield from map(from_item, page["Items"])

    def _know(self, account_id: str) -> None:
        """Counts are found by their accounts; each process says once which it has seen."""
        if account_id not in self._known_accounts:
            self._dynamodb.put_item(TableName=self._table, Item=to_item({"pk": "accounts", "sk": account_id}))
            self._known_accounts.add(account_id)

    def _update_if(
        self,
        key: dict[str, str],
        expression: str,
        condition: str,
        names: dict[str, str],
        values: dict[str, Any],
    ) -> bool:
        """One conditional update; False when the condition did not hold."""
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=to_item(key),
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeValues=to_item(values),
                **({"ExpressionAttributeNames": names} if names else {}),
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def _put(self, values: dict[str, Any], *, once: bool = False) -> dict[str, Any]:
        condition = {"ConditionExpression": "attribute_not_exists(pk)"} if once else {}
        return {"Put": {"TableName": self._table, "Item": to_item(values), **condition}}

    def _add(self, account_id: str, spread: str, added: dict[str, int]) -> dict[str, Any]:
        names = {f"#n{i}": name for i, name in enumerate(added)}
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item(items.count_key(account_id, spread)),
                "UpdateExpression": "ADD " + ", ".join(f"#n{i} :n{i}" for i in range(len(added))),
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": to_item({f":n{i}": n for i, n in enumerate(added.values())}),
            }
        }

    def _settling(
        self, manifest: Manifest, expression: str, values: dict[str, Any], names: dict[str, str]
    ) -> dict[str, Any]:
        """An update of a manifest on condition that it is pending."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item(items.manifest_key(manifest.ref)),
                "UpdateExpression": expression,
                "ConditionExpression": "#state = :pending",
                "ExpressionAttributeNames": {"#state": "state", **names},
                "ExpressionAttributeValues": to_item({**values, ":pending": PENDING}),
            }
        }

    def _status(self, window: Window, expression: str, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item(items.status_key(window)),
                "UpdateExpression": expression,
                "ExpressionAttributeValues": to_item(values),
            }
        }


def _oldest_first(shards: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    return sorted((i for shard in shards for i in shard), key=lambda i: (i["due"], i["pk"], i["sk"]))


def _owner(destination: str) -> str:
    """The account a destination belongs to."""
    return destination.split("/")[1]
