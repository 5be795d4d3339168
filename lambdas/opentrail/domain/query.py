"""A Lake query: who asked what, when, the engine's id of it, and how it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

QUEUED, RUNNING, FINISHED, FAILED = "QUEUED", "RUNNING", "FINISHED", "FAILED"
CANCELLED, TIMED_OUT = "CANCELLED", "TIMED_OUT"
STATUSES = (QUEUED, RUNNING, FINISHED, FAILED, CANCELLED, TIMED_OUT)
OPEN = frozenset({QUEUED, RUNNING})
KEPT = timedelta(days=7)  # results and queries (AWS documentation)

_OF_ENGINE = {"QUEUED": QUEUED, "RUNNING": RUNNING, "SUCCEEDED": FINISHED, "CANCELLED": CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A started query.

    `column_names` are the keys of its result rows, from the statement's SELECT list; None where they are the
    engine's. `settled` is the status it ended with, None while that is not known.
    """

    query_id: str
    account_id: str
    region: str
    statement: str
    execution_id: str
    created_at: datetime
    store_ids: tuple[str, ...]
    column_names: tuple[str, ...] | None = None
    settled: str | None = None


def status(state: str, reason: str) -> str:
    """The status of a query whose execution is in that state of the engine."""
    if state == "FAILED" and "timeout" in reason.lower():
        return TIMED_OUT  # Athena: "Query timeout"
    return _OF_ENGINE.get(state, FAILED)
