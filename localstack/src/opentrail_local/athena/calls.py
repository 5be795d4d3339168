"""Calls: scalar functions, aggregates with DISTINCT, ORDER BY and FILTER, windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from opentrail_local.athena import function_tables, function_tables_collections, function_tables_time
from opentrail_local.athena.casts import coerced, text_of
from opentrail_local.athena.context import Context, Value, compiles, error, excerpt
from opentrail_local.athena.functions import Call, Lambda, Signature, resolve, table
from opentrail_local.athena.operators import boolean, both, quoted, unified
from opentrail_local.athena.types import (
    BIGINT,
    BOOLEAN,
    JSON,
    TIMESTAMPTZ,
    UNKNOWN,
    VARCHAR,
    Type,
    is_orderable,
)

AGGREGATES = table(function_tables_time.AGGREGATES)
WINDOWS = table(function_tables_time.WINDOWS)
SCALARS = {
    **table(function_tables.TEXT),
    **table(function_tables.JSON),
    **table(function_tables.NUMBERS),
    **table(function_tables.BYTES),
    **table(function_tables_time.TIME),
}
for _name, _signatures in table(function_tables_collections.COLLECTIONS).items():
    SCALARS.setdefault(_name, []).extend(_signatures)

# Functions of the time of day, given a date's text, and fields EXTRACT knows.
_FIELDS = {
    **{name: name for name in ("year", "quarter", "month", "week", "day", "hour", "minute", "second")},
    **{"day_of_month": "day", "day_of_week": "dow", "dow": "dow", "day_of_year": "doy", "doy": "doy"},
    **{"year_of_week": "yow", "yow": "yow"},
}
_DATE_FIELDS = {
    *("year", "quarter", "month", "week", "week_of_year", "day", "day_of_month", "day_of_week", "dow"),
    *("day_of_year", "doy", "year_of_week", "yow"),
}
_TIME_FIELDS = {"hour", "minute", "second", "millisecond"}


@dataclass(slots=True)
class _Shape:
    """What stands around an aggregate's or window's arguments."""

    distinct: bool = False
    order: Sequence[exp.Expression] = ()
    condition: exp.Expression | None = None
    window: exp.Window | None = None
    nulls: str = ""


def is_aggregate(node: exp.Expression) -> bool:
    """Whether a node is a call of an aggregate function, not over a window."""
    if isinstance(node, exp.GroupConcat):
        return True
    if not isinstance(node, exp.Anonymous) or str(node.this).lower() not in (*AGGREGATES, "grouping"):
        return False
    parent = node.parent
    while isinstance(parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        parent = parent.parent
    return not isinstance(parent, exp.Window) or parent.this is not _outermost(node)


def _outermost(node: exp.Expression) -> exp.Expression:
    while isinstance(node.parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        node = node.parent
    return node


def aggregates(node: exp.Expression) -> Iterator[exp.Expression]:
    """The aggregate calls of an expression, none of those in subqueries."""
    if is_aggregate(node):
        yield node
        return
    for child in node.iter_expressions():
        if not isinstance(child, exp.Query):
            yield from aggregates(child)


def windows(node: exp.Expression) -> Iterator[exp.Expression]:
    """The window expressions of an expression, none of those in subqueries."""
    if isinstance(node, exp.Window):
        yield node
    for child in node.iter_expressions():
        if not isinstance(child, exp.Query):
            yield from windows(child)


@compiles(exp.Anonymous)
def _call(context: Context, node: exp.Anonymous) -> Value:
    name = str(node.this).lower()
    special = _SPECIAL.get(name)
    if special is not None:
        return special(context, node)
    if name in AGGREGATES:
        return _aggregate(context, node, _Shape())
    if name in WINDOWS:
        raise error("MISSING_OVER", node, f"Window function {name} requires an OVER clause")
    found = SCALARS.get(name)
    if found is None:
        raise error("FUNCTION_NOT_FOUND", node, f"Function '{name}' not registered")
    arguments = [_argument(context, argument) for argument in node.expressions]
    return _made(node, name, found, _fields_of_time(name, arguments))


def _argument(context: Context, node: exp.Expression) -> Value | Lambda:
    if not isinstance(node, exp.Lambda):
        if isinstance(node, exp.Star | exp.Distinct | exp.Order):
            raise error("SYNTAX_ERROR", node, f"mismatched input '{excerpt(node)}'")
        return context.value(node)
    names = [parameter.name.lower() for parameter in node.expressions]

    def body(values: Sequence[Value]) -> Value:
        if len(values) != len(names):
            raise error(
                "INVALID_PARAMETER_USAGE", node, f"Expected a lambda that takes {len(values)} argument(s)"
            )
        return context.bound(dict(zip(names, values, strict=True))).value(node.this)

    return body


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


def _made(node: exp.Expression, name: str, found: list[Signature], arguments: list[Value | Lambda]) -> Value:
    call = _resolved(node, name, found, arguments)
    return Value(call.sql(), call.result, both(*(a for a in arguments if isinstance(a, Value))))


def _resolved(
    node: exp.Expression, name: str, found: list[Signature], arguments: Sequence[Value | Lambda]
) -> Call:
    call = resolve(found, arguments)
    if call is None:
        given = ", ".join(str(a.type) if isinstance(a, Value) else "function" for a in arguments)
        expected = ", ".join(map(str, found))
        raise error(
            "FUNCTION_NOT_FOUND",
            node,
            f"Unexpected parameters ({given}) for function {name}. Expected: {expected}",
        )
    return call


def _aggregate(context: Context, node: exp.Anonymous, shape: _Shape) -> Value:
    name = str(node.this).lower()
    found = AGGREGATES.get(name) or WINDOWS[name]
    inner, shape.order = list(node.expressions), ()
    if inner and isinstance(inner[-1], exp.Order):
        shape.order = inner[-1].expressions
        inner[-1] = inner[-1].this
    if inner and isinstance(inner[0], exp.Distinct):
        shape.distinct, inner = True, inner[0].expressions + inner[1:]
    if inner and isinstance(inner[0], exp.Star):
        inner = inner[1:]
    nested = next((a for part in inner for a in aggregates(part)), None) if shape.window is None else None
    if nested is not None:
        raise error(
            "NESTED_AGGREGATION",
            node,
            f"Cannot nest aggregations inside aggregation '{name}': [{excerpt(nested)}]",
        )
    arguments = [_argument(context, argument) for argument in inner]
    call = _resolved(node, name, found, arguments)
    ordered = order_by(context, shape.order)
    order = (f" ORDER BY {ordered}" if ordered else "") + (f" {shape.nulls}" if shape.nulls else "")
    return Value(
        call.sql(distinct="DISTINCT " if shape.distinct else "", order=order, ending=_ending(context, shape)),
        call.result,
    )


def _ending(context: Context, shape: _Shape) -> str:
    made = ""
    if shape.condition is not None:
        made = f" FILTER (WHERE {boolean(context, shape.condition, 'FILTER clause').sql})"
    return made + (_over(context, shape.window) if shape.window is not None else "")


def _over(context: Context, window: exp.Window) -> str:
    parts = []
    if window.args.get("alias"):
        raise error("NOT_SUPPORTED", window, "Named windows are not supported")
    keys = window.args.get("partition_by") or []
    if keys:
        parts.append("PARTITION BY " + ", ".join(context.value(key).sql for key in keys))
    order = window.args.get("order")
    if order is not None:
        parts.append("ORDER BY " + order_by(context, order.expressions))
    spec = window.args.get("spec")
    if spec is not None:
        parts.append(_frame(context, spec))
    return f" OVER ({' '.join(parts)})"


def _frame(context: Context, spec: exp.WindowSpec) -> str:
    def bound(which: str) -> str:
        value, side = spec.args.get(which), spec.args.get(f"{which}_side") or ""
        text = context.value(value).sql if isinstance(value, exp.Expression) else str(value or "CURRENT ROW")
        return f"{text} {side}".strip()

    kind = str(spec.args.get("kind") or "RANGE")
    return f"{kind} BETWEEN {bound('start')} AND {bound('end')}"


def order_by(context: Context, terms: Sequence[exp.Expression]) -> str:
    """Sort terms: NULL comes last whatever the direction."""
    made = []
    for term in terms:
        value = context.value(term.this)
        if not is_orderable(value.type):
            raise error(
                "TYPE_MISMATCH",
                term,
                f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY",
            )
        made.append(f"{value.sql} {direction(term)}")
    return ", ".join(made)


def direction(term: exp.Expression) -> str:
    """ASC or DESC and where NULL goes."""
    return f"{'DESC' if term.args.get('desc') else 'ASC'} NULLS {'FIRST' if term.args.get('nulls_first') else 'LAST'}"


@compiles(exp.Filter)
def _filtered(context: Context, node: exp.Filter) -> Value:
    return _shaped(context, node.this, _Shape(condition=node.expression.this))


@compiles(exp.Window)
def _windowed(context: Context, node: exp.Window) -> Value:
    inner, shape = node.this, _Shape(window=node)
    if isinstance(inner, exp.IgnoreNulls | exp.RespectNulls):
        shape.nulls = "IGNORE NULLS" if isinstance(inner, exp.IgnoreNulls) else ""
        inner = inner.this
    if isinstance(inner, exp.Filter):
        shape.condition, inner = inner.expression.this, inner.this
    return _shaped(context, inner, shape)


def _shaped(context: Context, node: exp.Expression, shape: _Shape) -> Value:
    if isinstance(node, exp.GroupConcat):
        return _listagg(context, node, shape)
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else excerpt(node)
    if name not in AGGREGATES and name not in WINDOWS:
        known = name in SCALARS or name in _SPECIAL
        sentence = (
            f"Function '{name}' {'is not an aggregate or window function' if known else 'not registered'}"
        )
        raise error("FUNCTION_NOT_AGGREGATE" if known else "FUNCTION_NOT_FOUND", node, sentence)
    return _aggregate(context, node, shape)


@compiles(exp.GroupConcat)
def _list(context: Context, node: exp.GroupConcat) -> Value:
    return _listagg(context, node, _Shape())


def _listagg(context: Context, node: exp.GroupConcat, shape: _Shape) -> Value:
    inner, order = node.this, ""
    if isinstance(inner, exp.Order):
        order, inner = f" ORDER BY {order_by(context, inner.expressions)}", inner.this
    distinct = isinstance(inner, exp.Distinct)
    value = context.value(inner.expressions[0] if distinct else inner)
    if value.type.name != "varchar":
        raise error("FUNCTION_NOT_FOUND", node, f"Unexpected parameters ({value.type}) for function listagg.")
    separator = context.value(node.args["separator"]).sql if node.args.get("separator") else "''"
    word = "DISTINCT " if distinct else ""
    return Value(f"string_agg({word}{value.sql}, {separator}{order}){_ending(context, shape)}", VARCHAR)


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
}
FUNCTION_NAMES = frozenset({*SCALARS, *AGGREGATES, *WINDOWS, *_SPECIAL, "listagg", "cast", "if"})


def _as_call(context: Context, node: exp.Expression, name: str, arguments: Sequence[exp.Expression]) -> Value:
    return _made(node, name, SCALARS[name], [context.value(argument) for argument in arguments])


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
    return _made(node, field, SCALARS[field], _fields_of_time(field, [context.value(node.expression)]))


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


_ = (TIMESTAMPTZ, UNKNOWN)
