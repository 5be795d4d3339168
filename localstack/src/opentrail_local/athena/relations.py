"""FROM: tables, common table expressions, subqueries, joins, UNNEST; and what prunes which table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from opentrail_local.athena.aggregates import aggregates
from opentrail_local.athena.coercion import boolean
from opentrail_local.athena.context import Column, Context, Source, TableUse, Value, error, excerpt
from opentrail_local.athena.types import BIGINT, Type, column, fields

CATALOG = "awsdatacatalog"


def from_clause(context: Context, tree: exp.Select) -> str:
    """The FROM of a SELECT as SQL; its relations are added to the scope."""
    from_ = tree.args.get("from_")
    if from_ is None:
        return ""
    made = _item(context, from_.this)
    for join in tree.args.get("joins") or ():
        made += _join(context, join)
    return f" FROM {made}"


def note_conditions(context: Context, condition: exp.Expression) -> None:
    """Give each table of the scope those conjuncts of a WHERE that only its partition keys decide."""
    for conjunct in conjuncts(condition):
        if conjunct.find(exp.Query) is not None or next(aggregates(conjunct), None) is not None:
            continue
        value = context.value(conjunct)
        aliases = {alias for alias, _ in value.columns}
        for source in context.scope.sources:
            use = source.use
            if use is None or aliases != {use.alias}:
                continue
            keys = {name for name, _ in use.table.keys}
            if {name for _, name in value.columns} <= keys:
                use.conditions.append(value)
                _narrow(use, conjunct)


def _narrow(use: TableUse, conjunct: exp.Expression) -> None:
    """Note what a conjunct says of one key: which texts it may equal, between which texts it lies."""
    while isinstance(conjunct, exp.Paren):
        conjunct = conjunct.this
    flipped = isinstance(conjunct, exp.Binary) and isinstance(conjunct.expression, exp.Column)
    name = (conjunct.expression if flipped else conjunct.this).name.lower()
    if not isinstance(conjunct.expression if flipped else conjunct.this, exp.Column):
        return
    low, high = use.bounds.get(name, (None, None))
    if isinstance(conjunct, exp.Between):
        lower, upper = _constant(conjunct.args["low"]), _constant(conjunct.args["high"])
    elif isinstance(conjunct, exp.In) and not conjunct.args.get("query"):
        _pin(use, name, [_constant(node) for node in conjunct.expressions])
        return
    elif isinstance(conjunct, exp.Binary):
        found = _constant(conjunct.this if flipped else conjunct.expression)
        if isinstance(conjunct, exp.EQ):
            _pin(use, name, [found])
            return
        up = isinstance(conjunct, exp.LT | exp.LTE) != flipped
        if not isinstance(conjunct, exp.LT | exp.LTE | exp.GT | exp.GTE):
            return
        lower, upper = (None, found) if up else (found, None)
    else:
        return
    use.bounds[name] = (
        max((text for text in (low, lower) if text is not None), default=None),
        min((text for text in (high, upper) if text is not None), default=None),
    )


def _pin(use: TableUse, name: str, texts: Sequence[str | None]) -> None:
    known = frozenset(text for text in texts if text is not None)
    if len(known) == len(set(texts)) and known:
        use.pins[name] = use.pins.get(name, known) & known


def _constant(node: exp.Expression) -> str | None:
    """A literal's text, that of a typed literal too; None for anything else."""
    if isinstance(node, exp.Cast | exp.Paren):
        node = node.this
    return str(node.this) if isinstance(node, exp.Literal) else None


def conjuncts(node: exp.Expression) -> Iterator[exp.Expression]:
    """The parts of an AND."""
    if isinstance(node, exp.Paren):
        yield from conjuncts(node.this)
    elif isinstance(node, exp.And):
        yield from conjuncts(node.this)
        yield from conjuncts(node.expression)
    else:
        yield node


def _item(context: Context, node: exp.Expression, *, lateral: bool = False) -> str:
    if isinstance(node, exp.Table):
        made = _table(context, node)
    elif isinstance(node, exp.Unnest):
        made = _unnest(context, node, lateral=lateral)
    elif isinstance(node, exp.Values):
        made = _derived(context, node, node)
    elif isinstance(node, exp.Lateral):
        inner = node.this
        if not isinstance(inner, exp.Subquery):
            raise error("NOT_SUPPORTED", node, f"Unsupported relation: {excerpt(node)}")
        return "LATERAL " + _derived(context, inner.this, node, correlated=True)
    elif isinstance(node, exp.Subquery) and _is_joined(node):
        made = "(" + _item(context, node.this) + ")"
    elif isinstance(node, exp.Subquery):
        inner = (
            node.this if not any(node.args.get(p) for p in ("order", "limit", "offset", "with_")) else node
        )
        made = _derived(context, inner, node)
    else:
        raise error("NOT_SUPPORTED", node, f"Unsupported relation: {excerpt(node)}")
    for join in node.args.get("joins") or ():
        made += _join(context, join)
    return made


