"""What the rewriter tells of a statement beside its SQL: the stores, and the keys of the result rows."""

import subprocess
import sys
from pathlib import Path

import pytest
from opentrail.domain.lake_state import LakeState
from opentrail.lake_sql.rewriter import LakeSqlRewriter
from opentrail.ports.sql_rewriter import InvalidStatementError, SqlRewriter, StoreScope

from tests.unit.lake_sql.lake import DATABASE, OTHER_STORE, RETAINED, STORE, TABLE, Lake, published_columns

ARN = f"arn:aws:cloudtrail:us-east-1:111111111111:eventdatastore/{STORE}"
REWRITER: SqlRewriter = LakeSqlRewriter()


@pytest.mark.parametrize(
    ("statement", "references"),
    [
        (f"SELECT 1 FROM {STORE}", (STORE,)),
        (f"SELECT 1 FROM {STORE.upper()};", (STORE.upper(),)),
        (f'SELECT 1 FROM "{STORE}" a', (STORE,)),
        (f"SELECT 1 FROM {ARN}", (ARN,)),
        (f'SELECT 1 FROM "{ARN}"', (ARN,)),
        (f"SELECT 1 FROM {OTHER_STORE} a, {STORE} b, {OTHER_STORE} c", (OTHER_STORE, STORE)),
        (f"SELECT (SELECT 1 FROM {OTHER_STORE}) FROM {STORE}", (OTHER_STORE, STORE)),
        (f"WITH {STORE} AS (SELECT * FROM {OTHER_STORE}) SELECT * FROM {STORE}", (OTHER_STORE,)),
        (f"SELECT '{OTHER_STORE}' FROM {STORE} -- {OTHER_STORE}", (STORE,)),
        (f"WITH x AS (SELECT * FROM {STORE}) SELECT * FROM {OTHER_STORE}, x", (STORE, OTHER_STORE)),
    ],
)
def test_references(statement: str, references: tuple[str, ...]) -> None:
    assert REWRITER.references(statement) == references


@pytest.mark.parametrize("statement", ["SELECT 1", "SELECT 1 FROM", "DROP TABLE x", "SELECT 1 FROM a.b", "x"])
def test_references_of_what_is_refused(statement: str) -> None:
    with pytest.raises(InvalidStatementError):
        REWRITER.references(statement)


def test_the_parser_is_not_imported_before_the_first_statement() -> None:
    code = "import sys, opentrail.lake_sql.rewriter; sys.exit('sqlglot' in sys.modules)"
    path = str(Path(__file__).parents[3] / "lambdas")
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}, check=False).returncode == 0


def test_scopes_are_found_under_the_reference_as_written() -> None:
    scope = StoreScope(
        store_id=STORE, state=LakeState(oldest_day="2023-07-01", newest_day="2023-07-02"), oldest=RETAINED
    )
    for reference in (STORE, STORE.upper(), ARN):
        rewritten = REWRITER.rewrite(
            f"SELECT eventName FROM {reference}", scopes={reference: scope}, database=DATABASE, table=TABLE
        )
        assert rewritten.store_ids == (STORE,)
        assert f"store = '{STORE}'" in rewritten.sql
        assert rewritten.sql.endswith(f'AS "{reference}"')


def test_store_ids_are_each_told_once(lake: Lake) -> None:
    assert lake.rewritten(f"SELECT 1 FROM {OTHER_STORE} a, {STORE} b, {OTHER_STORE} c").store_ids == (
        OTHER_STORE,
        STORE,
    )


