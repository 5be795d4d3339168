"""The steps of a rewriting: parsed, confined, typed, pruned, stores put in, written.

Three things keep a statement inside its stores. It is made of known kinds of expressions (`confinement`).
A table in it is a store, which the caller allowed, or a common table expression, which gets a name of ours:
were its scope understood in another way than by the engine, the name would mean nothing there. And what is
sent is written anew from the tree, so that no text is read by two parsers in two ways.
"""

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import UnsupportedError

from opentrail.lake_sql.coercion import coerce_literals
from opentrail.lake_sql.confinement import cte_of, parsed, store_tables
from opentrail.lake_sql.dialect import written
from opentrail.lake_sql.pruning import Days, day_bounds
from opentrail.lake_sql.relations import Relations
from opentrail.lake_sql.stars import names_unlisted, write_out_stars
from opentrail.lake_sql.stores import store_query
from opentrail.ports.sql_rewriter import InvalidStatementError, RewrittenQuery, StoreScope

MAX_REWRITTEN = 262_144  # bytes of a query string (Amazon Athena, service quotas)
_CTE = "opentrail_cte_"


def references(statement: str) -> tuple[str, ...]:
    """The names of the stores a statement reads, each once, in the order of the text."""
    stores = sorted(store_tables(parsed(statement)), key=_position)
    return tuple(dict.fromkeys(store.name for store in stores))


def rewritten(
    statement: str, scopes: Mapping[str, StoreScope], *, database: str, table: str
) -> RewrittenQuery:
    """The statement over the lake's table, confined to these stores."""
    tree = parsed(statement)
    stores = sorted(store_tables(tree), key=_position)
    lake = f"{_quoted(database)}.{_quoted(table)}"
    for store in stores:
        if store.name not in scopes:
            raise InvalidStatementError(f"{store.name} is not the ID of an event data store.")
    relations = Relations(tree)
    names = relations.output.names
    coerce_literals(tree, relations)
    bounds = day_bounds(tree, relations)
    unlisted = names_unlisted(tree)
    if unlisted:
        write_out_stars(tree, relations)
    _rename_ctes(tree)
    for store in stores:
        days = bounds.get(id(store), Days())
        named = unlisted and not store.alias_column_names
        _replace(store, store_query(scopes[store.name], days=days, table=lake, unlisted=named))
    try:
        sql = written(tree)
    except UnsupportedError as error:
        raise InvalidStatementError(f"The query statement is not supported: {error}") from error
    if len(sql.encode()) > MAX_REWRITTEN:
        raise InvalidStatementError("The query statement names too many event data stores.")
    ids = dict.fromkeys(scopes[store.name].store_id for store in stores)
    return RewrittenQuery(sql=sql, column_names=names, store_ids=tuple(ids))


def _position(store: exp.Table) -> int:
    """Where in the text the store is mentioned; the tree has WITH behind FROM."""
    return int(store.this.meta.get("start", 0))


def _rename_ctes(tree: exp.Expr) -> None:
    """Names of ours for common table expressions; where they are read, their own name stays as the alias."""
    meant = [(table, cte_of(table)) for table in tree.find_all(exp.Table)]
    ours = {id(cte): exp.to_identifier(f"{_CTE}{i}") for i, cte in enumerate(tree.find_all(exp.CTE))}
    for table, cte in meant:
        if cte is not None:
            _keep_name(table)
            table.set("this", ours[id(cte)].copy())
    for cte in tree.find_all(exp.CTE):
        cte.args["alias"].set("this", ours[id(cte)].copy())


def _replace(store: exp.Table, query: str) -> None:
    """Put the query in the store's place: text that need not be parsed to be written."""
    _keep_name(store)
    derived = exp.Subquery(this=exp.Var(this=query), alias=store.args["alias"], joins=store.args.get("joins"))
    store.replace(derived)


def _keep_name(table: exp.Table) -> None:
    alias = table.args.get("alias")
    if alias is None:
        table.set("alias", exp.TableAlias(this=table.this.copy()))
    elif alias.this is None:
        alias.set("this", table.this.copy())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
