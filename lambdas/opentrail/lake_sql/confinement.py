"""What a statement may be made of: one SELECT over stores, of known kinds of expressions and known functions.

Everything is refused that is not listed, so that a construct nobody thought of cannot reach past the stores.
"""

import re
from collections.abc import Iterator

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from opentrail.lake_sql.dialect import LakeDialect
from opentrail.lake_sql.functions import FUNCTIONS
from opentrail.lake_sql.text import is_reference, prepared
from opentrail.ports.sql_rewriter import InvalidStatementError

_QUERIES = (exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery)
_ALLOWED: frozenset[type[exp.Expression]] = frozenset(
    {
        # queries
        *_QUERIES,
        *(exp.With, exp.CTE, exp.From, exp.Join, exp.Lateral, exp.Unnest, exp.Values, exp.Tuple, exp.Table),
        *(
            exp.TableAlias,
            exp.Where,
            exp.Group,
            exp.GroupingSets,
            exp.Rollup,
            exp.Cube,
            exp.Having,
            exp.Order,
        ),
        *(exp.Ordered, exp.Limit, exp.LimitOptions, exp.Offset, exp.Fetch, exp.Distinct, exp.All, exp.Any),
        *(exp.Exists, exp.Star, exp.Alias, exp.Window, exp.WindowSpec, exp.Filter, exp.IgnoreNulls),
        *(exp.RespectNulls, exp.WithinGroup),
        # names and values
        *(exp.Column, exp.Identifier, exp.Dot, exp.Bracket, exp.Literal, exp.Boolean, exp.Null, exp.Array),
        *(exp.Interval, exp.IntervalSpan, exp.Var, exp.HexString, exp.UnicodeString, exp.Lambda, exp.Paren),
        *(exp.DataType, exp.DataTypeParam, exp.ColumnDef),
        # operators
        *(
            exp.And,
            exp.Or,
            exp.Not,
            exp.EQ,
            exp.NEQ,
            exp.NullSafeEQ,
            exp.NullSafeNEQ,
            exp.GT,
            exp.GTE,
            exp.LT,
        ),
        *(exp.LTE, exp.Between, exp.In, exp.Is, exp.Like, exp.Escape, exp.Add, exp.Sub, exp.Mul, exp.Div),
        *(exp.Mod, exp.Neg, exp.DPipe, exp.Case, exp.If, exp.AtTimeZone),
        # functions with a syntax of their own
        *(exp.Anonymous, exp.Cast, exp.TryCast, exp.Extract, exp.Trim, exp.Substring, exp.StrPosition),
        *(exp.GroupConcat, exp.Normalize, exp.ParseJSON, exp.CurrentDate, exp.CurrentTime),
        *(exp.CurrentTimestamp, exp.Localtime, exp.Localtimestamp),
        *(exp.JSONExtract, exp.JSONExtractQuote, exp.JSONValue, exp.JSONObject, exp.JSONKeyValue),
        *(exp.FormatJson, exp.OnCondition),
    }
)
# What a table in FROM may be written with.
_TABLE_PARTS = frozenset({"this", "alias", "joins"})


def parsed(statement: str) -> exp.Query:
    """The statement's tree, made only of what is allowed. InvalidStatementError otherwise."""
    text = prepared(statement)
    try:
        trees = parse(text, read=LakeDialect)
    except SqlglotError as error:
        raise InvalidStatementError(f"The query statement is not valid: {_sentence(error)}") from error
    except RecursionError as error:
        raise InvalidStatementError("The query statement is nested too deeply.") from error
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, _QUERIES):
        raise InvalidStatementError("The query statement must be one SELECT statement.")
    for node in tree.walk():
        _check(node)
    return tree


def store_tables(tree: exp.Expression) -> Iterator[exp.Table]:
    """The tables that stand for stores. InvalidStatementError for a table that is neither a store nor a CTE."""
    for table in tree.find_all(exp.Table):
        if is_cte(table):
            continue
        if not isinstance(table.this, exp.Identifier) or not is_reference(table.name):
            raise InvalidStatementError(f"{table.name or table.sql()} is not the ID of an event data store.")
        yield table


def is_cte(table: exp.Table) -> bool:
    """Whether the name is that of a common table expression visible where it stands.

    Visible is a name of a WITH on the way up, of an earlier expression when the way leads through that WITH.
    """
    below: exp.Expression = table
    name = table.name.lower()
    while (node := below.parent) is not None:
        if isinstance(node, exp.With):
            earlier = node.expressions[: _position(node.expressions, below)]
            if any(cte.alias.lower() == name for cte in earlier):
                return True
            below = node.parent if node.parent is not None else node  # its own query's WITH is this one
            continue
        with_ = node.args.get("with_")
        if with_ is not None and any(cte.alias.lower() == name for cte in with_.expressions):
            return True
        below = node
    return False


def _position(nodes: list[exp.Expression], node: exp.Expression) -> int:
    return next(i for i, other in enumerate(nodes) if other is node)


def _check(node: exp.Expression) -> None:
    if type(node) not in _ALLOWED:
        raise InvalidStatementError(f"The query statement holds what is not supported: {_excerpt(node)}")
    if isinstance(node, exp.Anonymous) and str(node.this).lower() not in FUNCTIONS:
        raise InvalidStatementError(f"The function {node.this} is not supported.")
    if isinstance(node, exp.Table):
        if node.args.get("db") or node.args.get("catalog"):
            raise InvalidStatementError(f"{_excerpt(node)} is not the ID of an event data store.")
        if any(value for part, value in node.args.items() if part not in _TABLE_PARTS):
            raise InvalidStatementError(f"The query statement holds what is not supported: {_excerpt(node)}")
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise InvalidStatementError("WITH RECURSIVE is not supported.")


def _excerpt(node: exp.Expression) -> str:
    text = node.sql(dialect=LakeDialect, comments=False)
    return text if len(text) <= 80 else text[:77] + "..."


def _sentence(error: SqlglotError) -> str:
    """The first line of the parser's words, without its colours."""
    return re.sub(r"\x1b\[\d+m", "", str(error).partition("\n")[0])
