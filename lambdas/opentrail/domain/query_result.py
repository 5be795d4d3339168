"""Rows of a Lake query as GetQueryResults shows them: a list of maps of one key each, every value text."""

import re
from collections.abc import Sequence

# AWS's rendering of SQL's NULL is not known. Every value is a string in the model, so it is the empty one.
NULL = ""

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?")

type Row = list[dict[str, str]]


def names(asked: Sequence[str] | None, engine: Sequence[str]) -> tuple[str, ...]:
    """The keys of the rows: as the statement spells them, where that is known for every column."""
    return tuple(asked) if asked is not None and len(asked) == len(engine) else tuple(engine)


def row(values: Sequence[str | None], keys: Sequence[str], types: Sequence[str]) -> Row:
    """One row; a row of the engine may lack its last columns, which are NULL then."""
    padded = [*values, *[None] * (len(keys) - len(values))]
    return [{key: text(value, kind)} for key, value, kind in zip(keys, padded, types, strict=True)]


def text(value: str | None, kind: str) -> str:
    """A value; timestamps with three digits of fraction, as CloudTrail shows them."""
    if value is None:
        return NULL
    if kind == "timestamp" and (match := _TIMESTAMP.fullmatch(value)):
        return f"{match[1]}.{(match[2] or '')[:3]:0<3}"
    return value
