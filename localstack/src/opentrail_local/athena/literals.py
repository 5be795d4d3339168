"""Literals, columns, casts, and the time of the query."""

from __future__ import annotations

from string import hexdigits

from sqlglot import exp

from opentrail_local.athena.casts import cast
from opentrail_local.athena.coercion import both, quoted, unified
from opentrail_local.athena.context import Context, Value, column_parts, compiles, dereference, error, excerpt
from opentrail_local.athena.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    INTERVAL_DAY,
    INTERVAL_YEAR,
    TIMESTAMPTZ,
    UNKNOWN,
    VARBINARY,
    Type,
    array,
    decimal,
)
from opentrail_local.athena.written_types import known_zone, literal, written

_UNITS = {"DAY", "HOUR", "MINUTE", "SECOND"}


@compiles(exp.Literal)
def _literal(context: Context, node: exp.Literal) -> Value:
    text = str(node.this)
    if node.is_string:
        return Value(quoted(text), Type("varchar", digits=len(text)))
    if "e" in text.lower():
        return Value(f"CAST({text} AS DOUBLE)", DOUBLE)
    if "." in text:
        whole, _, fraction = text.partition(".")
        type_ = decimal(max(len(whole.lstrip("0")) + len(fraction), 1), len(fraction))
        return Value(f"CAST({text} AS DECIMAL({type_.digits}, {type_.scale}))", type_)
    return Value(text, INTEGER) if int(text) < 2**31 else Value(f"CAST({text} AS BIGINT)", BIGINT)


@compiles(exp.Null)
def _null(context: Context, node: exp.Null) -> Value:
    return Value("NULL", UNKNOWN)


@compiles(exp.Boolean)
def _boolean(context: Context, node: exp.Boolean) -> Value:
    return Value("TRUE" if node.this else "FALSE", BOOLEAN)


@compiles(exp.HexString)
def _hex(context: Context, node: exp.HexString) -> Value:
    digits = str(node.this)
    if len(digits) % 2 or not all(digit in hexdigits for digit in digits):
        raise error(
            "INVALID_LITERAL", node, "Binary literal must contain an even number of hexadecimal digits"
        )
    return Value(f"unhex('{digits}')", VARBINARY)


@compiles(exp.Interval)
def _interval(context: Context, node: exp.Interval) -> Value:
    unit = str(node.args.get("unit") or "").upper()
    literal = node.this
    if (
        not isinstance(literal, exp.Literal)
        or not literal.is_string
        or unit not in {*_UNITS, "MONTH", "YEAR"}
    ):
        raise error("SYNTAX_ERROR", node, f"Invalid INTERVAL literal: {excerpt(node)}")
    number = str(literal.this)
    try:
        float(number) if unit == "SECOND" else int(number)
    except ValueError:
        raise error("INVALID_LITERAL", node, f"'{number}' is not a valid INTERVAL literal") from None
    type_ = INTERVAL_DAY if unit in _UNITS else INTERVAL_YEAR
    return Value(f"INTERVAL '{number}' {unit}", type_)


@compiles(exp.Array)
def _array(context: Context, node: exp.Array) -> Value:
    if not node.expressions:
        return Value("[]", array(UNKNOWN))
    values = unified(context, node.expressions, "All ARRAY elements", node)
    return Value(f"[{', '.join(value.sql for value in values)}]", array(values[0].type), both(*values))


@compiles(exp.Paren)
def _paren(context: Context, node: exp.Paren) -> Value:
    value = context.value(node.this)
    return Value(f"({value.sql})", value.type, value.columns)


@compiles(exp.Column, exp.Dot)
def _column(context: Context, node: exp.Expression) -> Value:
    parts = column_parts(node)
    if parts is not None:
        return context.resolve(node, parts)
    if not isinstance(node, exp.Dot) or not isinstance(node.expression, exp.Identifier):
        raise error("SYNTAX_ERROR", node, f"mismatched input '{excerpt(node)}'")
    return dereference(context.value(node.this), node, [node.expression.name])


@compiles(exp.Identifier)
def _identifier(context: Context, node: exp.Identifier) -> Value:
    return context.resolve(node, [node.name])  # in a lambda's body a parameter is a bare identifier


@compiles(exp.CurrentTimestamp)
def _now(context: Context, node: exp.CurrentTimestamp) -> Value:
    return Value(f"TIMESTAMPTZ '{context.statement.now:%Y-%m-%d %H:%M:%S.%f}+00'", TIMESTAMPTZ)


@compiles(exp.CurrentDate)
def _today(context: Context, node: exp.CurrentDate) -> Value:
    return Value(f"DATE '{context.statement.now:%Y-%m-%d}'", DATE)


@compiles(exp.Localtimestamp)
def _local_now(context: Context, node: exp.Localtimestamp) -> Value:
    return Value(f"TIMESTAMP '{context.statement.now:%Y-%m-%d %H:%M:%S.%f}'", Type("timestamp", digits=3))


@compiles(exp.AtTimeZone)
def _at_zone(context: Context, node: exp.AtTimeZone) -> Value:
    value, zone = context.value(node.this), node.args["zone"]
    if value.type.name not in ("timestamp", "timestamp with time zone"):
        raise error(
            "TYPE_MISMATCH",
            node,
            f"Type of value must be a time or timestamp with or without time zone (actual {value.type})",
        )
    if not isinstance(zone, exp.Literal) or not known_zone(str(zone.this)):
        raise error("INVALID_FUNCTION_ARGUMENT", node, f"'{excerpt(zone)}' is not a valid time zone")
    type_ = Type("timestamp with time zone", digits=value.type.digits, zone=str(zone.this))
    return Value(f"CAST({value.sql} AS TIMESTAMPTZ)", type_, value.columns)


@compiles(exp.Cast, exp.TryCast)
def _cast(context: Context, node: exp.Cast) -> Value:
    type_ = written(node.to)
    value = context.value(node.this)
    constant = literal(node, type_)
    if constant is not None:
        return constant
    made = cast(value, type_)
    if made is None:
        raise error("TYPE_MISMATCH", node, f"Cannot cast {value.type} to {type_}")
    return Value(f"TRY({made})" if isinstance(node, exp.TryCast) else made, type_, value.columns)
