"""Which days are read: as few as the conditions allow, never too few."""

# ruff: noqa: E501 (a condition reads better in one line)

import pytest
from opentrail.lake_sql.coercion import coerce_literals
from opentrail.lake_sql.confinement import parsed, store_tables
from opentrail.lake_sql.pruning import Days, day_bounds
from opentrail.lake_sql.relations import Relations

from tests.unit.lake_sql.lake import OTHER_STORE, STORE


def bounds(statement: str) -> list[Days]:
    """The days of each mention of a store, in order."""
    tree = parsed(statement)
    relations = Relations(tree)
    coerce_literals(tree, relations)
    found = day_bounds(tree, relations)
    return [found.get(id(table), Days()) for table in store_tables(tree)]


ALL = Days()


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ("eventTime > '2023-07-09'", Days("2023-07-09")),
        ("eventTime >= '2023-07-09 23:59:59'", Days("2023-07-09")),
        ("eventTime < '2023-07-09'", Days(None, "2023-07-08")),
        ("eventTime < '2023-07-09 00:00:00.0000001'", Days(None, "2023-07-09")),
        ("eventTime < '2023-07-09 00:00:01'", Days(None, "2023-07-09")),
        ("eventTime <= '2023-07-09'", Days(None, "2023-07-09")),
        ("eventTime = '2023-07-09 05:00:00'", Days("2023-07-09", "2023-07-09")),
        ("eventTime <> '2023-07-09'", ALL),
        ("'2023-07-09' < eventTime", Days("2023-07-09")),
        ("'2023-07-09' > eventTime", Days(None, "2023-07-08")),
        ("eventTime > '2023-07-09' AND eventTime < '2023-07-11'", Days("2023-07-09", "2023-07-10")),
        ("eventTime BETWEEN '2023-07-09' AND '2023-07-11'", Days("2023-07-09", "2023-07-11")),
        ("eventTime BETWEEN '2023-07-09' AND now()", Days("2023-07-09")),
        ("eventTime NOT BETWEEN '2023-07-09' AND '2023-07-11'", ALL),
        ("eventTime IN ('2023-07-09', '2023-07-11 10:00:00')", Days("2023-07-09", "2023-07-11")),
        ("eventTime IN ('2023-07-09', now())", ALL),
        ("eventTime NOT IN ('2023-07-09')", ALL),
        ("eventTime IN (SELECT TIMESTAMP '2023-07-09 00:00:00')", ALL),
        ("date(eventTime) = '2023-07-09'", Days("2023-07-09", "2023-07-09")),
        ("cast(eventTime AS date) >= DATE '2023-07-09'", Days("2023-07-09")),
        ("date_trunc('day', eventTime) = '2023-07-09'", Days("2023-07-09", "2023-07-09")),
        ("date_trunc('month', eventTime) = '2023-07-01'", ALL),
        ("eventTime > from_iso8601_timestamp('2023-07-09T00:00:00Z')", Days("2023-07-09")),
        ("eventTime > TIMESTAMP '2023-07-09 01:00:00 +02:00'", Days("2023-07-08")),
        ("eventTime > now()", ALL),
        ("eventTime + interval '1' day > '2023-07-09'", ALL),
        ("eventTime > '2023-07-09' OR eventTime < '2023-07-05'", ALL),
        ("eventTime > '2023-07-09' OR eventTime > '2023-07-05'", Days("2023-07-05")),
        (
            "eventTime = '2023-07-01' OR eventTime = '2023-07-03' OR eventTime = '2023-07-02'",
            Days("2023-07-01", "2023-07-03"),
        ),
        ("eventTime > '2023-07-09' OR eventName = 'x'", ALL),
        (
            "(eventTime > '2023-07-09' AND eventName = 'x') OR (eventTime > '2023-07-08' AND eventName = 'y')",
            Days("2023-07-08"),
        ),
        ("eventName = 'x' AND (eventTime > '2023-07-09' OR eventTime = '2023-07-12')", Days("2023-07-09")),
        ("NOT eventTime > '2023-07-09'", ALL),
        ("NOT (eventTime > '2023-07-09' AND eventTime < '2023-07-10')", ALL),
        ("coalesce(eventTime, now()) > '2023-07-09'", ALL),
        ("if(eventTime > '2023-07-09', true, false)", ALL),
        ("eventTime > '2023-07-09' IS NULL", ALL),
        ("eventTime IS DISTINCT FROM '2023-07-09'", ALL),
        ("userIdentity.sessionContext.attributes.creationDate > '2023-07-09'", ALL),
        ("eventTime > '0001-01-01' AND eventTime < '9999-12-31'", Days("0001-01-01", "9999-12-30")),
        ("eventTime < '0001-01-01'", Days(None, "0001-01-01")),
        ("eventTime > '2023-07-11' AND eventTime < '2023-07-09'", Days("2023-07-11", "2023-07-08")),
    ],
)
def test_conditions(condition: str, days: Days) -> None:
    assert bounds(f"SELECT 1 FROM {STORE} WHERE {condition}") == [days]


A, B = f"{STORE} a", f"{OTHER_STORE} b"
AFTER = "eventTime > '2023-07-09'"
FROM_9 = Days("2023-07-09")


