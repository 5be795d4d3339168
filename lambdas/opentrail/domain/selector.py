"""What event selectors take: evaluation only. What may be configured is decided in `selector_rules`.

Advanced selectors: any selector suffices; within one all its fields must hold; a field's positive operators
are alternatives, its negative ones each a veto. Case counts, there are no wildcards. A record that lacks the
field satisfies no positive operator and no veto.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from opentrail.domain.read_only import is_read_only

MANAGEMENT = "Management"
DATA = "Data"

POSITIVE = ("Equals", "StartsWith", "EndsWith")
NEGATIVE = ("NotEquals", "NotStartsWith", "NotEndsWith")

_OPERATORS = frozenset({*POSITIVE, *NEGATIVE})

# Values of DataResources that stand for everything of a type (AWS documentation, EventSelector).
_EVERYTHING: dict[str, re.Pattern[str]] = {
    "AWS::S3::Object": re.compile(r"arn:[a-z-]+:s3(:::)?"),
    "AWS::Lambda::Function": re.compile(r"arn:[a-z-]+:lambda"),
    "AWS::DynamoDB::Table": re.compile(r"arn:[a-z-]+:dynamodb"),
}


class Asked:
    """A record of a category that selectors ask for its fields; what it answered is kept for the next."""

    __slots__ = ("_answers", "category", "record")

    def __init__(self, record: Mapping[str, Any], category: str) -> None:
        self.record = record
        self.category = category
        self._answers: dict[tuple[str, frozenset[str]], Collection[str]] = {}

    def values(self, name: str, types: frozenset[str] = frozenset()) -> Collection[str]:
        """What it answers to a field of a selector that is about resources of those types, or of any."""
        key = (name, types)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = _values(name, self.record, self.category, types)
        return found


class AdvancedSelectors:
    """Advanced event selectors made ready for many records: most are set aside by category and resource type
    at once, so that a trail with hundreds of them costs about what one with a few does.
    """

    def __init__(self, selectors: Sequence[Mapping[str, Any]]) -> None:
        self._indexed: dict[tuple[str | None, str | None], list[_Selector]] = {}
        for selector in selectors:
            made = _Selector(selector["FieldSelectors"])
            for category in made.categories or (None,):
                for kind in made.types if made.types is not None else (None,):
                    self._indexed.setdefault((category, kind), []).append(made)

    def take(self, asked: Asked) -> bool:
        """Whether any takes the record."""
        kinds = (None, *asked.values("resources.type"))
        for category in (asked.category, None):
            for kind in kinds:
                for selector in self._indexed.get((category, kind), ()):
                    if selector.takes(asked):
                        return True
        return False


class _Selector:
    """One selector: the categories and types it is indexed under, None for any; the fields left to ask."""

    __slots__ = ("_about", "_fields", "categories", "types")

    def __init__(self, fields: Sequence[Mapping[str, Any]]) -> None:
        left = list(fields)
        self.categories = _indexable(left, "eventCategory")
        self.types = _indexable(left, "resources.type")
        # A record of an S3 object names its bucket too: only resources of the selector's own types count.
        named = (f.get("Equals") or () for f in fields if f["Field"] == "resources.type")
        self._about = frozenset(kind for kinds in named for kind in kinds)
        self._fields = tuple(map(_Field, left))

    def takes(self, asked: Asked) -> bool:
        """Whether all fields left hold."""
        return all(field.holds(asked.values(field.name, self._about)) for field in self._fields)


def _indexable(fields: list[Mapping[str, Any]], name: str) -> frozenset[str] | None:
    """Take the field off the list, if all it says is which values it must equal: those."""
    for field in fields:
        if field["Field"] == name and not _OPERATORS.intersection(field) - {"Equals"} and field.get("Equals"):
            fields.remove(field)
            return frozenset(field["Equals"])
    return None


class _Field:
    """One field of a selector. Beginnings and endings are asked all at once."""

    __slots__ = ("_ends", "_equal", "_free", "_not", "_not_ends", "_not_starts", "_starts", "name")

    def __init__(self, field: Mapping[str, Any]) -> None:
        self.name = str(field["Field"])
        self._equal, self._not = (frozenset(field.get(n) or ()) for n in ("Equals", "NotEquals"))
        self._starts, self._not_starts = (tuple(field.get(n) or ()) for n in ("StartsWith", "NotStartsWith"))
        self._ends, self._not_ends = (tuple(field.get(n) or ()) for n in ("EndsWith", "NotEndsWith"))
        self._free = not (self._equal or self._starts or self._ends)

    def holds(self, values: Collection[str]) -> bool:
        """Whether some value is an alternative, or there is none to be, and no value is a veto."""
        chosen = self._free
        for value in values:
            if value in self._not or value.startswith(self._not_starts) or value.endswith(self._not_ends):
                return False
            chosen = chosen or (
                value in self._equal or value.startswith(self._starts) or value.endswith(self._ends)
            )
        return chosen


def basic_match(selectors: Sequence[Mapping[str, Any]], record: Mapping[str, Any], category: str) -> bool:
    """Whether basic event selectors take a record of that category; they know Management and Data only."""
    return any(_basic_takes(selector, record, category) for selector in selectors)


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
