"""An engine that answers what a test tells it to."""

from dataclasses import dataclass, field, replace

from opentrail.domain.lake_state import LakeState
from opentrail.ports.errors import AdapterError
from opentrail.ports.lake_queries import Execution, ResultPage


@dataclass
class FakeExecution:
    """One statement and how it stands; `rows` are its answer once it has SUCCEEDED."""

    sql: str
    execution: Execution
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: list[tuple[str | None, ...]] = field(default_factory=list)


class FakeLakeQueries:
    """Executions by id, QUEUED until a test moves them. Tokens are positions."""

    def __init__(self) -> None:
        self.states: dict[str, LakeState] = {}
        self.executions: dict[str, FakeExecution] = {}
        self.refusal: AdapterError | None = None

    def state(self, store_id: str) -> LakeState:
        return self.states.get(store_id, LakeState())

    def start(self, sql: str) -> str:
        if self.refusal is not None:
            raise self.refusal
        execution_id = f"execution-{len(self.executions)}"
        self.executions[execution_id] = FakeExecution(sql, Execution(state="QUEUED"))
        return execution_id

    def describe(self, execution_id: str) -> Execution:
        return self.executions[execution_id].execution

    def cancel(self, execution_id: str) -> None:
        self.move(execution_id, "CANCELLED")

    def results(self, execution_id: str, *, max_rows: int, next_token: str | None) -> ResultPage:
        held = self.executions[execution_id]
        first = int(next_token or 0)
        rows = tuple(held.rows[first : first + max_rows])
        more = first + len(rows) < len(held.rows)
        return ResultPage(
            columns=held.columns,
            types=held.types,
            rows=rows,
            next_token=str(first + len(rows)) if more else None,
        )

    @property
    def latest(self) -> str:
        """The id of the execution started last."""
        return list(self.executions)[-1]

    def move(self, execution_id: str, state: str, reason: str = "", **numbers: int) -> None:
        """Put an execution into a state."""
        held = self.executions[execution_id]
        held.execution = replace(held.execution, state=state, reason=reason, **numbers)

    def answer(self, execution_id: str, columns: dict[str, str], rows: list[tuple[str | None, ...]]) -> None:
        """Let an execution succeed with these columns (name -> type) and rows."""
        held = self.executions[execution_id]
        held.columns, held.types, held.rows = tuple(columns), tuple(columns.values()), rows
        self.move(execution_id, "SUCCEEDED", rows_returned=len(rows), rows_scanned=100, bytes_scanned=1234)
