"""Requests made from the service model: a valid one of every operation, and every way to break it."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opentrail.wire.model import CLOUDTRAIL, CLOUDTRAIL_DATA, OperationModel, Shape, operations

# Texts the patterns of the model allow; the first that fits a shape is taken.
_TEXTS = (
    "abcde",
    "123456789012",
    "01234567-89ab-cdef-0123-456789abcdef",
    "arn:aws:cloudtrail:us-east-1:111111111111:channel/x",
    "s3://abc",
    "12:30",
    "ec2.amazonaws.com",
)
_ODD = ("\n", "é", "!", " ", "a\nb", "A B", "é" * 36, "!" * 12, "\n" * 36)
_WRONG_TYPES: dict[str, Any] = {
    "string": 1,
    "boolean": "true",
    "integer": "1",
    "long": "1",
    "float": "1",
    "double": "1",
    "timestamp": "2023-07-10T00:00:00Z",
    "blob": 1,
    "structure": [],
    "list": {},
    "map": [],
}
type Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Broken:
    """A request with one thing wrong: `kind` is required, min, max, pattern, enum or type."""

    operation: OperationModel
    kind: str
    path: Path
    request: dict[str, Any]
    sentence: str  # of the broken constraint; empty for a wrong type

    def __str__(self) -> str:
        return f"{self.operation.name}-{'.'.join(map(str, self.path))}-{self.kind}"

    @property
    def member(self) -> str:
        """The path without positions and keys of maps."""
        return ".".join(str(step) for step in self.path if isinstance(step, str) and not step.startswith("{"))


def all_operations() -> list[OperationModel]:
    """All 61."""
    return [*operations(CLOUDTRAIL).values(), *operations(CLOUDTRAIL_DATA).values()]


def full_request(operation: OperationModel) -> dict[str, Any]:
    """A valid request that has every member, one item in every list and map."""
    request: dict[str, Any] = valid(operation.input)
    return request


def valid(shape: Shape) -> Any:
    """A JSON value of the shape that satisfies all constraints inside."""
    match shape.type:
        case "structure":
            return {name: valid(member.shape) for name, member in shape.members.items()}
        case "list":
            assert shape.member is not None
            return [valid(shape.member)] * max(1, shape.min or 0)
        case "map":
            assert shape.key is not None
            assert shape.value is not None
            return {valid(shape.key): valid(shape.value)}
        case "string":
            return _text(shape)
        case "boolean":
            return True
        case "timestamp":
            return 1_689_000_000
        case "blob":
            return "AA=="
        case _:
            return shape.min or 1


def broken_requests(operation: OperationModel) -> Iterator[Broken]:
    """Every constraint and every type of every member broken, one at a time."""
    whole = full_request(operation)
    yield from _broken_inside(operation, operation.input, whole, ())


def unbreakable(shape: Shape) -> bool:
    """A pattern that every text satisfies."""
    return shape.pattern is not None and shape.pattern.startswith("(?s).*")


def _broken_inside(
    operation: OperationModel, shape: Shape, whole: dict[str, Any], path: Path
) -> Iterator[Broken]:
    if shape.type == "structure":
        for name, member in shape.members.items():
            below = (*path, name)
            if name in shape.required:
                request = _changed(whole, below, None)
                yield Broken(operation, "required", below, request, "Member must not be null")
            yield from _broken_value(operation, member.shape, whole, below)
    elif shape.type == "list":
        assert shape.member is not None
        yield from _broken_value(operation, shape.member, whole, (*path, 0))
    elif shape.type == "map":
        assert shape.value is not None
        key = next(iter(_at(whole, path)))
        yield from _broken_value(operation, shape.value, whole, (*path, f"{{{key}}}"))
        yield from _broken_keys(operation, shape, whole, path)


def _broken_value(
    operation: OperationModel, shape: Shape, whole: dict[str, Any], path: Path
) -> Iterator[Broken]:
    for kind, value, sentence in _bad(shape):
        yield Broken(operation, kind, path, _changed(whole, path, value), sentence)
    if not operation.input.members[str(path[0])].in_query:  # everything in a query is text
        yield Broken(operation, "type", path, _changed(whole, path, _WRONG_TYPES[shape.type]), "")
    yield from _broken_inside(operation, shape, whole, path)


def _broken_keys(
    operation: OperationModel, shape: Shape, whole: dict[str, Any], path: Path
) -> Iterator[Broken]:
    assert shape.key is not None
    assert shape.value is not None
    for kind, key, sentence in _bad(shape.key):
        request = _changed(whole, path, {key: valid(shape.value)})
        yield Broken(operation, f"{kind} of a key", path, request, sentence)


def _bad(shape: Shape) -> Iterator[tuple[str, Any, str]]:
    """Values that break a constraint of the shape itself: kind, value, sentence."""
    sized = shape.type in ("string", "list", "map")
    noun = "length" if sized else "value"
    if shape.min is not None and (shape.min > 0 or not sized):
        sentence = f"Member must have {noun} greater than or equal to {shape.min}"
        yield "min", _of_size(shape, shape.min - 1), sentence
    if shape.max is not None:
        sentence = f"Member must have {noun} less than or equal to {shape.max}"
        yield "max", _of_size(shape, shape.max + 1), sentence
    if shape.pattern is not None and not unbreakable(shape):
        value = next(text for text in _ODD if _fits(shape, text) and not shape.matches(text))
        yield "pattern", value, f"Member must satisfy regular expression pattern: {shape.pattern}"
    if shape.enum:
        yield "enum", "NoSuchValue", f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"


def _of_size(shape: Shape, size: int) -> Any:
    if shape.type == "string":
        return "a" * size
    if shape.type == "list":
        assert shape.member is not None
        return [valid(shape.member)] * size
    if shape.type == "map":
        assert shape.key is not None
        assert shape.value is not None
        keys = shape.key.enum or tuple(f"key{n}" for n in range(size))
        return {key: valid(shape.value) for key in keys[:size]}
    return size


def _text(shape: Shape) -> str:
    if shape.enum:
        return shape.enum[0]
    candidates = [text for text in _TEXTS if _fits(shape, text) and shape.matches(text)]
    assert candidates, f"no text for {shape.name}"
    return candidates[0]


def _fits(shape: Shape, text: str) -> bool:
    return (shape.min or 0) <= len(text) <= (shape.max or len(text))


def _changed(whole: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy with another value at the path; None takes the member away."""
    changed = copy.deepcopy(whole)
    parent = _at(changed, path[:-1])
    step = path[-1]
    if isinstance(parent, list):
        parent[int(step)] = value
    elif value is None:
        del parent[step]
    else:
        parent[str(step).strip("{}")] = value
    return changed


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step.strip("{}") if isinstance(step, str) else step]
    return value
