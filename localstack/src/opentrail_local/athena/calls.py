"""Calls of scalar functions, those with a syntax of their own, and scalar subqueries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from opentrail_local.athena.aggregates import Shape, aggregate
from opentrail_local.athena.arguments import argument, made
from opentrail_local.athena.casts import coerced, text_of
from opentrail_local.athena.coercion import both, quoted, unified
from opentrail_local.athena.context import Context, Value, compiles, error
from opentrail_local.athena.functions import Lambda
from opentrail_local.athena.signatures import AGGREGATES, NOT_HERE, SCALARS, WINDOWS
from opentrail_local.athena.types import BIGINT, BOOLEAN, JSON, TIMESTAMP, VARCHAR, Type, is_orderable

# Functions of the time of day, given a date's text, and fields EXTRACT knows.
_FIELDS = {
    **{name: name for name in ("year", "quarter", "month", "week", "day", "hour", "minute", "second")},
    "day_of_month": "day",
    "day_of_week": "dow",
    "dow": "dow",
    "day_of_year": "doy",
    "doy": "doy",
    "year_of_week": "yow",
    "yow": "yow",
}
_DATE_FIELDS = {
    *("year", "quarter", "month", "week", "week_of_year", "day", "day_of_month", "day_of_week", "dow"),
    *("day_of_year", "doy", "year_of_week", "yow"),
}
_TIME_FIELDS = {"hour", "minute", "second", "millisecond"}


@compiles(exp.Anonymous)
def _call(context: Context, node: exp.Anonymous) -> Value:
    name = str(node.this).lower()
    special = _SPECIAL.get(name)
    if special is not None:
        return special(context, node)
    if name in AGGREGATES:
        return aggregate(context, node, Shape())
    if name in WINDOWS:
        raise error("MISSING_OVER", node, f"Window function {name} requires an OVER clause")
    found = SCALARS.get(name)
    if name in NOT_HERE:
        raise error("NOT_SUPPORTED", node, f"Function '{name}' is not supported by the local Athena")
    if found is None:
        raise error("FUNCTION_NOT_FOUND", node, f"Function '{name}' not registered")
    arguments = [argument(context, part) for part in node.expressions]
    return made(node, name, found, _fields_of_time(name, arguments))


def _fields_of_time(name: str, arguments: list[Value | Lambda]) -> list[Value | Lambda]:
    """`year(timestamp)` and the like read a date or a wall clock."""
    if len(arguments) != 1 or not isinstance(arguments[0], Value):
        return arguments
    value = arguments[0]
    if name in _TIME_FIELDS or name in _DATE_FIELDS:
        if value.type.name == "timestamp with time zone":
            sql = f"timezone('{value.type.zone or 'UTC'}', {value.sql})"
            value = Value(sql, Type("timestamp", digits=3), value.columns)
        if value.type.name == "timestamp" and name in _DATE_FIELDS:
            value = Value(f"CAST({value.sql} AS DATE)", Type("date"), value.columns)
    return [value]


def _coalesce(context: Context, node: exp.Anonymous) -> Value:
    values = unified(context, node.expressions, "All COALESCE operands", node)
    return Value(f"coalesce({', '.join(value.sql for value in values)})", values[0].type, both(*values))


def _extreme(context: Context, node: exp.Anonymous) -> Value:
    name = str(node.this).lower()
    values = unified(context, node.expressions, f"All {name} operands", node)
    if not is_orderable(values[0].type):
        raise error(
            "FUNCTION_NOT_FOUND", node, f"Unexpected parameters ({values[0].type}) for function {name}."
        )
    missing = " OR ".join(f"{value.sql} IS NULL" for value in values)
    made = f"{name}({', '.join(value.sql for value in values)})"
    return Value(f"CASE WHEN {missing} THEN NULL ELSE {made} END", values[0].type, both(*values))


def _nullif(context: Context, node: exp.Anonymous) -> Value:
    first = context.value(node.expressions[0])
    left, right = unified(context, node.expressions, "All NULLIF operands", node)
    return Value(
        f"CASE WHEN {left.sql} = {right.sql} THEN NULL ELSE {first.sql} END", first.type, both(left, right)
    )


def _try(context: Context, node: exp.Anonymous) -> Value:
    value = context.value(node.expressions[0])
    return Value(f"TRY({value.sql})", value.type, value.columns)


def _row(context: Context, node: exp.Expression) -> Value:
    values = [context.value(part) for part in node.expressions]
    type_ = Type("row", tuple(value.type for value in values), (None,) * len(values))
    parts = ", ".join(f"'field{i}': {value.sql}" for i, value in enumerate(values))
    return Value(f"{{{parts}}}", type_, both(*values))


compiles(exp.Tuple)(_row)


def _now(context: Context, node: exp.Anonymous) -> Value:
    return context.value(exp.CurrentTimestamp())


def _typeof(context: Context, node: exp.Anonymous) -> Value:
    return Value(quoted(str(context.value(node.expressions[0]).type)), VARCHAR)


def _format(context: Context, node: exp.Anonymous) -> Value:
    values = [context.value(part) for part in node.expressions]
    if values[0].type.name != "varchar":
        raise error(
            "TYPE_MISMATCH",
            node,
            f"Type of first argument to format() must be VARCHAR (actual: {values[0].type})",
        )
    texts = []
    for value in values[1:]:
        made = value.sql if value.type.name in ("bigint", "integer", "double", "decimal") else text_of(value)
        texts.append(made or value.sql)
    return Value(f"printf({', '.join([values[0].sql, *texts])})", VARCHAR, both(*values))


def _grouping(context: Context, node: exp.Anonymous) -> Value:
    keys = ", ".join(context.value(part).sql for part in node.expressions)
    return Value(f"CAST(grouping({keys}) AS BIGINT)", BIGINT)


def _at_timezone(context: Context, node: exp.Anonymous) -> Value:
    return context.value(exp.AtTimeZone(this=node.expressions[0], zone=node.expressions[1]))


def _with_timezone(context: Context, node: exp.Anonymous) -> Value:
    at = _at_timezone(context, node)
    value = context.value(node.expressions[0])
    return Value(f"timezone('{at.type.zone}', {coerced(value, TIMESTAMP)})", at.type, value.columns)


_SPECIAL = {
    "coalesce": _coalesce,
    "greatest": _extreme,
    "least": _extreme,
    "nullif": _nullif,
    "try": _try,
    "row": _row,
    "now": _now,
    "typeof": _typeof,
    "format": _format,
    "grouping": _grouping,
    "at_timezone": _at_timezone,
    "with_timezone": _with_timezone,
}


def _as_call(context: Context, node: exp.Expression, name: str, arguments: Sequence[exp.Expression]) -> Value:
    return made(node, name, SCALARS[name], [context.value(argument) for argument in arguments])


@compiles(exp.Substring)
def _substring(context: Context, node: exp.Substring) -> Value:
    parts = [node.this, node.args["start"], *([node.args["length"]] if node.args.get("length") else [])]
    return _as_call(context, node, "substring", parts)


@compiles(exp.StrPosition)
def _position(context: Context, node: exp.StrPosition) -> Value:
    return _as_call(context, node, "strpos", [node.this, node.args["substr"]])


@compiles(exp.Trim)
def _trim(context: Context, node: exp.Trim) -> Value:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
    if node.expression is None:
        return _as_call(context, node, name, [node.this])
    value, letters = context.value(node.this), context.value(node.expression)
    if {value.type.name, letters.type.name} - {"varchar", "char", "unknown"}:
        raise error("TYPE_MISMATCH", node, f"source type not supported by TRIM: {value.type}")
    return Value(f"{name}({value.sql}, {letters.sql})", VARCHAR, both(value, letters))


@compiles(exp.Normalize)
def _normalize(context: Context, node: exp.Normalize) -> Value:
    value, form = context.value(node.this), node.args.get("form")
    if value.type.name not in ("varchar", "unknown"):
        raise error(
            "FUNCTION_NOT_FOUND", node, f"Unexpected parameters ({value.type}) for function normalize."
        )
    return Value(f"t_normalize({value.sql}, {quoted(form.name if form else 'NFC')})", VARCHAR, value.columns)


@compiles(exp.Extract)
def _extract(context: Context, node: exp.Extract) -> Value:
    field = _FIELDS.get(node.this.name.lower())
    if field is None:
        raise error("SYNTAX_ERROR", node, f"Invalid EXTRACT field: {node.this.name}")
    return made(node, field, SCALARS[field], _fields_of_time(field, [context.value(node.expression)]))


@compiles(exp.ParseJSON)
def _json(context: Context, node: exp.ParseJSON) -> Value:
    value = context.value(node.this)
    return Value(f"t_json_parse({coerced(value, VARCHAR)})", JSON, value.columns)


@compiles(exp.JSONValue)
def _json_value(context: Context, node: exp.JSONValue) -> Value:
    value, path = context.value(node.this), context.value(node.args["path"])
    if value.type.name not in ("varchar", "unknown"):
        raise error(
            "TYPE_MISMATCH", node, f"Cannot read input of type {value.type} as JSON using formatting JSON"
        )
    return Value(f"t_json_value({value.sql}, {path.sql})", VARCHAR, value.columns)


@compiles(exp.JSONExtract)
def _json_query(context: Context, node: exp.JSONExtract) -> Value:
    value, path = context.value(node.this), context.value(node.expression)
    option = node.args.get("option")
    if value.type.name not in ("varchar", "unknown") or not node.args.get("json_query"):
        raise error(
            "TYPE_MISMATCH", node, f"Cannot read input of type {value.type} as JSON using formatting JSON"
        )
    if option is not None:
        raise error("NOT_SUPPORTED", node, f"JSON_QUERY {option.name} is not supported")
    return Value(f"t_json_query({value.sql}, {path.sql})", VARCHAR, value.columns)


@compiles(exp.Exists)
def _exists(context: Context, node: exp.Exists) -> Value:
    from opentrail_local.athena.queries import subquery

    return Value(f"EXISTS {subquery(context, node.this)[0]}", BOOLEAN)


@compiles(exp.Subquery, exp.Select)
def _scalar_query(context: Context, node: exp.Expression) -> Value:
    from opentrail_local.athena.queries import subquery

    sql, types = subquery(context, node)
    if len(types) != 1:
        raise error("NOT_SUPPORTED", node, "Multiple columns returned by subquery are not yet supported")
    return Value(sql, types[0])
