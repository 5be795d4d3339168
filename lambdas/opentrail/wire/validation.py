"""The constraints of the service model: required, length, range, pattern and enum, in AWS's words.

All broken constraints of a request are told at once, in the model's order, but for the members that have an
error code of their own (own_codes).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opentrail.errors import ValidationException
from opentrail.wire.model import OperationModel, Shape
from opentrail.wire.own_codes import own_code

_SCALARS = frozenset({"string", "integer", "long", "float", "double"})
NOT_NULL = "Member must not be null"


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken constraint. `path` names the member without positions, `shown` as AWS shows it."""

    path: str
    shown: str
    value: Any
    constraint: str

    def sentence(self) -> str:
        """One part of the message."""
        value = "null" if self.value is None else f"'{_java(self.value)}'"
        return f"Value {value} at '{self.shown}' failed to satisfy constraint: {self.constraint}"


@dataclass(frozen=True, slots=True)
class _Place:
    path: str = ""
    shown: str = ""

    def member(self, name: str) -> "_Place":
        """Below, in a structure."""
        lowered = name[:1].lower() + name[1:]
        return _Place(
            f"{self.path}.{name}" if self.path else name, f"{self.shown}.{lowered}" if self.shown else lowered
        )

    def item(self, number: int) -> "_Place":
        """Below, in a list; AWS counts from one."""
        return _Place(self.path, f"{self.shown}.{number}.member")


def validate(operation: OperationModel, request: Mapping[str, Any]) -> None:
    """ValidationException with every broken constraint that is not the operation's own to tell."""
    broken = [
        violation
        for violation in _structure(operation.input, request, _Place())
        if violation.constraint == NOT_NULL or own_code(operation.name, violation.path) is None
    ]
    if broken:
        count = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected"
        raise ValidationException(f"{count}: {'; '.join(violation.sentence() for violation in broken)}")


def _structure(shape: Shape, value: Mapping[str, Any], place: _Place) -> Iterator[Violation]:
    for name, member in shape.members.items():
        below = place.member(name)
        if value.get(name) is not None:
            yield from _value(member.shape, value[name], below)
        elif name in shape.required:
            yield Violation(below.path, below.shown, None, NOT_NULL)


def _value(shape: Shape, value: Any, place: _Place) -> Iterator[Violation]:
    for constraint in _broken(shape, value):
        yield Violation(place.path, place.shown, value, constraint)
    if shape.type == "structure":
        yield from _structure(shape, value, place)
    elif shape.type == "list":
        yield from _items(shape, value, place)
    elif shape.type == "map":
        yield from _entries(shape, value, place)


def _items(shape: Shape, value: list[Any], place: _Place) -> Iterator[Violation]:
    """AWS tells broken constraints of plain items at the list, with all constraints an item has."""
    assert shape.member is not None
    if shape.member.type not in _SCALARS:
        for number, item in enumerate(value, 1):
            yield from _value(shape.member, item, place.item(number))
    elif any(_broken(shape.member, item) for item in value):
        constraint = f"Member must satisfy constraint: [{', '.join(_all(shape.member))}]"
        yield Violation(place.path, place.shown, value, constraint)


def _entries(shape: Shape, value: Mapping[str, Any], place: _Place) -> Iterator[Violation]:
    for part, of_map, items in (("keys", shape.key, value), ("value", shape.value, value.values())):
        if of_map is not None and any(_broken(of_map, item) for item in items):
            constraint = f"Map {part} must satisfy constraint: [{', '.join(_all(of_map))}]"
            yield Violation(place.path, place.shown, value, constraint)


def _broken(shape: Shape, value: Any) -> list[str]:
    """The constraints of this one value that do not hold, what is inside left out."""
    size = len(value) if shape.type in ("string", "list", "map") else value
    broken = []
    if shape.max is not None and size > shape.max:
        broken.append(_limit(shape, "less", shape.max))
    if shape.min is not None and size < shape.min:
        broken.append(_limit(shape, "greater", shape.min))
    if shape.type == "string":
        if not shape.matches(value):
            broken.append(_pattern(shape))
        if shape.enum and value not in shape.enum:
            broken.append(_enum(shape))
    return broken


def _all(shape: Shape) -> list[str]:
    """All constraints of a shape in words."""
    said = [] if shape.max is None else [_limit(shape, "less", shape.max)]
    said += [] if shape.min is None else [_limit(shape, "greater", shape.min)]
    said += [] if shape.pattern is None else [_pattern(shape)]
    return said + ([_enum(shape)] if shape.enum else [])


def _limit(shape: Shape, direction: str, bound: int) -> str:
    what = "length" if shape.type in ("string", "list", "map") else "value"
    return f"Member must have {what} {direction} than or equal to {bound}"


def _pattern(shape: Shape) -> str:
    return f"Member must satisfy regular expression pattern: {shape.pattern}"


def _enum(shape: Shape) -> str:
    return f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"


def _java(value: Any) -> str:
    """A value as Java's toString shows it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_java(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_java(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
