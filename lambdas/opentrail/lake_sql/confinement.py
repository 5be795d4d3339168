"""What a statement may be made of: one SELECT over stores, of known kinds of expressions and functions.

Everything is refused that is not listed, so that a construct nobody thought of cannot reach past the stores.
"""

import re

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from opentrail.lake_sql.dialect import LakeDialect, written
from opentrail.lake_sql.functions import FUNCTIONS
from opentrail.lake_sql.text import is_reference, prepared
from opentrail.ports.sql_rewriter import InvalidStatementError

QUERIES = (exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery)

_CLAUSES = """
Select Union Except Intersect Subquery With CTE From Join Lateral Unnest Values Tuple Table TableAlias
Where Group GroupingSets Rollup Cube Having Order Ordered Limit LimitOptions Offset Fetch Distinct All Any
Exists Star Alias Window WindowSpec Filter IgnoreNulls RespectNulls WithinGroup
"""
_NAMES_AND_VALUES = """
Column Identifier Dot Bracket Literal Boolean Null Array Interval IntervalSpan Var HexString UnicodeString
Lambda Paren DataType DataTypeParam ColumnDef
"""
_OPERATORS = """
And Or Not EQ NEQ NullSafeEQ NullSafeNEQ GT GTE LT LTE Between In Is Like Escape Add Sub Mul Div Mod Neg
DPipe Case If AtTimeZone
"""
_CALLS = """
Anonymous Cast TryCast Extract Trim Substring StrPosition GroupConcat Normalize ParseJSON CurrentDate
CurrentTime CurrentTimestamp Localtime Localtimestamp JSONExtract JSONExtractQuote JSONValue JSONObject
JSONKeyValue FormatJson OnCondition
"""
_ALLOWED: frozenset[type[exp.Expr]] = frozenset(
    getattr(exp, name) for name in (_CLAUSES + _NAMES_AND_VALUES + _OPERATORS + _CALLS).split()
)
# Words that are written as they came: what another lexer could read otherwise must not be among them.
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?: [A-Za-z_]+)*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_JOIN_WORDS = frozenset({"", "NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS"})
# Words that are no names for the engine: they tell of its session.
_SESSION = frozenset({"current_catalog", "current_path", "current_role", "current_schema", "current_user"})
# What a table in FROM may be written with.
_TABLE_PARTS = frozenset({"this", "alias", "joins"})
# The parts of what other dialects say more with: * EXCEPT, BETWEEN SYMMETRIC, DISTINCT ON, LIMIT BY.
_PLAIN_PARTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Star: frozenset(),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.Limit: frozenset({"expression"}),
}


def parsed(statement: str) -> exp.Expr:
    """The statement's tree, made only of what is allowed. InvalidStatementError otherwise."""
    text = prepared(statement)
    try:
        trees = parse(text, read=LakeDialect)
    except SqlglotError as error:
        raise InvalidStatementError(f"The query statement is not valid: {_sentence(error)}") from error
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, QUERIES):
        raise InvalidStatementError("The query statement must be one SELECT statement.")
    for node in tree.walk():
        _check(node)
    return tree


def store_tables(tree: exp.Expr) -> list[exp.Table]:
    """The tables that stand for stores, in the statement's order.

    InvalidStatementError for a table that is neither a store nor a common table expression, and for no store.
    """
    stores = []
    for table in tree.find_all(exp.Table, bfs=False):
        if cte_of(table) is not None:
            continue
        if not isinstance(table.this, exp.Identifier) or not is_reference(table.name):
            raise InvalidStatementError(
                f"{table.name or _excerpt(table)} is not the ID of an event data store."
            )
        stores.append(table)
    if not stores:
        raise InvalidStatementError("The query statement reads no event data store.")
    return stores


def cte_of(table: exp.Table) -> exp.CTE | None:
    """The common table expression that a table's name means where it stands; None when it is none.

    Visible is a name of a WITH on the way up, of an earlier expression when the way leads through that WITH.
    """
    if not isinstance(table.this, exp.Identifier):
        return None
    below: exp.Expr = table
    name = table.name.lower()
    while (node := below.parent) is not None:
        if isinstance(node, exp.With):
            found = _named(name, node.expressions[: _position(node.expressions, below)])
            below = node.parent if node.parent is not None else node  # its own query's WITH is this one
        else:
            with_ = node.args.get("with_")
            found = _named(name, with_.expressions) if with_ is not None else None
            below = node
        if found is not None:
            return found
    return None