def _is_joined(node: exp.Subquery) -> bool:
    """Whether the parentheses hold relations, whose names are seen outside, and no query."""
    inner = node.this
    if isinstance(inner, exp.Subquery) and not node.alias:
        return bool(inner.alias or inner.args.get("joins")) or _is_joined(inner)
    return isinstance(inner, exp.Table)


def _table(context: Context, node: exp.Table) -> str:
    if node.args.get("sample") or node.args.get("when") or node.args.get("version"):
        raise error("NOT_SUPPORTED", node, f"Unsupported relation: {excerpt(node)}")
    if not isinstance(node.this, exp.Identifier):
        raise error("NOT_SUPPORTED", node, f"Unsupported table function: {excerpt(node)}")
    name = node.name.lower()
    names = node.alias_column_names
    if not node.db and name in context.ctes:
        return _cte(context, node, context.ctes[name], names)
    use = _use(context, node)
    columns = [
        Column(n, Value(f"{use.alias}.{column(n)}", type_, frozenset({(use.alias, n)})))
        for n, type_ in use.table.all_columns
    ]
    if names:
        _check_names(node, names, len(columns))
        columns = [Column(n, c.value) for n, c in zip(names, columns, strict=True)]
    context.scope.sources.append(Source(_names(node, use), columns, use))
    return f"{use.relation} AS {use.alias}"


def _names(node: exp.Table, use: TableUse) -> tuple[str, ...]:
    if node.alias:
        return (node.alias.lower(),)
    table = use.table
    return (table.name, f"{table.database}.{table.name}", f"{CATALOG}.{table.database}.{table.name}")


def _use(context: Context, node: exp.Table) -> TableUse:
    statement = context.statement
    name, database, catalog = node.name.lower(), (node.db or statement.database).lower(), node.catalog.lower()
    if catalog and catalog != CATALOG:
        raise error("CATALOG_NOT_FOUND", node, f"Catalog '{catalog}' not found")
    if not database:
        raise error("MISSING_SCHEMA_NAME", node, "Schema must be specified when session schema is not set")
    if not statement.catalog.has_database(database):
        raise error("SCHEMA_NOT_FOUND", node, f"Schema '{database}' does not exist")
    table = statement.catalog.table(database, name)
    if table is None:
        raise error("TABLE_NOT_FOUND", node, f"Table '{CATALOG}.{database}.{name}' does not exist")
    if table.is_view:
        raise error(
            "NOT_SUPPORTED", node, f"Table '{CATALOG}.{database}.{name}' is a view: views are not supported"
        )
    use = TableUse(table, statement.fresh("scan"), statement.fresh("r"))
    statement.uses.append(use)
    return use


def _cte(context: Context, node: exp.Table, source: Source, names: Sequence[str]) -> str:
    alias = context.statement.fresh("r")
    _check_names(node, names, len(source.columns))
    first = source.columns[0].value.sql.partition(".")[0] if source.columns else ""
    columns = [
        Column(names[i] if names else c.name, Value(f"{alias}.{c.value.sql.partition('.')[2]}", c.value.type))
        for i, c in enumerate(source.columns)
    ]
    context.scope.sources.append(Source(((node.alias or node.name).lower(),), columns))
    return f"{first} AS {alias}"


def _derived(
    context: Context, inner: exp.Expression, node: exp.Expression, *, correlated: bool = False
) -> str:
    from opentrail_local.athena.context import Scope
    from opentrail_local.athena.queries import query

    outer = context.scope if correlated else context.scope.outer
    made = query(Context(context.statement, Scope(outer=outer), context.bindings, context.ctes), inner)
    alias, names = context.statement.fresh("r"), node.alias_column_names
    _check_names(node, names, len(made.columns))
    context.scope.sources.append(made.source(node.alias or "", alias, names))
    return f"({made.sql}) AS {alias}"


def _check_names(node: exp.Expression, names: Sequence[str], count: int) -> None:
    if names and len(names) != count:
        raise error(
            "MISMATCHED_COLUMN_ALIASES",
            node,
            f"Column alias list has {len(names)} entries but relation has {count} columns",
        )


