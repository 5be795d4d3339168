"""Aggregates with DISTINCT, ORDER BY and FILTER; windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from opentrail_local.athena.arguments import argument, resolved
from opentrail_local.athena.coercion import boolean
from opentrail_local.athena.context import Context, Value, compiles, error, excerpt
from opentrail_local.athena.signatures import AGGREGATES, SCALARS, WINDOWS
from opentrail_local.athena.types import VARCHAR, is_orderable


@dataclass(slots=True)
class Shape:
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


def aggregate(context: Context, node: exp.Anonymous, shape: Shape) -> Value:
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
    arguments = [argument(context, part) for part in inner]
    call = resolved(node, name, found, arguments)
    ordered = order_by(context, shape.order)
    order = (f" ORDER BY {ordered}" if ordered else "") + (f" {shape.nulls}" if shape.nulls else "")
    return Value(
        call.sql(distinct="DISTINCT " if shape.distinct else "", order=order, ending=_ending(context, shape)),
        call.result,
    )


def _ending(context: Context, shape: Shape) -> str:
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
    way, nulls = term.args.get("desc"), term.args.get("nulls_first")
    return f"{'DESC' if way else 'ASC'} NULLS {'FIRST' if nulls else 'LAST'}"


@compiles(exp.Filter)
def _filtered(context: Context, node: exp.Filter) -> Value:
    return _shaped(context, node.this, Shape(condition=node.expression.this))


@compiles(exp.Window)
def _windowed(context: Context, node: exp.Window) -> Value:
    inner, shape = node.this, Shape(window=node)
    if isinstance(inner, exp.IgnoreNulls | exp.RespectNulls):
        shape.nulls = "IGNORE NULLS" if isinstance(inner, exp.IgnoreNulls) else ""
        inner = inner.this
    if isinstance(inner, exp.Filter):
        shape.condition, inner = inner.expression.this, inner.this
    return _shaped(context, inner, shape)


def _shaped(context: Context, node: exp.Expression, shape: Shape) -> Value:
    if isinstance(node, exp.GroupConcat):
        return _listagg(context, node, shape)
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else excerpt(node)
    if name not in AGGREGATES and name not in WINDOWS:
        known = name in SCALARS
        sentence = (
            f"Function '{name}' {'is not an aggregate or window function' if known else 'not registered'}"
        )
        raise error("FUNCTION_NOT_AGGREGATE" if known else "FUNCTION_NOT_FOUND", node, sentence)
    return aggregate(context, node, shape)


@compiles(exp.GroupConcat)
def _list(context: Context, node: exp.GroupConcat) -> Value:
    return _listagg(context, node, Shape())


def _listagg(context: Context, node: exp.GroupConcat, shape: Shape) -> Value:
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
