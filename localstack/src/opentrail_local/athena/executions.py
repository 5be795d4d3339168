"""Query executions: their states, the workers that run them, their result files and pages.

A query is queued, runs on one of a few workers, and ends SUCCEEDED, FAILED or CANCELLED. Results are kept
where Athena keeps them, in the result location alone: GetQueryResults reads the file.
"""

from __future__ import annotations

import io
import logging
import re
import tempfile
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from opentrail_local.athena import metadata, show
from opentrail_local.athena.catalog import Catalog
from opentrail_local.athena.dialect import MAX_LENGTH, statement_type
from opentrail_local.athena.engine import Engine, Run
from opentrail_local.athena.errors import QueryCancelled, QueryError, StatementError
from opentrail_local.athena.objects import ObjectSource
from opentrail_local.athena.partitions import split_location
from opentrail_local.athena.scan import Counter, SmallFiles
from opentrail_local.athena.text import line, lines

LOG = logging.getLogger(__name__)

WORKERS = 2  # queries that run at once; more wait
KEPT = 5_000  # executions remembered; Athena remembers 45 days
SPOOL = 16 * 1024 * 1024  # bytes of a result kept in memory while it is written
STOP_TRIES, STOP_PAUSE = 300, 0.1  # how often and every how many seconds a stopped query is told again
PAGE_BYTES = 256 * 1024  # read at once from a result file
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")


@dataclass(slots=True)
class Execution:
    """One StartQueryExecution. Times are seconds since 1970."""

    id: str
    sql: str
    work_group: str
    location: str
    context: Mapping[str, str]
    parameters: list[str]
    run: Run
    state: str = "QUEUED"
    reason: str = ""
    category: int = 0
    submitted: float = field(default_factory=time.time)
    started: float = 0.0
    ended: float = 0.0
    columns: list[dict[str, Any]] = field(default_factory=list)
    output_bytes: int = 0

    @property
    def kind(self) -> str:
        """DDL, DML or UTILITY."""
        return statement_type(self.sql)

    def described(self) -> dict[str, Any]:
        """As GetQueryExecution answers."""
        status: dict[str, Any] = {"State": self.state, "SubmissionDateTime": self.submitted}
        if self.state in ENDED:
            status["CompletionDateTime"] = self.ended
        if self.reason:
            status["StateChangeReason"] = self.reason
        if self.state == "FAILED":
            status["AthenaError"] = {
                "ErrorCategory": self.category,
                "ErrorType": 1006 if self.category == 2 else 1,
                "Retryable": False,
                "ErrorMessage": self.reason,
            }
        return {
            "QueryExecutionId": self.id,
            "Query": self.sql,
            "StatementType": self.kind,
            "ResultConfiguration": {"OutputLocation": self.location},
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": dict(self.context),
            "Status": status,
            "Statistics": self.statistics(),
            "WorkGroup": self.work_group,
            "EngineVersion": {
                "SelectedEngineVersion": "Athena engine version 3",
                "EffectiveEngineVersion": "Athena engine version 3",
            },
            "SubstatementType": "SELECT" if self.kind == "DML" else self.sql.split(None, 1)[0].upper(),
            **({"ExecutionParameters": self.parameters} if self.parameters else {}),
        }

    def statistics(self) -> dict[str, Any]:
        """QueryExecutionStatistics."""
        until = self.ended or time.time()
        queued = (self.started or until) - self.submitted
        running = until - self.started if self.started else 0.0
        return {
            "EngineExecutionTimeInMillis": round(running * 1000),
            "DataScannedInBytes": self.run.counter.bytes,
            "TotalExecutionTimeInMillis": round((until - self.submitted) * 1000),
            "QueryQueueTimeInMillis": round(queued * 1000),
            "ServicePreProcessingTimeInMillis": 0,
            "QueryPlanningTimeInMillis": 0,
            "ServiceProcessingTimeInMillis": 0,
            "ResultReuseInformation": {"ReusedPreviousResult": False},
        }

    def runtime(self) -> dict[str, Any]:
        """QueryRuntimeStatistics; row counts only after success."""
        made: dict[str, Any] = {
            "Timeline": {
                "QueryQueueTimeInMillis": self.statistics()["QueryQueueTimeInMillis"],
                "QueryPlanningTimeInMillis": 0,
                "EngineExecutionTimeInMillis": self.statistics()["EngineExecutionTimeInMillis"],
                "ServiceProcessingTimeInMillis": 0,
                "TotalExecutionTimeInMillis": self.statistics()["TotalExecutionTimeInMillis"],
            }
        }
        if self.state == "SUCCEEDED":
            made["Rows"] = {
                "InputRows": self.run.input_rows,
                "InputBytes": self.run.counter.bytes,
                "OutputRows": self.run.output_rows,
                "OutputBytes": self.output_bytes,
            }
        return made


