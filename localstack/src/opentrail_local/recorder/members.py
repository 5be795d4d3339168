"""requestParameters and responseElements by CloudTrail's general rule: the API's members, first letter
lower-cased.

Structures are followed through botocore's model, keys of maps are data and stay as they are, nothing is
invented for members that were not sent. A few newer services keep their names. Times are written as Java's
date format does, or as the table says.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from opentrail_local.recorder import hidden
from opentrail_local.recorder.names import service_of

# Services whose records keep the API's own spelling.
_PASCAL_CASE = frozenset({"ce", "account", "devops-guru", "resource-explorer-2"})

# How times are written. The default is the newer Java format, with a comma after the year.
_ISO = "%Y-%m-%dT%H:%M:%SZ"
_OLDER = "{0:%b} {0.day}, {0:%Y} {1}:{0:%M:%S %p}"
_NEWER = "{0:%b} {0.day}, {0:%Y}, {1}:{0:%M:%S %p}"
_TIMES: dict[str, str] = dict.fromkeys(
    ("apigateway", "athena", "cloudfront", "iam", "rds", "route53", "ssm answers"), _OLDER
)

# Answers whose one outer structure is left away.
_UNWRAPPED = frozenset({"rds", "docdb", "neptune"})

# Answers of which only some members are written, and under which names (real records).
_ANSWERS: dict[tuple[str, str], dict[str, str]] = {
    ("secretsmanager", "CreateSecret"): {"ARN": "arn"},
    ("secretsmanager", "PutSecretValue"): {"ARN": "arn"},
    ("secretsmanager", "UpdateSecret"): {"ARN": "arn"},
}

# Members of the answer that some services give to every client and CloudTrail does not write.
_NOT_WRITTEN = frozenset({"ResponseMetadata"})


def request(operation: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The requestParameters of a call."""
    return _Writer(operation).structure(operation.input_shape, parameters)


def answer(operation: Any, response: Mapping[str, Any]) -> dict[str, Any]:
    """The responseElements of a call."""
    shape = operation.output_shape
    members = shape.members if shape is not None else {}
    if (kept := _ANSWERS.get((service_of(operation), operation.name))) is not None:
        return {name: response[member] for member, name in kept.items() if member in response}
    if service_of(operation) in _UNWRAPPED and len(members) == 1:
        name, inner = next(iter(members.items()))
        if inner.type_name == "structure" and isinstance(response.get(name), Mapping):
            return _Writer(operation, " answers").structure(inner, response[name], path=name)
    return _Writer(operation, " answers").structure(shape, response)


def _is_status(member: Any) -> bool:
    """Whether it is the answer's HTTP status, and no part of its body."""
    return bool(member.serialization.get("location") == "statusCode")


def lower_first(name: str) -> str:
    """CloudTrail's casing: only the first letter (`SSEAlgorithm` becomes `sSEAlgorithm`)."""
    return name[:1].lower() + name[1:]


def time_text(value: Any, service: str) -> Any:
    """A time as the service's records write it; numbers are epoch seconds, text stays text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            value = datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError, ValueError):
            return value
    if not isinstance(value, datetime):
        return str(value)
    moment = value.astimezone(UTC) if value.tzinfo else value
    return _TIMES.get(service, _NEWER).format(moment, moment.hour % 12 or 12)


def iso_time(value: Any) -> Any:
    """A time in ISO 8601, to the second."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return moment.strftime(_ISO)
    return value


class _Writer:
    """Writes values of one operation's model."""

    def __init__(self, operation: Any, what: str = "") -> None:
        self._service = service_of(operation)
        self._times = self._service + (what if self._service + what in _TIMES else "")
        self._operation = operation.name
        self._name = str if self._service in _PASCAL_CASE else lower_first

    def structure(self, shape: Any, value: Mapping[str, Any], path: str = "") -> dict[str, Any]:
        # A few models (Comprehend's) call a whole request or answer sensitive: nothing of it is told.
        is_told = shape is not None and (path or not shape.metadata.get("sensitive"))
        members = shape.members if is_told else {}
        written: dict[str, Any] = {}
        for name, item in value.items():
            member = members.get(name)
            if member is None or item is None or name in _NOT_WRITTEN or _is_status(member):
                continue
            inner = f"{path}.{name}" if path else name
            item = self._shown(member, item, inner)
            if item is not None:
                written[self._name(name)] = item
        return written

    def _shown(self, shape: Any, value: Any, path: str) -> Any:
        """The value, the word in its place, or None when it is left out."""
        word = hidden.word_for(self._service, self._operation, path, shape)
        return self._value(shape, value, path) if word is hidden.SHOW else word

    def _value(self, shape: Any, value: Any, path: str) -> Any:
        kind = shape.type_name
        if kind == "structure":
            if getattr(shape, "is_document_type", False):
                return value
            return self.structure(shape, value, path) if isinstance(value, Mapping) else None
        if kind == "list":
            items = (self._shown(shape.member, item, path) for item in value if item is not None)
            return [item for item in items if item is not None]
        if kind == "map":
            if shape.key.metadata.get("sensitive"):
                return hidden.word_for(self._service, self._operation, path, shape.key)
            pairs = (
                (k, self._shown(shape.value, item, path)) for k, item in value.items() if item is not None
            )
            return {key: item for key, item in pairs if item is not None}
        if kind == "timestamp":
            return time_text(value, self._times)
        if kind == "blob":
            return None
        return value
