"""What an expression is compiled in: names in scope, the statement's tables, lambda parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlglot import exp

from opentrail_local.athena.catalog import Catalog, Table
from opentrail_local.athena.dialect import position
from opentrail_local.athena.errors import QueryError, at
from opentrail_local.athena.types import Type, column, fields

_NO_COLUMN = "Column '{}' cannot be resolved or requester is not authorized to access requested resources"


@dataclass(frozen=True, slots=True)
class Value:
    """A compiled expression: DuckDB's text and Trino's type. Columns remember their table and name."""

    sql: str
    type: Type
    columns: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation: its name (None: none), the SQL that reads it, its type."""

    name: str | None
    value: Value


@dataclass(slots=True)
class Source:
    """A relation in FROM under its names: `names` are the ways to qualify its columns, in lower case."""

    names: tuple[str, ...]
    columns: Sequence[Column]
    use: TableUse | None = None


@dataclass(slots=True)
class Scope:
    """What names mean inside one SELECT; `outer` is the one around it."""

    sources: list[Source] = field(default_factory=list)
    outer: Scope | None = None


@dataclass(slots=True)
class TableUse:
    """One mention of a table: the DuckDB relation that stands for it, and the conditions that prune it.

    `pins` are the texts a partition key must equal one of, `bounds` the least and greatest text it may have.
    """

    table: Table
    relation: str
    alias: str
    conditions: list[Value] = field(default_factory=list)
    pins: dict[str, frozenset[str]] = field(default_factory=dict)
    bounds: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)


@dataclass(slots=True)
class Statement:
    """One statement while it is compiled."""

    catalog: Catalog
    database: str
    now: datetime
    uses: list[TableUse] = field(default_factory=list)
    counter: int = 0

    def fresh(self, prefix: str) -> str:
        """A name nobody has."""
        self.counter += 1
        return f"{prefix}{self.counter}"


Compile = Callable[["Context", exp.Expression], Value]
COMPILERS: dict[type[exp.Expression], Compile] = {}


def compiles(*kinds: type[exp.Expression]) -> Callable[[Compile], Compile]:
    """Register a function as the compiler of these kinds of nodes."""

    def register(function: Compile) -> Compile:
        COMPILERS.update(dict.fromkeys(kinds, function))
        return function

    return register


@dataclass(slots=True)
class Context:
    """Where an expression stands."""

    statement: Statement
    scope: Scope
    bindings: Mapping[str, Value] = field(default_factory=dict)  # parameters of lambdas around it
    ctes: Mapping[str, Source] = field(default_factory=dict)

    def value(self, node: exp.Expression) -> Value:
        """The node compiled."""
        function = COMPILERS.get(type(node))
        if function is None:
            raise error("NOT_SUPPORTED", node, f"Unsupported expression: {excerpt(node)}")
        return function(self, node)

    def bound(self, parameters: Mapping[str, Value]) -> Context:
        """The same place inside a lambda."""
        return Context(self.statement, self.scope, {**self.bindings, **parameters}, self.ctes)

    def within(self, scope: Scope) -> Context:
        """The same place with other names."""
        return Context(self.statement, scope, self.bindings, self.ctes)

    def is_outer(self, parts: Sequence[str]) -> bool:
        """Whether a path names a column of a SELECT around this one: it is the same for all rows here."""
        lower = [part.lower() for part in parts]
        return not any(
            True
            for length in range(len(parts), 0, -1)
            for _ in _matching(self.scope, lower[: length - 1], lower[length - 1])
        )

    def resolve(self, node: exp.Expression, parts: Sequence[str]) -> Value:
        """The column a dotted path names. COLUMN_NOT_FOUND, AMBIGUOUS_NAME."""
        lower = [part.lower() for part in parts]
        if lower[0] in self.bindings:
            return dereference(self.bindings[lower[0]], node, parts[1:])
        scope: Scope | None = self.scope
        while scope is not None:
            for length in range(len(parts), 0, -1):
                found = list(_matching(scope, lower[: length - 1], lower[length - 1]))
                if len(found) > 1:
                    name = ".".join(parts[:length])
                    raise error("AMBIGUOUS_NAME", node, f"Column '{name}' is ambiguous")
                if found:
                    return dereference(found[0].value, node, parts[length:])
            scope = scope.outer
        raise error(
            "COLUMN_NOT_FOUND",
            node,
            _NO_COLUMN.format(".".join(lower)),
        )


def _matching(scope: Scope, qualifier: Sequence[str], name: str) -> Iterator[Column]:
    wanted = ".".join(qualifier)
    for source in scope.sources:
        if not wanted or wanted in source.names:
            yield from (c for c in source.columns if c.name is not None and c.name.lower() == name)


def dereference(value: Value, node: exp.Expression, path: Sequence[str]) -> Value:
    """Fields of a row, one inside the other."""
    for name in path:
        found = value.type.field(name) if value.type.name == "row" else None
        if found is None:
            if value.type.name != "row":
                raise error(
                    "TYPE_MISMATCH",
                    node,
                    f"Expression {excerpt(node)} is not of type ROW (actual: {value.type})",
                )
            raise error(
                "COLUMN_NOT_FOUND",
                node,
                _NO_COLUMN.format(excerpt(node).lower()),
            )
        place, type_ = found
        value = Value(f"({value.sql}).{column(fields(value.type)[place])}", type_, value.columns)
    return value


def column_parts(node: exp.Expression) -> list[str] | None:
    """The names of a dotted path, as written; None when the node is anything else."""
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
        return [part.name for part in node.parts]
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        base = column_parts(node.this)
        return None if base is None else [*base, node.expression.name]
    return None


def error(name: str, node: exp.Expression, sentence: str) -> QueryError:
    """An error at a node's place."""
    return QueryError(name, at(position(node), sentence))


def excerpt(node: exp.Expression) -> str:
    """A node's text as messages show it."""
    return node.sql(dialect="trino", comments=False, normalize_functions=False)
