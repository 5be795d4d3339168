"""Values brought to one type, and conditions."""

from __future__ import annotations

from sqlglot import exp

from opentrail_local.athena.casts import coerced
from opentrail_local.athena.context import Context, Value, error
from opentrail_local.athena.types import BOOLEAN, UNKNOWN, common


def quoted(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def both(*values: Value) -> frozenset[tuple[str, str]]:
    """The columns several values stand on."""
    return frozenset().union(*(value.columns for value in values))


def unified(context: Context, nodes: list[exp.Expression], what: str, place: exp.Expression) -> list[Value]:
    """Expressions brought to one type. TYPE_MISMATCH in the words of `what` when there is none."""
    values = [context.value(node) for node in nodes]
    type_ = values[0].type
    for value in values[1:]:
        merged = common(type_, value.type)
        if merged is None:
            every = ", ".join(dict.fromkeys(str(v.type) for v in values))
            raise error(
                "TYPE_MISMATCH",
                place,
                f"{what} must be the same type or coercible to a common type. Cannot find common type "
                f"between {type_} and {value.type}, all types (without duplicates): [{every}]",
            )
        type_ = merged
    return [Value(coerced(value, type_), type_, value.columns) for value in values]


def boolean(context: Context, node: exp.Expression, what: str) -> Value:
    """A condition. TYPE_MISMATCH when it is none; `what` is the sentence's beginning."""
    value = context.value(node)
    if value.type not in (BOOLEAN, UNKNOWN):
        raise error("TYPE_MISMATCH", node, f"{what} must evaluate to a boolean: actual type {value.type}")
    return Value(coerced(value, BOOLEAN), BOOLEAN, value.columns)