@dataclass(frozen=True, slots=True)
class Request:
    """What StartQueryExecution asks for, its work group already looked up."""

    sql: str
    database: str
    work_group: str
    location: str
    context: Mapping[str, str]
    token: str | None = None
    parameters: tuple[str, ...] = ()
    bytes_limit: int | None = None


class Executions:
    """The executions of one account and Region."""

    def __init__(self, workers: Workers, catalog: Catalog, source: ObjectSource) -> None:
        self._workers, self._catalog, self._source = workers, catalog, source
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Execution] = OrderedDict()
        self._tokens: dict[str, str] = {}

    def start(self, request: Request) -> str:
        """Begin a query and answer its id; the one begun before for a repeated token.

        StatementError for a text Athena does not take.
        """
        if len(request.sql.encode()) > MAX_LENGTH:
            raise StatementError(f"Query string exceeds the maximum length of {MAX_LENGTH} bytes")
        show.require_supported(request.sql)
        sql = with_parameters(request.sql, request.parameters)
        show.require_parsable(sql)
        with self._lock:
            before = self._known.get(self._tokens.get(request.token or "", ""))
            if before is not None:
                if (before.sql, before.work_group) != (request.sql, request.work_group):
                    raise StatementError("Idempotent parameters do not match")
                return before.id
            execution = self._new(request, sql)
            self._known[execution.id] = execution
            if request.token:
                self._tokens[request.token] = execution.id
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        self._workers.submit(lambda engine: self._run(engine, execution))
        return execution.id

    def get(self, execution_id: str) -> Execution | None:
        """An execution, None when there is none of that id."""
        return self._known.get(execution_id)

    def ids(self, work_group: str) -> list[str]:
        """The executions of a work group, newest first."""
        with self._lock:
            return [e.id for e in reversed(self._known.values()) if e.work_group == work_group]

    def stop(self, execution: Execution) -> None:
        """Cancel an execution that has not ended."""
        with self._lock:
            if execution.state in ENDED:
                return
            self._end(execution, "CANCELLED")
        self._workers.interrupt(execution.run)

    def page(
        self, execution: Execution, *, place: int, limit: int
    ) -> tuple[list[list[str | None]], int | None]:
        """Rows of the result file from a byte on, and where the next page begins; None at the end."""
        bucket, key = split_location(execution.location)
        rows: list[list[str | None]] = []
        left, behind, start = b"", place, place  # what is not taken apart yet, and where it begins and ends
        while len(rows) < limit and start < execution.output_bytes:
            chunk = self._source.read(bucket, key, start, min(PAGE_BYTES, execution.output_bytes - start))
            if not chunk:
                break
            left, start, used = left + chunk, start + len(chunk), 0
            for row, end in lines(left):
                used = end
                rows.append(row)
                if len(rows) == limit:
                    break
            left, behind = left[used:], behind + used
        return rows, behind if behind < execution.output_bytes else None

    def _new(self, request: Request, sql: str) -> Execution:
        identifier = str(uuid.uuid4())
        location = request.location if request.location.endswith("/") else request.location + "/"
        suffix = "csv" if statement_type(sql) == "DML" else "txt"
        now = datetime.now(UTC).replace(tzinfo=None)
        counter = Counter(request.bytes_limit)
        run = Run(sql, request.database, self._catalog, self._source, now, counter)
        return Execution(
            identifier,
            request.sql,
            request.work_group,
            f"{location}{identifier}.{suffix}",
            request.context,
            list(request.parameters),
            run,
        )

    def _run(self, engine: Callable[[], Engine], execution: Execution) -> None:
        with self._lock:
            if execution.state != "QUEUED":
                return
            execution.state, execution.started = "RUNNING", time.time()
        try:
            self._answer(engine(), execution)
        except QueryCancelled as error:
            self._ended(execution, "CANCELLED", str(error))
        except (QueryError, StatementError) as error:
            execution.category = error.category if isinstance(error, QueryError) else 2
            self._ended(execution, "FAILED", str(error))
        except Exception as error:
            LOG.exception("Athena query %s", execution.id)
            execution.category = 1
            self._ended(execution, "FAILED", f"GENERIC_INTERNAL_ERROR: {error}")
        else:
            self._ended(execution, "SUCCEEDED")

    def _answer(self, engine: Engine, execution: Execution) -> None:
        bucket, key = split_location(execution.location)
        with tempfile.SpooledTemporaryFile(max_size=SPOOL) as file:
            shown = show.answer(execution.run)
            batches = iter([shown]) if shown is not None else engine.run(execution.run)
            first = next(batches, [])
            names = [name for name, _ in execution.run.columns]
            if key.endswith(".csv"):
                file.write(line(names).encode())
            self._write(file, first)
            for batch in batches:
                self._write(file, batch)
            execution.output_bytes = file.tell()
            file.seek(0)
            execution.columns = [metadata.column_info(name, type_) for name, type_ in execution.run.columns]
            self._put(bucket, key, file)
            described = io.BytesIO(metadata.encoded(execution.id, execution.columns))
            self._put(bucket, f"{key}.metadata", described)

    def _write(self, file: Any, batch: list[list[str | None]]) -> None:
        file.write("".join(line(row) for row in batch).encode(errors="replace"))

    def _put(self, bucket: str, key: str, body: Any) -> None:
        try:
            self._source.write(bucket, key, body, "application/octet-stream")
        except Exception as error:  # whatever the store says, the query failed for it
            raise QueryError(
                "ACCESS_DENIED", f"Unable to verify/create output bucket {bucket}: {error}"
            ) from error

    def _ended(self, execution: Execution, state: str, reason: str = "") -> None:
        with self._lock:
            if execution.state not in ENDED:
                self._end(execution, state, reason)

    def _end(self, execution: Execution, state: str, reason: str = "") -> None:
        execution.state, execution.reason, execution.ended = state, reason, time.time()


