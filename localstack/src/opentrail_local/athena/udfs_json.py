"""Trino's JSON functions over JSON texts.

Numbers keep the text they were written with, as Trino's do; objects that json_parse makes have sorted keys.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from opentrail_local.athena.udf_errors import Refused

_STEP = re.compile(
    r"\.(?P<name>[^.\[\]\"'*]+)|\[\s*(?P<index>-?\d+)\s*\]|\[\s*(?P<quoted>\"(?:[^\"\\]|\\.)*\"|'[^']*')\s*\]"
)
_MISSING = object()


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def _loads(text: str) -> Any:
    return json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant)


def _refuse_constant(text: str) -> Any:
    raise ValueError(text)


def _dumps(value: Any, *, ordered: bool = False) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        items = sorted(value.items()) if ordered else value.items()
        inner = ",".join(f"{_text(key)}:{_dumps(member, ordered=ordered)}" for key, member in items)
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ",".join(_dumps(member, ordered=ordered) for member in value) + "]"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=512)
def steps(path: str) -> tuple[str | int, ...]:
    """A JSON path taken apart. INVALID_FUNCTION_ARGUMENT when it is none."""
    found: list[str | int] = []
    rest = path.removeprefix("lax ").removeprefix("strict ").strip()
    if rest.startswith("$"):
        rest = rest[1:]
    elif rest and rest[0] not in ".[":
        rest = "." + rest  # Trino takes a path without `$`
    place = 0
    while place < len(rest):
        match = _STEP.match(rest, place)
        if match is None:
            raise Refused("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{path}'")
        if match["name"] is not None:
            found.append(match["name"])
        elif match["index"] is not None:
            found.append(int(match["index"]))
        else:
            found.append(match["quoted"][1:-1].replace('\\"', '"').replace("\\\\", "\\"))
        place = match.end()
    return tuple(found)


def _found(text: str, path: str) -> Any:
    wanted = steps(path)
    try:
        value = _loads(text)
    except (ValueError, RecursionError):
        return _MISSING
    for step in wanted:
        if isinstance(step, int):
            if not isinstance(value, list) or not 0 <= step < len(value):
                return _MISSING
            value = value[step]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return _MISSING
    return value


def extract(text: str, path: str) -> str | None:
    """What the path leads to, as JSON; NULL when it leads nowhere or the text is no JSON."""
    value = _found(text, path)
    return None if value is _MISSING else _dumps(value)


def extract_scalar(text: str, path: str) -> str | None:
    """What the path leads to, as text; NULL too when it is an object, an array or null."""
    return _scalar(_found(text, path))


def _scalar(value: Any) -> str | None:
    if value is _MISSING or value is None or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse(text: str) -> str:
    """The text as JSON, keys sorted. INVALID_FUNCTION_ARGUMENT when it is none."""
    try:
        return _dumps(_loads(text), ordered=True)
    except (ValueError, RecursionError):
        raise Refused("INVALID_FUNCTION_ARGUMENT", f"Cannot convert value to JSON: '{text}'") from None


def _array(text: str) -> list[Any] | None:
    try:
        value = _loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def array_length(text: str) -> int | None:
    """How many elements; NULL when it is no array."""
    value = _array(text)
    return None if value is None else len(value)


def array_get(text: str, index: int) -> str | None:
    """An element counted from 0, from the end when negative; a string comes without its quotes."""
    value = _array(text)
    if value is None or not -len(value) <= index < len(value):
        return None
    element = value[index]
    if element is None:
        return None
    return str(element) if isinstance(element, str) else _dumps(element)


def array_contains(text: str, element: str) -> bool | None:
    """Whether a scalar, given as JSON, is an element."""
    value = _array(text)
    if value is None:
        return None
    wanted = _loads(element)
    if isinstance(wanted, _Number):
        return any(isinstance(member, _Number) and float(member) == float(wanted) for member in value)
    return any(type(member) is type(wanted) and member == wanted for member in value)


def size(text: str, path: str) -> int | None:
    """How many members what the path leads to has; a scalar has none."""
    value = _found(text, path)
    if value is _MISSING:
        return None
    return len(value) if isinstance(value, dict | list) else 0


def is_scalar(text: str) -> bool:
    """Whether a JSON text is no object and no array."""
    try:
        return not isinstance(_loads(text), dict | list)
    except (ValueError, RecursionError):
        raise Refused("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON value: {text}") from None


def to_varchar(text: str) -> str | None:
    """CAST(json AS varchar). INVALID_CAST_ARGUMENT for objects and arrays."""
    value = _loads(text)
    if isinstance(value, dict | list):
        raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast '{text}' to varchar")
    return _scalar(value)


def to_boolean(text: str) -> bool | None:
    """CAST(json AS boolean)."""
    value = _loads(text)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, _Number):
        return float(value) != 0
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast '{text}' to BOOLEAN")


def to_bigint(text: str) -> int | None:
    """CAST(json AS bigint)."""
    value = to_double(text)
    if value is None:
        return None
    scalar = _loads(text)
    if isinstance(scalar, str) and re.fullmatch(r"-?\d+", scalar):
        return int(scalar)
    return int(value + 0.5) if value >= 0 else -int(-value + 0.5)


def to_double(text: str) -> float | None:
    """CAST(json AS double)."""
    value = _loads(text)
    if value is None or isinstance(value, bool):
        return None if value is None else float(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast '{text}' to a number") from None


def checked(text: str, kind: str) -> str | None:
    """The JSON text, when a cast to that kind of type can take it; `null` is NULL."""
    value = _loads(text)
    if value is None:
        return None
    wanted = {"array": list, "map": dict, "row": dict}[kind]
    if not isinstance(value, wanted):
        raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast to {kind}. Input: {text}")
    return _lower(value) if kind == "row" else text


def _lower(value: dict[str, Any]) -> str:
    """Row fields are named in lower case here."""
    return _dumps({key.lower(): member for key, member in value.items()})


def value_of(text: str, path: str) -> str | None:
    """JSON_VALUE: a scalar as text, NULL for everything else."""
    return extract_scalar(text, path)


V = "VARCHAR"
FUNCTIONS: list[tuple[str, Any, list[str], str]] = [
    ("t_json_extract", extract, [V, V], V),
    ("t_json_extract_scalar", extract_scalar, [V, V], V),
    ("t_json_parse", parse, [V], V),
    ("t_json_array_length", array_length, [V], "BIGINT"),
    ("t_json_array_get", array_get, [V, "BIGINT"], V),
    ("t_json_array_contains", array_contains, [V, V], "BOOLEAN"),
    ("t_json_size", size, [V, V], "BIGINT"),
    ("t_is_json_scalar", is_scalar, [V], "BOOLEAN"),
    ("t_json_varchar", to_varchar, [V], V),
    ("t_json_boolean", to_boolean, [V], "BOOLEAN"),
    ("t_json_bigint", to_bigint, [V], "BIGINT"),
    ("t_json_double", to_double, [V], "DOUBLE"),
    ("t_json_checked", checked, [V, V], V),
    ("t_json_value", value_of, [V, V], V),
]
