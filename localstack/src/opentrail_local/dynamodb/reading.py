"""Query and Scan on sorted indexes, in the place of moto's, which look at every item and copy every answer.

Answers hold moto's live items: the provider turns them to text before it gives up its lock.
"""

from collections.abc import Callable, Iterator
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from opentrail_local.dynamodb.ordering import Order, SortKey, comparable, order_of

PAGE_SIZE = 1024 * 1024  # bytes of items that one Query or Scan reads
MAX_CODE_POINT = chr(0x10FFFF)

type Page = tuple[list[Item], int, dict[str, Any] | None]


def get_item(
    self: Any,
    hash_key: DynamoType,
    range_key: DynamoType | None = None,
    projection_expression: list[list[str]] | None = None,
) -> Item | None:
    """moto's Table.get_item, which leaves an empty partition behind where it finds nothing."""
    if self.has_range_key and range_key is None:
        raise MockValidationException("Table has a range key, but no range key was passed into get_item")
    found = self.items.get(hash_key)
    if self.has_range_key:
        found = (found or {}).get(range_key)
    return found.project(projection_expression) if found and projection_expression else found


def query(
    self: Any,
    hash_key: DynamoType,
    range_comparison: str | None,
    range_objs: list[DynamoType],
    limit: int | None,
    exclusive_start_key: dict[str, Any] | None,
    scan_index_forward: bool,
    projection_expressions: list[list[str]] | None,
    index_name: str | None = None,
    consistent_read: bool = False,
    filter_expression: Any = None,
    **filter_kwargs: Any,
) -> Page:
    """moto's Table.query: matching items, how many were read, and where to go on."""
    index = _index(self, index_name, consistent_read)
    order = order_of(self).of(index_name)
    first, last, exact = _bounds(range_comparison, range_objs)
    forward = scan_index_forward is not False
    after = _start(order, exclusive_start_key)
    found = order.between(comparable(hash_key), first, last, forward=forward, after=after)
    if exact is not None:
        attribute = order.sort_attributes[0]
        found = (item for item in found if exact(comparable(item.attrs[attribute])))
    page, key = _page(self, found, limit, index_name)
    count = len(page)
    for name, condition in filter_kwargs.items():
        page = [item for item in page if _legacy_match(item, name, condition)]
    return _shown(page, index, filter_expression, projection_expressions), count, key


def scan(
    self: Any,
    filters: dict[str, Any],
    limit: int | None,
    exclusive_start_key: dict[str, Any] | None,
    filter_expression: Any = None,
    index_name: str | None = None,
    consistent_read: bool = False,
    projection_expression: list[list[str]] | None = None,
    segments: tuple[int | None, int | None] = (None, None),
) -> Page:
    """moto's Table.scan."""
    index = _index(self, index_name, consistent_read)
    order = order_of(self).of(index_name)
    found = order.everything(_start(order, exclusive_start_key))
    if segments != (None, None):
        found = (item for item in found if item.is_within_segment(segments))
    page, key = _page(self, found, limit, index_name)
    count = len(page)
    for name, (operator, values) in filters.items():
        condition = {"ComparisonOperator": operator, "AttributeValueList": values}
        page = [item for item in page if _legacy_match(item, name, condition)]
    return _shown(page, index, filter_expression, projection_expression), count, key


def _page(
    table: Any, found: Iterator[Item], limit: int | None, index_name: str | None
) -> tuple[list[Item], dict[str, Any] | None]:
    """What is read before filters: up to `limit` items or a megabyte.

    As on AWS, a page that is full has a key to go on with, even when nothing follows.
    """
    page: list[Item] = []
    size = 0
    for item in found:
        page.append(item)
        size += item.size()
        if len(page) == limit or size >= PAGE_SIZE:
            return page, table._get_last_evaluated_key(item, index_name)
    return page, None


def _shown(
    page: list[Item], index: Any, filter_expression: Any, projection: list[list[str]] | None
) -> list[Item]:
    if index is not None:
        page = [index.project(item) for item in page]
    if filter_expression is not None:
        page = [item for item in page if filter_expression.expr(item)]
    return [item.project(projection) for item in page] if projection else page


def _index(table: Any, name: str | None, consistent_read: bool) -> Any:
    if not name:
        return None
    indexes = {index.name: index for index in table.all_indexes()}
    if name not in indexes:
        raise MockValidationException(f"The table does not have the specified index: {name}")
    if consistent_read and indexes[name] in table.global_indexes:
        raise MockValidationException("Consistent reads are not supported on global secondary indexes")
    return indexes[name]


def _start(order: Order, key: dict[str, Any] | None) -> Any:
    if key is None:
        return None
    place = order.place({name: DynamoType(value) for name, value in key.items()})
    if place is None:
        raise MockValidationException("The provided starting key is invalid")
    return place


def _bounds(
    comparison: str | None, values: list[DynamoType]
) -> tuple[SortKey | None, SortKey | None, Callable[[Any], bool] | None]:
    """First and last beginning of the sort key, and what is left to check at the ends."""
    if not comparison:
        return None, None, None
    first = comparable(values[0])
    match comparison.upper():
        case "=" | "EQ":
            return (first,), (first,), None
        case "<" | "LT":
            return None, (first,), lambda value: value < first
        case "<=" | "LE":
            return None, (first,), None
        case ">" | "GT":
            return (first,), None, lambda value: value > first
        case ">=" | "GE":
            return (first,), None, None
        case "BETWEEN":
            return (first,), (comparable(values[1]),), None
        case "BEGINS_WITH" if isinstance(first, str):
            return (first,), (first + MAX_CODE_POINT,), lambda value: value.startswith(first)
        case "BEGINS_WITH" if isinstance(first, bytes):
            return (first,), None, lambda value: value.startswith(first)
    raise MockValidationException("Invalid operator used in KeyConditionExpression")


def _legacy_match(item: Item, name: str, condition: dict[str, Any]) -> bool:
    """QueryFilter and ScanFilter, the conditions from before expressions."""
    value = item.attrs.get(name)
    operator = condition["ComparisonOperator"]
    if value is None:
        return bool(operator == "NULL")
    return bool(value.compare(operator, [DynamoType(v) for v in condition.get("AttributeValueList", [])]))
