"""Properties of a resource that requests of their own change, and can put back. Pure.

What a template leaves out has its default, also when it was there before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

type Model = dict[str, Any]
type Requests = list[tuple[str, Model]]  # name of a client's method, its parameters


@dataclass(frozen=True, slots=True)
class Values:
    """Properties with their defaults."""

    defaults: Mapping[str, Any]

    def of(self, model: Model, name: str) -> Any:
        """A property of a template, where truth and numbers may be spelled as words."""
        value, default = model.get(name), self.defaults[name]
        if value is None:
            return default
        if isinstance(default, bool):
            return str(value).lower() == "true"
        return int(value) if isinstance(default, int) else value

    def differing(self, before: Model, after: Model, names: Sequence[str]) -> list[str]:
        """The names of those properties that are not the same in both."""
        return [name for name in names if self.of(before, name) != self.of(after, name)]

    def given(self, model: Model, members: Mapping[str, str]) -> Model:
        """What a template says, under the API's names."""
        return {
            member: self.of(model, name) for name, member in members.items() if model.get(name) is not None
        }


@dataclass(frozen=True, slots=True)
class Setting:
    """Something about a resource. `requests` brings it from one model to another; both name the resource."""

    properties: tuple[str, ...]
    requests: Callable[[Model, Model], Requests]


def tag_requests(resource: str, before: Sequence[Model], after: Sequence[Model]) -> Requests:
    """What makes the tags of a resource others. Removals come first: there is room for 50."""
    old, new = ({tag["Key"]: tag["Value"] for tag in tags} for tags in (before, after))
    gone = [{"Key": key} for key in old if key not in new]
    fresh = [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value]
    requests: Requests = []
    if gone:
        requests.append(("remove_tags", {"ResourceId": resource, "TagsList": gone}))
    if fresh:
        requests.append(("add_tags", {"ResourceId": resource, "TagsList": fresh}))
    return requests


def spelled(value: Any) -> Any:
    """Truth and numbers as CloudFormation gives them to members that are text: a selector's values."""
    if isinstance(value, dict):
        return {name: spelled(item) for name, item in value.items()}
    if isinstance(value, list):
        return [spelled(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
