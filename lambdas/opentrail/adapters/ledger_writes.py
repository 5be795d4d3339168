"""The writes that the ledger's transactions are made of."""

from datetime import datetime
from typing import Any

from opentrail.adapters import ledger_items as items
from opentrail.adapters.dynamodb import to_item
from opentrail.domain.delivery import PENDING, BacklogKey, Manifest

_NAMES = {"#state": "state", "#due": "due"}


class LedgerWrites:
    """Each method makes one write for a transaction on the table."""

    def __init__(self, table: str) -> None:
        self._table = table

    def put(self, values: dict[str, Any], *, once: bool = False) -> dict[str, Any]:
        """An item; `once`: on condition that it is not there."""
        condition = {"ConditionExpression": "attribute_not_exists(pk)"} if once else {}
        return {"Put": {"TableName": self._table, "Item": to_item(values), **condition}}

    def delete(self, key: dict[str, str], *, there: bool = False) -> dict[str, Any]:
        """An item that goes; `there`: on condition that it is."""
        condition = {"ConditionExpression": "attribute_exists(pk)"} if there else {}
        return {"Delete": {"TableName": self._table, "Key": to_item(key), **condition}}

    def add(self, account_id: str, spread: str, added: dict[str, int]) -> dict[str, Any]:
        """Counts of an account."""
        names = {f"#n{i}": name for i, name in enumerate(added)}
        expression = "ADD " + ", ".join(f"#n{i} :n{i}" for i in range(len(added)))
        values = {f":n{i}": n for i, n in enumerate(added.values())}
        return self._update(items.count_key(account_id, spread), expression, values, names=names)

    def settling(self, manifest: Manifest, expression: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        """An update of a manifest that ends it, on condition that it is pending, and in line as it was read;
        it leaves the line.
        """
        in_line = "attribute_exists(waits)" if manifest.waits else "attribute_not_exists(waits)"
        update = self.pending(
            manifest, f"{expression} REMOVE #due, due_shard, waits", values, f" AND {in_line}"
        )
        return [update, self.delete(items.waiting_key(manifest))] if manifest.waits else [update]

    def pending(
        self, manifest: Manifest, expression: str, values: dict[str, Any], more: str = ""
    ) -> dict[str, Any]:
        """An update of a manifest on condition that it is pending."""
        key, condition = items.manifest_key(manifest.ref), f"#state = :pending{more}"
        return self._update(key, expression, {**values, ":pending": PENDING}, condition, _NAMES)

    def status(self, key: BacklogKey, expression: str, values: dict[str, Any]) -> dict[str, Any]:
        """An update of a destination's status."""
        names = {"#due": "due"} if "#due" in expression else {}
        return self._update(items.status_key(key.destination, key.region), expression, values, names=names)

    def joining(self, manifest: Manifest, *, at: datetime) -> list[dict[str, Any]]:
        """A manifest stands in line: its place there, and a line that is due, now if it was not."""
        line = manifest.window.line
        values = {**items.backlog_due(line, int(at.timestamp())), ":one": 1}
        expression = "SET #due = if_not_exists(#due, :due), due_shard = :due_shard ADD joined :one"
        return [self.put(items.waiting_item(manifest)), self.status(line, expression, values)]

    def _update(
        self,
        key: dict[str, str],
        expression: str,
        values: dict[str, Any],
        condition: str = "",
        names: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        used = {name: value for name, value in (names or {}).items() if name in f"{expression} {condition}"}
        return {
            "Update": {
                "TableName": self._table,
                "Key": to_item(key),
                "UpdateExpression": expression,
                "ExpressionAttributeValues": to_item(values),
                **({"ConditionExpression": condition} if condition else {}),
                **({"ExpressionAttributeNames": used} if used else {}),
            }
        }
