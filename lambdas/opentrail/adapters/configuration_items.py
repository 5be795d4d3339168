"""How trails, event data stores and their account's version lie in the resources table.

| what | pk | sk |
|---|---|---|
| version of an account's configuration | `configuration|<account>` | `version` |
| trail | `configuration|<account>` | `trail|<home Region>|<name>` |
| event data store | `configuration|<account>` | `store|<Region>|<id>` |
| what of these is longer than an item | `configuration|<account>` | `part|<sort key>|<number>` |

A resource is one attribute `body`: JSON of its members, moments in milliseconds. A member an item lacks has
its default, one that is not known any more is left out: older and newer functions read each other's items.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters.dynamodb import (
    CONDITION_FAILED,
    cancellation_codes,
    from_item,
    items_of,
    to_item,
    translated,
)
from opentrail.adapters.long_items import TornError, have_parts, is_part, joined, part_names, split
from opentrail.domain.event_data_store import DELETED_AFTER, PENDING_DELETION, EventDataStore
from opentrail.domain.trail import Trail
from opentrail.ports.errors import AdapterError, ConflictError

_MOMENTS = frozenset({
    "created_at", "updated_at", "start_logging_time", "stop_logging_time", "log_file_validation_changed_at",
    "multi_region_changed_at", "sns_topic_set_at",
})  # fmt: skip
TRIES = 5  # of reading an item that is written meanwhile
_LISTS = frozenset({"event_selectors", "advanced_event_selectors"})


def version_key(account_id: str) -> dict[str, str]:
    """The key of an account's version."""
    return {"pk": f"configuration|{account_id}", "sk": "version"}


def trail_key(account_id: str, home_region: str, name: str) -> dict[str, str]:
    """The key of a trail."""
    return {"pk": f"configuration|{account_id}", "sk": f"trail|{home_region}|{name}"}


def store_key(account_id: str, region: str, store_id: str) -> dict[str, str]:
    """The key of an event data store."""
    return {"pk": f"configuration|{account_id}", "sk": f"store|{region}|{store_id}"}


def trail_item(trail: Trail) -> dict[str, Any]:
    """A trail as an item."""
    return {**trail_key(trail.account_id, trail.home_region, trail.name), "body": _body(trail)}


def trail_of(item: Mapping[str, Any]) -> Trail:
    """The trail in an item."""
    return Trail(**_members(Trail, item["body"]))


def store_item(store: EventDataStore) -> dict[str, Any]:
    """A store as an item; one pending deletion goes by itself when its time is over."""
    item: dict[str, Any] = {**store_key(store.account_id, store.region, store.store_id), "body": _body(store)}
    if store.status == PENDING_DELETION:
        item["expires"] = int((store.updated_at + DELETED_AFTER).timestamp())
    return item


def store_of(item: Mapping[str, Any]) -> EventDataStore:
    """The store in an item."""
    return EventDataStore(**_members(EventDataStore, item["body"]))


class ConfigurationTable:
    """The resources table, as far as an account's configuration lies in it."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def get(self, key: Mapping[str, str]) -> dict[str, Any] | None:
        """An item, read consistently."""
        for _ in range(TRIES):
            head = self._get(key)
            parts = {name: self._get({"pk": key["pk"], "sk": name}) for name in part_names(head)}
            with suppress(TornError):
                return joined(head, {n: p for n, p in parts.items() if p}) if head else None
        raise AdapterError("An item is being written over and over")

    def items(self, account_id: str, prefix: str = "") -> list[dict[str, Any]]:
        """An account's items whose sort key begins so, by sort key, read consistently."""
        for _ in range(TRIES):
            found = self._query(account_id, prefix)
            heads = [item for item in found if not is_part(item)]
            if prefix and have_parts(heads):
                found += self._query(account_id, f"part|{prefix}")
            parts = {item["sk"]: item for item in found if is_part(item)}
            with suppress(TornError):
                return [joined(head, parts) for head in heads]
        raise AdapterError("An item is being written over and over")

    def put(
        self, account_id: str, item: Mapping[str, Any], *, version: int, also: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Write an item and move the version, together; ConflictError when it is another one by now.

        `also`: writes without conditions that become true with it.
        """
        # What is read here counts only if the version is the one given, and then nobody wrote meanwhile.
        before = part_names(self._get({"pk": item["pk"], "sk": item["sk"]}))
        written = split(item, stamp=version + 1)
        puts = [{"Put": {"TableName": self._table, "Item": to_item(each)}} for each in written]
        left = set(before) - {each["sk"] for each in written}
        self._write(account_id, [*puts, *self._deletes(item["pk"], left), *also], version)

    def delete(
        self, account_id: str, key: Mapping[str, str], *, version: int, also: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Remove an item and move the version, together."""
        names = {key["sk"], *part_names(self._get(key))}
        self._write(account_id, [*self._deletes(key["pk"], names), *also], version)

    def _deletes(self, pk: str, sort_keys: Iterable[str]) -> list[dict[str, Any]]:
        keys = [to_item({"pk": pk, "sk": name}) for name in sorted(sort_keys)]
        return [{"Delete": {"TableName": self._table, "Key": key}} for key in keys]

    def _get(self, key: Mapping[str, str]) -> dict[str, Any] | None:
        answer = self._dynamodb.get_item(TableName=self._table, Key=to_item(key), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    def _query(self, account_id: str, prefix: str) -> list[dict[str, Any]]:
        begins = " AND begins_with(sk, :prefix)" if prefix else ""
        values = {":pk": version_key(account_id)["pk"]} | ({":prefix": prefix} if prefix else {})
        found = items_of(
            self._dynamodb,
            TableName=self._table,
            KeyConditionExpression=f"pk = :pk{begins}",
            ExpressionAttributeValues=to_item(values),
            ConsistentRead=True,
        )
        return list(found)

    def _write(self, account_id: str, writes: Sequence[dict[str, Any]], version: int) -> None:
        moved = {
            "Update": {
                "TableName": self._table,
                "Key": to_item(version_key(account_id)),
                "UpdateExpression": "SET #version = :next",
                "ConditionExpression": "#version = :version" if version else "attribute_not_exists(pk)",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": to_item(
                    {":next": version + 1} | ({":version": version} if version else {})
                ),
            }
        }
        try:
            self._dynamodb.transact_write_items(TransactItems=[*writes, moved])
        except ClientError as error:
            codes = cancellation_codes(error)
            if CONDITION_FAILED in codes or "TransactionConflict" in codes:
                raise ConflictError("The configuration was changed") from error
            raise translated(error) from error


def _body(resource: Trail | EventDataStore) -> str:
    members = {f.name: getattr(resource, f.name) for f in fields(resource)}
    plain = {
        name: round(value.timestamp() * 1000) if isinstance(value, datetime) else value
        for name, value in members.items()
        if value is not None
    }
    return json.dumps(plain, separators=(",", ":"))


def _members(kind: type[Trail | EventDataStore], body: str) -> dict[str, Any]:
    known = {f.name for f in fields(kind)}
    members = {name: value for name, value in json.loads(body).items() if name in known}
    for name in _MOMENTS & members.keys():
        members[name] = datetime.fromtimestamp(members[name] / 1000, UTC)
    for name in _LISTS & members.keys():
        members[name] = tuple(members[name])
    members["tags"] = tuple((key, value) for key, value in members.get("tags", ()))
    return members
