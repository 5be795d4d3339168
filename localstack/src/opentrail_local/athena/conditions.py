"""Conditions: comparisons, AND and OR, BETWEEN, IN, LIKE, CASE."""

from __future__ import annotations

from sqlglot import exp

from opentrail_local.athena.casts import coerced
from opentrail_local.athena.coercion import boolean, both, unified
from opentrail_local.athena.context import Context, Value, compiles, error, excerpt
from opentrail_local.athena.types import BOOLEAN, UNKNOWN, VARCHAR, common, is_orderable

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
            "Value expression and result of subquery must be of the same type: "
            f"{value.type} vs row({types[0]})",
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
                    "CASE operand type does not match WHEN clause operand type: "
                    f"{values[0].type} vs {values[1].type}",
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
