"""The vendored service models as objects: operations and the shapes of what goes in and out.

Written by tools/generate_service_model.py from botocore; read once per process.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, cast

CLOUDTRAIL = "cloudtrail"
CLOUDTRAIL_DATA = "cloudtrail-data"


@dataclass(slots=True)
class Shape:
    """What a value looks like. Limits are None when there are none; lengths for text, lists and maps."""

    name: str
    type: str
    min: int | None = None
    max: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    members: dict[str, "Member"] = field(default_factory=dict)  # of a structure
    member: "Shape | None" = None  # of a list
    key: "Shape | None" = None  # of a map
    value: "Shape | None" = None  # of a map

    def matches(self, text: str) -> bool:
        """Whether the text satisfies the pattern from end to end; true without a pattern."""
        return self.pattern is None or _compiled(self.pattern).fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure; `in_query` is its name in the query string, empty for one of the body."""

    name: str
    shape: Shape
    in_query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationModel:
    """An operation; `errors` are the codes its model lists."""

    service: str
    name: str
    input: Shape
    output: Shape
    errors: frozenset[str]
    method: str
    uri: str


@cache
def operations(service: str) -> dict[str, OperationModel]:
    """The operations of one service by name."""
    model = _document()["services"][service]
    shapes = _Shapes(model["shapes"])
    return {
        name: OperationModel(
            service=service,
            name=name,
            input=shapes[row["input"]],
            output=shapes[row["output"]],
            errors=frozenset(row["errors"]),
            method=row["method"],
            uri=row["uri"],
        )
        for name, row in model["operations"].items()
    }


class _Shapes(dict[str, Shape]):
    """Shapes made when they are asked for, each once."""

    def __init__(self, rows: dict[str, Any]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, name: str) -> Shape:
        row = self._rows[name]
        shape = self[name] = Shape(
            name,
            row["type"],
            min=row.get("min"),
            max=row.get("max"),
            pattern=row.get("pattern"),
            enum=tuple(row.get("enum", ())),
            required=tuple(row.get("required", ())),
        )
        for part in ("member", "key", "value"):
            if part in row:
                setattr(shape, part, self[row[part]])
        shape.members = {
            member: self._member(member, said) for member, said in row.get("members", {}).items()
        }
        return shape

    def _member(self, name: str, said: str | dict[str, str]) -> Member:
        if isinstance(said, str):
            return Member(name, self[said])
        return Member(name, self[said["shape"]], said["locationName"])


@cache
def _document() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("service_model.json").read_bytes()
    return cast(dict[str, Any], json.loads(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
