"""The ledger in DynamoDB. What must be true together is one transaction."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters import ledger_items as items
from opentrail.adapters.digest_items import undigested_item
from opentrail.adapters.dynamodb import by_pk, condition_failed, from_item, items_of, to_item, translating
from opentrail.adapters.ledger_writes import LedgerWrites
from opentrail.adapters.transactions import ITEMS_PER_TRANSACTION, transact
from opentrail.domain.backlog import TIMED_OUT, Backlog, Health
from opentrail.domain.delivery import (
    CLOSING_GRACE,
    DELIVERED,
    PENDING,
    BacklogKey,
    Entry,
    Manifest,
    ManifestRef,
    Window,
)
from opentrail.domain.history_due import HistoryDue
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Commit, Delivered, Due, Line, Marker, Sum, Totals

DUE_AT_ONCE = 100  # items of each shard in one answer
HISTORY_PAUSE = 15  # seconds until event history is written again


class DynamoLedger:
    """One table; see ledger_items for its layout."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._writes = LedgerWrites(table)
        self._known_accounts: set[str] = set()
        self._pool = ThreadPoolExecutor(items.DUE_SHARDS, thread_name_prefix="ledger")

    @translating
    def commit(self, commit: Commit) -> frozenset[Marker]:
        """Markers, entries, counts and what is due for event history, together."""
        first = commit.markers[0]
        now = int(commit.at.timestamp())
        puts = [
            self._writes.put(
                {**items.marker_key(m), "expires": now + items.MARKER_DAYS * items.SECONDS_PER_DAY}, once=True
            )
            for m in commit.markers
        ]
        puts += [self._writes.put(items.entry_item(e, e.window.end + CLOSING_GRACE)) for e in commit.entries]
        if commit.history_due:
            puts.append(self._writes.put(items.history_item(commit.history_due, now + HISTORY_PAUSE)))
        if commit.entries:
            self._know(first.account_id)
            added = {f"matched|{e.window.destination}": e.records for e in commit.entries}
            puts.append(self._writes.add(first.account_id, commit.entries[0].slice.segment, added))
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
            backlogs=tuple(items.backlog_key_of(i) for i in found if i["pk"].startswith("status|")),
            histories=tuple(items.history_of(i) for i in found if i["pk"].startswith("history|")),
            more=any(len(shard) == DUE_AT_ONCE for shard in shards),
        )

    @translating
    def entries(self, window: Window) -> list[Entry]:
        """Read consistently."""
        found = items_of(self._dynamodb, **by_pk(self._table, window.key), ConsistentRead=True)
        return [items.entry_of(item) for item in found]

    @translating
    def close(self, manifest: Manifest, *, next_look: datetime) -> bool:
        """The manifest appears and its entries vanish, together."""
        writes = [self._writes.put(items.manifest_item(manifest, int(next_look.timestamp())), once=True)]
        writes += [self._writes.delete(items.entry_key(entry), there=True) for entry in manifest.entries]
        if manifest.waits:
            writes += self._writes.joining(manifest, at=next_look)
        return not transact(self._dynamodb, writes)

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
    def health(self, key: BacklogKey) -> Health:
        """Part of the destination's status."""
        return items.health_of(self._status(key))

    @translating
    def backlog(self, key: BacklogKey, *, at_most: int) -> Backlog | None:
        """The status first: what joins while the deliveries are read counts as joined later."""
        status = self._status(key)
        if "due_shard" not in status:
            return None
        query = {**by_pk(self._table, items.waiting_pk(key)), "ConsistentRead": True, "Limit": at_most}
        found = [from_item(item) for item in self._dynamodb.query(**query)["Items"]]
        return Backlog(
            key=key,
            health=items.health_of(status),
            due=status["due"],
            joined=status["joined"],
            first=tuple(ManifestRef(destination=key.destination, sort=item["sk"]) for item in found),
        )

    @translating
    def lease_backlog(self, backlog: Backlog, *, health: Health, until: datetime) -> bool:
        """Conditional on the moments that were read."""
        values: dict[str, Any] = {":until": int(until.timestamp()), ":due": backlog.due}
        sets, same = "SET #due = :until", "attribute_not_exists(retry_at)"
        if backlog.health.failures:
            sets += ", retry_at = :retry_at, failures = :failures"
            same = "retry_at = :read"
            values |= {":read": backlog.health.retry_at}
            values |= {":retry_at": health.retry_at, ":failures": health.failures}
        key = items.status_key(backlog.key.destination, backlog.key.region)
        condition = f"#due = :due AND attribute_exists(due_shard) AND {same}"
        return self._update_if(key, sets, condition, {"#due": "due"}, values)

    @translating
    def rest(self, backlog: Backlog) -> None:
        """Conditional on the count of those that ever joined."""
        self._update_if(
            items.status_key(backlog.key.destination, backlog.key.region),
            "REMOVE #due, due_shard",
            "joined = :joined",
            {"#due": "due"},
            {":joined": backlog.joined},
        )

    @translating
    def wait(self, manifest: Manifest, *, at: datetime) -> None:
        """The manifest and the line, together."""
        joined = self._writes.pending(
            manifest,
            "SET waits = :yes, #due = :at REMOVE due_shard",
            {":yes": True, ":at": int(at.timestamp())},
            " AND attribute_not_exists(waits)",
        )
        transact(self._dynamodb, [joined, *self._writes.joining(manifest, at=at)])

    @translating
    def leave(self, manifest: Manifest, *, next_look: datetime) -> None:
        """The manifest and the line, together."""
        due = items.due_at(manifest.window.key, int(next_look.timestamp()))
        left = self._writes.pending(
            manifest,
            "SET #due = :due, due_shard = :due_shard REMOVE waits",
            {":due": due["due"], ":due_shard": due["due_shard"]},
        )
        transact(self._dynamodb, [left, self._writes.delete(items.waiting_key(manifest))])

    @translating
    def failed(self, manifest: Manifest, *, code: str, health: Health, at: datetime) -> None:
        """The attempt, the line and the status, together."""
        line = manifest.window.line
        attempt = self._writes.pending(
            manifest,
            "SET attempts = attempts + :one, waits = :yes, #due = :due REMOVE due_shard",
            {":one": 1, ":yes": True, ":due": health.retry_at},
        )
        # A destination that did not answer in time is no error of the bucket (AWS API reference,
        # GetTrailStatus, LatestDeliveryError).
        shown = "" if code == TIMED_OUT else ", latest_delivery_error = :code"
        status = self._writes.status(
            line,
            f"SET failing_code = :code{shown}, failures = :failures, retry_at = :due,"
            " failing_since = if_not_exists(failing_since, :at), #due = :due, due_shard = :due_shard"
            " ADD joined :one",
            {
                **items.backlog_due(line, health.retry_at),
                ":code": code[:200],
                ":failures": health.failures,
                ":at": int(at.timestamp()),
                ":one": 1,
            },
        )
        transact(self._dynamodb, [attempt, self._writes.put(items.waiting_item(manifest)), status])

    @translating
    def delivered(self, manifest: Manifest, result: Delivered) -> bool:
        """State, counts and status, together."""
        at = int(result.at.timestamp() * 1000)
        writes = self._writes.settling(
            manifest,
            "SET #state = :state, delivered_at = :at, objects = :objects, repeats = :repeats,"
            " expires = :expires",
            {
                ":state": DELIVERED,
                ":at": at,
                ":objects": list(result.objects),
                ":repeats": result.repeats,
                ":expires": at // 1000 + items.SETTLED_DAYS * items.SECONDS_PER_DAY,
            },
        )
        writes.append(self._writes.status(manifest.window.line, *items.status_of_delivery(manifest, result)))
        destination = manifest.window.destination
        added = {f"delivered|{destination}": manifest.records, f"repeats|{destination}": result.repeats}
        writes.append(self._writes.add(_owner(destination), manifest.digest, added))
        writes += [self._writes.put(undigested_item(manifest.window, file)) for file in result.undigested]
        return not transact(self._dynamodb, writes)

    @translating
    def settle(self, manifest: Manifest, state: str, *, at: datetime) -> bool:
        """State and counts, together; and the line, if it was in it."""
        now = int(at.timestamp())
        writes = self._writes.settling(
            manifest,
            "SET #state = :state, expires = :expires",
            {":state": state, ":expires": now + items.SETTLED_DAYS * items.SECONDS_PER_DAY},
        )
        destination = manifest.window.destination
        added = {f"{state}|{destination}": manifest.records}
        writes.append(self._writes.add(_owner(destination), manifest.digest, added))
        if manifest.waits:
            line = manifest.window.line
            due = items.backlog_due(line, now)
            writes.append(self._writes.status(line, "SET #due = :due, due_shard = :due_shard", due))
        return not transact(self._dynamodb, writes)

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
        for account in self._under("accounts"):
            for counts in self._under(f"count|{account['sk']}"):
                for name, value in counts.items():
                    kind, _, destination = name.partition("|")
                    if destination:
                        sum_ = sums.setdefault(destination, Sum())
                        field = kind.replace("-", "_")
                        setattr(sum_, field, getattr(sum_, field) + value)
        histories, lines = 0, list[Line]()
        for item in _oldest_first(self._due_items(None)):
            kind, _, rest = item["pk"].partition("|")
            if kind == "history":
                histories += 1
            elif kind == "status":
                lines.append(self._line(item))
                sums.setdefault(rest, Sum()).pending += lines[-1].records
            else:
                sums.setdefault(rest.partition("|")[0], Sum()).pending += item["records"]
        return Totals(destinations=sums, lines=tuple(sorted(lines, key=_place)), histories_due=histories)

    def _line(self, status: dict[str, Any]) -> Line:
        waiting = self._under(items.waiting_pk(items.backlog_key_of(status)))
        return items.line_of(status, list(waiting))

    def _status(self, key: BacklogKey) -> dict[str, Any]:
        answer = self._dynamodb.get_item(
            TableName=self._table,
            Key=to_item(items.status_key(key.destination, key.region)),
            ConsistentRead=True,
        )
        return from_item(answer.get("Item", {}))

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
            return list(items_of(self._dynamodb, **query))
        query |= {
            "KeyConditionExpression": f"{condition} AND due <= :now",
            "ExpressionAttributeValues": to_item({**values, ":now": now}),
            "Limit": DUE_AT_ONCE,
        }
        return [from_item(item) for item in self._dynamodb.query(**query)["Items"]]

    def _under(self, pk: str) -> Iterator[dict[str, Any]]:
        return items_of(self._dynamodb, **by_pk(self._table, pk))

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
            if not condition_failed(error):
                raise
            return False
        return True


def _oldest_first(shards: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    return sorted((i for shard in shards for i in shard), key=lambda i: (i["due"], i["pk"], i["sk"]))


def _place(line: Line) -> tuple[str, str]:
    return (line.key.destination, line.key.region)


def _owner(destination: str) -> str:
    """The account a destination belongs to."""
    return destination.split("/")[1]
