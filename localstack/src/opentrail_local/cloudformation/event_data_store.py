"""AWS::CloudTrail::EventDataStore. Ref answers with the ARN, as GetAtt EventDataStoreArn does.

GetAtt also knows Status, CreatedTimestamp and UpdatedTimestamp, as of the last change by the stack. A store
that is protected from termination cannot be deleted with its stack, as on AWS.
"""

from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation.resource_provider import ResourceRequest

from opentrail_local.cloudformation.cloudtrail_resource import CloudTrailResource
from opentrail_local.cloudformation.cloudtrail_schemas import EVENT_DATA_STORE
from opentrail_local.cloudformation.providers import physical_name
from opentrail_local.cloudformation.settings import Model, Requests, Setting, Values, tag_requests

NAME_LENGTH = 128  # the longest name of a store

# Properties that are members of CreateEventDataStore and UpdateEventDataStore, under those names.
_CONFIGURATION = {
    name: name
    for name in (
        "Name",
        "AdvancedEventSelectors",
        "BillingMode",
        "KmsKeyId",
        "MultiRegionEnabled",
        "OrganizationEnabled",
        "RetentionPeriod",
        "TerminationProtectionEnabled",
    )
}
_INSIGHTS = ("InsightSelectors", "InsightsDestination")
_FEDERATION = ("FederationEnabled", "FederationRoleArn")
_EVENTS = ("MaxEventSize", "ContextKeySelectors")
_ATTRIBUTES = ("EventDataStoreArn", "Status", "CreatedTimestamp", "UpdatedTimestamp")

# What a store has whose template says nothing (AWS documentation of CreateEventDataStore).
_DEFAULT_SELECTORS = [
    {
        "Name": "Default management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    }
]
_RETENTION = {"EXTENDABLE_RETENTION_PRICING": 366, "FIXED_RETENTION_PRICING": 2557}  # days

_VALUES = Values(
    {
        "Name": "",
        "AdvancedEventSelectors": _DEFAULT_SELECTORS,
        "BillingMode": "EXTENDABLE_RETENTION_PRICING",
        "KmsKeyId": "",
        "MultiRegionEnabled": True,
        "OrganizationEnabled": False,
        "RetentionPeriod": 0,
        "TerminationProtectionEnabled": True,
        "IngestionEnabled": True,
        "InsightSelectors": [],
        "InsightsDestination": "",
        "FederationEnabled": False,
        "FederationRoleArn": "",
        "MaxEventSize": "Standard",
        "ContextKeySelectors": [],
        "Tags": [],
    }
)


def _configuration(before: Model, after: Model) -> Requests:
    changed = _VALUES.differing(before, after, tuple(_CONFIGURATION))
    parameters = {_CONFIGURATION[name]: _VALUES.of(after, name) for name in changed}
    if parameters.get("RetentionPeriod") == 0:
        parameters["RetentionPeriod"] = _RETENTION.get(_VALUES.of(after, "BillingMode"), 0)
    return [("update_event_data_store", {"EventDataStore": after["EventDataStoreArn"], **parameters})]


def _tags(before: Model, after: Model) -> Requests:
    return tag_requests(after["EventDataStoreArn"], _VALUES.of(before, "Tags"), _VALUES.of(after, "Tags"))


def _insight_selectors(_before: Model, after: Model) -> Requests:
    parameters = {"InsightSelectors": _VALUES.of(after, "InsightSelectors")}
    if destination := after.get("InsightsDestination"):
        parameters["InsightsDestination"] = destination
    return [("put_insight_selectors", {"EventDataStore": after["EventDataStoreArn"], **parameters})]


def _events(_before: Model, after: Model) -> Requests:
    parameters = {name: _VALUES.of(after, name) for name in _EVENTS}
    return [("put_event_configuration", {"EventDataStore": after["EventDataStoreArn"], **parameters})]


def _federation(_before: Model, after: Model) -> Requests:
    store = {"EventDataStore": after["EventDataStoreArn"]}
    if not _VALUES.of(after, "FederationEnabled"):
        return [("disable_federation", store)]
    return [("enable_federation", {**store, "FederationRoleArn": _VALUES.of(after, "FederationRoleArn")})]


def _ingestion(_before: Model, after: Model) -> Requests:
    verb = "start" if _VALUES.of(after, "IngestionEnabled") else "stop"
    return [(f"{verb}_event_data_store_ingestion", {"EventDataStore": after["EventDataStoreArn"]})]


_TO_FINISH = (
    Setting(_INSIGHTS, _insight_selectors),
    Setting(_EVENTS, _events),
    Setting(_FEDERATION, _federation),
)


class EventDataStore(CloudTrailResource):
    """A store with its selectors, tags, and whether it takes events."""

    TYPE = "AWS::CloudTrail::EventDataStore"
    SCHEMA = EVENT_DATA_STORE
    VALUES = _VALUES
    TO_FINISH = _TO_FINISH
    TO_CHANGE = (
        Setting(tuple(_CONFIGURATION), _configuration),
        Setting(("Tags",), _tags),
        *_TO_FINISH,
        Setting(("IngestionEnabled",), _ingestion),
    )
    KEPT = _ATTRIBUTES
    MADE = "EventDataStoreArn"
    # The second is of a store that was deleted less than seven days ago.
    GONE = ("EventDataStoreNotFoundException", "InactiveEventDataStoreException")

    def named(self, model: Model, request: ResourceRequest[Model]) -> Model:
        return {**model, "Name": model.get("Name") or physical_name(request, NAME_LENGTH)}

    def kept(self, before: Model, model: Model) -> Model:
        return super().kept(before, {"Name": before["Name"], **model})

    def made(self, api: Any, model: Model) -> Model:
        members = _CONFIGURATION | {"Tags": "TagsList", "IngestionEnabled": "StartIngestion"}
        return self.shown(model, "create", api.create_event_data_store(**_VALUES.given(model, members)))

    def removed(self, api: Any, model: Model) -> None:
        api.delete_event_data_store(EventDataStore=model["EventDataStoreArn"])

    def shown(self, model: Model, request: str, answer: Mapping[str, Any]) -> Model:
        return {**model, **{name: str(answer[name]) for name in _ATTRIBUTES if name in answer}}
