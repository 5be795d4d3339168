"""Puts our reading and writing into moto's DynamoDB, in memory, once."""

import copy
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from moto.dynamodb import models, responses
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from opentrail_local.dynamodb import reading, writing

METERED = ("put_item", "get_item", "delete_item", "query", "scan")  # decorated by moto's consumed capacity


class _CheapCopies:
    """What moto's modules call `copy`: items are copied as far as they can change."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        return writing.copied(value) if isinstance(value, Item) else copy.deepcopy(value)

    copy = staticmethod(copy.copy)


@cache
def patch() -> None:
    """Apply every patch."""
    Table.put_item = writing.put_item(Table.put_item)
    Table.delete_item = writing.delete_item(Table.delete_item)
    Table.get_item = reading.get_item
    Table.query = reading.query
    Table.scan = reading.scan
    backend = models.DynamoDBBackend
    backend.update_item = writing.update_item(backend.update_item)
    backend.transact_write_items = writing.transact_write_items
    models.copy = _CheapCopies
    responses.copy = _CheapCopies
    responses.TRANSACTION_MAX_ITEMS = writing.MAX_ACTIONS
    # Sizes are counted once for an item, not for each attribute anew, and binary values by their bytes.
    LimitedSizeDict.__setitem__ = dict.__setitem__
    DynamoType.size = writing.value_size
    _exact_numbers()
    for name in METERED:
        setattr(responses.DynamoHandler, name, _unmetered(getattr(responses.DynamoHandler, name)))


def _exact_numbers() -> None:
    """moto compares numbers that are no integers as floats."""
    original = DynamoType.cast_value.fget

    def cast_value(self: DynamoType) -> Any:
        if self.type == "N":
            number = Decimal(self.value)
            return int(number) if number == number.to_integral_value() else number
        return original(self)

    DynamoType.cast_value = property(cast_value)


def _unmetered(decorated: Callable[..., Any]) -> Callable[..., Any]:
    """Without a wish for consumed capacity, do not parse and write the whole answer once more."""
    plain = decorated.__wrapped__

    def handler(self: Any) -> Any:
        wanted = self.body.get("ReturnConsumedCapacity", "NONE") != "NONE"
        return decorated(self) if wanted else plain(self)

    return handler