@pytest.mark.parametrize(
    ("items", "names"),
    [
        ("eventName", ("eventName",)),
        ("EVENTNAME, eventname", ("EVENTNAME", "eventname")),
        ("eventName AS Name", ("Name",)),
        ('eventName "My Name"', ("My Name",)),
        ("userIdentity.principalid", ("principalid",)),
        ("userIdentity.sessionContext.sessionIssuer.userName", ("userName",)),
        ("t.userIdentity.ARN", ("ARN",)),
        ("t.eventName", ("eventName",)),
        ("(eventName)", ("eventName",)),
        ("count(*)", ("_col0",)),
        ("eventName, count(*), awsRegion, max(eventTime)", ("eventName", "_col1", "awsRegion", "_col3")),
        ("element_at(resources, 1).arn", ("_col0",)),
        ("requestParameters['x'], 1, 'a', eventName || 'x'", ("_col0", "_col1", "_col2", "_col3")),
        ("cast(eventTime AS date)", ("_col0",)),
        ("*", published_columns()),
        ("t.*", published_columns()),
        ("1, *", ("_col0", *published_columns())),
        ("*, count(*) OVER ()", (*published_columns(), f"_col{len(published_columns())}")),
        ("eventContext.requestContext", ("requestContext",)),
    ],
)
def test_column_names(lake: Lake, items: str, names: tuple[str, ...]) -> None:
    assert lake.rewritten(f"SELECT {items} FROM {STORE} t").column_names == names


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (f"SELECT eventName AS a FROM {STORE} UNION SELECT eventid FROM {STORE}", ("a",)),
        (f"SELECT * FROM (SELECT eventName, count(*) FROM {STORE} GROUP BY 1)", ("eventName", "_col1")),
        (f"WITH x(A, b) AS (SELECT eventName, eventid FROM {STORE}) SELECT * FROM x", ("A", "b")),
        (
            f"WITH x AS (SELECT eventName FROM {STORE}) SELECT x.*, y.eventID AS i FROM x, {STORE} y",
            ("eventName", "i"),
        ),
        (f"(SELECT eventName FROM {STORE} LIMIT 1)", ("eventName",)),
        (f"SELECT * FROM (VALUES 1) v(n), (SELECT eventid FROM {STORE})", ("n", "eventid")),
        (f"SELECT * FROM (VALUES 1), (SELECT eventid FROM {STORE})", None),
        (f"SELECT * FROM {STORE} a JOIN {STORE} b USING (eventid)", None),
        (f"SELECT * FROM ({STORE} a NATURAL JOIN {STORE} b)", None),
        (
            f"SELECT b.eventid, a.awsRegion FROM {STORE} a JOIN {STORE} b USING (eventid)",
            ("eventid", "awsRegion"),
        ),
        (f"SELECT r.* FROM {STORE} CROSS JOIN UNNEST(resources) AS r", None),
        (
            f"SELECT v.n, * FROM (SELECT eventid FROM {STORE}) CROSS JOIN UNNEST(ARRAY[1]) AS v(n)",
            ("n", "eventid", "n"),
        ),
    ],
)
def test_column_names_of_statements(lake: Lake, statement: str, names: tuple[str, ...] | None) -> None:
    assert lake.rewritten(statement).column_names == names


def test_names_agree_with_the_engines_in_number(lake: Lake) -> None:
    for items in ("*", "1, *, eventName", "count(*)", "*, eventContext"):
        rewritten = lake.rewritten(f"SELECT {items} FROM {STORE}")
        lake.run(rewritten.sql)
        assert rewritten.column_names is not None
        assert len(rewritten.column_names) == len(lake.connection.description or ())


