"""The table of CloudTrail's operations: what answers each, and how much of it is built.

It is always complete: an operation without a function answers UnsupportedOperationException, after its
request was validated like any other. The README's compatibility table is made of the status words here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opentrail.domain.caller import Caller
from opentrail.ports import Ports

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


# Rows of operations that are built, by noun.
_BUILT: tuple[Operation, ...] = ()

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
