"""Literals, columns, operators and conditions: their types by Trino's rules, their SQL for DuckDB."""

from __future__ import annotations

from sqlglot import exp

from opentrail_local.athena.casts import cast, coerced
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
    VARCHAR,
    Type,
    array,
    as_decimal,
    coerces,
    common,
    decimal,
    is_integer,
    is_number,
    is_orderable,
)

_SIGNS = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}
_ORDERED = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_MATHS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_UNITS = {"DAY", "HOUR", "MINUTE", "SECOND", "WEEK"}
_MOMENTS = ("date", "timestamp", "timestamp with time zone")


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
                f"{what} must be the same type or coercible to a common type. Cannot find common type between "
                f"{type_} and {value.type}, all types (without duplicates): [{every}]",
            )
        type_ = merged
    return [Value(coerced(value, type_), type_, value.columns) for value in values]


def boolean(context: Context, node: exp.Expression, what: str) -> Value:
    """A condition. TYPE_MISMATCH when it is none; `what` is the sentence's beginning."""
    value = context.value(node)
    if value.type not in (BOOLEAN, UNKNOWN):
        raise error("TYPE_MISMATCH", node, f"{what} must evaluate to a boolean: actual type {value.type}")
    return Value(coerced(value, BOOLEAN), BOOLEAN, value.columns)


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
    return Value(f"unhex('{node.this}')", VARBINARY)


@compiles(exp.Interval)
def _interval(context: Context, node: exp.Interval) -> Value:
    unit = str(node.args.get("unit") or "").upper()
    literal = node.this
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        raise error("SYNTAX_ERROR", node, f"Invalid INTERVAL literal: {excerpt(node)}")
    number = str(literal.this)
    try:
        float(number) if unit == "SECOND" else int(number)
    except ValueError:
        raise error("INVALID_LITERAL", node, f"'{number}' is not a valid INTERVAL literal") from None
    type_ = INTERVAL_DAY if unit in _UNITS else INTERVAL_YEAR
    return Value(f"INTERVAL '{number}' {unit}", type_)


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


@compiles(*_SIGNS)
def _comparison(context: Context, node: exp.Binary) -> Value:
    if isinstance(node.expression, exp.All | exp.Any):
        return _quantified(context, node)
    left, right = context.value(node.this), context.value(node.expression)
    sign = _SIGNS[type(node)]
    type_ = common(left.type, right.type)
    if type_ is None or (isinstance(node, _ORDERED) and not is_orderable(type_)):
        raise error("TYPE_MISMATCH", node, f"Cannot apply operator: {left.type} {_name(sign)} {right.type}")
    return Value(f"({coerced(left, type_)} {sign} {coerced(right, type_)})", BOOLEAN, both(left, right))


def _name(sign: str) -> str:
    return "IS DISTINCT FROM" if "DISTINCT" in sign else sign


def _quantified(context: Context, node: exp.Binary) -> Value:
    from opentrail_local.athena.queries import subquery

    left, (sql, types) = context.value(node.this), subquery(context, node.expression.this)
    sign, word = _SIGNS[type(node)], "ALL" if isinstance(node.expression, exp.All) else "ANY"
    if len(types) != 1 or common(left.type, types[0]) is None:
        raise error("TYPE_MISMATCH", node, f"Cannot apply operator: {left.type} {sign} {types[0]}")
    return Value(f"({left.sql} {sign} {word} {sql})", BOOLEAN)


@compiles(exp.And, exp.Or)
def _logical(context: Context, node: exp.Binary) -> Value:
    sides = []
    for side in (node.this, node.expression):
        value = context.value(side)
        if value.type not in (BOOLEAN, UNKNOWN):
            raise error(
                "TYPE_MISMATCH",
                side,
                f"Logical expression term must evaluate to a boolean (actual: {value.type})",
            )
        sides.append(value)
    word = "AND" if isinstance(node, exp.And) else "OR"
    return Value(f"({sides[0].sql} {word} {sides[1].sql})", BOOLEAN, both(*sides))


@compiles(exp.Not)
def _not(context: Context, node: exp.Not) -> Value:
    value = context.value(node.this)
    if value.type not in (BOOLEAN, UNKNOWN):
        raise error(
            "TYPE_MISMATCH",
            node.this,
            f"Value of logical NOT expression must evaluate to a boolean (actual: {value.type})",
        )
    return Value(f"(NOT {value.sql})", BOOLEAN, value.columns)


@compiles(exp.Is)
def _is(context: Context, node: exp.Is) -> Value:
    value = context.value(node.this)
    if not isinstance(node.expression, exp.Null):
        raise error("SYNTAX_ERROR", node, f"mismatched input '{excerpt(node.expression)}'. Expecting: 'NULL'")
    return Value(f"({value.sql} IS NULL)", BOOLEAN, value.columns)


