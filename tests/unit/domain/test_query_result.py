"""Rows of Lake answers."""

import pytest
from opentrail.domain import query_result
from opentrail.domain.query import status


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("2023-01-22 16:53:53.000", "timestamp", "2023-01-22 16:53:53.000"),
        ("2023-01-22 16:53:53", "timestamp", "2023-01-22 16:53:53.000"),
        ("2023-01-22 16:53:53.5", "timestamp", "2023-01-22 16:53:53.500"),
        ("2023-01-22 16:53:53.123456", "timestamp", "2023-01-22 16:53:53.123"),
        ("2023-01-22 16:53:53", "varchar", "2023-01-22 16:53:53"),
        ("2023-01-22 16:53:53.123 UTC", "timestamp with time zone", "2023-01-22 16:53:53.123 UTC"),
        (None, "timestamp", ""),
        ("true", "boolean", "true"),
    ],
)
def test_values_are_text(value: str | None, kind: str, shown: str) -> None:
    assert query_result.text(value, kind) == shown


def test_a_row_has_all_its_columns() -> None:
    kinds = ["varchar"] * 3
    assert query_result.row(["x"], ["a", "a", "b"], kinds) == [{"a": "x"}, {"a": ""}, {"b": ""}]


def test_names_are_the_statements_unless_they_cannot_be() -> None:
    assert query_result.names(("eventName",), ("eventname",)) == ("eventName",)
    assert query_result.names(None, ("eventname",)) == ("eventname",)
    assert query_result.names(("eventName",), ("eventname", "x")) == ("eventname", "x")


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        ("QUEUED", "", "QUEUED"),
        ("RUNNING", "", "RUNNING"),
        ("SUCCEEDED", "", "FINISHED"),
        ("CANCELLED", "", "CANCELLED"),
        ("FAILED", "SYNTAX_ERROR", "FAILED"),
        ("FAILED", "Query timeout", "TIMED_OUT"),
        ("SOMETHING", "", "FAILED"),
    ],
)
def test_statuses_come_from_the_engines_states(state: str, reason: str, expected: str) -> None:
    assert status(state, reason) == expected