@pytest.mark.parametrize(
    "expression",
    [
        "a || b",
        "a % 2",
        "element_at(a, 'x').b",
        "a['x']",
        "a[1]",
        "transform(a, x -> x.arn)",
        "reduce(a, 0, (s, x) -> s + x, s -> s)",
        "any_match(a, x -> x = 'y')",
        "CAST(a AS VARCHAR)",
        "TRY_CAST(a AS BIGINT)",
        "CAST(row(1, 'a') AS ROW(x INTEGER, y VARCHAR))",
        "CAST(a AS TIMESTAMP(6) WITH TIME ZONE)",
        "CAST('2023-01-01 00:00:00.5' AS TIMESTAMP(0))",
        "CAST('2023-01-01 00:00:00' AS TIMESTAMP(0) WITH TIME ZONE)",
        "TIMESTAMP '2023-01-01 00:00:00.123'",
        "TIMESTAMP '2023-01-01 00:00:00 UTC'",
        "TIMESTAMP '2023-01-01'",
        "DATE '2023-01-01'",
        "INTERVAL '1' DAY",
        "INTERVAL '1-2' YEAR TO MONTH",
        "eventTime AT TIME ZONE 'UTC'",
        "json_extract_scalar(a, '$.x')",
        "json_extract(a, '$[\"x\"]')",
        "json_array_get(json_parse(a), 0)",
        "replace(a, 'x')",
        "replace(a, 'x', 'y')",
        "date_trunc('day', a)",
        "date_add('week', -1, CURRENT_TIMESTAMP)",
        "date_diff('day', a, b)",
        "day_of_week(a)",
        "approx_distinct(a)",
        "approx_percentile(a, 0.5)",
        "max_by(a, b)",
        "arbitrary(a)",
        "array_agg(a ORDER BY b DESC)",
        "count(DISTINCT a)",
        "regexp_like(a, '^x\\d+$')",
        "regexp_replace(a, 'x', 'y')",
        "split_part(a, '/', -1)",
        "substr(a, 2)",
        "IF(a, b, c)",
        "nullif(a, b)",
        "CASE a WHEN 1 THEN 'x' ELSE 'y' END",
        "rank() OVER (PARTITION BY a ORDER BY b DESC)",
        "lag(a, 1) OVER (ORDER BY b)",
        "format('%s', a)",
        "from_unixtime(1)",
        "to_unixtime(a)",
        "cardinality(map_keys(a))",
        "greatest(a, b)",
        "a LIKE 'x\\_%' ESCAPE '\\'",
        "a IS DISTINCT FROM b",
        "(a, b) IN ((1, 2))",
        "a > ALL (SELECT 1)",
        "NULL",
    ],
)
def test_expressions_are_written_as_they_came(lake: Lake, expression: str) -> None:
    assert lake.rewritten(f"SELECT {expression} FROM {STORE}").sql.startswith(f"SELECT {expression} FROM (")


@pytest.mark.parametrize(
    ("clause", "written"),
    [
        ("group by 1, 2", "GROUP BY 1, 2"),
        ("group by grouping sets ((a), (b), ())", "GROUP BY GROUPING SETS ((a), (b), ())"),
        ("group by rollup (a, b)", "GROUP BY ROLLUP (a, b)"),
        ("having count(*) > 1", "HAVING count(*) > 1"),
        ("order by a desc nulls first, 2", "ORDER BY a DESC NULLS FIRST, 2"),
        ("order by a desc", "ORDER BY a DESC"),
        ("order by a asc", "ORDER BY a ASC"),
        ("order by 1 offset 3 limit 5", "ORDER BY 1 OFFSET 3 LIMIT 5"),
        (
            "cross join unnest(resources) with ordinality as r(a, n)",
            "CROSS JOIN UNNEST(resources) WITH ORDINALITY AS r(a, n)",
        ),
        (", unnest(map_keys(requestparameters)) as r(a)", ", UNNEST(map_keys(requestparameters)) AS r(a)"),
        ("left join unnest(resources) as r(a) on true", "LEFT JOIN UNNEST(resources) AS r(a) ON TRUE"),
        ("where a != 1 and b <> 2", "WHERE a <> 1 AND b <> 2"),
        ("window w as (order by a)", "WINDOW w AS (ORDER BY a)"),
    ],
)
def test_clauses_are_kept(lake: Lake, clause: str, written: str) -> None:
    sql = lake.rewritten(f"SELECT 1 FROM {STORE} t {clause}").sql
    assert sql.rpartition(" AS t")[2].strip() == written or sql.endswith(written)


def test_decimal_literals_keep_their_digits(lake: Lake) -> None:
    assert lake.rewritten(f"SELECT DECIMAL '1.25' FROM {STORE}").sql.startswith("SELECT 1.25 FROM (")


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT * FROM {STORE} a JOIN {STORE} b USING (eventid) WHERE a.eventContext IS NULL",
        f"SELECT * FROM {STORE} a, (SELECT 1 AS one) WHERE a.eventContext IS NULL",
    ],
)
def test_stars_that_cannot_be_written_out_are_refused(lake: Lake, statement: str) -> None:
    with pytest.raises(InvalidStatementError, match="Name the columns"):
        lake.rewritten(statement)
    assert lake.rewritten(statement.replace("eventContext", "eventid"))
