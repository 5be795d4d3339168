"""Whole queries with answers worked out by hand: joins, UNNEST, set operations, windows, subqueries."""
# ruff: noqa: E501 - a query and its answer are one row of a table

import pytest

from .conftest import Athena

PEOPLE = "(VALUES (1, 'ann', 'x'), (2, 'bob', 'y'), (3, 'cyd', CAST(NULL AS varchar))) AS p(id, name, team)"
TEAMS = "(VALUES ('x', 'red'), ('z', 'blue')) AS t(team, colour)"
LISTS = "(VALUES (1, ARRAY['a', 'b']), (2, ARRAY[]), (3, NULL)) AS l(id, tags)"

ANSWERS = [
    (f"SELECT name, colour FROM {PEOPLE} JOIN {TEAMS} ON p.team = t.team", [["ann", "red"]]),
    (
        f"SELECT name, colour FROM {PEOPLE} LEFT JOIN {TEAMS} ON p.team = t.team ORDER BY name",
        [["ann", "red"], ["bob", None], ["cyd", None]],
    ),
    (
        f"SELECT name, colour FROM {PEOPLE} FULL OUTER JOIN {TEAMS} ON p.team = t.team ORDER BY 1, 2",
        [["ann", "red"], ["bob", None], ["cyd", None], [None, "blue"]],
    ),
    (f"SELECT * FROM {PEOPLE} JOIN {TEAMS} USING (team)", [["x", "1", "ann", "red"]]),
    (
        f"SELECT team, name FROM {PEOPLE} RIGHT JOIN {TEAMS} USING (team) ORDER BY 1",
        [["x", "ann"], ["z", None]],
    ),
    (f"SELECT count(*) FROM {PEOPLE}, {TEAMS}", [["6"]]),
    (f"SELECT id, tag FROM {LISTS} CROSS JOIN UNNEST(tags) AS u(tag)", [["1", "a"], ["1", "b"]]),
    ("SELECT a.n, v.m FROM ((SELECT 1 AS n) AS a CROSS JOIN (VALUES 2) AS v(m)) WHERE a.n = 1", [["1", "2"]]),
    ("SELECT a.n FROM (((SELECT 1 AS n) AS a JOIN (SELECT 1 AS n) AS b ON a.n = b.n)) ORDER BY b.n", [["1"]]),
    (
        f"SELECT id, tag FROM {LISTS} LEFT JOIN UNNEST(tags) AS u(tag) ON true ORDER BY 1, 2",
        [["1", "a"], ["1", "b"], ["2", None], ["3", None]],
    ),
    (
        f"SELECT id, tag, n FROM {LISTS} CROSS JOIN UNNEST(tags) WITH ORDINALITY AS u(tag, n) ORDER BY n DESC",
        [["1", "b", "2"], ["1", "a", "1"]],
    ),
    (
        "SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY['x']) AS t(a, b) ORDER BY a",
        [["1", "x"], ["2", None]],
    ),
    (
        "SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t(k, v) ORDER BY k",
        [["a", "1"], ["b", "2"]],
    ),
    (
        "SELECT x, y FROM UNNEST(ARRAY[ROW(1, 'a'), ROW(2, 'b')]) AS t(x, y) ORDER BY x DESC",
        [["2", "b"], ["1", "a"]],
    ),
    (
        "SELECT r.n FROM UNNEST(ARRAY[CAST(ROW(ROW(7)) AS ROW(r ROW(n bigint)))]) AS t(r)",
        [["7"]],
    ),
    ("SELECT 1 UNION SELECT 1 UNION ALL SELECT 2 ORDER BY 1", [["1"], ["2"]]),
    ("SELECT x FROM (VALUES 1, 2, 3) t(x) EXCEPT SELECT 2 ORDER BY 1", [["1"], ["3"]]),
    ("SELECT x FROM (VALUES 1, 2, 3) t(x) INTERSECT SELECT 2", [["2"]]),
    ("SELECT 1 AS n UNION ALL SELECT 2.5 ORDER BY n", [["1.0"], ["2.5"]]),
    ("(SELECT 3) UNION ALL (SELECT 1 LIMIT 0)", [["3"]]),
    (
        "WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS n FROM a) SELECT a.n, b.n FROM a CROSS JOIN b",
        [["1", "2"]],
    ),
    ("WITH a (m) AS (SELECT 1) SELECT x.m FROM a AS x", [["1"]]),
    ("WITH a AS (SELECT 1 AS n) SELECT * FROM (WITH a AS (SELECT 2 AS n) SELECT * FROM a)", [["2"]]),
    (
        f"SELECT name, row_number() OVER (ORDER BY name DESC) AS r FROM {PEOPLE} ORDER BY r",
        [["cyd", "1"], ["bob", "2"], ["ann", "3"]],
    ),
    (
        "SELECT x, sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1, 2, 3) t(x)",
        [["1", "1"], ["2", "3"], ["3", "5"]],
    ),
    ("SELECT x, lag(x) OVER (ORDER BY x) FROM (VALUES 1, 2) t(x) ORDER BY x", [["1", None], ["2", "1"]]),
    (f"SELECT name FROM {PEOPLE} WHERE id IN (SELECT max(id) FROM {PEOPLE})", [["cyd"]]),
    (
        f"SELECT name FROM {PEOPLE} WHERE EXISTS (SELECT 1 FROM {TEAMS} WHERE t.team = p.team)",
        [["ann"]],
    ),
    (f"SELECT name, (SELECT colour FROM {TEAMS} WHERE t.team = p.team) FROM {PEOPLE} WHERE id = 1", [["ann", "red"]]),
    ("SELECT team, count(*) FROM " + PEOPLE + " GROUP BY team ORDER BY team", [["x", "1"], ["y", "1"], [None, "1"]]),
    (
        f"SELECT team, count(*) FROM {PEOPLE} GROUP BY ROLLUP (team) ORDER BY 2 DESC, 1 LIMIT 2",
        [[None, "3"], ["x", "1"]],
    ),
    (f"SELECT listagg(name, ',') WITHIN GROUP (ORDER BY name DESC) FROM {PEOPLE}", [["cyd,bob,ann"]]),
    (f"SELECT array_agg(name ORDER BY id DESC), map_agg(name, id) FROM {PEOPLE} WHERE id < 3", [["[bob, ann]", "{ann=1, bob=2}"]]),
    (f"SELECT count(DISTINCT team), approx_distinct(team), count(team) FROM {PEOPLE}", [["2", "2", "2"]]),
    ("SELECT sum(x), avg(x), min(x), max(x), count(x) FROM (VALUES 1, 2, NULL) t(x)", [["3", "1.5", "1", "2", "2"]]),
    ("SELECT sum(x), avg(x), typeof(sum(x)) FROM (VALUES 1.25, 2.50) t(x)", [["3.75", "1.88", "decimal(38,2)"]]),
    ("SELECT sum(x), avg(x) FROM (VALUES 1e0, 2e0) t(x)", [["3.0", "1.5"]]),
    ("SELECT sum(x), count(*) FROM (VALUES 1) t(x) WHERE x > 1", [[None, "0"]]),
    ("SELECT x FROM (VALUES 3, NULL, 1) t(x) ORDER BY x", [["1"], ["3"], [None]]),
    ("SELECT x FROM (VALUES 3, NULL, 1) t(x) ORDER BY x DESC", [["3"], ["1"], [None]]),
    ("SELECT x FROM (VALUES 3, NULL, 1) t(x) ORDER BY x NULLS FIRST OFFSET 1 LIMIT 1", [["1"]]),
    ("SELECT x FROM (VALUES 1, 2, 3) t(x) ORDER BY x OFFSET 1 ROWS FETCH FIRST 1 ROW ONLY", [["2"]]),
    ("SELECT DISTINCT x % 2 AS odd FROM (VALUES 1, 2, 3) t(x) ORDER BY odd", [["0"], ["1"]]),
    ("SELECT X.Y FROM (SELECT 1 AS y) AS x", [["1"]]),
    ('SELECT "select" FROM (SELECT 1 AS "select")', [["1"]]),
    ("SELECT t.* FROM (VALUES (1, 2)) AS t(a, b)", [["1", "2"]]),
    ("VALUES (1, 'a'), (2, 'b')", [["1", "a"], ["2", "b"]]),
    ("SELECT NULL", [[None]]),
    ("SELECT 'it''s', '', ' '", [["it's", "", " "]]),
    ("SELECT 1 -- a comment; with a semicolon\n;", [["1"]]),
    ("SELECT /* one */ 1", [["1"]]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "rows"), ANSWERS, ids=lambda value: value if isinstance(value, str) else "")
def test_answers(athena: Athena, sql: str, rows: list[list[str | None]]) -> None:
    assert athena.rows(sql) == rows


def test_a_common_table_expression_twice(athena: Athena) -> None:
    sql = "WITH a AS (SELECT x FROM (VALUES 1, 2) t(x)) SELECT l.x, r.x FROM a l JOIN a r ON l.x < r.x"
    assert athena.rows(sql) == [["1", "2"]]


def test_many_rows_come_in_order(athena: Athena) -> None:
    rows = athena.rows("SELECT x FROM UNNEST(sequence(1, 9000)) AS t(x) ORDER BY x DESC")
    assert rows == [[str(x)] for x in range(9000, 0, -1)]


@pytest.mark.parametrize("text", ["X'6''), (1'", "X'zz'", "X'abc'"])
def test_binary_literals_hold_only_digits(athena: Athena, text: str) -> None:
    with pytest.raises(Exception, match=r"INVALID_LITERAL|mismatched"):
        athena.value(text)
