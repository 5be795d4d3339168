"""Which columns each SELECT sees, of which types, and which of them are a store's eventTime unchanged."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from opentrail.lake_schema import UNLISTED_COLUMNS, HiveType, column_types
from opentrail.lake_sql.confinement import cte_of
from opentrail.ports.sql_rewriter import InvalidStatementError

EVENT_TIME = "eventtime"
MAX_COLUMNS = 5_000  # of one SELECT: stars over stars double them with every step
type _Place = tuple[exp.Select | None, frozenset[str]]
_CUTS = ("limit", "offset", "group", "having")  # what makes a later condition differ from an earlier one


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its type, None where unknown, and the store tables (by id of node) whose eventTime it is.

    A condition on the column that refuses NULL may be applied to the rows of those tables beforehand.
    """

    type: HiveType | None = None
    origins: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Relation:
    """Columns in order with their names as written; None where they cannot be known."""

    columns: tuple[tuple[str, Field], ...] | None = None
    unlisted: tuple[tuple[str, Field], ...] = ()  # found by name, not by `*`

    @property
    def names(self) -> tuple[str, ...] | None:
        """The columns' names as written."""
        return None if self.columns is None else tuple(name for name, _ in self.columns)

    def find(self, name: str) -> Field | None:
        """The column of that lower-case name."""
        for other, found in (*(self.columns or ()), *self.unlisted):
            if other.lower() == name:
                return found
        return None

    def renamed(self, names: Sequence[str]) -> "Relation":
        """The same columns under the names of a column list; unchanged without one."""
        if not names:
            return self
        fields = [f for _, f in self.columns] if self.columns is not None else [Field()] * len(names)
        return Relation(tuple(zip(names, fields, strict=False)))

    def opaque(self) -> "Relation":
        """The same columns, no longer a table's own."""
        if self.columns is None:
            return self
        return Relation(tuple((name, replace(f, origins=frozenset())) for name, f in self.columns))


@dataclass(slots=True)
class Scope:
    """What names mean inside one SELECT; `outer` is the one around it, for correlated subqueries.

    `merged`: a join makes one column of two, by USING or NATURAL, so that `*` is not all columns in a row.
    """

    outer: "Scope | None" = None
    merged: bool = False
    sources: list[tuple[str, Relation]] = field(default_factory=list)

    def resolve(self, parts: Sequence[str]) -> Field:
        """The column that lower-case parts (`[relation.]column[.member…]`) name; an unknown one if none."""
        for alias, relation in self.sources:
            if alias == parts[0] and len(parts) > 1 and (found := relation.find(parts[1])) is not None:
                return _member(found, parts[2:])
        for _, relation in self.sources:
            if (found := relation.find(parts[0])) is not None:
                return _member(found, parts[1:])
        # What a subquery demands of an outer row is no demand on that row: it may stand under NOT EXISTS.
        return Field() if self.outer is None else replace(self.outer.resolve(parts), origins=frozenset())


