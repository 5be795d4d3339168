"""Every error that the service model lists for the operations on trails and tags: shown here, or justified.

What is not reachable stands in `tests/unreachable_errors.py`; nothing is in neither, nothing in both.
"""

from collections.abc import Callable
from typing import Any

import pytest
from opentrail.service.operations import OPERATIONS

from tests.api.model_values import all_operations
from tests.api.test_trail_destinations import KEY
from tests.api.test_update_trail import ARN, GROUP, ROLE, TOPIC_ARN
from tests.fakes.front import ACCOUNT
from tests.fakes.service import Service, refusal
from tests.unreachable_errors import CHANGES, SWEPT, UNREACHABLE

MODELLED = {(model.name, code) for model in all_operations() if model.name in SWEPT for code in model.errors}

STORE_NONE = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/12345678-1234-1234-1234-123456789012"
TAG = {"Key": "team", "Value": "blue"}
PAIR = {"CloudWatchLogsLogGroupArn": GROUP, "CloudWatchLogsRoleArn": ROLE}
BUSY = "busy"  # somebody else changes the account again and again
REFUSING = {  # what refuses, and how; everything else works
    "bucket-gone": lambda service: service.log_bucket.refusing.update(logs="NoSuchBucket"),
    "bucket-closed": lambda service: service.log_bucket.refusing.update(logs="AccessDenied"),
    "topic-closed": lambda service: service.topics.refusing.update({TOPIC_ARN: "AuthorizationError"}),
    "topic-suspended": lambda service: service.topics.refusing.update({TOPIC_ARN: "InvalidClientTokenId"}),
    "key-disabled": lambda service: service.keys.refusing.update({KEY: "DisabledException"}),
    "store-deleted": lambda service: service.client().delete_event_data_store(EventDataStore=store(service)),
    "full": lambda service: _fill(service, "us-east-1"),
    "full-elsewhere": lambda service: _fill(service, "eu-west-1"),
    BUSY: lambda service: service.configuration.never_still(ACCOUNT),
}

type Members = dict[str, Any] | Callable[[Service], dict[str, Any]]


def store(service: Service) -> str:
    """The ARN of the store that is there."""
    return str(service.client().list_event_data_stores()["EventDataStores"][0]["EventDataStoreArn"])


def _fill(service: Service, region: str) -> None:
    client = service.client(region=region)
    for number in range(5 - len(client.describe_trails()["trailList"])):
        client.create_trail(Name=f"more-{number}", S3BucketName="logs")


def both(code: str, members: Members, setup: str = "") -> list[tuple[str, str, Members, str]]:
    """CreateTrail and UpdateTrail refuse the same."""
    return [(name, code, members, setup) for name in ("CreateTrail", "UpdateTrail")]


def named(code: str, name: str, *, region: str = "") -> list[tuple[str, str, Members, str]]:
    """All operations on one trail that exists refuse the same name."""
    on_one = [
        *(op for op in CHANGES if op != "CreateTrail"),
        "GetTrail",
        "GetTrailStatus",
        "GetEventSelectors",
    ]
    member = {"PutEventSelectors": "TrailName", "GetEventSelectors": "TrailName"}
    return [(op, code, {member.get(op, "Name"): name}, region) for op in on_one if (op, code) in MODELLED]


def tagged(code: str, arn: str, setup: str = "") -> list[tuple[str, str, Members, str]]:
    return [
        ("AddTags", code, {"ResourceId": arn}, setup),
        ("RemoveTags", code, {"ResourceId": arn}, setup),
        ("ListTags", code, {"ResourceIdList": [arn]}, setup),
    ]