def _named(name: str, ctes: list[exp.CTE]) -> exp.CTE | None:
    return next((cte for cte in ctes if cte.alias.lower() == name), None)


def _position(nodes: list[exp.CTE], node: exp.Expr) -> int:
    return next(i for i, other in enumerate(nodes) if other is node)


def _check(node: exp.Expr) -> None:
    if type(node) not in _ALLOWED:
        raise _unsupported(node)
    if not _is_plain(node):
        raise _unsupported(node)
    if isinstance(node, exp.Anonymous) and str(node.this).lower() not in FUNCTIONS:
        raise InvalidStatementError(f"The function {node.this} is not supported.")
    if isinstance(node, exp.Table):
        if node.args.get("db") or node.args.get("catalog"):
            raise InvalidStatementError(f"{_excerpt(node)} is not the ID of an event data store.")
        _check_parts(node, _TABLE_PARTS)
    if type(node) in _PLAIN_PARTS:
        _check_parts(node, _PLAIN_PARTS[type(node)])
    if isinstance(node, exp.Is) and not isinstance(node.expression, exp.Null):
        raise _unsupported(node)  # Trino has no IS TRUE
    if isinstance(node, exp.With):
        _check_with(node)
    if isinstance(node, exp.From | exp.Join):
        _check_source(node)
    if isinstance(node, exp.Lateral):
        _check_lateral(node)
    if isinstance(node, exp.Select) and not node.expressions:
        raise InvalidStatementError("The query statement selects nothing.")


def _is_plain(node: exp.Expr) -> bool:
    """Whether what is not quoted is one word or one number."""
    if (isinstance(node, exp.Identifier) and not node.quoted) or isinstance(node, exp.Var):
        return _WORD.fullmatch(node.name) is not None and node.name.lower() not in _SESSION
    if isinstance(node, exp.Literal) and not node.is_string:
        return _NUMBER.fullmatch(node.name) is not None
    if isinstance(node, exp.HexString):
        return re.fullmatch("[0-9A-Fa-f]*", str(node.this)) is not None
    return True


def _check_parts(node: exp.Expr, parts: frozenset[str]) -> None:
    if any(value for part, value in node.args.items() if part not in parts):
        raise _unsupported(node)


def _check_source(node: exp.Expr) -> None:
    """FROM and JOIN take relations; the parser also takes what stands for a SELECT elsewhere."""
    if not isinstance(node.this, exp.Table | exp.Subquery | exp.Unnest | exp.Lateral | exp.Values):
        raise _unsupported(node)
    words = {str(node.args.get(part) or "").upper() for part in ("method", "side", "kind")}
    if not words <= _JOIN_WORDS:
        raise _unsupported(node)


def _check_lateral(node: exp.Lateral) -> None:
    """Trino takes a query behind LATERAL, in FROM or JOIN; the parser also takes names, and Hive's views."""
    if not isinstance(node.this, exp.Subquery) or not isinstance(node.parent, exp.From | exp.Join):
        raise _unsupported(node)


def _check_with(with_: exp.With) -> None:
    if with_.args.get("recursive"):
        raise InvalidStatementError("WITH RECURSIVE is not supported.")
    names = [cte.alias.lower() for cte in with_.expressions]
    for cte, name in zip(with_.expressions, names, strict=True):
        if not isinstance(cte.this, QUERIES):
            raise InvalidStatementError(f"WITH {cte.alias} must be a SELECT statement.")
        if names.count(name) > 1:
            raise InvalidStatementError(f"WITH names {cte.alias} twice.")


def _unsupported(node: exp.Expr) -> InvalidStatementError:
    return InvalidStatementError(f"The query statement holds what is not supported: {_excerpt(node)}")


def _excerpt(node: exp.Expr) -> str:
    text = written(node, strict=False) or node.key.upper()
    return text if len(text) <= 80 else text[:77] + "..."


def _sentence(error: SqlglotError) -> str:
    """The first line of the parser's words, without its colours."""
    return re.sub(r"\x1b\[\d+m", "", str(error).partition("\n")[0])
