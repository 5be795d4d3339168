"""Which of CloudTrail's requests make a trail what a template says. Pure: models in, requests out.

A model holds the properties of an AWS::CloudTrail::Trail. What a template leaves out has CloudTrail's
default, also when it was there before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

type Model = dict[str, Any]
type Requests = list[tuple[str, Model]]  # name of a client's method, its parameters

# Property -> (member of CreateTrail and UpdateTrail, what UpdateTrail is told to be back at the default).
_CONFIGURATION: dict[str, tuple[str, str | bool]] = {
    "S3BucketName": ("S3BucketName", ""),
    "S3KeyPrefix": ("S3KeyPrefix", ""),
    "SnsTopicName": ("SnsTopicName", ""),
    "IncludeGlobalServiceEvents": ("IncludeGlobalServiceEvents", True),
    "IsMultiRegionTrail": ("IsMultiRegionTrail", False),
    "EnableLogFileValidation": ("EnableLogFileValidation", False),
    "CloudWatchLogsLogGroupArn": ("CloudWatchLogsLogGroupArn", ""),
    "CloudWatchLogsRoleArn": ("CloudWatchLogsRoleArn", ""),
    "KMSKeyId": ("KmsKeyId", ""),
    "IsOrganizationTrail": ("IsOrganizationTrail", False),
}
_LOGS = ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn")  # UpdateTrail takes both or neither

# What a new trail selects, and one whose template names no selectors any more.
_DEFAULT_SELECTORS = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]


@dataclass(frozen=True, slots=True)
class Setting:
    """Something about a trail that is changed by requests of its own. It can be put back the same way."""

    properties: tuple[str, ...]
    requests: Callable[[Model, Model], Requests]  # from one model to another; the later one names the trail

    def differs(self, before: Model, after: Model) -> bool:
        """Whether a template changes it."""
        return any(_value(before, name) != _value(after, name) for name in self.properties)


def creation(model: Model) -> Model:
    """The parameters of CreateTrail. The model names the trail."""
    parameters: Model = {"Name": model["TrailName"]}
    for name, (member, _) in _CONFIGURATION.items():
        if name in model:
            parameters[member] = _value(model, name)
    if tags := _value(model, "Tags"):
        parameters["TagsList"] = tags
    return parameters


def _configuration(before: Model, after: Model) -> Requests:
    changed = [name for name in _CONFIGURATION if _value(before, name) != _value(after, name)]
    if any(name in changed for name in _LOGS):
        changed = list(dict.fromkeys([*changed, *_LOGS]))
    parameters = {_CONFIGURATION[name][0]: _value(after, name) for name in changed}
    return [("update_trail", {"Name": after["TrailName"], **parameters})]


def _event_selectors(before: Model, after: Model) -> Requests:
    given = {name: after[name] for name in ("EventSelectors", "AdvancedEventSelectors") if after.get(name)}
    selectors = given or {"EventSelectors": _DEFAULT_SELECTORS}
    return [("put_event_selectors", {"TrailName": after["TrailName"], **selectors})]


def _insight_selectors(before: Model, after: Model) -> Requests:
    selectors = _value(after, "InsightSelectors")
    return [("put_insight_selectors", {"TrailName": after["TrailName"], "InsightSelectors": selectors})]


def _aggregation(before: Model, after: Model) -> Requests:
    wanted = _value(after, "AggregationConfigurations")
    return [
        ("put_event_configuration", {"TrailName": after["TrailName"], "AggregationConfigurations": wanted})
    ]


def _tags(before: Model, after: Model) -> Requests:
    """Removed ones first: a trail has room for 50."""
    old = {tag["Key"]: tag["Value"] for tag in _value(before, "Tags")}
    new = {tag["Key"]: tag["Value"] for tag in _value(after, "Tags")}
    gone = [{"Key": key} for key in old if key not in new]
    fresh = [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value]
    requests: Requests = []
    if gone:
        requests.append(("remove_tags", {"ResourceId": after["Arn"], "TagsList": gone}))
    if fresh:
        requests.append(("add_tags", {"ResourceId": after["Arn"], "TagsList": fresh}))
    return requests


def _logging(before: Model, after: Model) -> Requests:
    return [("start_logging" if _value(after, "IsLogging") else "stop_logging", {"Name": after["TrailName"]})]


# In the order in which they are changed: a trail begins to log once it selects what it should.
_AFTER_CREATION = (
    Setting(("EventSelectors", "AdvancedEventSelectors"), _event_selectors),
    Setting(("InsightSelectors",), _insight_selectors),
    Setting(("AggregationConfigurations",), _aggregation),
    Setting(("IsLogging",), _logging),
)
_ALL = (Setting(tuple(_CONFIGURATION), _configuration), Setting(("Tags",), _tags), *_AFTER_CREATION)


def to_finish(model: Model) -> list[Setting]:
    """What CreateTrail leaves to do."""
    return [setting for setting in _AFTER_CREATION if setting.differs({}, model)]


def to_change(before: Model, after: Model) -> list[Setting]:
    """What a changed template changes."""
    return [setting for setting in _ALL if setting.differs(before, after)]


def _value(model: Model, name: str) -> Any:
    """A property, or its default. Templates may spell truth as a word."""
    default = _CONFIGURATION[name][1] if name in _CONFIGURATION else False if name == "IsLogging" else []
    value = model.get(name)
    if value is None:
        return default
    if isinstance(default, bool):
        return str(value).lower() == "true"
    return value
