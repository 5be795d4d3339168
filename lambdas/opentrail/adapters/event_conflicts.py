"""Conflicts of eventIDs, kept in the ledger's table: `conflicts`, sort `<account>|<Region>|<digest>`.

What was seen is remembered in the memory of one warm process (docs/decisions: events with one id).
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters.dynamodb import by_pk, condition_failed, items_of, to_item, translating
from opentrail.domain.event_conflict import MAX_ID, EventConflict, EventIds
from opentrail.domain.record import Record
from opentrail.ports.clock import Clock
from opentrail.ports.errors import AdapterError

AT_ONCE = 20  # kept of one look: a flood of them must not cost more than what it comes with
KEPT = 90 * 86_400  # seconds: as long as event history

_PARTITION = "conflicts"


class DynamoEventConflicts:
    """`tell` is called for each conflict that was not known."""

    def __init__(
        self, dynamodb: Any, table: str, clock: Clock, tell: Callable[[EventConflict], None]
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._tell = tell
        self._seen = EventIds()

    def look_at(self, records: Sequence[Record]) -> None:
        """One conditional write for each conflict, at most twenty of them."""
        for conflict in self._seen.conflicts(records)[:AT_ONCE]:
            try:
                new = self._keep(conflict)
            except AdapterError:
                new = True
            if new:
                self._tell(conflict)

    @translating
    def known(self) -> list[EventConflict]:
        """All pages of one query."""
        return [_conflict(item) for item in items_of(self._dynamodb, **by_pk(self._table, _PARTITION))]

    @translating
    def _keep(self, conflict: EventConflict) -> bool:
        """False when it is there already."""
        values = {
            ":id": conflict.event_id[:MAX_ID],
            ":contents": list(conflict.contents),
            ":expires": int(self._clock.now().timestamp()) + KEPT,
        }
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=to_item({"pk": _PARTITION, "sk": _sort(conflict)}),
                UpdateExpression="SET event_id = :id, contents = :contents, expires = :expires",
                ConditionExpression="attribute_not_exists(pk)",
                ExpressionAttributeValues=to_item(values),
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True


def _sort(conflict: EventConflict) -> str:
    told = "|".join((conflict.event_id, *conflict.contents))
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{conflict.account_id}|{conflict.region}|{digest}"


def _conflict(item: dict[str, Any]) -> EventConflict:
    account_id, region, _ = item["sk"].split("|")
    return EventConflict(
        account_id=account_id, region=region, event_id=item["event_id"], contents=tuple(item["contents"])
    )
