"""Synthesised templates as tests read them: all stacks of a stage together, references as short names.

`{"Fn::GetAtt": ["HistoryC127576E", "Arn"]}` and the import of its export in another stack both read
`<History.Arn>`: logical ids without CDK's hash.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PARTS = ("Storage", "Lake", "Delivery", "Recording", "Api", "Alarms")
_HASH = re.compile(r"[0-9A-F]{8}([0-9a-f]{32})?$")  # the second is an API's deployment's


@dataclass(frozen=True)
class Resource:
    """A resource with everything in it resolved to text as far as it can be."""

    part: str
    name: str
    type: str
    properties: dict[str, Any]
    raw: dict[str, Any]


class Assembly:
    """The stacks of one stage."""

    def __init__(self, stage: str, folder: Path) -> None:
        self.stage = stage
        self.folder = folder
        names = [f"OpenTrail-{stage}-{part}.template.json" for part in PARTS]
        self.files = [folder / name for name in names if (folder / name).exists()]
        self.templates = {
            path.name.split("-")[2].split(".")[0]: json.loads(path.read_text()) for path in self.files
        }
        self._exports = {
            output["Export"]["Name"]: output["Value"]
            for template in self.templates.values()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    @cached_property
    def resources(self) -> list[Resource]:
        """Every resource of every stack."""
        return [
            Resource(
                part=part,
                name=_short(logical_id),
                type=resource["Type"],
                properties=self.resolved(resource.get("Properties", {})),
                raw=resource,
            )
            for part, template in self.templates.items()
            for logical_id, resource in template["Resources"].items()
        ]

    def of_type(self, type_: str) -> list[Resource]:
        """The resources of a type."""
        return [resource for resource in self.resources if resource.type == type_]

    def one(self, type_: str, name: str, part: str | None = None) -> Resource:
        """The resource of that type and short name, in any stack or in the one given."""
        found = [r for r in self.of_type(type_) if r.name == name and part in (None, r.part)]
        assert len(found) == 1, f"{type_} {name}: {[r.name for r in self.of_type(type_)]}"
        return found[0]

    def functions(self) -> dict[str, Resource]:
        """Functions by the name of their handler's module."""
        return {f.properties["Handler"].split(".")[1]: f for f in self.of_type("AWS::Lambda::Function")}

    def outputs(self) -> dict[str, str]:
        """What the deployment tells, by name."""
        return {
            name: self.resolved(output["Value"])
            for template in self.templates.values()
            for name, output in template.get("Outputs", {}).items()
            if not name.startswith("ExportsOutput")
        }

    def statements(self, role: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(action, resource, condition) that policies allow a role, given as its reference `<…>`."""
        for policy in self.of_type("AWS::IAM::Policy"):
            if role in policy.properties["Roles"]:
                for statement in policy.properties["PolicyDocument"]["Statement"]:
                    assert statement["Effect"] == "Allow"
                    for action in as_list(statement["Action"]):
                        for resource in as_list(statement["Resource"]):
                            yield action, resource, statement.get("Condition", {})

    def allowed(self, handler: str) -> set[tuple[str, str]]:
        """(action, resource) that a function may, by the name of its handler's module."""
        role = self.functions()[handler].properties["Role"].removesuffix(".Arn>") + ">"
        return {(action, resource) for action, resource, _ in self.statements(role)}

    def resolved(self, value: Any) -> Any:
        """The value with its intrinsic functions as text."""
        match value:
            case {"Ref": name}:
                return f"<{_short(name)}>"
            case {"Fn::GetAtt": [name, attribute]}:
                return f"<{_short(name)}.{attribute}>"
            case {"Fn::ImportValue": name}:
                return self.resolved(self._exports[name])
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self.resolved(parts))
            case {"Fn::Sub": str(text)}:
                return text
            case dict():
                return {name: self.resolved(member) for name, member in value.items()}
            case list():
                return [self.resolved(member) for member in value]
        return value


def as_list(value: Any) -> list[Any]:
    """CloudFormation writes a list of one as its member."""
    return value if isinstance(value, list) else [value]


def _short(logical_id: str) -> str:
    return _HASH.sub("", logical_id)