class Workers:
    """A few threads, each with an engine of its own, made when it is first needed."""

    def __init__(self, number: int = WORKERS) -> None:
        self._pool = ThreadPoolExecutor(max_workers=number, thread_name_prefix="athena")
        self._own = threading.local()
        self._small = SmallFiles()
        self._engines: list[Engine] = []

    def submit(self, work: Callable[[Callable[[], Engine]], None]) -> None:
        """Run on a worker, when one is free; the work gets what makes or finds the worker's engine."""
        self._pool.submit(work, self._engine)

    def interrupt(self, run: Run) -> None:
        """Stop a statement, wherever it runs; returns at once."""
        run.counter.stopped = True
        threading.Thread(target=self._interrupt, args=(run,), daemon=True, name="athena-stop").start()

    def close(self) -> None:
        """End the threads: what is queued is not run, what runs is stopped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._interrupt(None, tries=1)

    def _interrupt(self, run: Run | None, tries: int = STOP_TRIES) -> None:
        for _ in range(tries):
            told = [engine.interrupt(run) for engine in list(self._engines)]
            if not any(told):
                return
            time.sleep(STOP_PAUSE)

    def _engine(self) -> Engine:
        """This thread's engine."""
        engine: Engine | None = getattr(self._own, "engine", None)
        if engine is None:
            engine = self._own.engine = Engine(self._small)
            self._engines.append(engine)
        return engine


def with_parameters(sql: str, parameters: tuple[str, ...]) -> str:
    """The statement with its `?` filled. StatementError when their numbers differ."""
    if not parameters:
        return sql
    pieces = re.split(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*)", sql)
    places = sum(piece.count("?") for piece in pieces[::2])
    if places != len(parameters):
        raise StatementError(f"Incorrect number of parameters: expected {places} but found {len(parameters)}")
    left = iter(parameters)
    pieces[::2] = [re.sub(r"\?", lambda _: next(left), piece) for piece in pieces[::2]]
    return "".join(pieces)