def _join(context: Context, join: exp.Join) -> str:
    side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
    if join.args.get("method") or kind not in ("", "INNER", "CROSS", "OUTER"):
        raise error("NOT_SUPPORTED", join, f"Unsupported join: {excerpt(join)}")
    before = list(context.scope.sources)
    made = _item(context, join.this, lateral=True)
    on, using = join.args.get("on"), join.args.get("using")
    if on is None and not using:
        if side:
            raise error("SYNTAX_ERROR", join, "JOIN needs a condition")
        return f" CROSS JOIN {made}"
    word = f"{side} JOIN" if side else "JOIN"
    if using:
        return f" {word} {made} ON {_using(context, join, before, using, side)}"
    condition = boolean(context, on, "JOIN ON clause")
    if not side:
        note_conditions(context, on)
    return f" {word} {made} ON {condition.sql}"


def _using(
    context: Context, join: exp.Join, before: list[Source], using: Sequence[exp.Expression], side: str
) -> str:
    """USING: one column for both sides, the left one unless the join is a right or full one."""
    right = context.scope.sources[len(before) :]
    conditions, merged = [], []
    for name in (part.name for part in using):
        a, b = _of(before, name), _of(right, name)
        if a is None or b is None:
            raise error("COLUMN_NOT_FOUND", join, f"Column '{name}' is missing from one side of join")
        conditions.append(f"{a.value.sql} = {b.value.sql}")
        sql = {"RIGHT": b.value.sql, "FULL": f"coalesce({a.value.sql}, {b.value.sql})"}.get(side, a.value.sql)
        merged.append(Column(name, Value(sql, a.value.type)))
    taken = {c.name.lower() for c in merged if c.name}
    for source in context.scope.sources:
        source.columns = [c for c in source.columns if c.name is None or c.name.lower() not in taken]
    context.scope.sources.insert(0, Source((), merged))
    return " AND ".join(conditions)


def _of(sources: Sequence[Source], name: str) -> Column | None:
    found = [c for s in sources for c in s.columns if c.name is not None and c.name.lower() == name.lower()]
    return found[0] if found else None


def _unnest(context: Context, node: exp.Unnest, *, lateral: bool) -> str:
    """UNNEST: maps give two columns, arrays of rows one for each field; shorter ones are filled with NULL."""
    alias, unnested, outputs = context.statement.fresh("r"), [], []
    lengths = []
    for i, part in enumerate(node.expressions):
        value = context.value(part)
        if value.type.name == "map":
            unnested += [f"unnest(map_keys({value.sql})) AS k{i}", f"unnest(map_values({value.sql})) AS v{i}"]
            outputs += [(f"u.k{i}", None, value.type.args[0]), (f"u.v{i}", None, value.type.args[1])]
            lengths.append(f"cardinality({value.sql})")
        elif value.type.name == "array":
            unnested.append(f"unnest({value.sql}) AS a{i}")
            outputs += _elements(f"u.a{i}", value.type.args[0])
            lengths.append(f"len({value.sql})")
        else:
            raise error("TYPE_MISMATCH", part, f"Cannot unnest type: {value.type}")
    names = list(node.alias_column_names)
    offset = node.args.get("offset")
    if offset:
        longest = f"greatest({', '.join(f'coalesce({n}, 0)' for n in lengths)})"
        unnested.append(f"unnest(range(1, CAST({longest} AS BIGINT) + 1)) AS o")
        outputs.append(("u.o", None, BIGINT))
        if isinstance(offset, exp.Identifier) and names:
            names.append(offset.name)
    _check_names(node, names, len(outputs))
    columns = [
        Column(names[i] if names else name, Value(f"{alias}.c{i}", type_))
        for i, (_, name, type_) in enumerate(outputs)
    ]
    context.scope.sources.append(Source((node.alias.lower(),) if node.alias else (), columns))
    listed = ", ".join(f"{sql} AS c{i}" for i, (sql, _, _) in enumerate(outputs))
    word = "LATERAL " if lateral else ""
    return f"{word}(SELECT {listed} FROM (SELECT {', '.join(unnested)}) AS u) AS {alias}"


def _elements(sql: str, element: Type) -> list[tuple[str, str | None, Type]]:
    if element.name != "row":
        return [(sql, None, element)]
    named = zip(fields(element), element.names or (None,) * len(element.args), element.args, strict=True)
    return [(f"({sql}).{column(own)}", name, type_) for own, name, type_ in named]
