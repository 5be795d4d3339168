"""Trino's time functions: MySQL's formats, Joda's formats, whole units between two moments."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from opentrail_local.athena.udf_errors import Refused

_DATE = re.compile(r"\s*([-+]?\d{4,})-(\d{1,2})-(\d{1,2})\s*")
_STAMP = re.compile(
    r"\s*(\d{4,})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?\s*(?P<zone>\S.*)?"
)
_ISO = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?)?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?"
)
_MICROSECONDS = {
    "millisecond": 1000,
    "second": 10**6,
    "minute": 60 * 10**6,
    "hour": 3600 * 10**6,
    "day": 86400 * 10**6,
    "week": 7 * 86400 * 10**6,
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DURATION = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6, "m": 6e7, "h": 3.6e9, "d": 8.64e10}

# MySQL's letters as strptime takes them.
_PARSED = {
    **{letter: letter for letter in "YmdHyjbapf%"},
    "i": "M",
    "s": "S",
    "S": "S",
    "T": "H:%M:%S",
    "M": "B",
    "W": "A",
    "c": "m",
    "e": "d",
    "h": "I",
    "I": "I",
    "k": "H",
    "l": "I",
    "r": "I:%M:%S %p",
}


def _cast_error(text: str, name: str) -> Refused:
    return Refused("INVALID_CAST_ARGUMENT", f"Value cannot be cast to {name}: {text}")


def to_date(text: str) -> date:
    """CAST(varchar AS date)."""
    match = _DATE.fullmatch(text)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise _cast_error(text, "date")


def to_timestamp(text: str) -> datetime:
    """CAST(varchar AS timestamp): rounded to milliseconds."""
    match = _STAMP.fullmatch(text)
    try:
        if match is not None and match["zone"] is None:
            return _rounded(_from_match(match))
    except (ValueError, OverflowError):
        pass
    raise _cast_error(text, "timestamp")


def to_timestamptz(text: str) -> datetime:
    """CAST(varchar AS timestamp with time zone), in UTC without a zone."""
    match = _STAMP.fullmatch(text)
    try:
        if match is not None:
            return _rounded(_to_utc(_from_match(match), match["zone"] or "UTC"))
    except (ValueError, OverflowError, KeyError):
        pass
    raise _cast_error(text, "timestamp with time zone")


def _rounded(moment: datetime) -> datetime:
    return moment.replace(microsecond=0) + timedelta(milliseconds=(moment.microsecond + 500) // 1000)


def _from_match(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, fraction = match.groups()[:7]
    return datetime(  # noqa: DTZ001 (Trino's timestamps have no zone)
        int(year),
        int(month or 1),
        int(day or 1),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        int((fraction or "0")[:6].ljust(6, "0")),
    )


def _to_utc(moment: datetime, zone: str) -> datetime:
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", zone)
    if zone in ("Z", "UTC"):
        return moment
    if offset is not None:
        size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return moment - size if offset[1] == "+" else moment + size
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def from_iso8601(text: str) -> datetime:
    """An ISO 8601 moment in UTC."""
    match = _ISO.fullmatch(text)
    try:
        if match is not None:
            return _to_utc(_from_match(match), match["zone"] or "UTC")
    except (ValueError, OverflowError):
        pass
    raise Refused("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"')


def date_parse(text: str, pattern: str) -> datetime:
    """A moment by MySQL's format."""
    try:
        return datetime.strptime(text, _strptime(pattern))  # noqa: DTZ007 (Trino's timestamps have no zone)
    except ValueError:
        raise Refused("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"') from None


@lru_cache(maxsize=64)
def _strptime(pattern: str) -> str:
    def letter(match: re.Match[str]) -> str:
        known = _PARSED.get(match[1])
        if known is None:
            raise Refused("INVALID_FUNCTION_ARGUMENT", f"%{match[1]} not supported in date format string")
        return "%" + known

    return re.sub(r"%(.)", letter, pattern)


def date_format(moment: datetime, pattern: str) -> str:
    """A moment in MySQL's format."""
    twelve = moment.hour % 12 or 12
    week = moment.isocalendar()
    letters = {
        "a": moment.strftime("%a"),
        "b": moment.strftime("%b"),
        "c": str(moment.month),
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "f": f"{moment.microsecond:06}",
        "H": f"{moment.hour:02}",
        "h": f"{twelve:02}",
        "I": f"{twelve:02}",
        "i": f"{moment.minute:02}",
        "j": f"{moment.timetuple().tm_yday:03}",
        "k": str(moment.hour),
        "l": str(twelve),
        "M": moment.strftime("%B"),
        "m": f"{moment.month:02}",
        "p": moment.strftime("%p"),
        "r": f"{twelve:02}:{moment:%M:%S %p}",
        "S": f"{moment.second:02}",
        "s": f"{moment.second:02}",
        "T": f"{moment:%H:%M:%S}",
        "v": f"{week.week:02}",
        "W": moment.strftime("%A"),
        "x": f"{week.year:04}",
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "%": "%",
    }
    return re.sub(r"%(.)", lambda match: letters.get(match[1], match[1]), pattern)


def _joda(pattern: str) -> list[tuple[str, int]]:
    """Joda's letters with how often they repeat; other text under the letter `'`."""
    made: list[tuple[str, int]] = []
    place = 0
    while place < len(pattern):
        if pattern[place] == "'":
            end = pattern.find("'", place + 1)
            end = len(pattern) if end < 0 else end
            made.append(("'" + (pattern[place + 1 : end] or "'"), 1))
            place = end + 1
        elif pattern[place].isalpha():
            run = len(next(list(group) for _, group in groupby(pattern[place:])))
            made.append((pattern[place], run))
            place += run
        else:
            made.append(("'" + pattern[place], 1))
            place += 1
    return made


def format_datetime(moment: datetime, pattern: str, zone: str) -> str:
    """A moment in Joda's format."""
    return "".join(_joda_text(moment, letter, run, zone) for letter, run in _joda(pattern))


def _joda_text(moment: datetime, letter: str, run: int, zone: str) -> str:
    if letter[0] == "'":
        return letter[1:]
    if letter in "yYx":
        year = moment.isocalendar().year if letter == "x" else moment.year
        return f"{year % 100:02}" if run == 2 else str(year).rjust(run, "0")
    if letter == "M" and run > 2:
        return moment.strftime("%b" if run == 3 else "%B")
    if letter == "E":
        return moment.strftime("%A" if run > 3 else "%a")
    if letter == "S":
        return f"{moment.microsecond:06}".ljust(run, "0")[:run]
    if letter == "a":
        return moment.strftime("%p")
    if letter in "zZ":
        aware = moment.replace(tzinfo=ZoneInfo(zone))
        offset = aware.strftime("%z")
        return (
            (zone if zone == "UTC" else str(aware.tzname()))
            if letter == "z"
            else (offset if run == 1 else f"{offset[:3]}:{offset[3:]}" if run == 2 else zone)
        )
    numbers = {
        "M": moment.month,
        "d": moment.day,
        "D": moment.timetuple().tm_yday,
        "e": moment.isoweekday(),
        "w": moment.isocalendar().week,
        "H": moment.hour,
        "k": moment.hour or 24,
        "K": moment.hour % 12,
        "h": moment.hour % 12 or 12,
        "m": moment.minute,
        "s": moment.second,
    }
    if letter not in numbers:
        raise Refused("INVALID_FUNCTION_ARGUMENT", f"Illegal pattern component: {letter * run}")
    return str(numbers[letter]).rjust(run, "0")


def parse_datetime(text: str, pattern: str) -> datetime:
    """A moment by Joda's format, in UTC."""
    regex, letters = _joda_regex(pattern)
    match = re.fullmatch(regex, text)
    if match is None:
        raise Refused("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"')
    values: dict[str, str] = dict(zip(letters, match.groups(), strict=True))
    try:
        return _from_joda(values)
    except (ValueError, KeyError):
        raise Refused("INVALID_FUNCTION_ARGUMENT", f'Invalid format: "{text}"') from None


@lru_cache(maxsize=64)
def _joda_regex(pattern: str) -> tuple[str, tuple[str, ...]]:
    regex, letters = "", []
    for letter, run in _joda(pattern):
        if letter[0] == "'":
            regex += re.escape(letter[1:])
            continue
        letters.append(letter + ("+" if letter == "M" and run > 2 else ""))
        if letter in "yYx":
            regex += r"(\d{4,})" if run != 2 else r"(\d\d)"
        elif letter in "zZ":
            regex += r"(Z|[+-]\d\d:?\d\d|[A-Za-z/_]+)"
        elif letter in "aE" or (letter == "M" and run > 2):
            regex += r"([A-Za-z]+)"
        else:
            regex += r"(\d+)"
    return regex, tuple(letters)


def _from_joda(values: dict[str, str]) -> datetime:
    names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    month = names.index(values["M+"][:3].lower()) + 1 if "M+" in values else int(values.get("M", 1))
    year = values.get("y") or values.get("Y") or values.get("x") or "1970"
    hour = int(values.get("H") or int(values.get("h", 0)) % 12 + 12 * (values.get("a", "").upper() == "PM"))
    moment = datetime(  # noqa: DTZ001 (Trino's timestamps have no zone)
        int(year) if len(year) > 2 else 2000 + int(year),
        month,
        int(values.get("d", 1)),
        hour,
        int(values.get("m", 0)),
        int(values.get("s", 0)),
        int(values.get("S", "0")[:6].ljust(6, "0")),
    )
    return _to_utc(moment, values.get("Z") or values.get("z") or "UTC")


def date_diff(unit: str, start: datetime, end: datetime) -> int:
    """Whole units from one moment to another."""
    unit = unit.lower()
    if unit in _MICROSECONDS:
        size = (end - start) // timedelta(microseconds=1)
        return size // _MICROSECONDS[unit] if size >= 0 else -(-size // _MICROSECONDS[unit])
    if unit not in _MONTHS:
        raise _unit_error(unit)
    if end < start:
        return -date_diff(unit, end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    last = end.day == monthrange(end.year, end.month)[1] and start.day > end.day
    if (not last and (end.day, end.time()) < (start.day, start.time())) or (
        last and end.time() < start.time()
    ):
        months -= 1
    return months // _MONTHS[unit]


def unit(name: str) -> str:
    """A unit's name, when it is one."""
    lower = name.lower()
    if lower not in _MICROSECONDS and lower not in _MONTHS:
        raise _unit_error(name)
    return lower


def _unit_error(name: str) -> Refused:
    return Refused("INVALID_FUNCTION_ARGUMENT", f"'{name}' is not a valid Timestamp field")


def from_unixtime(seconds: float) -> datetime:
    """Seconds since 1970, rounded to milliseconds."""
    try:
        return datetime(1970, 1, 1) + timedelta(milliseconds=round(seconds * 1000))  # noqa: DTZ001 (UTC by type)
    except OverflowError:
        raise Refused("INVALID_FUNCTION_ARGUMENT", f"Invalid unix time: {seconds}") from None


def iso8601(moment: datetime, zone: str) -> str:
    """A moment of a zone in ISO 8601."""
    offset = moment.replace(tzinfo=ZoneInfo(zone)).strftime("%z")
    ending = "Z" if zone == "UTC" else f"{offset[:3]}:{offset[3:]}"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}{ending}"


def parse_duration(text: str) -> timedelta:
    """`3.5m` and the like."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", text)
    if match is None or match[2] not in _DURATION:
        raise Refused("INVALID_FUNCTION_ARGUMENT", f"duration is not a valid data duration string: {text}")
    return timedelta(microseconds=round(float(match[1]) * _DURATION[match[2]]))


V, S = "VARCHAR", "TIMESTAMP"
FUNCTIONS: list[tuple[str, Any, list[str], str]] = [
    ("t_to_date", to_date, [V], "DATE"),
    ("t_to_timestamp", to_timestamp, [V], S),
    ("t_to_timestamptz_utc", to_timestamptz, [V], S),
    ("t_from_iso8601", from_iso8601, [V], S),
    ("t_date_parse", date_parse, [V, V], S),
    ("t_date_format", date_format, [S, V], V),
    ("t_format_datetime", format_datetime, [S, V, V], V),
    ("t_parse_datetime", parse_datetime, [V, V], S),
    ("t_date_diff", date_diff, [V, S, S], "BIGINT"),
    ("t_unit", unit, [V], V),
    ("t_from_unixtime_utc", from_unixtime, ["DOUBLE"], S),
    ("t_iso8601", iso8601, [S, V], V),
    ("t_parse_duration", parse_duration, [V], "INTERVAL"),
]
