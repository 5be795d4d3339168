"""AWS::CloudTrail::Trail. Ref answers with the name; GetAtt knows Arn and, with a topic, SnsTopicArn."""

from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation.resource_provider import ResourceRequest

from opentrail_local.cloudformation.cloudtrail_resource import CloudTrailResource
from opentrail_local.cloudformation.cloudtrail_schemas import TRAIL
from opentrail_local.cloudformation.providers import physical_name
from opentrail_local.cloudformation.settings import Model, Requests, Setting, Values, tag_requests

NAME_LENGTH = 128  # the longest name of a trail

# Properties that are members of CreateTrail and UpdateTrail, under those names. UpdateTrail takes a default
# for what is not wanted any more.
_CONFIGURATION = {
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicName": "SnsTopicName",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "EnableLogFileValidation": "EnableLogFileValidation",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "KMSKeyId": "KmsKeyId",
    "IsOrganizationTrail": "IsOrganizationTrail",
}
_LOGS = ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn")  # UpdateTrail takes both or neither

_VALUES = Values(
    dict.fromkeys(_CONFIGURATION, "")
    | {
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": False,
        "EnableLogFileValidation": False,
        "IsOrganizationTrail": False,
        "IsLogging": False,
        "EventSelectors": [],
        "AdvancedEventSelectors": [],
        "InsightSelectors": [],
        "AggregationConfigurations": [],
        "Tags": [],
    }
)

# What a new trail selects, and one whose template names no selectors any more.
_DEFAULT_SELECTORS = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]


def _configuration(before: Model, after: Model) -> Requests:
    changed = _VALUES.differing(before, after, tuple(_CONFIGURATION))
    if any(name in changed for name in _LOGS):
        changed = list(dict.fromkeys([*changed, *_LOGS]))
    parameters = {_CONFIGURATION[name]: _VALUES.of(after, name) for name in changed}
    return [("update_trail", {"Name": after["TrailName"], **parameters})]


def _event_selectors(_before: Model, after: Model) -> Requests:
    given = {name: after[name] for name in ("EventSelectors", "AdvancedEventSelectors") if after.get(name)}
    selectors = given or {"EventSelectors": _DEFAULT_SELECTORS}
    return [("put_event_selectors", {"TrailName": after["TrailName"], **selectors})]


def _insight_selectors(_before: Model, after: Model) -> Requests:
    selectors = _VALUES.of(after, "InsightSelectors")
    return [("put_insight_selectors", {"TrailName": after["TrailName"], "InsightSelectors": selectors})]


def _aggregation(_before: Model, after: Model) -> Requests:
    wanted = _VALUES.of(after, "AggregationConfigurations")
    return [
        ("put_event_configuration", {"TrailName": after["TrailName"], "AggregationConfigurations": wanted})
    ]


def _tags(before: Model, after: Model) -> Requests:
    return tag_requests(after["Arn"], _VALUES.of(before, "Tags"), _VALUES.of(after, "Tags"))


def _logging(_before: Model, after: Model) -> Requests:
    return [
        ("start_logging" if _VALUES.of(after, "IsLogging") else "stop_logging", {"Name": after["TrailName"]})
    ]


# A trail begins to log once it selects what it should.
_TO_FINISH = (
    Setting(("EventSelectors", "AdvancedEventSelectors"), _event_selectors),
    Setting(("InsightSelectors",), _insight_selectors),
    Setting(("AggregationConfigurations",), _aggregation),
    Setting(("IsLogging",), _logging),
)


class Trail(CloudTrailResource):
    """A trail with its selectors, tags, and whether it logs."""

    TYPE = "AWS::CloudTrail::Trail"
    SCHEMA = TRAIL
    VALUES = _VALUES
    TO_FINISH = _TO_FINISH
    TO_CHANGE = (Setting(tuple(_CONFIGURATION), _configuration), Setting(("Tags",), _tags), *_TO_FINISH)
    KEPT = ("TrailName", "Arn", "SnsTopicArn")
    MADE = "Arn"
    GONE = ("TrailNotFoundException",)

    def named(self, model: Model, request: ResourceRequest[Model]) -> Model:
        return {**model, "TrailName": model.get("TrailName") or physical_name(request, NAME_LENGTH)}

    def made(self, api: Any, model: Model) -> Model:
        given = _VALUES.given(model, _CONFIGURATION | {"Tags": "TagsList"})
        return self.shown(model, "create_trail", api.create_trail(Name=model["TrailName"], **given))

    def removed(self, api: Any, model: Model) -> None:
        api.delete_trail(Name=model["TrailName"])

    def shown(self, model: Model, request: str, answer: Mapping[str, Any]) -> Model:
        if request not in ("create_trail", "update_trail"):
            return model
        rest = {name: value for name, value in model.items() if name != "SnsTopicArn"}
        topic = {"SnsTopicArn": answer["SnsTopicARN"]} if answer.get("SnsTopicARN") else {}
        return {**rest, "Arn": answer["TrailARN"], **topic}