@pytest.mark.parametrize(
    ("statement", "days"),
    [
        (f"SELECT 1 FROM {A} JOIN {B} ON a.eventid = b.eventid WHERE a.{AFTER}", [FROM_9, ALL]),
        (f"SELECT 1 FROM {A} JOIN {B} ON a.{AFTER}", [ALL, ALL]),
        (f"SELECT 1 FROM {A} LEFT JOIN {B} ON a.eventid = b.eventid WHERE b.{AFTER}", [ALL, FROM_9]),
        (f"SELECT 1 FROM (SELECT * FROM {A}) WHERE {AFTER}", [FROM_9]),
        (f"SELECT 1 FROM (SELECT *, 1 AS one FROM {A}) x WHERE x.{AFTER}", [FROM_9]),
        (f"SELECT 1 FROM (SELECT eventTime AS t FROM {A}) WHERE t > '2023-07-09'", [FROM_9]),
        (f"SELECT 1 FROM (SELECT eventName AS eventTime FROM {A}) WHERE {AFTER}", [ALL]),
        (f"SELECT 1 FROM (SELECT DISTINCT eventTime FROM {A}) WHERE {AFTER}", [FROM_9]),
        (f"SELECT 1 FROM (SELECT * FROM {A} LIMIT 5) WHERE {AFTER}", [ALL]),
        (f"SELECT 1 FROM (SELECT * FROM {A} OFFSET 5) WHERE {AFTER}", [ALL]),
        (f"SELECT 1 FROM (SELECT * FROM {A} FETCH FIRST 5 ROWS ONLY) WHERE {AFTER}", [ALL]),
        (f"SELECT 1 FROM (SELECT *, rank() OVER (ORDER BY eventid) AS r FROM {A}) WHERE {AFTER}", [ALL]),
        (
            f"SELECT 1 FROM (SELECT *, rank() OVER w AS r FROM {A} WINDOW w AS (ORDER BY eventid)) WHERE {AFTER}",
            [ALL],
        ),
        (f"SELECT 1 FROM (SELECT eventTime, count(*) FROM {A} GROUP BY 1) WHERE {AFTER}", [ALL]),
        (f"SELECT 1 FROM (SELECT max(eventTime) AS eventTime FROM {A}) WHERE {AFTER}", [ALL]),
        (f"SELECT eventTime, count(*) FROM {A} GROUP BY 1 HAVING {AFTER}", [ALL]),
        (f"SELECT count(*) FILTER (WHERE {AFTER}) FROM {A}", [ALL]),
        (f"SELECT 1 FROM (SELECT * FROM {A} UNION ALL SELECT * FROM {B}) WHERE {AFTER}", [FROM_9, FROM_9]),
        (f"SELECT 1 FROM (SELECT * FROM {A} EXCEPT SELECT * FROM {B}) WHERE {AFTER}", [FROM_9, FROM_9]),
        (
            f"SELECT 1 FROM (SELECT * FROM {A} UNION ALL (SELECT * FROM {B} LIMIT 1)) WHERE {AFTER}",
            [ALL, ALL],
        ),
        (f"WITH x AS (SELECT * FROM {A}) SELECT 1 FROM x WHERE {AFTER}", [FROM_9]),
        (f"WITH x AS (SELECT * FROM {A}) SELECT 1 FROM x p, x q WHERE p.{AFTER}", [ALL]),
        (
            f"WITH x(p, q) AS (SELECT eventid, eventTime FROM {A}) SELECT 1 FROM x WHERE q > '2023-07-09'",
            [FROM_9],
        ),
        (f"WITH x AS (SELECT * FROM {A}), y AS (SELECT * FROM x WHERE {AFTER}) SELECT 1 FROM y", [FROM_9]),
        (f"SELECT 1 FROM {A} WHERE EXISTS (SELECT 1 FROM {B} WHERE b.{AFTER})", [ALL, FROM_9]),
        (f"SELECT 1 FROM {A} WHERE EXISTS (SELECT 1 FROM {B} WHERE a.{AFTER})", [ALL, ALL]),
        (
            f"SELECT 1 FROM {A} WHERE NOT EXISTS (SELECT 1 FROM {B} WHERE a.{AFTER} AND b.eventid = a.eventid)",
            [ALL, ALL],
        ),
        (f"SELECT (SELECT max(eventid) FROM {B} WHERE {AFTER}) FROM {A}", [FROM_9, ALL]),
        (f"SELECT 1 FROM {A} CROSS JOIN UNNEST(resources) AS r(eventTime) WHERE r.{AFTER}", [ALL]),
        (
            f"SELECT any_match(array[now()], eventTime -> {AFTER}) FROM {A} WHERE any_match(array[now()], eventTime -> {AFTER})",
            [ALL],
        ),
    ],
)
def test_statements(statement: str, days: list[Days]) -> None:
    assert bounds(statement) == days


def test_hundreds_of_alternatives_are_read() -> None:
    condition = " OR ".join(["eventTime='2023-07-09'"] * 350)
    assert bounds(f"SELECT 1 FROM {STORE} WHERE {condition}") == [Days("2023-07-09", "2023-07-09")]