class Relations:
    """The scopes of a statement's SELECTs."""

    def __init__(self, tree: exp.Expr) -> None:
        self._scopes: dict[int, Scope] = {}
        self._seen: set[int] = set()
        self._places = _places(tree)
        self._mentions = Counter(table.name.lower() for table in tree.find_all(exp.Table))
        self.output = self._query(tree, {}, None)

    def scope(self, select: exp.Select) -> Scope:
        """What names mean in a SELECT of the statement."""
        return self._scopes[id(select)]

    def field(self, column: exp.Expr) -> Field:
        """What a column of the statement names; unknown where it is a lambda's parameter."""
        parts = [part.lower() for part in column_parts(column) or ()]
        select, parameters = self._places.get(id(column), (None, frozenset()))
        scope = self._scopes.get(id(select))
        if not parts or scope is None or parts[0] in parameters:
            return Field()
        return scope.resolve(parts)

    def _query(self, query: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        self._seen.add(id(query))
        with_ = query.args.get("with_")
        if with_ is not None:
            ctes = dict(ctes)
            for cte in with_.expressions:
                name = cte.alias.lower()
                relation = self._query(cte.this, ctes, outer).renamed(cte.alias_column_names)
                ctes[name] = relation if self._mentions[name] <= 1 else relation.opaque()
        if isinstance(query, exp.Select):
            relation = self._select(query, ctes, outer)
        elif isinstance(query, exp.SetOperation):
            relation = _merged(
                self._query(query.this, ctes, outer), self._query(query.expression, ctes, outer)
            )
        elif isinstance(query, exp.Subquery):
            relation = self._query(query.this, ctes, outer)
        else:
            relation = Relation()
        return relation.opaque() if any(query.args.get(cut) for cut in _CUTS) else relation

    def _select(self, select: exp.Select, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        from_ = select.args.get("from_")
        sources = [from_.this] if from_ is not None else []
        sources += [join.this for join in select.args.get("joins") or ()]
        scope = self._scopes[id(select)] = Scope(outer, merged=_merges(select))
        for source in sources:
            scope.sources += self._sources(source, ctes, scope)
        for nested in _nested(select):
            if id(nested) not in self._seen:
                self._query(nested, ctes, scope)
        relation = self._outputs(select, scope)
        return relation.opaque() if any(e.find(exp.Window) for e in select.expressions) else relation

    def _sources(
        self, source: exp.Expr, ctes: Mapping[str, Relation], scope: Scope
    ) -> Iterator[tuple[str, Relation]]:
        """The relations one item of FROM adds, with their names in lower case."""
        alias, names = source.alias_or_name.lower(), source.alias_column_names
        if isinstance(source, exp.Table):
            relation = (
                ctes.get(source.name.lower(), Relation()) if cte_of(source) is not None else _store(source)
            )
            yield alias, relation.renamed(names)
            for join in source.args.get("joins") or ():
                yield from self._sources(join.this, ctes, scope)
        elif isinstance(source, exp.Subquery) and isinstance(source.this, exp.Table | exp.Subquery):
            inner = list(self._sources(source.this, ctes, scope))
            yield from inner if not alias else [(alias, relation.renamed(names)) for _, relation in inner]
            for join in source.args.get("joins") or ():
                yield from self._sources(join.this, ctes, scope)
        elif isinstance(source, exp.Subquery):
            yield alias, self._query(source, ctes, scope.outer).renamed(names)
            for join in source.args.get("joins") or ():
                yield from self._sources(join.this, ctes, scope)
        elif isinstance(source, exp.Lateral):
            yield alias, self._query(source.this, ctes, scope).renamed(names)
        else:
            yield alias, Relation().renamed(names)

    def _outputs(self, select: exp.Select, scope: Scope) -> Relation:
        columns: list[tuple[str, Field]] = []
        for expression in select.expressions:
            if is_star(expression):
                expanded = _expanded(expression, scope)
                if expanded is None:
                    return Relation()
                columns += expanded
            else:
                columns.append((heading(expression, len(columns)), self._output(expression)))
            if len(columns) > MAX_COLUMNS:
                raise InvalidStatementError(f"The query statement has more than {MAX_COLUMNS} columns.")
        return Relation(tuple(columns))

    def _output(self, expression: exp.Expr) -> Field:
        from opentrail.lake_sql.types import type_of

        value = expression.unalias()
        return self.field(value) if column_parts(value) else Field(type_of(value, self))


def column_parts(node: exp.Expr) -> list[str] | None:
    """The names of a dotted path, as written; None when the node is anything else."""
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
        return [part.name for part in node.parts]
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        base = column_parts(node.this)
        return None if base is None else [*base, node.expression.name]
    return None


def heading(expression: exp.Expr, position: int) -> str:
    """The key of a column in result rows: its alias, the last part of its path, or `_colN`."""
    while isinstance(expression, exp.Paren):
        expression = expression.this
    if isinstance(expression, exp.Alias):
        return expression.alias
    parts = column_parts(expression)
    return parts[-1] if parts else f"_col{position}"


def _store(table: exp.Table) -> Relation:
    fields = {
        name: Field(type_, frozenset({id(table)}) if name == EVENT_TIME else frozenset())
        for name, type_ in column_types().items()
    }
    return Relation(
        tuple((name, f) for name, f in fields.items() if name not in UNLISTED_COLUMNS),
        tuple((name, f) for name, f in fields.items() if name in UNLISTED_COLUMNS),
    )


def _member(found: Field, path: Sequence[str]) -> Field:
    type_ = found.type
    for name in path:
        type_ = dict(type_.fields).get(name) if type_ is not None else None
    return found if not path else Field(type_)


def _merged(left: Relation, right: Relation) -> Relation:
    """The columns of a set operation: named by its left side, of both sides' origins."""
    if left.columns is None or right.columns is None or len(left.columns) != len(right.columns):
        return left.opaque()
    pairs = zip(left.columns, right.columns, strict=True)
    return Relation(
        tuple(
            (name, Field(f.type, f.origins | other.origins if f.origins and other.origins else frozenset()))
            for (name, f), (_, other) in pairs
        )
    )


def _merges(select: exp.Select) -> bool:
    """Whether a join of the SELECT's FROM merges columns; those of its subqueries do not count."""
    stack = [select.args.get("from_"), *(select.args.get("joins") or ())]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Join) and (node.args.get("using") or node.args.get("method")):
            return True
        if isinstance(node, exp.From | exp.Join | exp.Table | exp.Subquery):
            stack += [node.this, *(node.args.get("joins") or ())]
    return False


def is_star(expression: exp.Expr) -> bool:
    """Whether a SELECT item is `*` or `relation.*`."""
    return isinstance(expression, exp.Star) or (
        isinstance(expression, exp.Column) and isinstance(expression.this, exp.Star)
    )


def _expanded(star: exp.Expr, scope: Scope) -> list[tuple[str, Field]] | None:
    """The columns of `*` or `relation.*`; None where they cannot be known."""
    wanted = star.table.lower() if isinstance(star, exp.Column) else ""
    relations = [relation for alias, relation in scope.sources if not wanted or alias == wanted]
    if scope.merged and not wanted:
        return None
    if not relations or any(relation.columns is None for relation in relations):
        return None
    return [column for relation in relations for column in relation.columns or ()]


def _nested(select: exp.Select) -> Iterator[exp.Expr]:
    """The queries directly inside a SELECT, none of those inside them."""
    stack = list(select.iter_expressions())
    while stack:
        node = stack.pop()
        joined = isinstance(node, exp.Subquery) and isinstance(node.unnest(), exp.Table)
        if isinstance(node, exp.Query) and not joined:
            yield node
        else:
            stack.extend(node.iter_expressions())


def _places(tree: exp.Expr) -> dict[int, _Place]:
    """For each node by id: the innermost SELECT around it, and the parameters of lambdas around it there."""
    places: dict[int, _Place] = {}
    stack: list[tuple[exp.Expr, _Place]] = [(tree, (None, frozenset()))]
    while stack:
        node, place = stack.pop()
        places[id(node)] = place
        if isinstance(node, exp.Select):
            place = (node, frozenset())
        elif isinstance(node, exp.Lambda):
            place = (place[0], place[1] | {parameter.name.lower() for parameter in node.expressions})
        stack.extend((child, place) for child in node.iter_expressions())
    return places
