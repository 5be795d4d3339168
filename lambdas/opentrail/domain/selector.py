"""What event selectors take: evaluation only. What may be configured is decided in `selector_rules`.

Advanced selectors: any selector suffices; within one all its fields must hold; a field's positive operators
are alternatives, its negative ones each a veto. Case counts, there are no wildcards. A record that lacks the
field satisfies no positive operator and no veto.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from opentrail.domain.read_only import is_read_only

MANAGEMENT = "Management"
DATA = "Data"

Test = Callable[[str, str], bool]

POSITIVE: dict[str, Test] = {"Equals": str.__eq__, "StartsWith": str.startswith, "EndsWith": str.endswith}
NEGATIVE: dict[str, Test] = {
    "NotEquals": str.__eq__,
    "NotStartsWith": str.startswith,
    "NotEndsWith": str.endswith,
}

# Values of DataResources that stand for everything of a type (AWS documentation, EventSelector).
_EVERYTHING: dict[str, re.Pattern[str]] = {
    "AWS::S3::Object": re.compile(r"arn:[a-z-]+:s3(:::)?"),
    "AWS::Lambda::Function": re.compile(r"arn:[a-z-]+:lambda"),
    "AWS::DynamoDB::Table": re.compile(r"arn:[a-z-]+:dynamodb"),
}


def advanced_match(selectors: Sequence[Mapping[str, Any]], record: Mapping[str, Any], category: str) -> bool:
    """Whether advanced event selectors take a record of that category."""
    return any(_selector_takes(selector["FieldSelectors"], record, category) for selector in selectors)


def basic_match(selectors: Sequence[Mapping[str, Any]], record: Mapping[str, Any], category: str) -> bool:
    """Whether basic event selectors take a record of that category; they know Management and Data only."""
    return any(_basic_takes(selector, record, category) for selector in selectors)


def _selector_takes(fields: Sequence[Mapping[str, Any]], record: Mapping[str, Any], category: str) -> bool:
    types = _resource_types(fields)
    return all(_field_takes(field, _values(field["Field"], record, category, types)) for field in fields)


def _field_takes(field: Mapping[str, Any], values: Collection[str]) -> bool:
    alternatives = [(test, wanted) for name, test in POSITIVE.items() for wanted in field.get(name) or ()]
    vetoes = [(test, unwanted) for name, test in NEGATIVE.items() for unwanted in field.get(name) or ()]
    if any(test(value, unwanted) for test, unwanted in vetoes for value in values):
        return False
    return not alternatives or any(test(value, wanted) for test, wanted in alternatives for value in values)


def _resource_types(fields: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The types of resources a selector is about; empty when it does not say."""
    return frozenset(t for f in fields if f["Field"] == "resources.type" for t in f.get("Equals") or ())


def _values(name: str, record: Mapping[str, Any], category: str, types: frozenset[str]) -> Collection[str]:
    """What a record answers to a field, as text; several for resources, none when it lacks the field."""
    if name == "eventCategory":
        return (category,)
    if name == "readOnly":
        return ("true" if is_read_only(record) else "false",)
    if name == "resources.type":
        return {kind for kind, _ in _resources(record)}
    if name == "resources.ARN":
        # A record of an S3 object names its bucket too: only resources of the selector's own type count.
        return {arn for kind, arn in _resources(record) if arn and (not types or kind in types)}
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return (value,) if isinstance(value, str) else ()


def _basic_takes(selector: Mapping[str, Any], record: Mapping[str, Any], category: str) -> bool:
    wanted = selector.get("ReadWriteType") or "All"
    if wanted != "All" and (wanted == "ReadOnly") != is_read_only(record):
        return False
    if category == MANAGEMENT:
        excluded = selector.get("ExcludeManagementEventSources") or ()
        return (
            selector.get("IncludeManagementEvents") is not False and record.get("eventSource") not in excluded
        )
    if category == DATA:
        return any(_data_resource_takes(wanted, record) for wanted in selector.get("DataResources") or ())
    return False


def _data_resource_takes(data_resource: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    kind = str(data_resource.get("Type"))
    arns = [arn for found, arn in _resources(record) if found == kind]
    for value in data_resource.get("Values") or ():
        everything = _EVERYTHING.get(kind)
        if everything is not None and everything.fullmatch(value) and arns:
            return True
        # Objects are named by a prefix, functions and tables by their whole ARN.
        if any(arn.startswith(value) if kind == "AWS::S3::Object" else arn == value for arn in arns):
            return True
    return False


def _resources(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(type, ARN) of the record's resources. Listings of a bucket carry ARNPrefix in place of ARN."""
    found = record.get("resources")
    if not isinstance(found, list):
        return []
    return [
        (str(item.get("type") or ""), str(item.get("ARN") or item.get("arn") or item.get("ARNPrefix") or ""))
        for item in found
        if isinstance(item, Mapping)
    ]
