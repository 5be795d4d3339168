"""Queries: what each SELECT's names mean, and the DuckDB query that answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from opentrail_local.athena import calls, conditions, literals, operators, relations
from opentrail_local.athena.aggregates import aggregates, direction, windows
from opentrail_local.athena.casts import coerced
from opentrail_local.athena.coercion import boolean
from opentrail_local.athena.context import (
    Column,
    Context,
    Scope,
    Source,
    Statement,
    Value,
    column_parts,
    error,
    excerpt,
)
from opentrail_local.athena.grouping import Groups
from opentrail_local.athena.types import Type, common, duck, is_orderable

EXPRESSIONS = (calls, conditions, literals, operators)  # imported: they register what compiles expressions


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query: columns in order as (heading or None, type), named c0, c1, … in its SQL."""

    sql: str
    columns: tuple[tuple[str | None, Type], ...]

    def source(self, name: str, alias: str, names: Sequence[str] = ()) -> Source:
        """The query as a relation under a DuckDB alias; `names` is a column list."""
        return Source(
            (name.lower(),),
            [
                Column(names[i] if names else heading, Value(f"{alias}.c{i}", type_))
                for i, (heading, type_) in enumerate(self.columns)
            ],
        )


@dataclass(slots=True)
class _Item:
    """One column of a SELECT."""

    node: exp.Expression | None  # None for those a star stands for
    heading: str | None
    value: Value


def compile_query(statement: Statement, tree: exp.Expression) -> Query:
    """A whole statement. Raises QueryError."""
    return query(Context(statement, Scope()), tree)


def query(context: Context, tree: exp.Expression) -> Query:
    """A query in the scope around it."""
    with_ = tree.args.get("with_")
    if with_ is None:
        return _query(context, tree)
    if with_.args.get("recursive"):
        raise error("NOT_SUPPORTED", with_, "WITH RECURSIVE is not supported")
    context, made = _ctes(context, with_)
    inner = _query(context, tree)
    return Query(f"WITH {', '.join(made)} {inner.sql}", inner.columns)


def subquery(context: Context, tree: exp.Expression) -> tuple[str, tuple[Type, ...]]:
    """A query inside an expression, in parentheses, with its columns' types."""
    inner = Context(context.statement, Scope(outer=context.scope), context.bindings, context.ctes)
    made = query(inner, tree)
    return f"({made.sql})", tuple(type_ for _, type_ in made.columns)


def _ctes(context: Context, with_: exp.With) -> tuple[Context, list[str]]:
    ctes: dict[str, Source] = dict(context.ctes)
    made = []
    for cte in with_.expressions:
        inner = query(Context(context.statement, context.scope, context.bindings, ctes), cte.this)
        alias, names = context.statement.fresh("w"), cte.alias_column_names
        _check_names(cte, names, len(inner.columns))
        ctes[cte.alias.lower()] = inner.source(cte.alias, alias, names)
        made.append(f"{alias} AS ({inner.sql})")
    return Context(context.statement, context.scope, context.bindings, ctes), made


def _check_names(node: exp.Expression, names: Sequence[str], count: int) -> None:
    if names and len(names) != count:
        raise error(
            "MISMATCHED_COLUMN_ALIASES",
            node,
            f"Column alias list has {len(names)} entries but relation has {count} columns",
        )


def _query(context: Context, tree: exp.Expression) -> Query:
    if isinstance(tree, exp.Select):
        return _select(context, tree)
    if isinstance(tree, exp.SetOperation):
        return _ending(context, tree, _set_operation(context, tree))
    if isinstance(tree, exp.Subquery) and isinstance(tree.this, exp.Query | exp.Values):
        return _ending(context, tree, query(context, tree.this))
    if isinstance(tree, exp.Values):
        return _values(context, tree)
    raise error("NOT_SUPPORTED", tree, f"Unsupported query: {excerpt(tree)}")


def _values(context: Context, tree: exp.Values) -> Query:
    rows = [
        [context.value(part) for part in (row.expressions if isinstance(row, exp.Tuple) else [row])]
        for row in tree.expressions
    ]
    types = [value.type for value in rows[0]]
    for row in rows[1:]:
        merged = [common(type_, value.type) for type_, value in zip(types, row, strict=False)]
        if len(row) != len(types) or None in merged:
            raise error("TYPE_MISMATCH", tree, "Values rows have mismatched types")
        types = [type_ for type_ in merged if type_ is not None]
    texts = [
        "(" + ", ".join(f"CAST({v.sql} AS {duck(t)})" for v, t in zip(row, types, strict=True)) + ")"
        for row in rows
    ]
    names = ", ".join(f"c{i}" for i in range(len(types)))
    sql = f"SELECT * FROM (VALUES {', '.join(texts)}) AS v({names})"
    return Query(sql, tuple((None, type_) for type_ in types))


