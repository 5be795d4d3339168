"""The local Athena refuses what Trino refuses, in Athena's words; what is meant for Lake does not run on it."""
# ruff: noqa: E501 - a statement and its failure are one row of a table

import re

import pytest
from opentrail_local.athena.errors import QueryError, StatementError

from .conftest import STORE, Athena

FROM = f"FROM lake WHERE store = '{STORE}'"

# (statement, how its failure begins)
REFUSED = [
    (f"SELECT eventName {FROM} AND eventTime > '2023-01-01'", "TYPE_MISMATCH: line 1:85: Cannot apply operator: timestamp(3) > varchar(10)"),
    (f"SELECT eventName {FROM} AND readOnly = 'true'", "TYPE_MISMATCH: line 1:85: Cannot apply operator: boolean = varchar(4)"),
    (f"SELECT eventName {FROM} AND sessionCredentialFromConsole = true", "TYPE_MISMATCH"),
    (f"SELECT eventName {FROM} AND eventTime BETWEEN '2023-01-01' AND '2023-01-02'", "TYPE_MISMATCH: line 1:85: Cannot check if timestamp(3) is BETWEEN varchar(10) and varchar(10)"),
    (f"SELECT eventName {FROM} AND gen = '0'", "TYPE_MISMATCH"),
    (f"SELECT eventName {FROM} AND requestParameters LIKE '%x%'", "TYPE_MISMATCH: line 1:85: Left side of LIKE expression must evaluate to a varchar"),
    (f"SELECT eventName {FROM} AND errorCode", "TYPE_MISMATCH: line 1:85: Logical expression term must evaluate to a boolean (actual: varchar)"),
    ("SELECT eventName FROM lake WHERE eventName", "TYPE_MISMATCH: line 1:34: WHERE clause must evaluate to a boolean: actual type varchar"),
    (f"SELECT eventName, eventSource {FROM} GROUP BY eventName", "EXPRESSION_NOT_AGGREGATE: line 1:19: 'eventsource' must be an aggregate expression or appear in GROUP BY clause"),
    (f"SELECT eventName, count(*) {FROM}", "EXPRESSION_NOT_AGGREGATE: line 1:8: 'eventname' must be"),
    (f"SELECT * {FROM} GROUP BY eventName", "EXPRESSION_NOT_AGGREGATE"),
    (f"SELECT eventName n, count(*) {FROM} GROUP BY n", "COLUMN_NOT_FOUND: line 1:102: Column 'n' cannot be resolved"),
    (f"SELECT eventName, count(*) c {FROM} GROUP BY eventName HAVING c > 1", "COLUMN_NOT_FOUND"),
    (f"SELECT eventName {FROM} GROUP BY eventName ORDER BY eventSource", "EXPRESSION_NOT_AGGREGATE"),
    (f"SELECT DISTINCT eventName {FROM} ORDER BY eventSource", "EXPRESSION_NOT_IN_DISTINCT"),
    (f"SELECT eventName {FROM} AND count(*) > 1", "EXPRESSION_NOT_SCALAR"),
    (f"SELECT sum(count(*)) {FROM}", "NESTED_AGGREGATION"),
    (f"SELECT row_number() {FROM}", "MISSING_OVER"),
    (f"SELECT lower(eventName) OVER () {FROM}", "FUNCTION_NOT_AGGREGATE"),
    (f"SELECT noSuchColumn {FROM}", "COLUMN_NOT_FOUND: line 1:8: Column 'nosuchcolumn' cannot be resolved"),
    (f"SELECT userIdentity.nope {FROM}", "COLUMN_NOT_FOUND"),
    (f"SELECT eventName.nope {FROM}", "TYPE_MISMATCH"),
    ("SELECT x FROM nowhere", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.db.nowhere' does not exist"),
    ("SELECT x FROM nowhere.lake", "SCHEMA_NOT_FOUND: line 1:15: Schema 'nowhere' does not exist"),
    ("SELECT x FROM other.db.lake", "CATALOG_NOT_FOUND"),
    (f"SELECT eventName FROM lake a JOIN lake b ON a.eventId = b.eventId WHERE a.store = '{STORE}'", "AMBIGUOUS_NAME"),
    (f"SELECT a.eventName FROM lake a JOIN lake b ON a.eventTime = b.eventName WHERE a.store = '{STORE}'", "TYPE_MISMATCH"),
    (f"SELECT 1 {FROM} UNION SELECT 'a'", "TYPE_MISMATCH: line 1:8: column 1 in UNION query has incompatible types: integer, varchar(1)"),
    (f"SELECT 1, 2 {FROM} UNION SELECT 1", "TYPE_MISMATCH"),
    (f"SELECT eventName {FROM} AND eventName IN (SELECT eventTime {FROM})", "TYPE_MISMATCH"),
    (f"SELECT requestParameters {FROM} ORDER BY requestParameters", "TYPE_MISMATCH"),
    (f"SELECT r FROM lake CROSS JOIN UNNEST(eventName) AS t(r) WHERE store = '{STORE}'", "TYPE_MISMATCH: line 1:38: Cannot unnest type: varchar"),
    (f"SELECT r FROM lake CROSS JOIN UNNEST(resources) AS t(r) WHERE store = '{STORE}'", "MISMATCHED_COLUMN_ALIASES"),
    (f"SELECT requestParameters['nowhere'] {FROM}", "INVALID_FUNCTION_ARGUMENT: Key not present in map: nowhere"),
    (f"SELECT 1 / (length(eventName) - length(eventName)) {FROM}", "DIVISION_BY_ZERO: Division by zero"),
    (f"SELECT CAST(eventName AS bigint) {FROM}", "INVALID_CAST_ARGUMENT: Cannot cast"),
    ("SELECT eventName FROM lake", "CONSTRAINT_VIOLATION: For the injected projected partition column store, the WHERE clause must contain only static equality conditions, and at least one such condition must be present."),
    (f"SELECT eventName FROM lake WHERE store > '{STORE}'", "CONSTRAINT_VIOLATION"),
    (f"SELECT eventName FROM lake WHERE store = '{STORE}' OR tier = 'hot'", "CONSTRAINT_VIOLATION"),
]  # fmt: skip
# Statements StartQueryExecution itself refuses.
UNPARSABLE = [
    "SELEC 1",
    "SELECT 1; SELECT 2",
    "SELECT 'a' 'b'",
    "SELECT eventName FROM lake WHERE",
    "SELECT a::varchar FROM lake",
    f"SELECT eventName FROM {STORE}",
    f"SELECT eventName FROM {STORE} WHERE eventTime > '2023-01-01'",
    "SELECT eventName FROM lake WHERE x IN ('a' 'b')",
    "SELECT 'unended FROM lake",
    "DROP TABLE lake",
]


@pytest.fixture
def filled(athena: Athena) -> Athena:
    from .conftest import put_records, some_records

    put_records(athena.objects, some_records(50))
    return athena


@pytest.mark.parametrize(("sql", "reason"), REFUSED, ids=lambda text: text[:90])
def test_refused(filled: Athena, sql: str, reason: str) -> None:
    with pytest.raises(QueryError) as failed:
        filled.rows(sql)
    assert str(failed.value).startswith(reason)


@pytest.mark.parametrize("sql", UNPARSABLE)
def test_unparsable(filled: Athena, sql: str) -> None:
    with pytest.raises(StatementError):
        filled.rows(sql)


def test_lake_sql_runs_only_rewritten(filled: Athena) -> None:
    condition = "eventTime > '2023-01-01 00:00:00' AND readOnly = 'true'"
    lake = f'SELECT eventName FROM "{STORE}" WHERE {condition}'
    with pytest.raises(QueryError, match="TABLE_NOT_FOUND"):
        filled.rows(lake)
    with pytest.raises(QueryError, match=re.escape("timestamp(3) > varchar(19)")):
        filled.rows(f"SELECT eventName {FROM} AND {condition}")
    rewritten = f"SELECT eventName {FROM} AND eventTime > TIMESTAMP '2023-01-01 00:00:00' AND readOnly = true"
    assert filled.rows(rewritten)


def test_the_host_is_out_of_reach(filled: Athena) -> None:
    for source in (
        "'/etc/passwd'",
        '"/etc/passwd"',
        "read_csv('/etc/passwd')",
        "duckdb_settings()",
        "engine",
    ):
        with pytest.raises((QueryError, StatementError)):
            filled.rows(f"SELECT * FROM {source}")


def test_grouping_takes_what_trino_takes(filled: Athena) -> None:
    for sql in (
        f"SELECT eventName, count(*) {FROM} GROUP BY 1 ORDER BY 2 DESC, eventName",
        f"SELECT lower(eventName) || 'x', max(eventTime) {FROM} GROUP BY lower(eventName)",
        f"SELECT userIdentity.type, count(*) FILTER (WHERE readOnly) {FROM} GROUP BY userIdentity.type",
        f"SELECT userIdentity.type {FROM} GROUP BY userIdentity",
        f"SELECT count(*) c {FROM} GROUP BY eventName ORDER BY c * 2, max(eventTime)",
        f"SELECT eventName {FROM} GROUP BY eventName HAVING count(DISTINCT awsRegion) > 0",
        f"SELECT eventName, sum(count(*)) OVER (PARTITION BY eventName) {FROM} GROUP BY eventName",
        f"SELECT eventName, grouping(eventName), count(*) {FROM} GROUP BY ROLLUP(eventName)",
        f"SELECT array_agg(eventName ORDER BY eventTime), map_agg(eventId, eventName) {FROM}",
        f"SELECT date_trunc('hour', eventTime), count(*) {FROM} GROUP BY date_trunc('hour', eventTime)",
        f"SELECT if(readOnly, 'r', 'w') k, count(*) {FROM} GROUP BY if(readOnly, 'r', 'w')",
        f"SELECT (SELECT max(o.gen + gen) {FROM}) FROM lake o WHERE o.store = '{STORE}' LIMIT 1",
        f"SELECT transform(array_agg(eventName), x -> lower(x)) {FROM}",
    ):
        assert filled.rows(sql)
