"""The engine that answers Lake SQL once it is rewritten."""

from dataclasses import dataclass
from typing import Protocol

from opentrail.domain.lake_state import LakeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How an execution stands. States are Athena's: QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED."""

    state: str
    reason: str = ""
    bytes_scanned: int = 0
    rows_scanned: int = 0
    rows_returned: int = 0
    milliseconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """Rows of an answer without the heading row; None is SQL's NULL. `types` are the engine's names."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    next_token: str | None


class LakeQueries(Protocol):
    """Runs SQL over the lake's table."""

    def state(self, store_id: str) -> LakeState:
        """Which days a store holds, and for which of them a repeat is possible; read consistently."""
        ...

    def start(self, sql: str) -> str:
        """Start it; the engine's id of the execution. AdapterError when the engine refuses."""
        ...

    def describe(self, execution_id: str) -> Execution:
        """How it stands."""
        ...

    def cancel(self, execution_id: str) -> None:
        """Stop it."""
        ...

    def results(self, execution_id: str, *, max_rows: int, next_token: str | None) -> ResultPage:
        """A page of rows, at most `max_rows` (1 to 1000; a page may be shorter and still have a token)."""
        ...
