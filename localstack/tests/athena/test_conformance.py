"""Expressions whose answers follow from Trino's semantics: `conformance.txt`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentrail_local.athena.errors import QueryError

TABLE = Path(__file__).with_name("conformance.txt")


def expressions() -> Iterator[tuple[str, str]]:
    """The table's lines."""
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            expression, _, expected = line.rpartition(" =>")
            yield expression, expected.removeprefix(" ")


@pytest.mark.parametrize(("expression", "expected"), expressions(), ids=lambda text: text)
def test_expression(athena, expression: str, expected: str) -> None:
    if not expected.startswith("!"):
        assert athena.value(expression) == (None if expected == "NULL" else expected)
        return
    with pytest.raises(QueryError) as failed:
        athena.value(expression)
    assert failed.value.name == expected[1:]


def test_table_is_big_enough() -> None:
    assert len(list(expressions())) > 250
