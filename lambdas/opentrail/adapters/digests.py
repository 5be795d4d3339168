"""Digests in the ledger's table, and the queue that hands them out. See digest_items for the layout."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters import digest_items as items
from opentrail.adapters.dynamodb import by_pk, condition_failed, from_item, items_of, to_item, translating
from opentrail.adapters.ledger_items import status_key
from opentrail.adapters.transactions import ITEMS_PER_TRANSACTION, transact
from opentrail.domain.digest_chain import Chain, ChainKey, Digest, to_text
from opentrail.domain.digest_file import DigestedLogFile
from opentrail.ports.digests import DigestState
from opentrail.ports.errors import AdapterError

DUE_AT_ONCE = 200
FORGOTTEN_AFTER = timedelta(days=90)  # of digests that are never due again


class DynamoDigests:
    """One table, which is the ledger's too."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    @translating
    def due(self, now: datetime) -> list[str]:
        """From the index of what is due."""
        answer = self._dynamodb.query(
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND due <= :now",
            ExpressionAttributeValues=to_item({":shard": items.SHARD, ":now": int(now.timestamp())}),
            Limit=DUE_AT_ONCE,
        )
        return [from_item(item)["pk"].partition("|")[2] for item in answer["Items"]]

    @translating
    def lease(self, destination: str, *, now: datetime, until: datetime) -> bool:
        """Conditional on being due."""
        return self._update(
            items.work_key(destination),
            "SET due = :until",
            {":until": int(until.timestamp()), ":now": int(now.timestamp())},
            condition="due <= :now",
        )

    @translating
    def state(self, destination: str) -> DigestState | None:
        """One query."""
        found = list(self._pages(items.work_key(destination)["pk"]))
        return items.state_of(destination, found)

    @translating
    def undigested(self, destination: str) -> dict[ChainKey, list[DigestedLogFile]]:
        """One query."""
        found: dict[ChainKey, list[DigestedLogFile]] = {}
        for item in self._pages(f"undigested|{destination}"):
            key, log_file = items.undigested_of(item)
            found.setdefault(key, []).append(log_file)
        return found

    @translating
    def stored(self, key: ChainKey, sequence: int) -> Digest | None:
        """Read consistently."""
        answer = self._dynamodb.get_item(
            TableName=self._table, Key=to_item(items.digest_key(key, sequence)), ConsistentRead=True
        )
        return items.digest_of(key, from_item(answer["Item"])) if "Item" in answer else None

    @translating
    def store(self, digest: Digest) -> bool:
        """Conditional on nothing being there."""
        return not transact(
            self._dynamodb, [self._put(items.digest_item(digest), "attribute_not_exists(pk)")]
        )

    @translating
    def take(self, digest: Digest) -> None:
        """Deleted, some at a time."""
        for batch in batched(digest.log_files, ITEMS_PER_TRANSACTION, strict=False):
            keys = [to_item(items.undigested_key(digest.key, log_file)) for log_file in batch]
            transact(self._dynamodb, [{"Delete": {"TableName": self._table, "Key": key}} for key in keys])

    @translating
    def move(self, digest: Digest) -> None:
        """Only where it goes is written."""
        self._update(
            items.digest_key(digest.key, digest.sequence),
            "SET place = :place REMOVE name_taken",
            {":place": [digest.bucket, digest.object_key]},
        )

    @translating
    def name_taken(self, digest: Digest) -> None:
        """One mark on the stored digest."""
        self._update(items.digest_key(digest.key, digest.sequence), "SET name_taken = :yes", {":yes": True})

    @translating
    def finish(self, digest: Digest, after: Chain, *, at: datetime) -> bool:
        """The chain, the digest's end of life and the status, together."""
        key, link = digest.key, after.last
        before = "last_sequence = :before" if digest.sequence > 1 else "attribute_not_exists(pk)"
        chain: dict[str, Any] = self._put(items.chain_item(after), before)
        if digest.sequence > 1:
            chain["Put"]["ExpressionAttributeValues"] = to_item({":before": digest.sequence - 1})
        ends = int(at.timestamp()) + items.DIGEST_DAYS * items.SECONDS_PER_DAY
        writes = [
            chain,
            self._updating(items.digest_key(key, digest.sequence), "SET expires = :ends", {":ends": ends}),
        ]
        if link is not None and (link.bucket, link.key) == (digest.bucket, digest.object_key):
            writes.append(
                self._updating(
                    status_key(key.destination, key.region),
                    "SET latest_digest_delivery_time = :at REMOVE latest_digest_delivery_error",
                    {":at": int(at.timestamp() * 1000)},
                )
            )
        return not transact(self._dynamodb, writes)

    @translating
    def refused(self, key: ChainKey, code: str) -> None:
        """Part of the trail's status in the Region."""
        self._update(
            status_key(key.destination, key.region),
            "SET latest_digest_delivery_error = :code",
            {":code": code[:200]},
        )

    @translating
    def rest(self, destination: str, state: DigestState, *, until: datetime, failures: int) -> None:
        """Conditional on the count of touches that was read."""
        self._update(
            items.work_key(destination),
            "SET failures = :failures, due = :until",
            {":failures": failures, ":until": int(until.timestamp()), ":touched": state.touched},
            condition="touched = :touched",
        )

    @translating
    def forget(self, destination: str, state: DigestState, *, at: datetime) -> None:
        """Conditional on the count of touches that was read; the items go later, by themselves."""
        expires = int((at + FORGOTTEN_AFTER).timestamp())
        forgotten = self._update(
            items.work_key(destination),
            "SET expires = :expires REMOVE due, due_shard",
            {":expires": expires, ":touched": state.touched},
            condition="touched = :touched",
        )
        if forgotten and state.deleted is not None:
            for chain in state.chains:
                self._update(items.chain_key(chain.key), "SET expires = :expires", {":expires": expires})

    def _pages(self, pk: str) -> Iterator[dict[str, Any]]:
        return items_of(self._dynamodb, **by_pk(self._table, pk), ConsistentRead=True)

    def _put(self, values: dict[str, Any], condition: str) -> dict[str, Any]:
        return {"Put": {"TableName": self._table, "Item": to_item(values), "ConditionExpression": condition}}

    def _updating(self, key: dict[str, str], expression: str, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item(key),
                "UpdateExpression": expression,
                "ExpressionAttributeValues": to_item(values),
            }
        }

    def _update(
        self, key: dict[str, str], expression: str, values: dict[str, Any], condition: str = ""
    ) -> bool:
        """One update; False when its condition did not hold."""
        update = self._updating(key, expression, values)["Update"]
        if condition:
            update["ConditionExpression"] = condition
        try:
            self._dynamodb.update_item(**update)
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True


class SqsDigestQueue:
    """One message per trail."""

    def __init__(self, sqs: Any, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    @translating
    def send(self, destinations: Sequence[str]) -> None:
        """What SQS does not take is due again; the error says that it happened."""
        for batch in batched(destinations, 10, strict=False):
            entries = [{"Id": str(i), "MessageBody": to_text(trail)} for i, trail in enumerate(batch)]
            answer = self._sqs.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
            if answer.get("Failed"):
                raise AdapterError(f"{len(answer['Failed'])} trails were not queued", code="BatchFailed")
