"""Which event selectors may be configured on a trail and on an event data store; evaluation is in `selector`.

Each check returns the sentence a request is refused with, None when there is nothing to refuse. What a
category's fields take is a table (AWS documentation, AdvancedFieldSelector; measured where messages say so).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentrail.domain.record_category import NETWORK_ACTIVITY
from opentrail.domain.selector import DATA, MANAGEMENT, NEGATIVE, POSITIVE
from opentrail.domain.selector_arns import is_arn_of
from opentrail.domain.selector_values import DATA_RESOURCE_TYPES, NETWORK_EVENT_SOURCES
from opentrail.messages import event_selectors as messages

MAX_BASIC = 5  # selectors of a trail
MAX_DATA_VALUES = 250  # of all basic selectors of a trail
MAX_ADVANCED = 500  # selectors of a trail
MAX_OF_STORE = 5  # selectors of an event data store
MAX_CONDITIONS = 500  # values over all advanced selectors
MAX_BYTES = 3_000_000  # ours, of all selectors as JSON in ASCII: a write of DynamoDB's holds 4 MB
OTHER_STORE_CATEGORIES = frozenset({"Insight", "ConfigurationItem", "Evidence", "ActivityAuditLog"})

type Selectors = Sequence[Mapping[str, Any]]

_ALL_OPERATORS = (*POSITIVE, *NEGATIVE)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a field takes: these operators, these values (None: any), one value only."""

    operators: tuple[str, ...] = _ALL_OPERATORS
    values: frozenset[str] | None = None
    single: bool = False
    required: bool = False


_ANY = _Rule()
_EXCLUDABLE = frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})
_READ_ONLY = _Rule(("Equals",), frozenset({"true", "false"}))
_FROM_CONSOLE = _Rule(("Equals", "NotEquals"), frozenset({"true"}))
_CATEGORY = _Rule(("Equals",), single=True, required=True)
_DATA_FIELDS = {
    "eventCategory": _CATEGORY,
    "resources.type": _Rule(("Equals",), DATA_RESOURCE_TYPES, single=True, required=True),
    "readOnly": _READ_ONLY,
    "eventName": _ANY,
    "eventSource": _ANY,
    "eventType": _ANY,
    "resources.ARN": _ANY,
    "userIdentity.arn": _ANY,
    "sessionCredentialFromConsole": _FROM_CONSOLE,
}
_NETWORK_FIELDS = {
    "eventCategory": _CATEGORY,
    "eventSource": _Rule(("Equals",), NETWORK_EVENT_SOURCES, single=True, required=True),
    "eventName": _ANY,
    "vpcEndpointId": _ANY,
    "errorCode": _Rule(("Equals",), frozenset({"VpceAccessDenied"})),
}
type _Table = Mapping[str, Mapping[str, _Rule]]
_TRAIL: _Table = {
    MANAGEMENT: {
        "eventCategory": _CATEGORY,
        "eventSource": _Rule(("NotEquals",), _EXCLUDABLE),
        "readOnly": _READ_ONLY,
    },
    DATA: _DATA_FIELDS,
    NETWORK_ACTIVITY: {**_NETWORK_FIELDS, "userIdentity.arn": _ANY},
}
_STORE: _Table = {
    MANAGEMENT: {
        "eventCategory": _CATEGORY,
        "eventSource": _ANY,
        "readOnly": _READ_ONLY,
        "eventName": _ANY,
        "eventType": _ANY,
        "userIdentity.arn": _ANY,
        "sessionCredentialFromConsole": _FROM_CONSOLE,
    },
    DATA: _DATA_FIELDS,
    NETWORK_ACTIVITY: _NETWORK_FIELDS,
}

_DATA_VALUES = {
    "AWS::S3::Object": re.compile(r"arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.*", re.DOTALL),
    "AWS::Lambda::Function": re.compile(
        r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+"
    ),
    "AWS::DynamoDB::Table": re.compile(r"arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+"),
}
_EVERYTHING = re.compile(r"arn:aws[a-z-]*:(s3(:::)?|lambda|dynamodb)")


def trail_problem(selectors: Selectors) -> str | None:
    """What is wrong with a trail's advanced event selectors."""
    if not 1 <= len(selectors) <= MAX_ADVANCED:
        return messages.NUMBER_OF_ADVANCED
    return _advanced_problem(selectors, _TRAIL)


def store_problem(selectors: Selectors) -> str | None:
    """What is wrong with an event data store's advanced event selectors."""
    if not 1 <= len(selectors) <= MAX_OF_STORE:
        return messages.NUMBER_FOR_STORE
    return _advanced_problem(selectors, _STORE)


def categories(selectors: Selectors) -> frozenset[str]:
    """The event categories that selectors name."""
    return frozenset(
        value
        for selector in selectors
        for field in selector.get("FieldSelectors") or ()
        if field.get("Field") == "eventCategory"
        for value in field.get("Equals") or ()
    )