def _set_operation(context: Context, tree: exp.SetOperation) -> Query:
    left, right = query(context, tree.this), query(context, tree.expression)
    word = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}[type(tree)]
    if len(left.columns) != len(right.columns):
        raise error(
            "TYPE_MISMATCH",
            tree,
            f"{word} query has different number of fields: {len(left.columns)}, {len(right.columns)}",
        )
    columns = []
    for i, ((heading, a), (_, b)) in enumerate(zip(left.columns, right.columns, strict=True), 1):
        type_ = common(a, b)
        if type_ is None:
            raise error("TYPE_MISMATCH", tree, f"column {i} in {word} query has incompatible types: {a}, {b}")
        columns.append((heading, type_))
    types = [type_ for _, type_ in columns]
    everything = "" if tree.args.get("distinct") else " ALL"
    sql = f"{_side(context, left, types)} {word}{everything} {_side(context, right, types)}"
    return Query(sql, tuple(columns))


def _side(context: Context, side: Query, types: Sequence[Type]) -> str:
    alias = context.statement.fresh("u")
    listed = ", ".join(
        f"{coerced(Value(f'{alias}.c{i}', own), wanted)} AS c{i}"
        for i, ((_, own), wanted) in enumerate(zip(side.columns, types, strict=True))
    )
    return f"(SELECT {listed} FROM ({side.sql}) AS {alias})"


def _ending(context: Context, tree: exp.Expression, made: Query) -> Query:
    """ORDER BY, OFFSET and LIMIT behind a set operation or parentheses: only output columns are in sight."""
    order, cut = tree.args.get("order"), _cut(context, tree)
    if order is None and not cut:
        return made
    alias = context.statement.fresh("u")
    scope = Scope([made.source("", alias)], None)
    terms = []
    for term in order.expressions if order is not None else ():
        place = _ordinal(term.this, len(made.columns))
        value = Value(f"{alias}.c{place}", made.columns[place][1]) if place is not None else None
        terms.append(_term(term, value or context.within(scope).value(term.this)))
    listed = ", ".join(f"{alias}.c{i}" for i in range(len(made.columns)))
    sorting = f" ORDER BY {', '.join(terms)}" if terms else ""
    return Query(f"SELECT {listed} FROM ({made.sql}) AS {alias}{sorting}{cut}", made.columns)


def _select(context: Context, tree: exp.Select) -> Query:
    for part in (
        "windows",
        "qualify",
        "sample",
        "hint",
        "laterals",
        "distribute",
        "sort",
        "cluster",
        "connect",
    ):
        if tree.args.get(part):
            raise error("NOT_SUPPORTED", tree, f"{part.upper()} is not supported")
    outer = context.scope
    scope = Scope([], outer)
    context = context.within(scope)
    from_sql = relations.from_clause(context, tree)
    where = tree.args.get("where")
    where_sql = ""
    if where is not None:
        refuse_aggregates(where.this, "WHERE clause")
        where_sql = f" WHERE {boolean(context, where.this, 'WHERE clause').sql}"
        relations.note_conditions(context, where.this)
    items = _items(context, tree)
    if not items:
        raise error("SYNTAX_ERROR", tree, "SELECT * not allowed from relation that has no columns")
    groups = Groups.of(context, tree, [(item.node, item.value) for item in items])
    group_sql = groups.sql
    having_sql = _having(context, tree, groups)
    for item in items:
        groups.check(item.node, item.value)
    order_sql = _order(context, tree, items, groups)
    listed = ", ".join(f"{item.value.sql} AS c{i}" for i, item in enumerate(items))
    distinct = tree.args.get("distinct")
    word = "DISTINCT " if distinct is not None else ""
    sql = f"SELECT {word}{listed}{from_sql}{where_sql}{group_sql}{having_sql}{order_sql}{_cut(context, tree)}"
    return Query(sql, tuple((item.heading, item.value.type) for item in items))


def refuse_aggregates(node: exp.Expression, where: str) -> None:
    """Aggregates and windows have no place in some clauses. EXPRESSION_NOT_SCALAR."""
    found = [*aggregates(node), *windows(node)]
    if found:
        listed = ", ".join(excerpt(part) for part in found)
        raise error(
            "EXPRESSION_NOT_SCALAR",
            found[0],
            f"{where} cannot contain aggregations, window functions or grouping operations: [{listed}]",
        )


