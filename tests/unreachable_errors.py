"""Errors that the service model lists for an operation and OpenTrail never answers with, and why.

`tests/api/test_trail_errors.py` shows all others; a test that meets one of these fails.
"""

from collections.abc import Mapping

CHANGES = (
    "CreateTrail",
    "UpdateTrail",
    "DeleteTrail",
    "StartLogging",
    "StopLogging",
    "PutEventSelectors",
)
READS = (
    "GetTrail",
    "DescribeTrails",
    "ListTrails",
    "GetTrailStatus",
    "GetEventSelectors",
    "ListPublicKeys",
)
TAGS = ("AddTags", "RemoveTags", "ListTags")
CONFIGURING = ("CreateTrail", "UpdateTrail")
SWEPT = (*CHANGES, *READS, *TAGS)

_NO_ORGANIZATIONS = "there are no organizations yet: whoever asks for one is told so by OrganizationsNotInUse"
_RETIRED = "AWS does not use it any more (measured, AWS documentation)"

# Code, operations and reason.
_TABLE: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "UnsupportedOperationException",
        SWEPT,
        "every Region that is served has the operation",
    ),
    (
        "OperationNotPermittedException",
        tuple(name for name in SWEPT if name != "UpdateTrail"),
        "about trails of organizations, and resources that services own",
    ),
    (
        "ThrottlingException",
        CHANGES,
        "no rate is set on changes: the event history alone has one",
    ),
    ("TrailNotProvidedException", CONFIGURING, _RETIRED),
    ("KmsKeyDisabledException", CONFIGURING, _RETIRED),
    (
        "InvalidParameterException",
        CONFIGURING,
        "each parameter has a code of its own; what AWS uses it for is not known",
    ),
    (
        "CloudWatchLogsDeliveryUnavailableException",
        CONFIGURING,
        "every Region that is served delivers to CloudWatch Logs",
    ),
    (
        "InvalidEventSelectorsException",
        ("UpdateTrail",),
        "it changes no selectors; what AWS uses it for is not known",
    ),
    ("CloudTrailAccessNotEnabledException", CONFIGURING, _NO_ORGANIZATIONS),
    ("OrganizationNotInAllFeaturesModeException", CONFIGURING, _NO_ORGANIZATIONS),
    ("InsufficientDependencyServiceAccessPermissionException", CHANGES, _NO_ORGANIZATIONS),
    ("NotOrganizationMasterAccountException", (*CHANGES, "AddTags", "RemoveTags"), _NO_ORGANIZATIONS),
    (
        "NoManagementAccountSLRExistsException",
        (*CHANGES, "DescribeTrails", "GetEventSelectors", *TAGS),
        _NO_ORGANIZATIONS,
    ),
)

UNREACHABLE: Mapping[tuple[str, str], str] = {
    (operation, code): reason for code, operations, reason in _TABLE for operation in operations
}
