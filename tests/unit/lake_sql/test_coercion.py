"""Literals take the type of what they are compared with."""

from datetime import datetime

import pytest
from opentrail.lake_sql.coercion import moment
from opentrail.ports.sql_rewriter import InvalidStatementError

from tests.unit.lake_sql.lake import STORE, Lake


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2023-01-01", "2023-01-01 00:00:00"),
        ("2023-1-2", "2023-01-02 00:00:00"),
        ("2023-01-01 00:00", "2023-01-01 00:00:00"),
        ("2023-01-01 1:02:03", "2023-01-01 01:02:03"),
        ("2023-01-01 00:00:00.000", "2023-01-01 00:00:00.000"),
        ("2024-11-05T10:45:24.00Z", "2024-11-05 10:45:24.00"),
        ("2024-11-05T10:45:24z", "2024-11-05 10:45:24"),
        ("2024-11-05 10:45:24 UTC", "2024-11-05 10:45:24"),
        ("2024-11-05T01:45:24+02:00", "2024-11-04 23:45:24"),
        ("2024-11-05 22:45:24 -0230", "2024-11-06 01:15:24"),
        ("0042-01-01", "0042-01-01 00:00:00"),
        (" 2023-01-01 ", "2023-01-01 00:00:00"),
    ],
)
def test_moments(text: str, form: str) -> None:
    found = moment(text)
    assert found is not None
    assert found[0] == form
    assert found[1] == datetime.fromisoformat(form)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2023",
        "2023-13-01",
        "2023-02-30",
        "2023-01-01 25:00:00",
        "2023-01-01T",
        "2023-11-01T%",
        "0001-01-01 00:00:00+10:00",
    ],
)
def test_no_moments(text: str) -> None:
    assert moment(text) is None


def test_a_moment_just_after_midnight_is_not_midnight() -> None:
    found = moment("2023-01-01 00:00:00.0000001")
    assert found is not None
    assert found[1] > datetime(2023, 1, 1)  # noqa: DTZ001 (TIMESTAMP has no zone)


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ("eventTime > '2023-07-09'", "eventTime > TIMESTAMP '2023-07-09 00:00:00'"),
        ("'2023-07-09T01:02:03Z' <= eventtime", "TIMESTAMP '2023-07-09 01:02:03' <= eventtime"),
        ("EVENTTIME <> '2023-07-09'", "EVENTTIME <> TIMESTAMP '2023-07-09 00:00:00'"),
        ("\"eventTime\" = '2023-07-09'", "\"eventTime\" = TIMESTAMP '2023-07-09 00:00:00'"),
        ("t.eventtime < '2023-07-09'", "t.eventtime < TIMESTAMP '2023-07-09 00:00:00'"),
        (
            "eventTime BETWEEN '2023-07-09' AND '2023-07-10 01:00'",
            "eventTime BETWEEN TIMESTAMP '2023-07-09 00:00:00' AND TIMESTAMP '2023-07-10 01:00:00'",
        ),
        (
            "eventTime NOT IN ('2023-07-09', '2023-07-10')",
            "NOT eventTime IN (TIMESTAMP '2023-07-09 00:00:00', TIMESTAMP '2023-07-10 00:00:00')",
        ),
        (
            "eventTime IS DISTINCT FROM '2023-07-09'",
            "eventTime IS DISTINCT FROM TIMESTAMP '2023-07-09 00:00:00'",
        ),
        ("max(eventTime) > '2023-07-09'", "max(eventTime) > TIMESTAMP '2023-07-09 00:00:00'"),
        ("date(eventTime) = '2023-07-09'", "date(eventTime) = DATE '2023-07-09'"),
        ("date(eventTime) < '2023-07-09 12:00:00'", "date(eventTime) < TIMESTAMP '2023-07-09 12:00:00'"),
        ("cast(eventTime AS date) = '2023-07-09'", "CAST(eventTime AS DATE) = DATE '2023-07-09'"),
        (
            "date_trunc('hour', eventTime) = '2023-07-09'",
            "date_trunc('hour', eventTime) = TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "userIdentity.sessionContext.attributes.creationDate > '2023-07-09'",
            "userIdentity.sessionContext.attributes.creationDate > TIMESTAMP '2023-07-09 00:00:00'",
        ),
        ("eventTime > timestamp '2023-07-09 00:00:00'", "eventTime > TIMESTAMP '2023-07-09 00:00:00'"),
        (
            "eventTime > current_timestamp - interval '1' day",
            "eventTime > CURRENT_TIMESTAMP - INTERVAL '1' DAY",
        ),
        ("eventTime > now()", "eventTime > now()"),
        ("readOnly = 'true'", "readOnly = TRUE"),
        ("'FALSE' = managementEvent", "FALSE = managementEvent"),
        ("readOnly IN ('true', 'false')", "readOnly IN (TRUE, FALSE)"),
        ("readOnly = false", "readOnly = FALSE"),
        ("sessionCredentialFromConsole = true", "sessionCredentialFromConsole = 'true'"),
        ("sessionCredentialFromConsole <> FALSE", "sessionCredentialFromConsole <> 'false'"),
        ("element_at(requestParameters, 'x') = true", "element_at(requestParameters, 'x') = 'true'"),
        ("requestParameters['x'] = false", "requestParameters['x'] = 'false'"),
        ("json_extract_scalar(eventJson, '$.x') = true", "json_extract_scalar(eventJson, '$.x') = 'true'"),
        ("element_at(resources, 1).arn = 'true'", "element_at(resources, 1).arn = 'true'"),
        ("eventName = '2023-07-09'", "eventName = '2023-07-09'"),
        (
            "any_match(resources, eventTime -> eventTime.arn = '2023-07-09')",
            "any_match(resources, eventTime -> eventTime.arn = '2023-07-09')",
        ),
        ("eventVersion = '1.08'", "eventVersion = '1.08'"),
    ],
)
def test_conditions(lake: Lake, condition: str, written: str) -> None:
    sql = lake.rewritten(f"SELECT 1 FROM {STORE} t GROUP BY a HAVING {condition}").sql
    assert sql.endswith(f" AS t GROUP BY a HAVING {written}")


