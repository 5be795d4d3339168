"""A small lake in DuckDB, to run rewritten statements on: two stores of different accounts in one table.

Beside the lake's table it holds each store as a table of its own, named by the store's id and made in Python:
what a plain reading of a statement is compared with. DuckDB is more lenient than Trino, so this proves which
rows come, not that Trino takes the statement.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from opentrail.adapters.lake_files import by_day
from opentrail.adapters.lake_rows import LakeRows
from opentrail.domain.lake_state import LakeState
from opentrail.lake_schema import COLUMNS, UNLISTED_COLUMNS
from opentrail.lake_sql.rewriter import LakeSqlRewriter
from opentrail.ports.sql_rewriter import RewrittenQuery, StoreScope

from tests import records

STORE = "5f1b2c3d-1111-4222-8333-444455556666"
OTHER_STORE = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff0000"  # of the same caller
FOREIGN_STORE = "0badf00d-0000-4000-8000-00000badf00d"  # of somebody else
EMPTY_STORE = "00000000-1111-4222-8333-444444444444"
DATABASE, TABLE = "opentrail_test", "lake"
START = datetime(2023, 7, 8, tzinfo=UTC)
REPEATED_DAY = "2023-07-10"
RETAINED = datetime(2023, 7, 8, 6, 30, tzinfo=UTC)  # within the first day: it cuts a partition in two


class Lake:
    """The lake and what each store's rows are."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:", config={"threads": "1"})
        self.connection.execute(f"SET TimeZone = 'UTC'; CREATE SCHEMA {DATABASE}")
        self.scopes: dict[str, StoreScope] = {}
        parts = []
        for seed, store_id in enumerate((STORE, OTHER_STORE, FOREIGN_STORE)):
            account = f"{seed + 1}" * 12
            lines = stored_lines(seed, account)
            days = by_day(LakeRows().table(lines))
            parts += [_partition(rows, store_id, day) for day, rows in days.items()]
            self.scopes[store_id] = scope(store_id, days)
            self._add_plain(store_id, lines)
        self.scopes[EMPTY_STORE] = StoreScope(store_id=EMPTY_STORE, state=LakeState(), oldest=RETAINED)
        everything = pa.concat_tables(parts)
        self.connection.register("everything", everything)
        self.connection.execute(f"CREATE TABLE {DATABASE}.{TABLE} AS SELECT * FROM everything")
        self.connection.execute(f'CREATE TABLE "{EMPTY_STORE}" AS SELECT * FROM "{STORE}" WHERE false')

    def rewritten(self, statement: str) -> RewrittenQuery:
        """The statement rewritten for a caller who may read all but the foreign store."""
        scopes = {name: scope for name, scope in self.scopes.items() if name != FOREIGN_STORE}
        return LakeSqlRewriter().rewrite(statement, scopes=scopes, database=DATABASE, table=TABLE)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the rewritten statement answers."""
        return self.run(self.rewritten(statement).sql)

    def plain_rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the statement as it is answers over the stores' own tables; ids in it are quoted."""
        return self.run(statement)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Trino's SQL, run by DuckDB."""
        (statement,) = sqlglot.transpile(sql, read="trino", write="duckdb")
        return self.connection.execute(statement).fetchall()

    def _add_plain(self, store_id: str, lines: Iterable[bytes]) -> None:
        once = list(dict.fromkeys(lines))
        rows = LakeRows().table(once).drop_columns(["day", *UNLISTED_COLUMNS])
        self.connection.register("plain", rows)
        kept = f"eventtime >= TIMESTAMP '{RETAINED:%Y-%m-%d %H:%M:%S}' OR eventtime IS NULL"
        self.connection.execute(f'CREATE TABLE "{store_id}" AS SELECT * FROM plain WHERE {kept}')
        self.connection.unregister("plain")


def stored_lines(seed: int, account: str) -> list[bytes]:
    """Three days of records; on one day some twice, some with their id again and other content."""
    drawn = list(records.generate(seed, 60, accounts=(account,), start=START, span=timedelta(days=3)))
    for record in drawn:
        record["recipientAccountId"] = account
    repeated = [record for record in drawn if record["eventTime"].startswith(REPEATED_DAY)][:6]
    changed = [record | {"userAgent": "another"} for record in repeated[:2]]
    nowhere = [drawn[-1] | {"eventID": f"no-time-{seed}", "eventTime": "sometime"}]
    return [json.dumps(record).encode() for record in (*drawn, *repeated, *changed, *nowhere)]


def scope(store_id: str, days: Mapping[str, Any]) -> StoreScope:
    """A store that holds these days."""
    state = LakeState(oldest_day=min(days), newest_day=max(days), repeat_days=frozenset({REPEATED_DAY}))
    return StoreScope(store_id=store_id, state=state, oldest=RETAINED)


def bag(rows: Iterable[tuple[Any, ...]]) -> Counter[str]:
    """Rows without their order."""
    return Counter(repr(row) for row in rows)


def _partition(rows: pa.Table, store_id: str, day: str) -> pa.Table:
    size = rows.num_rows
    for name, value in (("store", store_id), ("tier", "hot"), ("gen", 0), ("day", day)):
        rows = rows.append_column(name, pa.array([value] * size))
    return rows


def published_columns() -> tuple[str, ...]:
    """What `*` shows."""
    return tuple(name for name, _ in COLUMNS if name not in UNLISTED_COLUMNS)
