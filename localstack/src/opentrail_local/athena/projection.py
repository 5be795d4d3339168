"""Partition projection: which values a key may have, by the table's `projection.*` properties.

Athena's documentation, "Partition projection" ("Supported types for partition projection"), is the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from opentrail_local.athena.catalog import Table
from opentrail_local.athena.errors import QueryError

MAX_LISTED = 64  # values of a key enumerated rather than found by listing

_NOW = re.compile(r"NOW(?:\s*([+-])\s*(\d+)\s*([A-Z]+?)S?)?", re.IGNORECASE)
_UNITS = {
    "YEAR": timedelta(days=365),
    "MONTH": timedelta(days=30),
    "WEEK": timedelta(weeks=1),
    "DAY": timedelta(days=1),
    "HOUR": timedelta(hours=1),
    "MINUTE": timedelta(minutes=1),
    "SECOND": timedelta(seconds=1),
}
# Letters of Java's date patterns, as strptime has them and as a regular expression.
_LETTERS = {
    "yyyy": ("%Y", r"\d{4}"),
    "MM": ("%m", r"\d{2}"),
    "dd": ("%d", r"\d{2}"),
    "HH": ("%H", r"\d{2}"),
    "mm": ("%M", r"\d{2}"),
    "ss": ("%S", r"\d{2}"),
}


@dataclass(frozen=True, slots=True)
class Key:
    """What the properties say of one key. `regex` matches its values in a location."""

    name: str
    kind: str
    values: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    step: int = 1
    digits: int | None = None
    pattern: str = ""
    first: datetime = datetime(1, 1, 1)  # noqa: DTZ001 (projection has no zone)
    last: datetime = datetime(9999, 12, 31)  # noqa: DTZ001
    daily: bool = False

    @property
    def regex(self) -> str:
        """A regular expression for the key's values."""
        if self.kind == "enum":
            return "|".join(re.escape(value) for value in self.values)
        if self.kind == "integer":
            return r"-?\d+"
        if self.kind == "date":
            return _regex(self.pattern)
        return r"[^/]+"

    def admits(self, value: str) -> bool:
        """Whether the projection knows the value."""
        if self.kind == "enum":
            return value in self.values
        if self.kind == "integer":
            number = int(value)
            whole = self.low <= number <= self.high and (number - self.low) % self.step == 0
            return whole and (self.digits is None or len(value) == self.digits)
        if self.kind == "date":
            moment = _moment(value, self.pattern)
            return moment is not None and self.first <= moment <= self.last
        return True

    def few(self, bounds: tuple[str | None, str | None]) -> list[str] | None:
        """All values between two texts, None when they are too many to list one by one."""
        if self.kind == "enum":
            return list(self.values)
        if self.kind == "integer" and (self.high - self.low) // self.step < MAX_LISTED:
            numbers = range(self.low, self.high + 1, self.step)
            return [str(number).rjust(self.digits or 0, "0") for number in numbers]
        if self.kind != "date" or not self.daily:
            return None
        low, high = (_moment(text, self.pattern) if text else None for text in bounds)
        first, last = max(self.first, low or self.first), min(self.last, high or self.last)
        if last - first > timedelta(days=MAX_LISTED):
            return None
        return list(_days(first, last, self.pattern))


def keys(table: Table, now: datetime) -> list[Key]:
    """The projection of each partition key. INVALID_TABLE_PROPERTY when it is wrong."""
    return [_key(table, name, now) for name, _ in table.keys]


def template(table: Table) -> str:
    """Where a partition's objects lie, with `${key}` for its values."""
    written = table.properties.get("storage.location.template")
    if written:
        return written.rstrip("/") + "/"
    return table.location.rstrip("/") + "/" + "".join(f"{name}=${{{name}}}/" for name, _ in table.keys)


def _key(table: Table, name: str, now: datetime) -> Key:
    def said(what: str, default: str = "") -> str:
        return table.properties.get(f"projection.{name}.{what}", default)

    kind = said("type").lower()
    if kind == "enum":
        return Key(name, kind, values=tuple(value.strip() for value in said("values").split(",")))
    if kind == "injected":
        return Key(name, kind)
    if kind == "integer":
        low, high = (int(part) for part in said("range").split(","))
        digits = int(said("digits")) if said("digits") else None
        return Key(name, kind, low=low, high=high, step=int(said("interval", "1")), digits=digits)
    if kind == "date":
        pattern = said("format")
        first, _, last = said("range").partition(",")
        daily = (
            "HH" not in pattern
            and said("interval", "1") == "1"
            and said("interval.unit", "DAYS").startswith("DAY")
        )
        return Key(
            name,
            kind,
            pattern=pattern,
            first=_edge(table, first, pattern, now),
            last=_edge(table, last, pattern, now),
            daily=daily and "dd" in pattern,
        )
    raise QueryError(
        "INVALID_TABLE_PROPERTY",
        f"Table {table.database}.{table.name} is configured for partition projection, but the following "
        f"partition columns are missing projection configuration: [{name}]",
    )


def _edge(table: Table, text: str, pattern: str, now: datetime) -> datetime:
    match = _NOW.fullmatch(text.strip())
    if match is not None:
        size = _UNITS[(match[3] or "DAY").upper()] * int(match[2] or 0)
        return now - size if match[1] == "-" else now + size
    moment = _moment(text.strip(), pattern)
    if moment is None:
        raise QueryError(
            "INVALID_TABLE_PROPERTY", f"Table {table.name}: '{text}' is no date of format {pattern}"
        )
    return moment


def _moment(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, _translated(pattern, 0))  # noqa: DTZ007 (projection has no zone)
    except ValueError:
        return None


def _regex(pattern: str) -> str:
    return _translated(pattern, 1)


def _translated(pattern: str, which: int) -> str:
    made, place = "", 0
    while place < len(pattern):
        letters = next((word for word in _LETTERS if pattern.startswith(word, place)), None)
        if letters is not None:
            made += _LETTERS[letters][which]
            place += len(letters)
            continue
        character = pattern[place]
        if character != "'":
            made += re.escape(character) if which else character.replace("%", "%%")
        place += 1
    return made


def _days(first: datetime, last: datetime, pattern: str) -> Iterator[str]:
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    form = _translated(pattern, 0)
    while day <= last:
        if day >= first.replace(hour=0, minute=0, second=0, microsecond=0):
            yield day.strftime(form)
        day += timedelta(days=1)
