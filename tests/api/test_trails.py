"""Trails by a real client: created, shown, logged, selected, deleted; and every refusal word for word."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentrail.domain.trail import DeliveryStatus

from tests.fakes.front import ACCOUNT, Front
from tests.fakes.service import Service, answer, refusal

ARN = "arn:aws:cloudtrail:us-east-1:111111111111:trail/audit"
DEFAULTS = {
    "Name": "audit",
    "S3BucketName": "logs",
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": False,
    "TrailARN": ARN,
    "LogFileValidationEnabled": False,
    "IsOrganizationTrail": False,
    "RecursiveLogging": True,
}
READ_DEFAULTS = {
    **DEFAULTS,
    "HomeRegion": "us-east-1",
    "HasCustomEventSelectors": False,
    "HasInsightSelectors": False,
}
NEVER_STARTED = {
    "IsLogging": False,
    "LatestDeliveryAttemptTime": "",
    "LatestNotificationAttemptTime": "",
    "LatestNotificationAttemptSucceeded": "",
    "LatestDeliveryAttemptSucceeded": "",
    "TimeLoggingStarted": "",
    "TimeLoggingStopped": "",
}
NOT_FOUND = ("TrailNotFoundException", "Unknown trail: audit for the user: 111111111111")
BASIC = {"ReadWriteType": "All", "IncludeManagementEvents": True}
MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
DATA = {"Field": "eventCategory", "Equals": ["Data"]}
NETWORK = {"Field": "eventCategory", "Equals": ["NetworkActivity"]}
EC2 = {"Field": "eventSource", "Equals": ["ec2.amazonaws.com"]}
OBJECTS = {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}


def create(trails: Any, name: str = "audit", **more: Any) -> dict[str, Any]:
    return answer(trails.create_trail, Name=name, S3BucketName="logs", **more)


def test_a_new_trail_has_the_defaults_and_leaves_its_marker(service: Service, trails: Any) -> None:
    assert create(trails) == DEFAULTS
    assert answer(trails.get_trail, Name="audit") == {"Trail": READ_DEFAULTS}
    assert service.log_bucket.markers == [("logs", "AWSLogs/111111111111/CloudTrail/")]


def test_what_was_asked_for_is_shown(service: Service, trails: Any) -> None:
    asked = {
        "S3KeyPrefix": "some/prefix",
        "IsMultiRegionTrail": True,
        "RecursiveLogging": False,
    }
    assert create(trails, **asked, TagsList=[{"Key": "team", "Value": "blue"}]) == DEFAULTS | asked
    assert service.log_bucket.markers == [("logs", "some/prefix/AWSLogs/111111111111/CloudTrail/")]
    assert service.trails.list("111111111111")[0].tags == (("team", "blue"),)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "ab",
            "Trail name too short. Minimum allowed length: 3 characters. "
            "Specified name length: 2 characters.",
        ),
        (
            "a" * 129,
            "Trail name too long. Maximum allowed length: 128 characters. "
            "Specified name length: 129 characters.",
        ),
        ("-audit", "Trail name must starts with a letter or number."),
        ("audit.", "Trail name must ends with a letter or number."),
        (
            "au dit",
            "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, "
            "periods (.), hyphens (-), and underscores (_).",
        ),
        ("au-_dit", "Trail name cannot contain adjacent periods (.), hyphens (-), or underscores (_)."),
        ("192.168.5.4", "Trail name cannot be in IP address format."),
    ],
)
def test_bad_names_are_refused_everywhere(trails: Any, name: str, sentence: str) -> None:
    refused = ("InvalidTrailNameException", sentence)
    assert refusal(trails.create_trail, Name=name, S3BucketName="logs") == refused
    for call in (trails.get_trail, trails.delete_trail, trails.start_logging, trails.get_trail_status):
        assert refusal(call, Name=name) == refused
    assert refusal(trails.describe_trails, trailNameList=["audit", name]) == refused
    assert refusal(trails.get_event_selectors, TrailName=name) == refused


def test_a_name_can_be_taken_once_per_region(service: Service, trails: Any) -> None:
    create(trails)
    assert refusal(trails.create_trail, Name="audit", S3BucketName="logs") == (
        "TrailAlreadyExistsException",
        "Trail audit already exists for customer: 111111111111",
    )
    create(service.client(region="eu-west-1"))
    create(service.client(account="222222222222"))


def test_five_trails_fill_a_region_shadows_included(service: Service, trails: Any) -> None:
    for number in range(4):
        create(trails, f"audit-{number}")
    create(service.client(region="eu-west-1"), "everywhere", IsMultiRegionTrail=True)
    full = ("MaximumNumberOfTrailsExceededException", "User: 111111111111 already has 5 trails in us-east-1.")
    assert refusal(trails.create_trail, Name="sixth", S3BucketName="logs") == full
    # A trail of all Regions would not fit the full one either.
    elsewhere = service.client(region="eu-west-1").create_trail
    assert refusal(elsewhere, Name="sixth", S3BucketName="logs", IsMultiRegionTrail=True) == full
    create(service.client(region="eu-west-1"), "sixth")


def test_the_quota_holds_though_somebody_else_is_faster(service: Service, trails: Any) -> None:
    for number in range(4):
        create(trails, f"audit-{number}")
    other = service.client()
    service.configuration.before_write = lambda: create(other, "faster")
    code, _ = refusal(trails.create_trail, Name="slower", S3BucketName="logs")
    assert code == "MaximumNumberOfTrailsExceededException"
    assert [trail.name for trail in service.trails.list("111111111111")][-1] == "faster"


def test_an_account_that_never_stands_still_is_a_conflict(service: Service, trails: Any) -> None:
    create(trails)
    service.configuration.never_still("111111111111")
    code, _ = refusal(trails.start_logging, Name="audit")
    assert code == "ConflictException"


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("NoSuchBucket", ("S3BucketDoesNotExistException", "S3 bucket logs does not exist!")),
        (
            "AccessDenied",
            (
                "InsufficientS3BucketPolicyException",
                "Incorrect S3 bucket policy is detected for bucket: logs",
            ),
        ),
    ],
)
def test_a_bucket_that_refuses_leaves_no_trail(
    service: Service, trails: Any, code: str, refused: tuple[str, str]
) -> None:
    service.log_bucket.refusing["logs"] = code
    assert refusal(trails.create_trail, Name="audit", S3BucketName="logs") == refused
    assert answer(trails.describe_trails) == {"trailList": []}


def test_a_stage_may_leave_destinations_unchecked() -> None:
    relaxed = Service(checks_destinations=False)
    relaxed.log_bucket.refusing["logs"] = "NoSuchBucket"
    trails = relaxed.client()
    create(trails)
    answer(trails.update_trail, Name="audit", S3KeyPrefix="p")
    assert answer(trails.get_trail, Name="audit")["Trail"]["S3KeyPrefix"] == "p"
    assert relaxed.log_bucket.markers == []


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"S3BucketName": "Logs"}, "InvalidS3BucketNameException"),
        ({"S3BucketName": "192.168.5.4"}, "InvalidS3BucketNameException"),
        ({"S3KeyPrefix": "p" * 201}, "InvalidS3PrefixException"),
        (
            {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False},
            "InvalidParameterCombinationException",
        ),
        ({"IsOrganizationTrail": True}, "OrganizationsNotInUseException"),
        ({"CloudWatchLogsLogGroupArn": "arn"}, "InvalidCloudWatchLogsRoleArnException"),
        ({"CloudWatchLogsRoleArn": "arn"}, "InvalidCloudWatchLogsLogGroupArnException"),
        ({"TagsList": [{"Key": "a"}, {"Key": "a"}]}, "InvalidTagParameterException"),
        ({"TagsList": [{"Key": "aws:a"}]}, "InvalidTagParameterException"),
        ({"TagsList": [{"Key": f"k{n}"} for n in range(51)]}, "TagsLimitExceededException"),
    ],
)
def test_a_refused_creation_changes_nothing(
    service: Service, trails: Any, members: dict[str, Any], code: str
) -> None:
    assert refusal(trails.create_trail, **{"Name": "audit", "S3BucketName": "logs"} | members)[0] == code
    assert service.log_bucket.markers == []
    assert service.configuration.account("111111111111").version == 0


def test_a_trail_is_found_by_name_at_home_and_by_arn_everywhere(service: Service, trails: Any) -> None:
    create(trails, IsMultiRegionTrail=True)
    abroad = service.client(region="eu-west-1")
    assert answer(trails.get_trail, Name="audit") == answer(abroad.get_trail, Name=ARN)
    assert refusal(abroad.get_trail, Name="audit") == NOT_FOUND
    assert answer(abroad.get_trail_status, Name=ARN) == NEVER_STARTED
    assert answer(abroad.get_event_selectors, TrailName=ARN)["TrailARN"] == ARN


def test_a_region_that_is_added_has_the_shadows_though_no_trail_is_touched(
    service: Service, trails: Any
) -> None:
    create(trails, IsMultiRegionTrail=True)
    create(trails, "here")
    more = replace(service.front.ports, regions=(*service.front.ports.regions, "eu-north-1"))
    added = Front(more).client("cloudtrail", ACCOUNT, "eu-north-1")
    assert [trail["Name"] for trail in added.describe_trails()["trailList"]] == ["audit"]
    assert answer(added.describe_trails, includeShadowTrails=False) == {"trailList": []}
    assert answer(added.get_trail_status, Name=ARN) == NEVER_STARTED
    assert refusal(added.get_trail, Name="audit") == NOT_FOUND
    assert refusal(added.start_logging, Name=ARN)[0] == "InvalidHomeRegionException"


def test_a_trail_is_changed_at_home_only(service: Service, trails: Any) -> None:
    create(trails, IsMultiRegionTrail=True)
    abroad = service.client(region="eu-west-1")
    for call in (abroad.delete_trail, abroad.start_logging, abroad.stop_logging):
        assert refusal(call, Name=ARN)[0] == "InvalidHomeRegionException"
        assert refusal(call, Name="audit")[0] == "TrailNotFoundException"
    selecting = abroad.put_event_selectors
    assert refusal(selecting, TrailName=ARN, EventSelectors=[BASIC])[0] == "InvalidHomeRegionException"
    assert answer(trails.get_trail_status, Name="audit") == NEVER_STARTED


def test_another_accounts_trail_does_not_exist(service: Service, trails: Any) -> None:
    create(trails)
    other = service.client(account="222222222222")
    for call in (other.get_trail, other.get_trail_status):
        sentence = "Unknown trail: audit for the user: 222222222222"  # reads show the bare name
        assert refusal(call, Name=ARN) == ("TrailNotFoundException", sentence)
    for call in (other.delete_trail, other.start_logging, other.stop_logging):
        sentence = f"Unknown trail: {ARN} for the user: 222222222222"
        assert refusal(call, Name=ARN) == ("TrailNotFoundException", sentence)
    assert answer(other.describe_trails, trailNameList=[ARN]) == {"trailList": []}
    assert answer(other.list_trails) == {"Trails": []}


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:cloudtrail:us-east-1:111111111111:trail",
        "arn:aws:cloudtrail:us-east-1:111111111111:trail/a",
        "arn:aws:cloudtrail:us-east-1:11111111111:trail/audit",
        "arn:aws:s3:us-east-1:111111111111:trail/audit",
        "arn:aws-cn:cloudtrail:us-east-1:111111111111:trail/audit",
        "arn:aws:cloudtrail:us-east-1:111111111111:channel/audit",
    ],
)
def test_malformed_arns_are_refused(trails: Any, arn: str) -> None:
    create(trails)
    for call in (trails.get_trail, trails.delete_trail, trails.stop_logging, trails.get_trail_status):
        assert refusal(call, Name=arn)[0] == "CloudTrailARNInvalidException"
    assert refusal(trails.describe_trails, trailNameList=[arn])[0] == "CloudTrailARNInvalidException"


def test_describe_trails_shows_shadows_unless_told_not_to(service: Service, trails: Any) -> None:
    create(trails, "everywhere", IsMultiRegionTrail=True)
    create(trails)
    abroad = service.client(region="eu-west-1")
    create(abroad, "there")

    def names(client: Any, **request: Any) -> list[str]:
        return [trail["Name"] for trail in client.describe_trails(**request)["trailList"]]

    assert names(trails) == ["audit", "everywhere"]
    assert names(abroad) == ["there", "everywhere"]
    assert names(abroad, includeShadowTrails=False) == ["there"]
    assert names(abroad, trailNameList=["audit", "everywhere", "there", "nowhere"]) == ["there"]
    everywhere = ARN.replace("audit", "everywhere")
    assert names(abroad, trailNameList=[ARN, everywhere, everywhere]) == ["audit", "everywhere"]
    assert answer(trails.describe_trails, trailNameList=["nowhere"]) == {"trailList": []}
    assert answer(trails.describe_trails, trailNameList=["audit"]) == {"trailList": [READ_DEFAULTS]}


def test_list_trails_shows_all_home_regions(service: Service, trails: Any) -> None:
    create(trails, IsMultiRegionTrail=True)
    create(service.client(region="eu-west-1"), "there")
    there = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/there"
    assert answer(trails.list_trails) == {
        "Trails": [
            {"TrailARN": there, "Name": "there", "HomeRegion": "eu-west-1"},
            {"TrailARN": ARN, "Name": "audit", "HomeRegion": "us-east-1"},
        ]
    }
    assert refusal(trails.list_trails, NextToken="none")[0] == "ValidationException"


def test_logging_starts_and_stops_once(service: Service, trails: Any) -> None:
    create(trails)
    assert answer(trails.get_trail_status, Name="audit") == NEVER_STARTED
    assert answer(trails.start_logging, Name="audit") == {}
    started = service.clock.now()
    assert service.recording.load(["111111111111"])["111111111111"].trails[0].is_logging
    service.wait(seconds=5)
    trails.start_logging(Name=ARN)
    status = NEVER_STARTED | {
        "IsLogging": True,
        "StartLoggingTime": started,
        "TimeLoggingStarted": "2023-07-10T11:42:30Z",
    }
    assert answer(trails.get_trail_status, Name="audit") == status
    assert answer(trails.stop_logging, Name="audit") == {}
    stopped = service.clock.now()
    service.wait(seconds=5)
    trails.stop_logging(Name="audit")
    assert answer(trails.get_trail_status, Name="audit") == status | {
        "IsLogging": False,
        "StopLoggingTime": stopped,
        "TimeLoggingStopped": "2023-07-10T11:42:35Z",
    }


def test_a_status_tells_of_the_deliveries_of_its_region(service: Service, trails: Any) -> None:
    create(trails, IsMultiRegionTrail=True)
    [trail] = service.trails.list("111111111111")
    at = datetime(2023, 7, 10, 11, 50, 1, 999_000, tzinfo=UTC)
    delivered = DeliveryStatus(latest_delivery_time=at, latest_delivery_attempt_time=at)
    service.statuses.held[trail.destination, "us-east-1"] = delivered
    shown = NEVER_STARTED | {
        "LatestDeliveryTime": at,
        "LatestDeliveryAttemptTime": "2023-07-10T11:50:01Z",
        "LatestDeliveryAttemptSucceeded": "2023-07-10T11:50:01Z",
    }
    assert answer(trails.get_trail_status, Name="audit") == shown
    assert answer(service.client(region="eu-west-1").get_trail_status, Name=ARN) == NEVER_STARTED
    # A failure shows its code and moves no time.
    failed = replace(delivered, latest_delivery_error="AccessDenied")
    service.statuses.held[trail.destination, "us-east-1"] = failed
    assert answer(trails.get_trail_status, Name="audit") == shown | {"LatestDeliveryError": "AccessDenied"}


def test_a_status_tells_of_notifications_and_of_an_error_until_another_topic_is_set(
    service: Service, trails: Any
) -> None:
    create(trails, SnsTopicName="told")
    (trail,) = service.configuration.account(ACCOUNT).trails.values()
    assert trail.sns_topic_arn == f"arn:aws:sns:us-east-1:{ACCOUNT}:told"
    at = service.clock.now().replace(microsecond=250_000)
    wrong = DeliveryStatus(
        latest_delivery_time=at,
        latest_notification_time=at,
        latest_notification_error="AuthorizationError",
        notification_error_topic=trail.sns_topic_arn,
    )
    service.statuses.held[trail.destination, "us-east-1"] = wrong
    status = answer(trails.get_trail_status, Name="audit")
    assert status["LatestNotificationTime"] == at
    assert status["LatestNotificationError"] == "AuthorizationError"
    text = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert status["LatestNotificationAttemptTime"] == text
    assert status["LatestNotificationAttemptSucceeded"] == text
    other = replace(wrong, notification_error_topic=f"arn:aws:sns:us-east-1:{ACCOUNT}:another")
    service.statuses.held[trail.destination, "us-east-1"] = other
    status = answer(trails.get_trail_status, Name="audit")
    assert "LatestNotificationError" not in status
    assert status["LatestNotificationTime"] == at


def test_a_status_tells_of_the_log_group_while_the_trail_has_one(service: Service, trails: Any) -> None:
    group, role = (
        "arn:aws:logs:us-east-1:111111111111:log-group:audit:*",
        "arn:aws:iam::111111111111:role/logs",
    )
    create(trails, CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=role)
    account = service.configuration.account(ACCOUNT)
    ((key, trail),) = account.trails.items()
    at = service.clock.now().replace(microsecond=250_000)
    delivered = DeliveryStatus(latest_delivery_time=at, latest_delivery_error="AccessDenied")
    service.statuses.held[trail.log_group_destination, "us-east-1"] = delivered
    status = answer(trails.get_trail_status, Name="audit")
    assert status == NEVER_STARTED | {
        "LatestCloudWatchLogsDeliveryTime": at,
        "LatestCloudWatchLogsDeliveryError": "AccessDenied",
    }
    account.trails[key] = replace(trail, cloud_watch_logs_log_group_arn=None)
    assert answer(trails.get_trail_status, Name="audit") == NEVER_STARTED


def test_a_topic_is_shown_as_it_was_named_and_by_its_arn(trails: Any) -> None:
    create(trails, SnsTopicName="told")
    shown = answer(trails.get_trail, Name="audit")["Trail"]
    assert (shown["SnsTopicName"], shown["SnsTopicARN"]) == ("told", f"arn:aws:sns:us-east-1:{ACCOUNT}:told")
    arn = "arn:aws:sns:eu-west-1:222222222222:theirs"
    created = answer(trails.create_trail, Name="second", S3BucketName="logs", SnsTopicName=arn)
    assert (created["SnsTopicName"], created["SnsTopicARN"]) == (arn, arn)


def test_a_single_region_trails_status_is_its_homes(service: Service, trails: Any) -> None:
    create(trails)
    [trail] = service.trails.list("111111111111")
    at = service.clock.now() + timedelta(minutes=5)
    service.statuses.held[trail.destination, "us-east-1"] = DeliveryStatus(latest_delivery_time=at)
    abroad = service.client(region="eu-west-1")
    assert answer(abroad.get_trail_status, Name=ARN)["LatestDeliveryTime"] == at


def test_a_deleted_trail_is_gone_and_its_name_free(service: Service, trails: Any) -> None:
    create(trails)
    trails.start_logging(Name="audit")
    [first] = service.trails.list("111111111111")
    assert answer(trails.delete_trail, Name=ARN) == {}
    assert refusal(trails.get_trail, Name="audit") == NOT_FOUND
    assert refusal(trails.delete_trail, Name="audit") == NOT_FOUND
    create(trails)
    [second] = service.trails.list("111111111111")
    assert second.trail_id != first.trail_id
    assert not second.is_logging


def test_default_selectors_are_shown_but_not_custom(trails: Any) -> None:
    create(trails)
    normal = {"DataResources": [], "ExcludeManagementEventSources": []}
    assert answer(trails.get_event_selectors, TrailName="audit") == {
        "TrailARN": ARN,
        "EventSelectors": [BASIC | normal],
    }


def test_put_selectors_replace_all_and_the_other_family(trails: Any) -> None:
    create(trails)
    basic = {
        "ReadWriteType": "WriteOnly",
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
    }
    shown = {
        "TrailARN": ARN,
        "EventSelectors": [
            {"IncludeManagementEvents": True, "ExcludeManagementEventSources": []} | basic,
        ],
    }
    assert answer(trails.put_event_selectors, TrailName="audit", EventSelectors=[basic]) == shown
    assert answer(trails.get_event_selectors, TrailName=ARN) == shown
    assert trails.get_trail(Name="audit")["Trail"]["HasCustomEventSelectors"] is True
    arn = {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::data/"]}
    advanced = {"Name": "objects", "FieldSelectors": [OBJECTS, arn, DATA]}
    answered = answer(trails.put_event_selectors, TrailName="audit", AdvancedEventSelectors=[advanced])
    assert answered == {"TrailARN": ARN, "AdvancedEventSelectors": [advanced]}
    read = {"Name": "objects", "FieldSelectors": [DATA, arn, OBJECTS]}  # in ASCII order, as measured
    assert answer(trails.get_event_selectors, TrailName="audit") == {
        "TrailARN": ARN,
        "AdvancedEventSelectors": [read],
    }


def advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"AdvancedEventSelectors": [{"FieldSelectors": list(fields)}]}


def basic(**members: Any) -> dict[str, Any]:
    return {"EventSelectors": [members]}


@pytest.mark.parametrize(
    ("selectors", "sentence"),
    [
        (
            {"EventSelectors": [BASIC], **advanced(MANAGEMENT)},
            "You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.",
        ),
        ({}, "Specify either EventSelectors or AdvancedEventSelectors."),
        ({"EventSelectors": []}, "Specify a valid number of selectors (1 to 5) for your trail"),
        ({"EventSelectors": [BASIC] * 6}, "Specify a valid number of selectors (1 to 5) for your trail"),
        ({"AdvancedEventSelectors": []}, "Specify between 1 and 500 selectors for your trail."),
        (basic(ReadWriteType="Some"), "Value Some for ReadWriteType is invalid."),
        (
            basic(DataResources=[{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::bucket"]}]),
            "Value arn:aws:s3:::bucket for DataResources.Values is invalid.",
        ),
        (
            basic(DataResources=[{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:s3"]}]),
            "Value arn:aws:s3 for DataResources.Values is invalid.",
        ),
        (
            basic(
                DataResources=[
                    {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::b{n:03}/" for n in range(251)]}
                ]
            ),
            "Specify a valid number of DataResources.Values (0 to 250) for all your selectors",
        ),
        (
            basic(DataResources=[{"Type": "AWS::SQS::Queue", "Values": []}]),
            "Value AWS::SQS::Queue for DataResources.Type is invalid.",
        ),
        (
            basic(ExcludeManagementEventSources=["s3.amazonaws.com"]),
            "Value s3.amazonaws.com for ExcludeManagementEventSources is invalid.",
        ),
        (
            basic(IncludeManagementEvents=False, ExcludeManagementEventSources=["kms.amazonaws.com"]),
            "ExcludeManagementEventSources can be specified only when IncludeManagementEvents is true.",
        ),
        (advanced(OBJECTS), "The following fields are required: [eventCategory]."),
        (advanced(DATA), "The following fields are required: [resources.type]."),
        (
            advanced(DATA, {"Field": "resources.type", "Equals": ["AWS::EC2::Instance"]}),
            "The resources.type field value is not valid.",
        ),
        (
            advanced(DATA, OBJECTS, {"Field": "resources.ARN", "Equals": ["arn:aws:s3:::bucket"]}),
            "The specified ARN arn:aws:s3:::bucket is not valid. Verify that the ARN is properly formatted.",
        ),
        (
            advanced(
                DATA,
                {"Field": "resources.type", "Equals": ["AWS::SQS::Queue"]},
                {"Field": "resources.ARN", "NotEquals": ["arn:aws:sns:us-east-1:111111111111:told"]},
            ),
            "The specified ARN arn:aws:sns:us-east-1:111111111111:told is not valid. "
            "Verify that the ARN is properly formatted.",
        ),
        (
            advanced(NETWORK, {"Field": "eventSource", "Equals": ["ec2.amazonaws.com", "s3.amazonaws.com"]}),
            "Specify exactly one value for the field eventSource.",
        ),
        (
            advanced(NETWORK, EC2, {"Field": "errorCode", "Equals": ["AccessDenied"]}),
            "The value AccessDenied is not valid for the field errorCode.",
        ),
        (
            advanced(NETWORK, EC2, {"Field": "readOnly", "Equals": ["true"]}),
            "The field readOnly is not valid for this event category.",
        ),
        (advanced(NETWORK), "The following fields are required: [eventSource]."),
        (
            advanced(MANAGEMENT, {"Field": "eventName", "Equals": ["RunInstances"]}),
            "The field eventName is not valid for this event category.",
        ),
        (
            advanced(MANAGEMENT, {"Field": "eventSource", "Equals": ["kms.amazonaws.com"]}),
            "The field eventSource must be used with these operators only: [NotEquals].",
        ),
        (
            advanced(MANAGEMENT, {"Field": "eventSource", "NotEquals": ["s3.amazonaws.com"]}),
            "The value s3.amazonaws.com is not valid for the field eventSource.",
        ),
        (
            advanced({"Field": "eventCategory", "Equals": ["Insight"]}),
            "The eventCategory field value Insight is not valid.",
        ),
        (
            advanced(MANAGEMENT, MANAGEMENT),
            "The field eventCategory can be specified only once in a selector.",
        ),
        (
            advanced({"Field": "eventCategory", "Equals": ["Management", "Data"]}),
            "Specify exactly one value for the field eventCategory.",
        ),
        (
            advanced(DATA, OBJECTS, {"Field": "eventName", "Equals": [f"Event{n}" for n in range(499)]}),
            "Specify at most 500 values for the conditions of all your selectors.",
        ),
    ],
)
def test_wrong_selectors_are_refused_and_change_nothing(
    trails: Any, selectors: dict[str, Any], sentence: str
) -> None:
    create(trails)
    refused = refusal(trails.put_event_selectors, TrailName="audit", **selectors)
    assert refused == ("InvalidEventSelectorsException", sentence)
    assert trails.get_trail(Name="audit")["Trail"]["HasCustomEventSelectors"] is False


def test_selectors_as_long_as_aws_allows_them_are_kept(trails: Any) -> None:
    create(trails)
    values = [f"{n:03d}{'x' * 2045}" for n in range(498)]
    selectors = advanced(DATA, OBJECTS, {"Field": "resources.ARN", "StartsWith": values})
    trails.put_event_selectors(TrailName="audit", **selectors)
    [shown] = trails.get_event_selectors(TrailName="audit")["AdvancedEventSelectors"]
    assert shown["FieldSelectors"][1]["StartsWith"] == values


def test_selectors_that_no_write_holds_are_refused(service: Service, trails: Any) -> None:
    create(trails)
    long = {"Field": "eventName", "Equals": ["ü" * 2048] * 400}  # boto3 would escape it: too large a request
    body = json.dumps({"TrailName": "audit", **advanced(DATA, OBJECTS, long)}, ensure_ascii=False).encode()
    refused = json.loads(service.front.call("PutEventSelectors", body).body)
    assert refused["__type"] == "InvalidEventSelectorsException"
    assert refused["Message"] == "Your selectors are too large. They can have at most 3000000 bytes."


def test_network_activity_is_selected_by_all_its_fields(trails: Any) -> None:
    create(trails)
    fields = [
        {"Field": "vpcEndpointId", "NotEquals": ["vpce-1"], "StartsWith": ["vpce-"]},
        {"Field": "eventName", "EndsWith": ["Instances"], "NotStartsWith": ["Describe"]},
        {"Field": "errorCode", "Equals": ["VpceAccessDenied"]},
        {"Field": "userIdentity.arn", "NotEndsWith": ["/robot"]},
        EC2,
        NETWORK,
    ]
    selectors = [{"Name": "denied", "FieldSelectors": fields}]
    shown = answer(trails.put_event_selectors, TrailName="audit", AdvancedEventSelectors=selectors)
    assert shown["AdvancedEventSelectors"] == selectors
    [read] = answer(trails.get_event_selectors, TrailName="audit")["AdvancedEventSelectors"]
    names = [field["Field"] for field in read["FieldSelectors"]]
    assert names == [
        "errorCode",
        "eventCategory",
        "eventName",
        "eventSource",
        "userIdentity.arn",
        "vpcEndpointId",
    ]