DEFAULTS: dict[str, dict[str, Any]] = {
    "CreateTrail": {"Name": "another", "S3BucketName": "logs"},
    "UpdateTrail": {"Name": "audit"},
    "PutEventSelectors": {"TrailName": "audit", "EventSelectors": [{"ReadWriteType": "ReadOnly"}]},
    "AddTags": {"ResourceId": ARN, "TagsList": [TAG]},
    "RemoveTags": {"ResourceId": ARN, "TagsList": [TAG]},
    "ListTags": {"ResourceIdList": [ARN]},
} | {name: {"Name": "audit"} for name in ("DeleteTrail", "StartLogging", "StopLogging")}

# Members are beside the defaults; last, what is set up before (see REFUSING), or a Region to call from.
PROVOKED: list[tuple[str, str, Members, str]] = [
    ("CreateTrail", "MaximumNumberOfTrailsExceededException", {}, "full"),
    ("CreateTrail", "TrailAlreadyExistsException", {"Name": "audit"}, ""),
    ("CreateTrail", "InvalidTrailNameException", {"Name": "a"}, ""),
    ("CreateTrail", "TagsLimitExceededException", {"TagsList": [{"Key": f"k{n}"} for n in range(51)]}, ""),
    ("CreateTrail", "InvalidTagParameterException", {"TagsList": [TAG, TAG]}, ""),
    (
        "UpdateTrail",
        "OperationNotPermittedException",
        {"Name": "logging", "IsMultiRegionTrail": True},
        "full-elsewhere",
    ),
    ("UpdateTrail", "ConflictException", {"RecursiveLogging": False}, BUSY),
    *(
        (name, "ConflictException", {}, BUSY)
        for name in CHANGES
        if name not in ("UpdateTrail", "StopLogging")
    ),
    ("StopLogging", "ConflictException", {"Name": "logging"}, BUSY),
    *both("S3BucketDoesNotExistException", {}, "bucket-gone"),
    *both("InsufficientS3BucketPolicyException", {}, "bucket-closed"),
    *both("InsufficientSnsTopicPolicyException", {"SnsTopicName": "told"}, "topic-closed"),
    *both("CloudTrailInvalidClientTokenIdException", {"SnsTopicName": "told"}, "topic-suspended"),
    *both("InsufficientEncryptionPolicyException", {"KmsKeyId": "alias/none"}),
    *both("KmsException", {"KmsKeyId": KEY}, "key-disabled"),
    *both("KmsKeyNotFoundException", {"KmsKeyId": "nonsense"}),
    *both("InvalidKmsKeyIdException", {"KmsKeyId": "arn:nonsense"}),
    *both("InvalidS3BucketNameException", {"S3BucketName": "Logs"}),
    *both("InvalidS3PrefixException", {"S3KeyPrefix": "p" * 201}),
    *both("InvalidSnsTopicNameException", {"SnsTopicName": "told.fifo"}),
    *both(
        "InvalidParameterCombinationException",
        {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False},
    ),
    *both("InvalidCloudWatchLogsLogGroupArnException", PAIR | {"CloudWatchLogsLogGroupArn": "arn"}),
    *both("InvalidCloudWatchLogsRoleArnException", PAIR | {"CloudWatchLogsRoleArn": "arn"}),
    *both("OrganizationsNotInUseException", {"IsOrganizationTrail": True}),
    *named("TrailNotFoundException", "other"),
    *named("InvalidTrailNameException", "a"),
    *named("CloudTrailARNInvalidException", "arn:aws:cloudtrail"),
    *named("InvalidHomeRegionException", ARN, region="eu-west-1"),
    ("DescribeTrails", "InvalidTrailNameException", {"trailNameList": ["a"]}, ""),
    ("DescribeTrails", "CloudTrailARNInvalidException", {"trailNameList": ["arn:aws:cloudtrail"]}, ""),
    ("PutEventSelectors", "InvalidEventSelectorsException", {"EventSelectors": []}, ""),
    ("ListPublicKeys", "InvalidTimeRangeException", {"StartTime": 2, "EndTime": 1}, ""),
    ("ListPublicKeys", "InvalidTokenException", {"NextToken": "more"}, ""),
    ("AddTags", "ConflictException", {}, BUSY),
    ("RemoveTags", "ConflictException", {"ResourceId": ARN.replace("audit", "logging")}, BUSY),
    ("AddTags", "TagsLimitExceededException", {"TagsList": [{"Key": f"k{n}"} for n in range(51)]}, ""),
    ("AddTags", "InvalidTagParameterException", {"TagsList": [TAG, TAG]}, ""),
    ("RemoveTags", "InvalidTagParameterException", {"TagsList": [TAG, TAG]}, ""),
    ("ListTags", "InvalidTokenException", {"NextToken": "more"}, ""),
    *tagged("ResourceNotFoundException", f"{ARN}2"),
    *tagged("InvalidTrailNameException", f"{ARN}-"),
    *tagged("CloudTrailARNInvalidException", "audit"),
    *tagged("ResourceTypeNotSupportedException", ARN.replace("trail/", "insight/")),
    *tagged("EventDataStoreARNInvalidException", f"{STORE_NONE}/x"),
    *tagged("EventDataStoreNotFoundException", STORE_NONE),
    *tagged("ChannelARNInvalidException", STORE_NONE.replace("eventdatastore", "channel") + "/x"),
    *tagged("ChannelNotFoundException", STORE_NONE.replace("eventdatastore", "channel"))[:2],
    ("AddTags", "InactiveEventDataStoreException", lambda s: {"ResourceId": store(s)}, "store-deleted"),
    ("RemoveTags", "InactiveEventDataStoreException", lambda s: {"ResourceId": store(s)}, "store-deleted"),
    (
        "ListTags",
        "InactiveEventDataStoreException",
        lambda s: {"ResourceIdList": [store(s)]},
        "store-deleted",
    ),
]


