"""The table of CloudTrail's operations: what answers each, and how much of it is built.

It is always complete: an operation without a function answers UnsupportedOperationException, after its
request was validated like any other. The README's compatibility table is made of the status words here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opentrail.domain.caller import Caller
from opentrail.ports import Ports
from opentrail.service import (
    event_data_stores,
    event_selectors,
    insight_selectors,
    lookup,
    public_keys,
    queries,
    resource_tags,
    trail_logging,
    trails,
)

# Members as in the service model; timestamps are aware datetimes and blobs bytes, in and out. A request came
# through the model's validation, but for the members of wire/own_codes.py: those the function checks itself.
type OperationFunction = Callable[[Mapping[str, Any], Caller, Ports], Mapping[str, Any]]
type Status = Literal["complete", "partial", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row. `missing` says in words what a partial operation lacks."""

    name: str
    function: OperationFunction | None = None
    status: Status = "missing"
    missing: str = ""


def _complete(name: str, function: OperationFunction) -> Operation:
    return Operation(name=name, function=function, status="complete")


def _partial(name: str, function: OperationFunction, missing: str) -> Operation:
    return Operation(name=name, function=function, status="partial", missing=missing)


_NO_ORGANIZATIONS = "trails of organizations"
_NO_CHANNELS = "channels and dashboards; resources of organizations"
_NO_STORE_KINDS = "stores of organizations, and those of other than CloudTrail events"

# Rows of operations that are built, by noun.
_BUILT: tuple[Operation, ...] = (
    _partial(
        "CreateTrail",
        trails.create_trail,
        _NO_ORGANIZATIONS,
    ),
    _partial(
        "UpdateTrail",
        trails.update_trail,
        _NO_ORGANIZATIONS,
    ),
    _complete("DeleteTrail", trails.delete_trail),
    _complete("DescribeTrails", trails.describe_trails),
    _complete("GetTrail", trails.get_trail),
    _complete("ListTrails", trails.list_trails),
    _complete("StartLogging", trail_logging.start_logging),
    _complete("StopLogging", trail_logging.stop_logging),
    _complete("GetTrailStatus", trail_logging.get_trail_status),
    _complete("ListPublicKeys", public_keys.list_public_keys),
    _complete("GetEventSelectors", event_selectors.get_event_selectors),
    _complete("PutEventSelectors", event_selectors.put_event_selectors),
    _partial(
        "GetInsightSelectors", insight_selectors.get_insight_selectors, "Insights cannot be enabled yet"
    ),
    _partial("AddTags", resource_tags.add_tags, _NO_CHANNELS),
    _partial("RemoveTags", resource_tags.remove_tags, _NO_CHANNELS),
    _partial("ListTags", resource_tags.list_tags, _NO_CHANNELS),
    _partial("LookupEvents", lookup.lookup_events, "Insights events are found, but none are made yet"),
    _partial(
        "CreateEventDataStore",
        event_data_stores.create_event_data_store,
        f"KmsKeyId, OrganizationEnabled; {_NO_STORE_KINDS}",
    ),
    _partial(
        "DeleteEventDataStore",
        event_data_stores.delete_event_data_store,
        "removal of the files of a deleted store",
    ),
    _partial(
        "GetEventDataStore",
        event_data_stores.get_event_data_store,
        f"federation, PartitionKeys; {_NO_STORE_KINDS}",
    ),
    _partial("ListEventDataStores", event_data_stores.list_event_data_stores, _NO_STORE_KINDS),
    _partial("StartQuery", queries.start_query, "DeliveryS3Uri, QueryAlias, stores of organizations"),
    _partial("DescribeQuery", queries.describe_query, "QueryAlias, delivery status, stores of organizations"),
    _partial("GetQueryResults", queries.get_query_results, "stores of organizations"),
    _partial("CancelQuery", queries.cancel_query, "stores of organizations"),
    _complete("ListQueries", queries.list_queries),
)

_NAMES = (
    "AddTags",
    "CancelQuery",
    "CreateChannel",
    "CreateDashboard",
    "CreateEventDataStore",
    "CreateTrail",
    "DeleteChannel",
    "DeleteDashboard",
    "DeleteEventDataStore",
    "DeleteResourcePolicy",
    "DeleteTrail",
    "DeregisterOrganizationDelegatedAdmin",
    "DescribeQuery",
    "DescribeTrails",
    "DisableFederation",
    "EnableFederation",
    "GenerateQuery",
    "GetChannel",
    "GetDashboard",
    "GetEventConfiguration",
    "GetEventDataStore",
    "GetEventSelectors",
    "GetImport",
    "GetInsightSelectors",
    "GetQueryResults",
    "GetResourcePolicy",
    "GetTrail",
    "GetTrailStatus",
    "ListChannels",
    "ListDashboards",
    "ListEventDataStores",
    "ListImportFailures",
    "ListImports",
    "ListInsightsData",
    "ListInsightsMetricData",
    "ListPublicKeys",
    "ListQueries",
    "ListTags",
    "ListTrails",
    "LookupEvents",
    "PutAuditEvents",
    "PutEventConfiguration",
    "PutEventSelectors",
    "PutInsightSelectors",
    "PutResourcePolicy",
    "RegisterOrganizationDelegatedAdmin",
    "RemoveTags",
    "RestoreEventDataStore",
    "SearchSampleQueries",
    "StartDashboardRefresh",
    "StartEventDataStoreIngestion",
    "StartImport",
    "StartLogging",
    "StartQuery",
    "StopEventDataStoreIngestion",
    "StopImport",
    "StopLogging",
    "UpdateChannel",
    "UpdateDashboard",
    "UpdateEventDataStore",
    "UpdateTrail",
)

OPERATIONS: Mapping[str, Operation] = {name: Operation(name=name) for name in _NAMES} | {
    row.name: row for row in _BUILT
}
