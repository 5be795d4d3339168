"""DynamoDB's typed items as plain values, and its errors as ours."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from opentrail.ports.errors import AdapterError

_SERIALIZER = TypeSerializer()
_DESERIALIZER = TypeDeserializer()
_FINAL = frozenset({"ValidationException", "AccessDeniedException", "ResourceNotFoundException"})

CONDITION_FAILED = "ConditionalCheckFailed"


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """A typed item; members that are None are left out."""
    return {name: _SERIALIZER.serialize(value) for name, value in values.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values: whole numbers as int, binary as bytes."""
    return {name: _plain(_DESERIALIZER.deserialize(value)) for name, value in item.items()}


def cancellation_codes(error: ClientError) -> list[str]:
    """Why a transaction was cancelled, item by item; empty when the error is none of that kind."""
    return [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]


def condition_failed(error: ClientError) -> bool:
    """Whether a single write was refused by its own condition."""
    return bool(error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException")


def by_pk(table: str, pk: str) -> dict[str, Any]:
    """A query for everything under a partition key."""
    return {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": to_item({":pk": pk}),
    }


def items_of(dynamodb: Any, **query: Any) -> Iterator[dict[str, Any]]:
    """All items of a query as plain values, answer after answer."""
    while True:
        answer = dynamodb.query(**query)
        yield from map(from_item, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def translated(error: ClientError | BotoCoreError) -> AdapterError:
    """Our word for an error of the SDK."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        return AdapterError(str(error), code=code, retryable=code not in _FINAL)
    return AdapterError(str(error), code=type(error).__name__)


def translating[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Let an adapter's method raise AdapterError where the SDK raises its own."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (ClientError, BotoCoreError) as error:
            raise translated(error) from error

    return call


def _plain(value: Any) -> Any:
    if isinstance(value, Binary):
        return bytes(value)
    if hasattr(value, "to_integral_value"):
        return int(value)
    return value
