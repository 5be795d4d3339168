"""Athena as the engine of Lake SQL, and the lake states its queries are bounded by."""

from collections.abc import Mapping
from typing import Any

from opentrail.adapters.dynamodb import translating
from opentrail.adapters.lake_states import DynamoDbLakeStates
from opentrail.domain.lake_state import LakeState
from opentrail.ports.lake_queries import Execution, ResultPage

MAX_PAGE = 1000  # rows of one GetQueryResults answer, the heading row included (Athena API reference)


class AthenaLakeQueries:
    """Runs statements in one workgroup, whose settings say where results go."""

    def __init__(self, athena: Any, states: DynamoDbLakeStates, *, database: str, workgroup: str) -> None:
        self._athena = athena
        self._states = states
        self._database = database
        self._workgroup = workgroup

    def state(self, store_id: str) -> LakeState:
        """Which days a store holds."""
        return self._states.get(store_id)

    @translating
    def start(self, sql: str) -> str:
        """StartQueryExecution; AdapterError when Athena refuses the statement or is out of capacity."""
        answer = self._athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self._database}, WorkGroup=self._workgroup
        )
        return str(answer["QueryExecutionId"])

    @translating
    def describe(self, execution_id: str) -> Execution:
        """GetQueryExecution, and after success GetQueryRuntimeStatistics for the numbers of rows."""
        execution = self._athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
        status = execution["Status"]
        statistics = execution.get("Statistics", {})
        rows = self._rows(execution_id) if status["State"] == "SUCCEEDED" else {}
        return Execution(
            state=status["State"],
            reason=status.get("StateChangeReason") or status.get("AthenaError", {}).get("ErrorMessage") or "",
            bytes_scanned=statistics.get("DataScannedInBytes") or 0,
            rows_scanned=rows.get("InputRows") or 0,
            rows_returned=rows.get("OutputRows") or 0,
            milliseconds=statistics.get("TotalExecutionTimeInMillis")
            or statistics.get("EngineExecutionTimeInMillis")
            or 0,
        )

    @translating
    def cancel(self, execution_id: str) -> None:
        """StopQueryExecution; one that has ended stays as it is."""
        self._athena.stop_query_execution(QueryExecutionId=execution_id)

    @translating
    def results(self, execution_id: str, *, max_rows: int, next_token: str | None) -> ResultPage:
        """GetQueryResults.

        The first page begins with a row of headings, which is left out: one row more is asked for where the
        limit allows, else the page is one row shorter.
        """
        first = next_token is None
        request: dict[str, Any] = {"QueryExecutionId": execution_id}
        request["MaxResults"] = min(max_rows + 1, MAX_PAGE) if first else min(max_rows, MAX_PAGE)
        if next_token is not None:
            request["NextToken"] = next_token
        answer = self._athena.get_query_results(**request)
        result = answer["ResultSet"]
        columns = result.get("ResultSetMetadata", {}).get("ColumnInfo", [])
        rows = result.get("Rows", [])[1 if first else 0 :]
        return ResultPage(
            columns=tuple(column["Name"] for column in columns),
            types=tuple(column["Type"] for column in columns),
            rows=tuple(tuple(datum.get("VarCharValue") for datum in row["Data"]) for row in rows),
            next_token=answer.get("NextToken"),
        )

    def _rows(self, execution_id: str) -> Mapping[str, int]:
        """Row counts, which Athena may have some time after the answer: none until then."""
        answer = self._athena.get_query_runtime_statistics(QueryExecutionId=execution_id)
        rows: Mapping[str, int] = answer.get("QueryRuntimeStatistics", {}).get("Rows") or {}
        return rows