def _having(context: Context, tree: exp.Select, groups: Groups) -> str:
    having = tree.args.get("having")
    if having is None:
        return ""
    value = boolean(context, having.this, "HAVING clause")
    groups.check(having.this, value)
    return f" HAVING {value.sql}"


def _items(context: Context, tree: exp.Select) -> list[_Item]:
    items: list[_Item] = []
    for node in tree.expressions:
        if isinstance(node, exp.Star):
            items += _starred(context, node, None)
        elif isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            items += _starred(context, node, ".".join(part.name.lower() for part in node.parts[:-1]))
        else:
            inner = node.unalias()
            items.append(_Item(inner, _heading(node), context.value(inner)))
    return items


def _starred(context: Context, node: exp.Expression, qualifier: str | None) -> list[_Item]:
    sources = [s for s in context.scope.sources if qualifier is None or qualifier in s.names]
    if not sources:
        if qualifier is None:
            raise error("COLUMN_NOT_FOUND", node, "SELECT * not allowed in queries without FROM clause")
        raise error("INVALID_COLUMN_REFERENCE", node, f"Unable to resolve reference {qualifier}")
    return [_Item(None, c.name, c.value) for source in sources for c in source.columns]


def _heading(node: exp.Expression) -> str | None:
    if isinstance(node, exp.Alias):
        return str(node.alias)
    parts = column_parts(node)
    if parts:
        return parts[-1]
    return (
        node.expression.name
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier)
        else None
    )


def _order(context: Context, tree: exp.Select, items: list[_Item], groups: Groups) -> str:
    order = tree.args.get("order")
    if order is None:
        return ""
    outputs = Source((), [Column(item.heading, item.value) for item in items if item.heading is not None])
    inside = context.within(Scope([_unambiguous(outputs)], context.scope))
    terms = []
    for term in order.expressions:
        place = _ordinal(term.this, len(items))
        value = items[place].value if place is not None else inside.value(term.this)
        same = next((i for i, item in enumerate(items) if item.value.sql == value.sql), None)
        if same is None:
            if tree.args.get("distinct") is not None:
                raise error(
                    "EXPRESSION_NOT_IN_DISTINCT",
                    term,
                    "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
                )
            groups.check(term.this, value, inside, frozenset(item.value.sql for item in items))
            terms.append(_term(term, value))
        else:
            terms.append(_term(term, Value(str(same + 1), value.type)))
    return f" ORDER BY {', '.join(terms)}"


def _unambiguous(outputs: Source) -> Source:
    """Output columns without those that repeat another under the same name."""
    kept: dict[tuple[str, str], Column] = {}
    for c in outputs.columns:
        kept.setdefault(((c.name or "").lower(), c.value.sql), c)
    return Source((), list(kept.values()))


def _ordinal(node: exp.Expression, count: int) -> int | None:
    if not isinstance(node, exp.Literal) or node.is_string or not str(node.this).isdigit():
        return None
    place = int(node.this)
    if not 1 <= place <= count:
        raise error("INVALID_COLUMN_REFERENCE", node, f"ORDER BY position {place} is not in select list")
    return place - 1


def _term(term: exp.Expression, value: Value) -> str:
    if not is_orderable(value.type):
        raise error(
            "TYPE_MISMATCH",
            term,
            f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY",
        )
    return f"{value.sql} {direction(term)}"


def _cut(context: Context, tree: exp.Expression) -> str:
    limit, offset = tree.args.get("limit"), tree.args.get("offset")
    made = ""
    if isinstance(limit, exp.Fetch):
        options = limit.args.get("limit_options")
        if options is not None and options.args.get("with_ties"):
            raise error("NOT_SUPPORTED", limit, "FETCH FIRST WITH TIES is not supported")
        count = limit.args.get("count")
        made = f" LIMIT {_whole(count) if count is not None else 1}"
    elif limit is not None and not (
        isinstance(limit.expression, exp.Var) and limit.expression.name.upper() == "ALL"
    ):
        made = f" LIMIT {_whole(limit.expression)}"
    return made + (f" OFFSET {_whole(offset.expression)}" if offset is not None else "")


def _whole(node: exp.Expression) -> int:
    if not isinstance(node, exp.Literal) or node.is_string or not str(node.this).isdigit():
        raise error(
            "SYNTAX_ERROR", node, f"mismatched input '{excerpt(node)}'. Expecting: 'ALL', '?', <integer>"
        )
    return int(node.this)
