"""Values as Athena writes them into results, and the result file.

CSV: every heading and value in double quotes, `"` doubled, NULL as nothing, lines end in `\\n`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from opentrail_local.athena.types import Type
from opentrail_local.athena.udfs import double_text, ip_text, real_text

Formatter = Callable[[Any], str]
_FIELD = re.compile(rb'(?:"((?:[^"]|"")*+)")?([,\n])')


def formatter(type_: Type) -> Formatter:
    """The function that writes values of a type, NULL apart."""
    if type_.name == "array":
        inner = _nested(type_.args[0])
        return lambda value: "[" + ", ".join(map(inner, value)) + "]"
    if type_.name == "map":
        key, entry = _nested(type_.args[0]), _nested(type_.args[1])
        return lambda value: "{" + ", ".join(f"{key(k)}={entry(v)}" for k, v in value) + "}"
    if type_.name == "row":
        return _row(type_)
    if type_.name == "timestamp":
        return lambda value: _timestamp(value, type_.digits)
    if type_.name == "timestamp with time zone":
        zone = type_.zone or "UTC"
        return lambda value: f"{_timestamp(_zoned(value, zone), type_.digits)} {zone}"
    return _SIMPLE.get(type_.name, str)


def _row(type_: Type) -> Formatter:
    inner = [_nested(arg) for arg in type_.args]
    names = [name or f"field{i}" for i, name in enumerate(type_.names or (None,) * len(type_.args))]

    def write(value: dict[str, Any]) -> str:
        parts = (f"{name}={form(v)}" for name, form, v in zip(names, inner, value.values(), strict=True))
        return "{" + ", ".join(parts) + "}"

    return write


def _nested(type_: Type) -> Formatter:
    inner = formatter(type_)
    return lambda value: "null" if value is None else inner(value)


def _timestamp(value: datetime, digits: int | None) -> str:
    wanted = 3 if digits is None else max(digits, 3)
    return f"{value:%H:%M:%S}".join(
        (f"{value.year:04}-{value:%m-%d} ", f".{value.microsecond:06}"[: wanted + 1])
    )


def _zoned(value: datetime, zone: str) -> datetime:
    return value.astimezone(ZoneInfo(zone)) if value.tzinfo is not None else value


def _interval(value: Any) -> str:
    """`2 00:00:00.000`, from a duration or Arrow's months, days and nanoseconds."""
    if isinstance(value, timedelta):
        micros = value // timedelta(microseconds=1)
    else:
        micros = (value.days * 86_400_000_000) + value.nanoseconds // 1000
    sign, left = ("-", -micros) if micros < 0 else ("", micros)
    days, left = divmod(left, 86_400_000_000)
    seconds, left = divmod(left, 1_000_000)
    return f"{sign}{days} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{left // 1000:03}"


def _months(value: Any) -> str:
    months = getattr(value, "months", 0)
    sign, left = ("-", -months) if months < 0 else ("", months)
    return f"{sign}{left // 12}-{left % 12}"


_SIMPLE: dict[str, Formatter] = {
    "boolean": lambda value: "true" if value else "false",
    "double": double_text,
    "real": real_text,
    "decimal": lambda value: f"{value:f}",
    "date": lambda value: value.isoformat() if isinstance(value, date) else str(value),
    "varbinary": lambda value: value.hex(" "),
    "ipaddress": ip_text,
    "interval day to second": _interval,
    "interval year to month": _months,
    "time": lambda value: f"{value:%H:%M:%S}.{value.microsecond // 1000:03}",
}


def line(values: Sequence[str | None]) -> str:
    """One line of the result file."""
    return ",".join("" if v is None else '"' + v.replace('"', '""') + '"' for v in values) + "\n"


def lines(data: bytes) -> Iterator[tuple[list[str | None], int]]:
    """The whole lines at the beginning of a result file's part, each with the place behind it."""
    row: list[str | None] = []
    place = 0
    while (match := _FIELD.match(data, place)) is not None:
        quoted, place = match[1], match.end()
        row.append(None if quoted is None else quoted.replace(b'""', b'"').decode(errors="replace"))
        if match[2] == b"\n":
            yield row, place
            row = []
