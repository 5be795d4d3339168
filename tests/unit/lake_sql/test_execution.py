"""Rewritten statements give the rows of the stores they name, and no others."""

# ruff: noqa: E501 (a statement reads better in one line)

from datetime import UTC, datetime

import pytest
from opentrail.lake_sql.rewriter import LakeSqlRewriter
from opentrail.ports.sql_rewriter import StoreScope

from tests.unit.lake_sql.lake import (
    DATABASE,
    EMPTY_STORE,
    OTHER_STORE,
    REPEATED_DAY,
    STORE,
    TABLE,
    Lake,
    bag,
    published_columns,
)

S, O, E = f'"{STORE}"', f'"{OTHER_STORE}"', f'"{EMPTY_STORE}"'  # noqa: E741

STATEMENTS = [
    f"SELECT eventid, eventname FROM {S}",
    f"SELECT * FROM {S}",
    f"SELECT count(*) FROM {S} WHERE eventTime > '2023-07-09'",
    f"SELECT count(*) FROM {S} WHERE EVENTTIME >= '2023-07-09 10:00:00' AND eventTime < '2023-07-10T01:00:00Z'",
    f"SELECT eventname, count(*) AS n FROM {S} GROUP BY 1 ORDER BY n DESC, 1",
    f"SELECT DISTINCT eventSource FROM {S} WHERE eventTime BETWEEN '2023-07-08' AND '2023-07-08 23:59:59'",
    f"SELECT eventid FROM {S} WHERE date(eventTime) = '2023-07-10'",
    f"SELECT eventid FROM {S} WHERE eventTime IN ('2023-07-09 01:00:00', '2023-07-10 02:00:00')",
    f"SELECT eventid FROM {S} WHERE readOnly = 'false' OR managementEvent = 'true'",
    f"SELECT eventid FROM {S} WHERE '2023-07-10' <= eventTime",
    f"SELECT userIdentity.sessionContext.sessionIssuer.userName, userIdentity.arn FROM {S} t",
    f"SELECT element_at(requestParameters, 'bucketName') AS bucket FROM {S} WHERE errorCode IS NULL",
    f"SELECT t.eventid FROM {S} AS t WHERE t.eventtime < '2023-07-09'",
    f"SELECT {S}.eventid FROM {S} WHERE {S}.eventtime < '2023-07-09'",
    f"SELECT a.eventid, b.eventid FROM {S} a JOIN {O} b ON a.eventname = b.eventname AND a.awsregion = b.awsregion",
    f"SELECT a.eventid, b.eventid FROM {S} a LEFT JOIN {O} b ON a.eventname = b.eventname AND b.eventtime > '2023-07-10'",
    f"SELECT a.eventid FROM {S} a LEFT JOIN {O} b ON a.eventname = b.eventname WHERE b.eventtime > '2023-07-10'",
    f"SELECT a.eventid FROM {S} a LEFT JOIN {O} b ON a.eventid = b.eventid WHERE b.eventtime IS NULL AND a.eventtime > '2023-07-10'",
    f"SELECT a.eventname FROM {S} a FULL JOIN {O} b ON a.eventid = b.eventid WHERE a.eventtime > '2023-07-10'",
    f"SELECT eventid FROM {S} UNION ALL SELECT eventid FROM {O} WHERE eventtime > '2023-07-09'",
    f"SELECT eventname FROM {S} EXCEPT SELECT eventname FROM {O} WHERE eventtime > '2023-07-10'",
    f"SELECT eventname FROM {S} INTERSECT SELECT eventname FROM {O}",
    f"SELECT * FROM (SELECT eventid, eventtime AS t FROM {S}) WHERE t > '2023-07-10'",
    f"SELECT * FROM (SELECT eventid, eventtime AS t FROM {S} ORDER BY eventtime, eventid LIMIT 5) WHERE t > '2023-07-08 08:00:00'",
    f"SELECT * FROM (SELECT eventid, eventtime, row_number() OVER (ORDER BY eventtime, eventid) AS n FROM {S}) WHERE eventtime > '2023-07-10'",
    f"SELECT * FROM (SELECT eventname, max(eventtime) AS eventtime FROM {S} GROUP BY eventname) WHERE eventtime < '2023-07-10'",
    f"SELECT count(*) FILTER (WHERE eventtime > '2023-07-10'), count(*) FROM {S}",
    f"SELECT eventid FROM {S} a WHERE NOT EXISTS (SELECT 1 FROM {O} b WHERE b.eventname = a.eventname AND a.eventtime > '2023-07-09')",
    f"SELECT eventid FROM {S} WHERE eventname IN (SELECT eventname FROM {O} WHERE eventtime > '2023-07-10')",
    f"SELECT eventid FROM {S} WHERE eventtime = (SELECT max(eventtime) FROM {S})",
    f"WITH x AS (SELECT * FROM {S}) SELECT eventid FROM x WHERE eventtime > '2023-07-10'",
    f"WITH x AS (SELECT * FROM {S}) SELECT a.eventid FROM x a JOIN x b ON a.eventname = b.eventname WHERE b.eventtime > '2023-07-10'",
    f"WITH x(i, t) AS (SELECT eventid, eventtime FROM {S}), y AS (SELECT * FROM x WHERE t > '2023-07-09') SELECT i FROM y WHERE t < '2023-07-10'",
    f"WITH x AS (SELECT eventid FROM {S}) SELECT eventid FROM (WITH x AS (SELECT eventid FROM {O}) SELECT * FROM x)",
    f"WITH {S} AS (SELECT eventid FROM {O}) SELECT eventid FROM {S}",
    f"WITH {S} AS (SELECT * FROM {S}) SELECT eventid FROM {S} WHERE eventtime > '2023-07-10'",
    f"SELECT eventid FROM ({S} a CROSS JOIN (VALUES (1), (2)) AS v(n)) WHERE a.eventtime > '2023-07-10' AND n = 1",
    f"SELECT cardinality(filter(array['a', eventname], x -> x LIKE 'Get%')) FROM {S}",
    f"SELECT eventid FROM {S} WHERE eventtime > '2023-07-10' OR eventname = 'GetObject'",
    f"SELECT eventid FROM {S} WHERE eventtime > '2023-07-10' OR eventtime < '2023-07-09' AND eventname LIKE 'G%'",
    f"SELECT eventid FROM {S} WHERE NOT eventtime > '2023-07-10'",
    f"SELECT eventid FROM {S} WHERE eventtime NOT BETWEEN '2023-07-09' AND '2023-07-10'",
    f"SELECT eventid FROM {S} WHERE eventtime IS DISTINCT FROM '2023-07-10 00:00:00'",
    f"SELECT eventid FROM {S} WHERE eventtime IS NULL",
    f"SELECT eventid FROM {S} WHERE eventtime < '2022-01-01'",
    f"SELECT eventid FROM {E}",
    f"SELECT count(*) FROM {E}",
    f"SELECT s.eventid, e.eventname FROM {S} s LEFT JOIN {E} e ON s.eventid = e.eventid",
    f"(SELECT eventid FROM {S} ORDER BY eventtime, eventid LIMIT 3)",
    f"SELECT eventid FROM {S} ORDER BY eventtime DESC, eventid OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_answers_what_a_plain_reading_of_the_stores_answers(lake: Lake, statement: str) -> None:
    assert bag(lake.rows(statement)) == bag(lake.plain_rows(statement))


def test_the_statements_above_find_rows(lake: Lake) -> None:
    empty = [statement for statement in STATEMENTS if not lake.plain_rows(statement)]
    assert len(empty) < len(STATEMENTS) / 4, empty


def test_star_shows_the_published_columns_in_their_order(lake: Lake) -> None:
    lake.run(lake.rewritten(f"SELECT * FROM {STORE}").sql)
    assert tuple(column[0] for column in lake.connection.description or ()) == published_columns()


@pytest.mark.parametrize(
    "items", ["*, eventContext", "t.*, t.eventContext", "eventContext IS NULL, *", "*, *, eventcontext"]
)
def test_star_never_shows_an_unlisted_column(lake: Lake, items: str) -> None:
    rewritten = lake.rewritten(f"SELECT {items} FROM {STORE} t")
    lake.run(rewritten.sql)
    shown = [column[0].lower() for column in lake.connection.description or ()]
    assert shown.count("eventcontext") <= 1
    assert rewritten.column_names is not None
    assert (
        len(shown)
        == len(rewritten.column_names)
        == items.count("*") * len(published_columns()) + (items.lower().count("eventcontext"))
    )


def test_star_over_a_join_is_written_out_relation_by_relation(lake: Lake) -> None:
    rows = lake.rows(
        f"SELECT * FROM {STORE} a, (SELECT 7 AS seven) b, {OTHER_STORE} c WHERE a.eventContext IS NULL LIMIT 1"
    )
    width = len(published_columns())
    assert len(rows[0]) == 2 * width + 1
    assert rows[0][width] == 7


@pytest.mark.parametrize(
    "source",
    [
        f"{STORE} a CROSS JOIN UNNEST((SELECT array_agg(x.eventid) FROM (SELECT * FROM {STORE}) x)) AS u(i)",
        f"({STORE} a JOIN {STORE} b ON a.eventid = b.eventid AND EXISTS (SELECT * FROM {STORE}))",
        f"{STORE} a CROSS JOIN LATERAL (SELECT * FROM {OTHER_STORE} b WHERE b.eventname = a.eventname) c",
        f"(WITH x AS (SELECT * FROM {STORE}) SELECT * FROM x) a",
        f"((SELECT * FROM {STORE}) UNION ALL (SELECT * FROM {OTHER_STORE})) a",
    ],
)
def test_stars_are_written_out_wherever_they_stand(lake: Lake, source: str) -> None:
    unlisted = f"EXISTS (SELECT 1 FROM {STORE} WHERE eventContext IS NULL)"
    statement = f"SELECT count(*) FROM {source} WHERE {unlisted}"
    assert "*" not in lake.rewritten(statement).sql.replace("SELECT *, row_number()", "").replace(
        "count(*)", ""
    ).replace("SELECT * FROM opentrail_cte_0", "")
    assert lake.rows(statement)[0][0] > 0


def test_an_event_delivered_twice_is_shown_once_and_one_id_with_other_content_twice(lake: Lake) -> None:
    stored = lake.run(
        f"SELECT eventid, eventjsonchecksum, count(*) FROM {DATABASE}.{TABLE} WHERE store = '{STORE}' GROUP BY 1, 2"
    )
    assert any(count > 1 for *_, count in stored)
    shown = lake.rows(f"SELECT eventid, eventjsonchecksum, count(*) FROM {STORE} GROUP BY 1, 2")
    assert {count for *_, count in shown} == {1}
    contents = lake.rows(f"SELECT eventid, count(*) FROM {STORE} GROUP BY 1 HAVING count(*) > 1")
    assert len(contents) == 2


def test_rows_are_deduplicated_only_in_days_of_possible_repeats(lake: Lake) -> None:
    sql = lake.rewritten(f"SELECT eventid FROM {STORE}").sql
    assert f"day IN ('{REPEATED_DAY}')" in sql
    assert f"day NOT IN ('{REPEATED_DAY}')" in sql
    other_days = lake.rewritten(f"SELECT eventid FROM {STORE} WHERE eventtime < '{REPEATED_DAY}'").sql
    assert "row_number" not in other_days
    that_day = lake.rewritten(f"SELECT eventid FROM {STORE} WHERE date(eventtime) = '{REPEATED_DAY}'").sql
    assert "UNION" not in that_day


def test_events_older_than_retention_are_not_seen(lake: Lake) -> None:
    oldest = datetime(2023, 7, 9, 12, tzinfo=UTC)
    whole = lake.scopes[STORE]
    scope = StoreScope(store_id=STORE, state=whole.state, oldest=oldest)
    rewritten = LakeSqlRewriter().rewrite(
        f"SELECT min(eventtime), count(*) FROM {STORE}",
        scopes={STORE: scope},
        database=DATABASE,
        table=TABLE,
    )
    ((first, count),) = lake.run(rewritten.sql)
    assert first.replace(tzinfo=UTC) >= oldest
    assert 0 < count < lake.rows(f"SELECT count(*) FROM {STORE}")[0][0]
    assert "day BETWEEN '2023-07-09'" in rewritten.sql


def test_an_empty_store_has_columns_of_the_right_types(lake: Lake) -> None:
    assert lake.rows(f"SELECT * FROM {EMPTY_STORE}") == []
    empty = [column[1] for column in lake.connection.description or ()]
    assert lake.rows(f"SELECT * FROM {STORE} LIMIT 1") != []
    assert empty == [column[1] for column in lake.connection.description or ()]
