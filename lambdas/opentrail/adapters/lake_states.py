"""What a store's part of the lake holds: an item of the ledger's table (pk `lake#<store id>`, sk `state`)."""

from collections.abc import Collection, Mapping
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters.dynamodb import condition_failed, from_item, to_item, translating
from opentrail.domain.lake_state import LakeState


class DynamoDbLakeStates:
    """Ranges of days only grow here, so that a reader never misses a day that holds a row."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    @translating
    def get(self, store_id: str) -> LakeState:
        """The state, read consistently; an empty one for a store that holds nothing."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=_key(store_id), ConsistentRead=True)
        values = from_item(answer.get("Item", {}))
        return LakeState(
            oldest_day=values.get("oldest_day"),
            newest_day=values.get("newest_day"),
            repeat_days=frozenset(values.get("repeat_days", ())),
        )

    @translating
    def cover(self, store_id: str, days: Collection[str], *, possible_repeats: bool) -> None:
        """Make the state cover these days, and note them as days of possible repeats if asked.

        Writes nothing when it covers them already. Writers at the same time cannot narrow each other's range:
        each end moves only outwards, under its own condition.
        """
        state = self.get(store_id)
        oldest, newest = min(days), max(days)
        if state.oldest_day is None or oldest < state.oldest_day:
            self._move(store_id, "oldest_day", oldest, "attribute_not_exists(#end) OR #end > :day")
        if state.newest_day is None or newest > state.newest_day:
            self._move(store_id, "newest_day", newest, "attribute_not_exists(#end) OR #end < :day")
        repeated = frozenset(days) - state.repeat_days
        if possible_repeats and repeated:
            self._update(
                store_id,
                UpdateExpression="ADD repeat_days :days",
                ExpressionAttributeValues={":days": {"SS": sorted(repeated)}},
            )

    def _move(self, store_id: str, end: str, day: str, condition: str) -> None:
        try:
            self._update(
                store_id,
                UpdateExpression="SET #end = :day",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#end": end},
                ExpressionAttributeValues={":day": {"S": day}},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            # Somebody moved this end as far or further since it was read.

    def _update(self, store_id: str, **request: Any) -> None:
        self._dynamodb.update_item(TableName=self._table, Key=_key(store_id), **request)


def _key(store_id: str) -> Mapping[str, Any]:
    return to_item({"pk": f"lake#{store_id}", "sk": "state"})