def basic_problem(selectors: Selectors) -> str | None:
    """What is wrong with a trail's basic event selectors."""
    if not 1 <= len(selectors) <= MAX_BASIC:
        return messages.NUMBER_OF_BASIC
    if found := _first(_basic_selector_problem(selector) for selector in selectors):
        return found
    values = [
        value
        for selector in selectors
        for resource in selector.get("DataResources") or ()
        for value in resource.get("Values") or ()
        if not _EVERYTHING.fullmatch(value)
    ]
    return messages.NUMBER_OF_DATA_VALUES if len(values) > MAX_DATA_VALUES else None


def normalised(selector: Mapping[str, Any]) -> dict[str, Any]:
    """A basic selector with all its members, as answers show it."""
    return {
        "ReadWriteType": selector.get("ReadWriteType") or "All",
        "IncludeManagementEvents": selector.get("IncludeManagementEvents") is not False,
        "DataResources": [
            {"Type": resource.get("Type"), "Values": list(resource.get("Values") or ())}
            for resource in selector.get("DataResources") or ()
        ],
        "ExcludeManagementEventSources": list(selector.get("ExcludeManagementEventSources") or ()),
    }


def sorted_fields(selector: Mapping[str, Any]) -> dict[str, Any]:
    """An advanced selector with its fields by name, as GetEventSelectors shows it (measured)."""
    return {
        **selector,
        "FieldSelectors": sorted(selector["FieldSelectors"], key=lambda field: field["Field"]),
    }


def _first(problems: Iterable[str | None]) -> str | None:
    return next((problem for problem in problems if problem is not None), None)


def _advanced_problem(selectors: Selectors, table: _Table) -> str | None:
    if found := _first(_selector_problem(selector, table) for selector in selectors):
        return found
    conditions = sum(
        len(field.get(operator) or ())
        for selector in selectors
        for field in selector["FieldSelectors"]
        for operator in _ALL_OPERATORS
    )
    if conditions > MAX_CONDITIONS:
        return messages.NUMBER_OF_CONDITIONS
    return messages.TOO_LARGE if len(json.dumps(selectors)) > MAX_BYTES else None


def _selector_problem(selector: Mapping[str, Any], table: _Table) -> str | None:
    fields = selector.get("FieldSelectors") or ()
    if not fields:
        return messages.NO_FIELDS
    by_name = {field["Field"]: field for field in fields}
    if len(by_name) < len(fields):
        return messages.repeated(_repeated([field["Field"] for field in fields]))
    if "eventCategory" not in by_name:
        return messages.required(["eventCategory"])
    if found := _field_problem(by_name["eventCategory"], _CATEGORY):
        return found
    category = by_name["eventCategory"]["Equals"][0]
    rules = table.get(category)
    if rules is None:
        return messages.category(category)
    missing = sorted(name for name, rule in rules.items() if rule.required and name not in by_name)
    if missing:
        return messages.required(missing)
    for name, field in by_name.items():
        if name not in rules:
            return messages.field(name)
        if found := _field_problem(field, rules[name]):
            return found
    return _arn_problem(by_name)


def _field_problem(field: Mapping[str, Any], rule: _Rule) -> str | None:
    name = field["Field"]
    used = [operator for operator in _ALL_OPERATORS if field.get(operator)]
    if not used or any(operator not in rule.operators for operator in used):
        return messages.operators(name, list(rule.operators))
    values = [value for operator in used for value in field[operator]]
    if rule.single and len(values) > 1:
        return messages.single(name)
    wrong = next((v for v in values if rule.values is not None and v not in rule.values), None)
    if wrong is None:
        return None
    return messages.RESOURCE_TYPE if name == "resources.type" else messages.value(name, wrong)


def _arn_problem(by_name: Mapping[str, Mapping[str, Any]]) -> str | None:
    """An ARN to be equalled must be a whole one of the selector's type; prefixes, suffixes are free."""
    field = by_name.get("resources.ARN")
    if field is None:
        return None
    kind = by_name["resources.type"]["Equals"][0]
    compared = [*(field.get("Equals") or ()), *(field.get("NotEquals") or ())]
    return _first(None if is_arn_of(kind, value) else messages.arn(value) for value in compared)


def _repeated(names: Sequence[str]) -> str:
    return next(name for name in names if names.count(name) > 1)


def _basic_selector_problem(selector: Mapping[str, Any]) -> str | None:
    kind = selector.get("ReadWriteType")
    if kind is not None and kind not in ("All", "ReadOnly", "WriteOnly"):
        return messages.read_write_type(kind)
    excluded = selector.get("ExcludeManagementEventSources") or ()
    if wrong := next((source for source in excluded if source not in _EXCLUDABLE), None):
        return messages.excluded_source(wrong)
    if excluded and selector.get("IncludeManagementEvents") is False:
        return messages.EXCLUDE_WITHOUT_MANAGEMENT
    return _first(_data_problem(resource) for resource in selector.get("DataResources") or ())


def _data_problem(resource: Mapping[str, Any]) -> str | None:
    kind = str(resource.get("Type") or "")
    pattern = _DATA_VALUES.get(kind)
    if pattern is None:
        return messages.data_type(kind)
    for value in resource.get("Values") or ():
        everything = _EVERYTHING.fullmatch(value)
        if not pattern.fullmatch(value) and not (everything and _service(kind) in everything[1]):
            return messages.data_value(value)
    return None


def _service(kind: str) -> str:
    return kind.split("::")[1].lower()
