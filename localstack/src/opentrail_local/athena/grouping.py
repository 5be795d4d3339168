"""GROUP BY: its keys, and what may stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from opentrail_local.athena.aggregates import aggregates, is_aggregate, windows
from opentrail_local.athena.context import Context, Value, column_parts, error, excerpt
from opentrail_local.athena.types import Type

Items = Sequence[tuple[exp.Expression | None, Value]]
_NOT_COMPARABLE = ("json_path", "function")


@dataclass(slots=True)
class Groups:
    """A SELECT's grouping. `keys` are the keys' SQL: equal expressions compile to equal texts."""

    context: Context
    grouped: bool = False
    keys: set[str] = field(default_factory=set)
    sql: str = ""
    _outputs: frozenset[str] = frozenset()

    @classmethod
    def of(cls, context: Context, tree: exp.Select, items: Items) -> Groups:
        """The grouping of a SELECT, with or without GROUP BY."""
        made = cls(context)
        group = tree.args.get("group")
        if group is not None:
            made.grouped = True
            made.sql = f" GROUP BY {made._clause(group, items)}"
            return made
        nodes = [node for node, _ in items if node is not None]
        having, order = tree.args.get("having"), tree.args.get("order")
        nodes += [having.this] if having is not None else []
        nodes += [term.this for term in order.expressions] if order is not None else []
        made.grouped = having is not None or any(True for node in nodes for _ in aggregates(node))
        return made

    def check(
        self,
        node: exp.Expression | None,
        value: Value,
        context: Context | None = None,
        outputs: frozenset[str] = frozenset(),
    ) -> None:
        """EXPRESSION_NOT_AGGREGATE when an expression needs a row where there are only groups.

        `outputs` are the SQL of output columns that ORDER BY may name: they were checked on their own.
        """
        self._outputs = outputs
        if not self.grouped or value.sql in self.keys:
            return
        if node is None:
            name = value.sql.rpartition(".")[2].strip('"')
            raise _not_aggregate(exp.column(name), name)
        self._check(node, context or self.context, frozenset())

    def _check(self, node: exp.Expression, context: Context, parameters: frozenset[str]) -> None:
        if is_aggregate(node) or isinstance(node, exp.Query | exp.DataType | exp.Interval):
            return
        if isinstance(node, exp.Filter) and not isinstance(node.parent, exp.Window):
            return  # an aggregate's: its condition reads rows, as its arguments do
        if isinstance(node, exp.Lambda):
            names = frozenset(parameter.name.lower() for parameter in node.expressions)
            self._check(node.this, context, parameters | names)
            return
        parts = column_parts(node)
        if parts is None and isinstance(node, exp.Identifier):
            parts = [node.name]
        if parts is not None:
            if parts[0].lower() in parameters:
                return
            value = context.value(node)
            if not any(value.sql == key or value.sql.startswith(f"({key}).") for key in self.keys):
                if value.sql in self._outputs or self.context.is_outer(parts):
                    return
                raise _not_aggregate(node, excerpt(node).lower())
            return
        if not parameters and self._is_key(node, context):
            return
        inner = node.this if isinstance(node, exp.Window) else None
        for child in node.iter_expressions():
            if child is inner and isinstance(child, exp.Anonymous | exp.Filter):
                call = child.this if isinstance(child, exp.Filter) else child
                for argument in call.expressions:
                    self._check(argument, context, parameters)
            elif not isinstance(child, exp.Identifier | exp.Var) or isinstance(node, exp.Lambda):
                self._check(child, context, parameters)

    def _is_key(self, node: exp.Expression, context: Context) -> bool:
        if isinstance(
            node, exp.Distinct | exp.Star | exp.Order | exp.Ordered | exp.Where | exp.WindowSpec | exp.When
        ):
            return False
        if isinstance(node, exp.If) and isinstance(node.parent, exp.Case):
            return False
        return bool(self.keys) and context.value(node).sql in self.keys

    def _clause(self, group: exp.Group, items: Items) -> str:
        if group.args.get("all") or group.args.get("totals"):
            raise error("NOT_SUPPORTED", group, "GROUP BY ALL is not supported")
        parts = [self._element(node, items) for node in group.expressions]
        for kind in ("grouping_sets", "cube", "rollup"):
            parts += [self._element(node, items) for node in group.args.get(kind) or ()]
        return ", ".join(parts)

    def _element(self, node: exp.Expression, items: Items) -> str:
        if isinstance(node, exp.Rollup | exp.Cube | exp.GroupingSets):
            word = {exp.Rollup: "ROLLUP", exp.Cube: "CUBE", exp.GroupingSets: "GROUPING SETS"}[type(node)]
            return f"{word} ({', '.join(self._element(part, items) for part in node.expressions)})"
        if isinstance(node, exp.Tuple):
            return f"({', '.join(self._element(part, items) for part in node.expressions)})"
        if isinstance(node, exp.Paren):
            return f"({self._element(node.this, items)})"
        value = self._key(node, items)
        if not _comparable(value.type):
            raise error(
                "TYPE_MISMATCH",
                node,
                f"{value.type} is not comparable, and therefore cannot be used in GROUP BY",
            )
        self.keys.add(value.sql)
        return value.sql if not value.sql.isdigit() else f"CAST({value.sql} AS INTEGER)"

    def _key(self, node: exp.Expression, items: Items) -> Value:
        if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
            place = int(node.this)
            if not 1 <= place <= len(items):
                raise error(
                    "INVALID_COLUMN_REFERENCE", node, f"GROUP BY position {place} is not in select list"
                )
            source, value = items[place - 1]
            node = source if source is not None else node
        else:
            value = self.context.value(node)
        found = [*aggregates(node), *windows(node)]
        if found:
            listed = ", ".join(excerpt(part) for part in found)
            raise error(
                "EXPRESSION_NOT_SCALAR",
                node,
                "GROUP BY clause cannot contain aggregations, window functions or grouping operations: "
                f"[{listed}]",
            )
        return value


def _comparable(type_: Type) -> bool:
    return type_.name not in _NOT_COMPARABLE and all(_comparable(arg) for arg in type_.args)


def _not_aggregate(node: exp.Expression, name: str) -> Exception:
    return error(
        "EXPRESSION_NOT_AGGREGATE",
        node,
        f"'{name}' must be an aggregate expression or appear in GROUP BY clause",
    )
