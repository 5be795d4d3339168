"""Whether SQL stays inside stores: read from the text alone, with the stock Trino dialect, by other rules."""

import sqlglot
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.tokens import TokenType

from tests.unit.lake_sql.lake import DATABASE, TABLE

_COMMENT_SIGNS = ("--", "/*")


def tables_read(sql: str) -> set[str]:
    """The store ids the SQL's tables are pinned to.

    AssertionError when a table is neither one of ours pinned to one store nor the name of a CTE of ours.
    """
    trees = sqlglot.parse(sql, read="trino")
    assert len(trees) == 1
    tree = trees[0]
    assert isinstance(tree, exp.Query)
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    assert all(name.startswith("opentrail_cte_") for name in ctes)
    stores = set()
    for table in tree.find_all(exp.Table):
        if not table.db:
            assert table.name in ctes, table.name
            continue
        assert (table.db, table.name, table.catalog) == (DATABASE, TABLE, "")
        stores.add(_pinned(table))
    assert not any(sign in text for text in _outside_quotes(sql) for sign in _COMMENT_SIGNS)
    return stores


def _pinned(table: exp.Table) -> str:
    select = table.parent_select
    assert isinstance(select, exp.Select)
    assert select.args["from_"].this is table
    assert not select.args.get("joins")
    conjuncts = list(select.args["where"].this.flatten())
    pins = [
        part.expression.this
        for part in conjuncts
        if isinstance(part, exp.EQ) and isinstance(part.this, exp.Column) and part.this.name == "store"
    ]
    assert len(pins) == 1
    return str(pins[0])


def _outside_quotes(sql: str) -> list[str]:
    quoted = (TokenType.STRING, TokenType.IDENTIFIER)
    return [token.text for token in Trino().tokenize(sql) if token.token_type not in quoted]
