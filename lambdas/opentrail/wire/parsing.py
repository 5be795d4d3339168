"""JSON of a request to values of the service model: text, numbers, aware datetimes, bytes.

Only JSON types are looked at here (SerializationException); whether a value is allowed is validation's.
Unknown members and null ones are left out, as AWS does. The sentences are in the manner of AWS's JSON front
end (unconfirmed for CloudTrail, where only the code was measured).
"""

import base64
import binascii
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from opentrail.errors import SerializationException
from opentrail.wire.model import Shape

INTEGERS = {"integer": 2**31, "long": 2**63}  # type -> first magnitude beyond it

_NAMES = {"string": "String", "integer": "Integer", "long": "Long", "float": "Float", "double": "Double",
          "boolean": "Boolean", "timestamp": "Date", "blob": "Blob"}  # fmt: skip


def parse_body(body: bytes, shape: Shape) -> dict[str, Any]:
    """The members of a request's body; an empty body is an empty structure."""
    if not body.strip():
        return {}
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise SerializationException("The request body is not valid JSON.") from error
    if not isinstance(document, dict):
        raise SerializationException("Start of structure or map expected at the top of the request body.")
    return _structure(shape, document)


def parse(shape: Shape, value: Any) -> Any:
    """One value; SerializationException when its JSON type does not fit."""
    return _PARSERS[shape.type](shape, value)


def _structure(shape: Shape, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SerializationException("Start of structure or map expected where a value was found.")
    return {
        name: parse(member.shape, value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _list(shape: Shape, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise SerializationException("Expected list or null")
    assert shape.member is not None
    if any(item is None for item in value):
        raise SerializationException("A list must not hold null.")
    return [parse(shape.member, item) for item in value]


def _map(shape: Shape, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SerializationException("Expected map or null")
    assert shape.key is not None
    assert shape.value is not None
    return {
        parse(shape.key, key): parse(shape.value, item) for key, item in value.items() if item is not None
    }


def _string(shape: Shape, value: Any) -> str:
    if not isinstance(value, str):
        _refuse(shape, value)
    try:
        value.encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair: no text that could be stored
        raise SerializationException("A string holds characters that are not valid Unicode.") from error
    return value


def _boolean(shape: Shape, value: Any) -> bool:
    return value if isinstance(value, bool) else _refuse(shape, value)


def _integer(shape: Shape, value: Any) -> int:
    number = int(_finite(shape, value))  # fractions are cut, as AWS's front end does
    if not -INTEGERS[shape.type] <= number < INTEGERS[shape.type]:
        raise SerializationException(f"NUMBER_VALUE can not be converted to a {_NAMES[shape.type]}")
    return number


def _timestamp(shape: Shape, value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(_finite(shape, value), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SerializationException("NUMBER_VALUE can not be converted to a Date") from error


def _blob(shape: Shape, value: Any) -> bytes:
    try:
        return base64.b64decode(_string(shape, value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SerializationException("STRING_VALUE can not be converted to a Blob") from error


def _finite(shape: Shape, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(shape, value)
    if isinstance(value, float) and not math.isfinite(value):  # 1e999
        raise SerializationException(f"NUMBER_VALUE can not be converted to a {_NAMES[shape.type]}")
    return value


def _refuse(shape: Shape, value: Any) -> NoReturn:
    if isinstance(value, list):
        raise SerializationException("Start of list found where not expected")
    if isinstance(value, dict):
        raise SerializationException("Start of structure or map found where not expected.")
    token = {str: "STRING_VALUE", bool: "TRUE_VALUE" if value else "FALSE_VALUE"}.get(
        type(value), "NUMBER_VALUE"
    )
    raise SerializationException(f"{token} can not be converted to a {_NAMES[shape.type]}")


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


_PARSERS: Mapping[str, Callable[[Shape, Any], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "float": _finite,
    "double": _finite,
    "timestamp": _timestamp,
    "blob": _blob,
}
