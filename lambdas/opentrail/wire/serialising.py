"""Values of the service model to JSON of an answer, and to the form a record of the call has.

An answer's value that its model does not know is a bug of the operation and raises TypeError.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from opentrail.domain.moment import to_text
from opentrail.wire.model import Shape

_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "blob": (bytes,),
    "timestamp": (datetime,),
    "list": (list, tuple),
    "map": (Mapping,),
    "structure": (Mapping,),
}


def serialise(shape: Shape, value: Mapping[str, Any]) -> bytes:
    """The body of an answer: compact JSON in the model's order of members; None members are left out."""
    text = json.dumps(to_json(shape, value), separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace")  # a name found in a record may hold half of a surrogate pair


def to_json(shape: Shape, value: Any) -> Any:
    """One value as JSON: timestamps as epoch seconds with milliseconds, blobs in base64."""
    _check(shape, value)
    if shape.type == "structure":
        return _structure(shape, value)
    if shape.type == "list":
        assert shape.member is not None
        return [to_json(shape.member, item) for item in value]
    if shape.type == "map":
        assert shape.value is not None
        return {key: to_json(shape.value, item) for key, item in value.items()}
    if shape.type == "timestamp":
        return _seconds(value)
    if shape.type == "blob":
        return base64.b64encode(value).decode()
    return value


def recorded_request(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any] | None:
    """A request as a record's requestParameters: times in seconds as `YYYY-MM-DDTHH:MM:SSZ`."""
    return _recorded(shape, value, to_text) or None


def recorded_answer(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any] | None:
    """An answer as a record's responseElements: times as `Feb 9, 2026, 10:26:46 PM`."""
    return _recorded(shape, value, _american) or None


def _check(shape: Shape, value: object) -> None:
    if not isinstance(value, _PYTHON[shape.type]) or (isinstance(value, bool) and shape.type != "boolean"):
        raise TypeError(f"{shape.name} is a {shape.type}, not {type(value).__name__}")


def _structure(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    unknown = value.keys() - shape.members.keys()
    if unknown:
        raise TypeError(f"{shape.name} has no member {', '.join(sorted(unknown))}")
    return {
        name: to_json(member.shape, value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _recorded(shape: Shape, value: Any, time: Any) -> Any:
    """Names of members begin in lower case, keys of maps stay as they are."""
    if shape.type == "structure":
        return {
            name[:1].lower() + name[1:]: _recorded(member.shape, value[name], time)
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if shape.type == "list":
        return [_recorded(shape.member, item, time) for item in value] if shape.member else []
    if shape.type == "map":
        return {key: _recorded(shape.value, item, time) for key, item in value.items()} if shape.value else {}
    if shape.type == "timestamp":
        return time(value)
    return base64.b64encode(value).decode() if shape.type == "blob" else value


def _seconds(moment: datetime) -> int | float:
    milliseconds = round(moment.timestamp() * 1000)
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def _american(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc:%b} {utc.day}, {utc.year}, {utc.hour % 12 or 12}:{utc:%M:%S %p}"
