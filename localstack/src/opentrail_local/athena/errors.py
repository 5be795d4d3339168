"""Why a query fails, in Athena's words: `NAME: sentence`, the name being one of Trino's error codes."""

from __future__ import annotations

import re

USER_ERROR = 2  # ErrorCategory of a failed query: the user's
SYSTEM_ERROR = 1

_SPOKEN = re.compile(r"\b([A-Z][A-Z0-9_]{5,}): (.*)", re.DOTALL)


class QueryError(Exception):
    """A query that fails. `name` is a Trino error code, `sentence` what follows it."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")
        self.name = name
        self.sentence = sentence

    @property
    def category(self) -> int:
        """AthenaError.ErrorCategory."""
        return SYSTEM_ERROR if self.name.startswith("GENERIC_INTERNAL") else USER_ERROR


class StatementError(Exception):
    """A text that is no statement Athena takes: StartQueryExecution itself refuses it."""


class QueryCancelled(Exception):
    """The query was stopped while it ran."""


def at(position: tuple[int, int], sentence: str) -> str:
    """The sentence after its place in the statement, as `line 1:8: `; column 0 of line 0 is no place."""
    line, column = position
    return f"line {line}:{column}: {sentence}" if line else sentence


def from_engine(text: str) -> QueryError:
    """What DuckDB says when a query fails while it runs, as Trino would say it."""
    spoken = _SPOKEN.search(text)
    if spoken is not None:  # raised by one of our own functions
        return QueryError(spoken[1], spoken[2].split("\n")[0])
    first = text.split("\n", maxsplit=1)[0]
    if first.startswith("Conversion Error"):
        return QueryError("INVALID_CAST_ARGUMENT", first.partition(": ")[2])
    if first.startswith("Out of Range Error"):
        return QueryError("NUMERIC_VALUE_OUT_OF_RANGE", first.partition(": ")[2])
    if "ORC" in text or "orc" in first:
        return QueryError("HIVE_BAD_DATA", f"Error reading ORC file: {first.rpartition(': ')[2]}")
    if first.startswith("Invalid Input Error"):
        return QueryError("INVALID_FUNCTION_ARGUMENT", first.partition(": ")[2])
    if "More than one row returned by a subquery" in text:
        return QueryError("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows")
    if first.startswith("Out of Memory"):
        return QueryError("EXCEEDED_LOCAL_MEMORY_LIMIT", "Query exhausted resources at this scale factor")
    return QueryError("GENERIC_INTERNAL_ERROR", first)
