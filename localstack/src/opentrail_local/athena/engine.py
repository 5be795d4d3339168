"""Runs one statement: parse, check, find files, scan, and hand rows out as Athena's texts."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from opentrail_local.athena import dialect, partitions
from opentrail_local.athena.catalog import Catalog
from opentrail_local.athena.context import Statement, TableUse
from opentrail_local.athena.errors import QueryCancelled, from_engine
from opentrail_local.athena.macros import MACROS
from opentrail_local.athena.objects import ObjectSource
from opentrail_local.athena.partitions import DataFile, Values
from opentrail_local.athena.queries import Query, compile_query
from opentrail_local.athena.scan import Counter, Scanner, SmallFiles, arrow, partition_value
from opentrail_local.athena.text import formatter
from opentrail_local.athena.types import Type
from opentrail_local.athena.udfs import FUNCTIONS

MEMORY_LIMIT = "2GB"  # of one query
BATCH = 2_000  # rows taken from DuckDB at a time
_CANDIDATES = "partition_candidates"


@dataclass(slots=True)
class Run:
    """One statement on its way. `rows` may be taken once; the numbers are right when it has ended."""

    sql: str
    database: str
    catalog: Catalog
    source: ObjectSource
    now: datetime  # UTC, without zone
    counter: Counter = field(default_factory=Counter)
    input_rows: int = 0
    output_rows: int = 0
    columns: tuple[tuple[str, Type], ...] = ()


class Engine:
    """A DuckDB database without tables, for one statement at a time; statements come in by `run`."""

    def __init__(self, small: SmallFiles | None = None) -> None:
        config: dict[str, Any] = {
            "threads": "1",
            "memory_limit": MEMORY_LIMIT,
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        self._connection = duckdb.connect(":memory:", config=config)
        self._connection.execute("SET TimeZone = 'UTC'")
        for name, function, parameters, result in FUNCTIONS:
            self._connection.create_function(
                name,
                _null_safe(function, len(parameters)),
                parameters,
                result,
                null_handling="special",
                side_effects=False,
            )
        for macro in MACROS:
            self._connection.execute(f"CREATE MACRO {macro}")
        self._connection.execute("SET lock_configuration = true")
        self._small = small or SmallFiles()
        self._lock = threading.Lock()
        self._run: Run | None = None

    def run(self, run: Run) -> Iterator[list[list[str | None]]]:
        """Batches of rows; `columns` are known when the first comes (or the iterator has ended).

        QueryError when the statement fails, QueryCancelled when `interrupt` stopped it.
        """
        with self._lock:
            self._run = run
        uses: list[TableUse] = []
        try:
            compiled, uses, scanned = self._prepared(run)
            run.columns = headings(compiled)
            yield from self._rows(compiled, run)
            run.input_rows = scanned()
        except (duckdb.Error, pa.ArrowException, OSError, RuntimeError) as error:
            if run.counter.stopped:
                raise QueryCancelled from error
            if run.counter.exceeded:
                raise QueryCancelled("Query cancelled! : Bytes scanned limit was exceeded") from error
            raise from_engine(str(error)) from error
        finally:
            with self._lock:
                self._run = None
            for use in uses:
                with contextlib.suppress(duckdb.Error):
                    self._connection.unregister(use.relation)

    def interrupt(self, run: Run | None = None) -> bool:
        """Stop a statement, if it is the one that runs (any, without one); whether it was.

        DuckDB forgets an interruption that comes before its work begins: to be called until the answer is no.
        """
        with self._lock:
            if self._run is None or run not in (None, self._run):
                return False
            self._run.counter.stopped = True
            self._connection.interrupt()
            return True

    def _prepared(self, run: Run) -> tuple[Query, list[TableUse], Callable[[], int]]:
        statement = Statement(run.catalog, run.database, run.now)
        compiled = compile_query(statement, dialect.parse(run.sql))
        scanner = Scanner(run.source, run.counter, self._small)
        found: list[list[DataFile]] = []
        for use in statement.uses:
            listed = partitions.files(
                use, catalog=run.catalog, source=run.source, prune=self._prune, now=run.now
            )
            found.append(listed)
            self._connection.register(use.relation, scanner.dataset(use.table, listed))
        return compiled, statement.uses, lambda: sum(scanner.rows(listed) for listed in found)

    def _prune(self, use: TableUse, values: Sequence[Values]) -> set[int]:
        """Which partitions the statement's conditions on keys leave."""
        columns = {"partition_place": pa.array(range(len(values)), pa.int64())}
        for i, (name, type_) in enumerate(use.table.keys):
            columns[name] = pa.array([partition_value(type_, v[i]) for v in values], arrow(type_))
        self._connection.register(_CANDIDATES, pa.table(columns))
        try:
            where = " AND ".join(condition.sql for condition in use.conditions)
            sql = f"SELECT partition_place FROM {_CANDIDATES} AS {use.alias} WHERE {where}"
            return {row[0] for row in self._connection.execute(sql).fetchall()}
        finally:
            self._connection.unregister(_CANDIDATES)

    def _rows(self, compiled: Query, run: Run) -> Iterator[list[list[str | None]]]:
        formatters = [formatter(type_) for _, type_ in run.columns]
        reader = self._connection.sql(compiled.sql).to_arrow_reader(BATCH)
        for batch in reader:
            if run.counter.stopped:
                raise QueryCancelled
            run.output_rows += batch.num_rows
            columns = [
                [None if value is None else form(value) for value in column.to_pylist()]
                for form, column in zip(formatters, batch.columns, strict=True)
            ]
            yield [list(row) for row in zip(*columns, strict=True)]


def headings(compiled: Query) -> tuple[tuple[str, Type], ...]:
    """The result's columns: names as written, `_colN` for those without one."""
    return tuple(
        (f"_col{i}" if heading is None else heading, type_)
        for i, (heading, type_) in enumerate(compiled.columns)
    )


def _null_safe(function: Callable[..., Any], parameters: int) -> Callable[..., Any]:
    """The function for arguments that are all there, NULL for others. DuckDB counts the parameters."""

    def one(a: Any) -> Any:
        return None if a is None else function(a)

    def two(a: Any, b: Any) -> Any:
        return None if a is None or b is None else function(a, b)

    def three(a: Any, b: Any, c: Any) -> Any:
        return None if a is None or b is None or c is None else function(a, b, c)

    def four(a: Any, b: Any, c: Any, d: Any) -> Any:
        return None if None in (a, b, c, d) else function(a, b, c, d)

    return (one, two, three, four)[parameters - 1]
