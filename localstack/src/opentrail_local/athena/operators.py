"""Reckoning: numbers, times, concatenation, subscripts; types by Trino's rules."""

from __future__ import annotations

from sqlglot import exp

from opentrail_local.athena.casts import coerced
from opentrail_local.athena.coercion import both
from opentrail_local.athena.context import Context, Value, compiles, error
from opentrail_local.athena.types import (
    BIGINT,
    DATE,
    INTEGER,
    INTERVAL_DAY,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    as_decimal,
    coerces,
    common,
    decimal,
    is_integer,
    is_number,
)

_MATHS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_MOMENTS = ("date", "timestamp", "timestamp with time zone")


@compiles(*_MATHS)
def _math(context: Context, node: exp.Binary) -> Value:
    left, right = context.value(node.this), context.value(node.expression)
    sign = _MATHS[type(node)]
    found = _number_math(left, right, sign) if _numeric(left, right) else _time_math(left, right, sign)
    if found is None:
        raise error("TYPE_MISMATCH", node, f"Cannot apply operator: {left.type} {sign} {right.type}")
    return Value(found.sql, found.type, both(left, right))


def _numeric(left: Value, right: Value) -> bool:
    types = (left.type, right.type)
    return all(is_number(t) or t == UNKNOWN for t in types) and any(is_number(t) for t in types)


def _number_math(left: Value, right: Value, sign: str) -> Value | None:
    if left.type == UNKNOWN or right.type == UNKNOWN:
        type_ = left.type if right.type == UNKNOWN else right.type
        return Value(f"CAST(NULL AS {type_.name if type_.name != 'decimal' else 'DECIMAL(38, 0)'})", type_)
    if "decimal" in (left.type.name, right.type.name) and all(
        is_integer(t) or t.name == "decimal" for t in (left.type, right.type)
    ):
        return _decimal_math(left, right, sign)
    type_ = common(left.type, right.type)
    if type_ is None:
        return None
    a, b = coerced(left, type_), coerced(right, type_)
    if sign in "/%" and is_integer(type_):
        return Value(f"t_{'divide' if sign == '/' else 'modulo'}({a}, {b})", type_)
    if sign in "/%":
        return Value(f"t_{'divide' if sign == '/' else 'modulo'}_double({a}, {b})", type_)
    return Value(f"({a} {sign} {b})", type_)


def _decimal_math(left: Value, right: Value, sign: str) -> Value:
    a, b = as_decimal(left.type), as_decimal(right.type)
    p1, s1, p2, s2 = a.digits or 0, a.scale or 0, b.digits or 0, b.scale or 0
    if sign in "+-":
        type_ = decimal(max(p1 - s1, p2 - s2) + max(s1, s2) + 1, max(s1, s2))
    elif sign == "*":
        type_ = decimal(p1 + p2, s1 + s2)
    elif sign == "/":
        type_ = decimal(p1 + s2 + max(s2 - s1, 0), max(s1, s2))
    else:
        type_ = decimal(min(p1 - s1, p2 - s2) + max(s1, s2), max(s1, s2))
    x, y = coerced(left, a), coerced(right, b)
    made = f"CAST({type_.digits} AS INTEGER)"
    if sign in "/%":
        made = f"t_{'divide' if sign == '/' else 'modulo'}_decimal({x}, {y}, {type_.scale})"
    else:
        made = f"({x} {sign} {y})"
    return Value(f"CAST({made} AS DECIMAL({type_.digits}, {type_.scale}))", type_)


def _time_math(left: Value, right: Value, sign: str) -> Value | None:
    names = (left.type.name, right.type.name)
    if sign == "+" and names[0].startswith("interval") and names[1] in _MOMENTS:
        left, right, names = right, left, names[::-1]
    if sign in "+-" and names[0] in _MOMENTS and names[1].startswith("interval"):
        if names[0] == "date":
            return Value(f"CAST(({left.sql} {sign} {right.sql}) AS DATE)", DATE)
        return Value(f"({left.sql} {sign} {right.sql})", left.type)
    if sign == "-" and names[0] in _MOMENTS and names[1] in _MOMENTS:
        type_ = common(left.type, right.type) or left.type
        return Value(f"t_elapsed({coerced(left, type_)}, {coerced(right, type_)})", INTERVAL_DAY)
    if sign in "+-" and names[0] == names[1] and names[0].startswith("interval"):
        return Value(f"({left.sql} {sign} {right.sql})", left.type)
    if sign == "*" and names[0].startswith("interval") and is_integer(right.type):
        return Value(f"({left.sql} * {right.sql})", left.type)
    return None


@compiles(exp.Neg)
def _negated(context: Context, node: exp.Neg) -> Value:
    value = context.value(node.this)
    if not (is_number(value.type) or value.type.name.startswith("interval")):
        raise error("TYPE_MISMATCH", node, f"Cannot negate {value.type}")
    if value.type == BIGINT and value.sql == f"CAST({2**31} AS BIGINT)":
        return Value(str(-(2**31)), INTEGER)
    return Value(f"(-{value.sql})", value.type, value.columns)


@compiles(exp.DPipe)
def _concatenated(context: Context, node: exp.DPipe) -> Value:
    left, right = context.value(node.this), context.value(node.expression)
    names = {left.type.name, right.type.name} - {"unknown"}
    if names <= {"varchar", "char"}:
        return Value(f"({coerced(left, VARCHAR)} || {coerced(right, VARCHAR)})", VARCHAR, both(left, right))
    if names == {"varbinary"}:
        return Value(f"({left.sql} || {right.sql})", VARBINARY, both(left, right))
    type_ = common(left.type, right.type)
    if type_ is not None and type_.name == "array":
        made = f"t_array_concat({coerced(left, type_)}, {coerced(right, type_)})"
        return Value(made, type_, both(left, right))
    for one, other, order in ((left, right, "{0}, {1}"), (right, left, "{1}, {0}")):
        element = one.type.args[0] if one.type.name == "array" else None
        if element is not None and coerces(other.type, element):
            made = order.format(one.sql, f"[{coerced(other, element)}]")
            return Value(f"t_array_concat({made})", one.type, both(left, right))
    raise error(
        "FUNCTION_NOT_FOUND", node, f"Unexpected parameters ({left.type}, {right.type}) for function concat."
    )


@compiles(exp.Bracket)
def _subscript(context: Context, node: exp.Bracket) -> Value:
    base, index = context.value(node.this), context.value(node.expressions[0])
    if base.type.name == "map" and coerces(index.type, base.type.args[0]):
        made = f"t_map_at({base.sql}, {coerced(index, base.type.args[0])})"
        return Value(made, base.type.args[1], both(base, index))
    if base.type.name == "array" and coerces(index.type, BIGINT):
        return Value(f"t_array_at({base.sql}, {index.sql})", base.type.args[0], both(base, index))
    if base.type.name == "row" and isinstance(node.expressions[0], exp.Literal):
        return _row_at(node, base, str(node.expressions[0].this))
    raise error("TYPE_MISMATCH", node, f"Cannot use {index.type} for subscript of {base.type}")


def _row_at(node: exp.Bracket, base: Value, place: str) -> Value:
    number = int(place) if place.isdigit() else 0
    if not 1 <= number <= len(base.type.args):
        raise error("INVALID_FUNCTION_ARGUMENT", node, f"ROW subscript {place} is out of bounds")
    return Value(f"struct_extract_at({base.sql}, {number})", base.type.args[number - 1], base.columns)
