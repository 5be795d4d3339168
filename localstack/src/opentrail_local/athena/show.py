"""What is no SELECT: SHOW for databases and tables; everything else is refused by name."""

from __future__ import annotations

import re

from opentrail_local.athena.dialect import is_query, parse
from opentrail_local.athena.engine import Run
from opentrail_local.athena.errors import QueryError, StatementError
from opentrail_local.athena.types import Type

_SHOW = re.compile(
    r"\s*show\s+(?P<what>databases|schemas|tables)(?:\s+(?:in|from)\s+(?P<where>[`\"]?\w+[`\"]?))?"
    r"(?:\s+(?:like\s+)?'(?P<like>[^']*)')?\s*;?\s*",
    re.IGNORECASE,
)


def require_supported(sql: str) -> None:
    """StatementError for a statement the local Athena does not run."""
    if not sql.strip():
        raise StatementError("line 1:1: mismatched input '<EOF>'")
    if not is_query(sql) and _SHOW.fullmatch(sql) is None:
        raise StatementError("Queries of this type are not supported")


def require_parsable(sql: str) -> None:
    """StatementError for a query that does not parse: Athena says so at once."""
    if is_query(sql):
        parse(sql)


def answer(run: Run) -> list[list[str | None]] | None:
    """The rows of a SHOW; None when the statement is a query."""
    match = _SHOW.fullmatch(run.sql)
    if match is None:
        return None
    if match["what"].lower() == "tables":
        database = (match["where"] or run.database).strip('`"').lower()
        if not run.catalog.has_database(database):
            raise QueryError("SCHEMA_NOT_FOUND", f"Database {database} not found")
        run.columns, names = (("tab_name", Type("string")),), run.catalog.names(database)
    else:
        run.columns, names = (("database_name", Type("string")),), run.catalog.names(None)
    pattern = re.compile((match["like"] or "*").replace("*", ".*").replace("%", ".*"), re.IGNORECASE)
    rows: list[list[str | None]] = [[name] for name in names if pattern.fullmatch(name)]
    run.output_rows = len(rows)
    return rows
