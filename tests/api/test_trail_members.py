"""Members that CreateTrail and UpdateTrail refuse: both the same, before anything is tried."""

from typing import Any

import pytest

from tests.api.test_update_trail import GROUP, ROLE, TOPIC_ARN, held
from tests.fakes.front import ACCOUNT
from tests.fakes.service import Service, refusal


@pytest.fixture
def service() -> Service:
    """One trail with a log group."""
    service = Service()
    pair = {"CloudWatchLogsLogGroupArn": GROUP, "CloudWatchLogsRoleArn": ROLE}
    service.client().create_trail(Name="audit", S3BucketName="logs", **pair)
    service.log_bucket.markers.clear()
    return service


PAIR = "You must specify a log group and a role ARN."
BAD_GROUP = (
    "InvalidCloudWatchLogsLogGroupArnException",
    "CloudTrail cannot validate the specified log group ARN.",
)
BAD_ROLE = ("InvalidCloudWatchLogsRoleArnException", "CloudTrail cannot validate the specified role ARN.")
REFUSED = [
    # One of a pair that is configured is not enough either.
    ({"CloudWatchLogsLogGroupArn": GROUP}, ("InvalidCloudWatchLogsRoleArnException", PAIR)),
    ({"CloudWatchLogsRoleArn": ROLE}, ("InvalidCloudWatchLogsLogGroupArnException", PAIR)),
    (
        {"CloudWatchLogsLogGroupArn": GROUP, "CloudWatchLogsRoleArn": ""},
        ("InvalidCloudWatchLogsRoleArnException", PAIR),
    ),
    (
        {"CloudWatchLogsLogGroupArn": "", "CloudWatchLogsRoleArn": ROLE},
        ("InvalidCloudWatchLogsLogGroupArnException", PAIR),
    ),
    *(
        ({"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": ROLE}, BAD_GROUP)
        for group in (
            "audit",
            GROUP.removesuffix(":*"),
            GROUP.replace("logs", "sns", 1),
            GROUP.replace(ACCOUNT, "222222222222"),
            GROUP.replace("aws", "aws-cn"),
        )
    ),
    (
        {"CloudWatchLogsLogGroupArn": GROUP.replace("us-east-1", "eu-west-1"), "CloudWatchLogsRoleArn": ROLE},
        (
            "InvalidCloudWatchLogsLogGroupArnException",
            "You must specify a log group that is in the current region.",
        ),
    ),
    *(
        ({"CloudWatchLogsLogGroupArn": GROUP, "CloudWatchLogsRoleArn": role}, BAD_ROLE)
        for role in (
            "logs",
            ROLE.replace("role/", "user/"),
            ROLE.replace("::", ":us-east-1:"),
            ROLE.replace(ACCOUNT, "222222222222"),
        )
    ),
    *(
        (
            {"SnsTopicName": topic},
            ("InvalidSnsTopicNameException", f"The SNS topic name {topic} is not valid."),
        )
        for topic in (
            "told.fifo",
            "to ld",
            "t" * 257,
            f"{TOPIC_ARN}.fifo",
            f"{TOPIC_ARN}:more",
            "arn:aws:sqs:us-east-1:111111111111:told",
            "arn:aws:sns::111111111111:told",
        )
    ),
    (
        {"S3BucketName": ""},
        ("InvalidS3BucketNameException", "The S3 bucket name  is not valid."),
    ),
    (
        {"S3BucketName": "Logs"},
        ("InvalidS3BucketNameException", "The S3 bucket name Logs is not valid."),
    ),
    (
        {"S3KeyPrefix": "p" * 201},
        ("InvalidS3PrefixException", "The S3 key prefix is not valid. It can have at most 200 characters."),
    ),
    (
        {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False},
        ("InvalidParameterCombinationException", "Multi-Region trail must include global service events."),
    ),
    (
        {"IsOrganizationTrail": True},
        ("OrganizationsNotInUseException", "Your account is not a member of an organization."),
    ),
]


@pytest.mark.parametrize(("request_", "refused"), REFUSED)
def test_what_is_refused_changes_nothing_and_tries_nothing(
    service: Service, trails: Any, request_: dict[str, Any], refused: tuple[str, str]
) -> None:
    before, version = held(service), service.configuration.account(ACCOUNT).version
    assert refusal(trails.update_trail, Name="audit", RecursiveLogging=True, **request_) == refused
    assert held(service) == before
    assert service.configuration.account(ACCOUNT).version == version
    assert service.log_bucket.markers == []


@pytest.mark.parametrize(("request_", "refused"), REFUSED)
def test_creation_refuses_the_same(
    service: Service, trails: Any, request_: dict[str, Any], refused: tuple[str, str]
) -> None:
    asked = {"Name": "second", "S3BucketName": "logs"} | request_
    assert refusal(trails.create_trail, **asked) == refused
    assert [trail.name for trail in service.trails.list(ACCOUNT)] == ["audit"]