@compiles(exp.Between)
def _between(context: Context, node: exp.Between) -> Value:
    values = [context.value(part) for part in (node.this, node.args["low"], node.args["high"])]
    first = common(values[0].type, values[1].type)
    type_ = None if first is None else common(first, values[2].type)
    if type_ is None or not is_orderable(type_):
        raise error(
            "TYPE_MISMATCH",
            node,
            f"Cannot check if {values[0].type} is BETWEEN {values[1].type} and {values[2].type}",
        )
    value, low, high = (coerced(value, type_) for value in values)
    return Value(f"({value} BETWEEN {low} AND {high})", BOOLEAN, both(*values))


@compiles(exp.In)
def _in(context: Context, node: exp.In) -> Value:
    query = node.args.get("query")
    if query is not None:
        return _in_query(context, node, query)
    values = unified(context, [node.this, *node.expressions], "IN value and list items", node)
    listed = ", ".join(value.sql for value in values[1:])
    return Value(f"({values[0].sql} IN ({listed}))", BOOLEAN, both(*values))


def _in_query(context: Context, node: exp.In, query: exp.Expression) -> Value:
    from opentrail_local.athena.queries import subquery

    value, (sql, types) = context.value(node.this), subquery(context, query)
    if len(types) != 1:
        raise error("TYPE_MISMATCH", query, "Multiple columns returned by subquery are not yet supported")
    type_ = common(value.type, types[0])
    if type_ is None:
        raise error(
            "TYPE_MISMATCH",
            node,
            f"Value expression and result of subquery must be of the same type: {value.type} vs row({types[0]})",
        )
    return Value(f"({coerced(value, type_)} IN {sql})", BOOLEAN)


@compiles(exp.Like)
def _like(context: Context, node: exp.Like) -> Value:
    return _matched(context, node, None)


@compiles(exp.Escape)
def _escape(context: Context, node: exp.Escape) -> Value:
    return _matched(context, node.this, node.expression)


def _matched(context: Context, node: exp.Expression, escape: exp.Expression | None) -> Value:
    value, pattern = context.value(node.this), context.value(node.expression)
    for side, found in (("Left side", value), ("Pattern", pattern)):
        if found.type.name not in ("varchar", "char", "unknown"):
            what = "Left side of LIKE expression" if side == "Left side" else "Pattern for LIKE expression"
            raise error(
                "TYPE_MISMATCH", node.this, f"{what} must evaluate to a varchar (actual: {found.type})"
            )
    written = context.value(escape).sql if escape is not None else None
    word = "NOT LIKE" if node.args.get("negate") else "LIKE"
    ending = f" ESCAPE {written}" if written is not None else ""
    left, right = coerced(value, VARCHAR), coerced(pattern, VARCHAR)
    return Value(f"({left} {word} {right}{ending})", BOOLEAN, both(value, pattern))


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


@compiles(exp.Array)
def _array(context: Context, node: exp.Array) -> Value:
    if not node.expressions:
        return Value("[]", array(UNKNOWN))
    values = unified(context, node.expressions, "All ARRAY elements", node)
    return Value(f"[{', '.join(value.sql for value in values)}]", array(values[0].type), both(*values))


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


@compiles(exp.Case)
def _case(context: Context, node: exp.Case) -> Value:
    branches, operand = node.args["ifs"], node.this
    conditions = []
    for branch in branches:
        if operand is not None:
            pair = exp.EQ(this=operand.copy(), expression=branch.this.copy())
            values = [context.value(operand), context.value(branch.this)]
            if common(values[0].type, values[1].type) is None:
                raise error(
                    "TYPE_MISMATCH",
                    branch.this,
                    f"CASE operand type does not match WHEN clause operand type: {values[0].type} vs {values[1].type}",
                )
            conditions.append(context.value(pair))
        else:
            conditions.append(boolean(context, branch.this, "CASE WHEN clause"))
    outcomes = [branch.args["true"] for branch in branches] + [node.args.get("default") or exp.Null()]
    values = unified(context, outcomes, "All CASE results", node)
    parts = " ".join(f"WHEN {c.sql} THEN {v.sql}" for c, v in zip(conditions, values, strict=False))
    return Value(f"CASE {parts} ELSE {values[-1].sql} END", values[0].type, both(*conditions, *values))


@compiles(exp.If)
def _if(context: Context, node: exp.If) -> Value:
    condition = boolean(context, node.this, "IF condition")
    outcomes = [node.args["true"], node.args.get("false") or exp.Null()]
    yes, no = unified(context, outcomes, "Result types for IF", node)
    return Value(
        f"CASE WHEN {condition.sql} THEN {yes.sql} ELSE {no.sql} END", yes.type, both(condition, yes, no)
    )


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
    from opentrail_local.athena.written_types import known_zone

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
    from opentrail_local.athena.written_types import literal, written

    type_ = written(node.to)
    value = context.value(node.this)
    constant = literal(node, type_)
    if constant is not None:
        return constant
    made = cast(value, type_)
    if made is None:
        raise error("TYPE_MISMATCH", node, f"Cannot cast {value.type} to {type_}")
    return Value(f"TRY({made})" if isinstance(node, exp.TryCast) else made, type_, value.columns)