@pytest.mark.parametrize(
    ("statement", "literal"),
    [
        (
            "SELECT 1 FROM (SELECT eventTime AS t FROM {s}) WHERE t > '2023-07-09'",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "WITH x(t) AS (SELECT eventTime FROM {s}) SELECT 1 FROM x WHERE x.t > '2023-07-09'",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "SELECT 1 FROM {s} a WHERE EXISTS (SELECT 1 FROM {s} b WHERE a.eventTime > '2023-07-09')",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        ("SELECT 1 FROM (SELECT date(eventTime) AS d FROM {s}) WHERE d = '2023-07-09'", "DATE '2023-07-09'"),
        (
            "SELECT 1 FROM (SELECT max(eventTime) AS m FROM {s}) WHERE m = '2023-07-09'",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "SELECT 1 FROM (SELECT * FROM {s} UNION SELECT * FROM {s}) WHERE eventTime = '2023-07-09'",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "SELECT count(*) FILTER (WHERE eventTime > '2023-07-09') FROM {s}",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        ("SELECT if(eventTime > '2023-07-09', 1, 2) FROM {s}", "TIMESTAMP '2023-07-09 00:00:00'"),
        ("SELECT CASE WHEN eventTime > '2023-07-09' THEN 1 END FROM {s}", "TIMESTAMP '2023-07-09 00:00:00'"),
        ("SELECT 1 FROM {s} a JOIN {s} b ON a.eventTime > '2023-07-09'", "TIMESTAMP '2023-07-09 00:00:00'"),
        (
            "SELECT 1 FROM {s} , UNNEST((SELECT max(resources) FROM {s} WHERE eventTime > '2023-07-09'))",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "SELECT 1 FROM ({s} a JOIN {s} b ON EXISTS (SELECT 1 FROM {s} WHERE eventTime > '2023-07-09'))",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "SELECT 1 FROM (VALUES ((SELECT 1 FROM {s} WHERE eventTime > '2023-07-09'))) AS v(n)",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "SELECT 1 FROM {s} a CROSS JOIN LATERAL (SELECT a.eventTime AS t) WHERE t > '2023-07-09'",
            "TIMESTAMP '2023-07-09 00:00:00'",
        ),
        (
            "SELECT 1 FROM (SELECT eventName AS eventTime FROM {s}) WHERE eventTime > '2023-07-09'",
            " > '2023-07-09'",
        ),
    ],
)
def test_types_are_known_through_subqueries(lake: Lake, statement: str, literal: str) -> None:
    assert literal in lake.rewritten(statement.format(s=STORE)).sql


@pytest.mark.parametrize("text", ["yesterday", "2023-02-30", "", "2023-11-01T%"])
def test_a_text_that_is_no_moment_is_refused_by_name(lake: Lake, text: str) -> None:
    with pytest.raises(InvalidStatementError, match="is not a timestamp"):
        lake.rewritten(f"SELECT 1 FROM {STORE} WHERE eventTime > '{text}'")