@pytest.fixture
def service() -> Service:
    """A trail that does not log, one that does and has a tag, a store and a key."""
    service = Service()
    service.keys.keys.add(KEY)
    client = service.client()
    client.create_trail(Name="audit", S3BucketName="logs", IsMultiRegionTrail=True)
    client.create_trail(Name="logging", S3BucketName="logs", TagsList=[TAG])
    client.start_logging(Name="logging")
    client.create_event_data_store(Name="events", TerminationProtectionEnabled=False)
    return service


@pytest.mark.parametrize(
    ("operation", "code", "members", "setup"),
    [pytest.param(*case, id=f"{case[0]}-{case[1]}") for case in PROVOKED],
)
def test_the_error_is_answered(
    service: Service, operation: str, code: str, members: Members, setup: str
) -> None:
    given = members(service) if callable(members) else members
    if setup in REFUSING:
        REFUSING[setup](service)
    client = service.client(region="us-east-1" if setup in REFUSING else setup or "us-east-1")
    method = client.meta.method_to_api_mapping
    call = getattr(client, next(name for name, known in method.items() if known == operation))
    assert refusal(call, **DEFAULTS.get(operation, {}) | given)[0] == code
    assert (operation, code) in service.front.observed.pairs


def test_every_modelled_error_is_shown_once_or_justified() -> None:
    shown = [(operation, code) for operation, code, _, _ in PROVOKED]
    assert sorted(set(shown)) == sorted(shown)
    assert set(shown) & set(UNREACHABLE) == set()
    assert set(shown) | set(UNREACHABLE) == MODELLED


def test_an_unreachable_error_fails_the_test_that_meets_it(service: Service) -> None:
    from opentrail.wire.gateway import Answered

    met = Answered(request_id="1", status=400, operation="GetTrail", code="UnsupportedOperationException")
    with pytest.raises(AssertionError, match="said to be unreachable"):
        service.front.observed.answered(met)


def test_the_swept_operations_are_built() -> None:
    assert {OPERATIONS[name].status for name in SWEPT} <= {"complete", "partial"}
    assert len(SWEPT) == 15
