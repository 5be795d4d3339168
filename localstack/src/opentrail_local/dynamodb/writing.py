"""Writes that keep the sorted indexes, and transactions that save only the items they touch."""

import copy
from collections.abc import Callable
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    ItemSizeTooLarge,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from opentrail_local.dynamodb.ordering import order_of

MAX_ITEM = 400 * 1024  # bytes, DynamoDB's quota of names and values
MAX_ACTIONS = 100  # of a transaction

type Reason = tuple[str | None, str | None, dict[str, Any] | None]  # code, message, the item as it was

NO_REASON: Reason = (None, None, None)


def put_item(original: Callable[..., Item]) -> Callable[..., Item]:
    """moto's Table.put_item, with the size limit and the indexes kept."""

    def put(self: Table, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
        if item_size(item_attrs) > MAX_ITEM:
            raise ItemSizeTooLarge
        item = original(self, item_attrs, *args, **kwargs)
        order_of(self).put(item)
        return item

    return put


def delete_item(original: Callable[..., Item | None]) -> Callable[..., Item | None]:
    """moto's Table.delete_item, with the indexes kept."""

    def delete(self: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        order = order_of(self)
        item = original(self, hash_key, range_key)
        if item is not None:
            order.remove(item)
            if self.has_range_key and not self.items[hash_key]:
                del self.items[hash_key]
        return item

    return delete


def update_item(original: Callable[..., Item]) -> Callable[..., Item]:
    """moto's backend.update_item, which changes the stored item step by step: all of an update or nothing."""

    def update(self: Any, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
        table = self.get_table(table_name)
        saved = _Saved(self, table, key)
        try:
            item = original(self, table_name, key, *args, **kwargs)
            if item.size() > MAX_ITEM:
                raise models.ItemSizeToUpdateTooLarge
        except Exception:
            saved.restore()
            raise
        order_of(table).put(item)
        return item

    return update


def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
    """All actions or none. Conditions are judged on what was there before; each failure has its reason."""
    if len(transact_items) > MAX_ACTIONS:
        raise TooManyTransactionsException
    actions = [_Action(self, item) for item in transact_items]
    if len({action.identity for action in actions}) < len(actions):
        raise MultipleTransactionsException
    reasons = [action.check() for action in actions]
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    saved = [_Saved(self, action.table, action.key) for action in actions if action.kind != "ConditionCheck"]
    for number, action in enumerate(actions):
        try:
            action.apply()
        except Exception as error:
            for item in saved:
                item.restore()
            if not isinstance(error, MockValidationException | ItemSizeTooLarge):
                raise
            reasons[number] = ("ValidationError", str(error.message), None)
            raise TransactionCanceledException(reasons) from error


class _Action:
    """One action of a transaction."""

    def __init__(self, backend: Any, item: dict[str, Any]) -> None:
        if len(item) != 1:
            raise TransactWriteSingleOpException
        self.backend = backend
        self.kind, self.request = next(iter(item.items()))
        if self.kind not in {"ConditionCheck", "Put", "Delete", "Update"}:
            raise MockValidationException("Unsupported transaction operation")
        self.table: Table = backend.get_table(self.request["TableName"])
        attributes = self.request["Item"] if self.kind == "Put" else self.request["Key"]
        try:
            self.key = {name: attributes[name] for name in self.table.table_key_attrs}
        except KeyError as error:
            raise MockValidationException(
                f"One or more parameter values were invalid: Missing the key {error.args[0]} in the item"
            ) from error
        self.identity = (self.table.table_arn, repr(sorted(self.key.items())))

    def check(self) -> Reason:
        """Why the action must not be done; NO_REASON when it may."""
        if self.request.get("ConditionExpression") is None:
            return NO_REASON
        current = self.backend.get_item(self.table.name, self.key)
        condition = get_filter_expression(
            self.request["ConditionExpression"],
            self.request.get("ExpressionAttributeNames"),
            self.request.get("ExpressionAttributeValues"),
        )
        if condition.expr(current):
            return NO_REASON
        shown = self.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current is not None
        old = current.to_json()["Attributes"] if shown else None
        return "ConditionalCheckFailed", str(ConditionalCheckFailed().message), old

    def apply(self) -> None:
        """Do it; its condition holds."""
        expressions = {
            "expression_attribute_names": self.request.get("ExpressionAttributeNames"),
            "expression_attribute_values": self.request.get("ExpressionAttributeValues"),
        }
        match self.kind:
            case "Put":
                self.backend.put_item(self.table.name, self.request["Item"], overwrite=True)
            case "Delete":
                self.backend.delete_item(self.table.name, self.key)
            case "Update":
                self.backend.update_item(
                    self.table.name,
                    self.key,
                    update_expression=self.request["UpdateExpression"],
                    **expressions,
                )


class _Saved:
    """One item as it was, to be put back."""

    def __init__(self, backend: Any, table: Table, key: dict[str, Any]) -> None:
        self._table = table
        self._hash, self._range = backend.get_keys_value(table, key)
        self._item = copied(table.get_item(self._hash, self._range))

    def restore(self) -> None:
        table = self._table
        if self._item is None:
            table.delete_item(self._hash, self._range)
            return
        if self._range is not None:
            table.items[self._hash][self._range] = self._item
        else:
            table.items[self._hash] = self._item
        order_of(table).put(self._item)


def copied(item: Item | None) -> Item | None:
    """An item that later updates do not change: what is mutable is copied, values are shared."""
    if item is None:
        return None
    twin = Item.__new__(Item)
    twin.hash_key, twin.range_key = item.hash_key, item.range_key
    twin.attrs = LimitedSizeDict()
    dict.update(twin.attrs, {name: _copied_value(value) for name, value in item.attrs.items()})
    return twin


def _copied_value(value: Any) -> Any:
    if not isinstance(value, DynamoType):
        return copy.deepcopy(value)
    twin = DynamoType.__new__(DynamoType)
    twin.type = value.type
    if isinstance(value.value, dict):
        twin.value = {name: _copied_value(part) for name, part in value.value.items()}
    elif isinstance(value.value, list):
        twin.value = [_copied_value(part) for part in value.value]
    else:
        twin.value = value.value
    return twin


def item_size(attributes: dict[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in attributes.items())


def value_size(value: Any) -> int:
    """Bytes of an attribute value, in moto's form or as it came in the request."""
    if isinstance(value, DynamoType):
        kind, content = value.type, value.value
    else:
        ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content) // 2 + 2
        case "B":
            return len(content) if isinstance(content, bytes) else len(content) * 3 // 4
        case "SS":
            return sum(len(part.encode()) for part in content)
        case "NS":
            return sum(len(part) // 2 + 2 for part in content)
        case "BS":
            return sum(len(part) * 3 // 4 for part in content)
        case "L":
            return 3 + sum(1 + value_size(part) for part in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_size(part) for name, part in content.items())
    return 1
