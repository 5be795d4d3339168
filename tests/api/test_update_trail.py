"""UpdateTrail by a real client: what is given replaces, what is absent stays, a refusal changes nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from opentrail.domain.trail import DeliveryStatus, Trail

from tests.fakes.front import ACCOUNT
from tests.fakes.service import Service, answer, refusal

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:audit:*"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/path/to/logs"
TOPIC_ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:told"
MARKER = f"AWSLogs/{ACCOUNT}/CloudTrail/"
DIGEST_MARKER = f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/"
CONFIGURED = {
    "Name": "audit",
    "S3BucketName": "logs",
    "S3KeyPrefix": "some/prefix",
    "SnsTopicName": "told",
    "SnsTopicARN": TOPIC_ARN,
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": False,
    "TrailARN": ARN,
    "LogFileValidationEnabled": True,
    "CloudWatchLogsLogGroupArn": GROUP,
    "CloudWatchLogsRoleArn": ROLE,
    "IsOrganizationTrail": False,
    "RecursiveLogging": False,
}
READ = {"HomeRegion": "us-east-1", "HasCustomEventSelectors": False, "HasInsightSelectors": False}
TOO_MANY = ("OperationNotPermittedException", f"User: {ACCOUNT} already has 5 trails in eu-west-1.")


@pytest.fixture
def service() -> Service:
    """One trail with everything there is."""
    service = Service()
    service.client().create_trail(
        Name="audit",
        S3BucketName="logs",
        S3KeyPrefix="some/prefix",
        SnsTopicName="told",
        EnableLogFileValidation=True,
        CloudWatchLogsLogGroupArn=GROUP,
        CloudWatchLogsRoleArn=ROLE,
        RecursiveLogging=False,
        TagsList=[{"Key": "team", "Value": "blue"}],
    )
    service.log_bucket.markers.clear()
    return service


def held(service: Service, name: str = "audit") -> Trail:
    return next(trail for trail in service.trails.list(ACCOUNT) if trail.name == name)


def update(trails: Any, **request: Any) -> dict[str, Any]:
    return answer(trails.update_trail, Name="audit", **request)


def test_without_members_nothing_changes_but_every_destination_is_tried(
    service: Service, trails: Any
) -> None:
    before = held(service)
    assert update(trails) == CONFIGURED
    assert answer(trails.update_trail, Name=ARN) == CONFIGURED
    assert held(service) == before
    markers = [("logs", f"some/prefix/{MARKER}"), ("logs", f"some/prefix/{DIGEST_MARKER}")]
    assert service.log_bucket.markers == markers * 2


@pytest.mark.parametrize(
    "member",
    [
        {"S3BucketName": "other-logs"},
        {"S3KeyPrefix": "elsewhere"},
        {"IncludeGlobalServiceEvents": False},
        {"IsMultiRegionTrail": True},
        {"RecursiveLogging": True},
        {"CloudWatchLogsLogGroupArn": GROUP.replace("audit", "other"), "CloudWatchLogsRoleArn": ROLE},
    ],
)
def test_a_given_member_replaces_and_the_others_stay(
    service: Service, trails: Any, member: dict[str, Any]
) -> None:
    before = held(service)
    assert update(trails, **member) == CONFIGURED | member
    assert answer(trails.get_trail, Name="audit") == {"Trail": CONFIGURED | READ | member}
    after = held(service)
    kept = (
        "trail_id",
        "tags",
        "created_at",
        "is_logging",
        "event_selectors",
        "log_file_validation_changed_at",
    )
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


def test_the_new_bucket_and_prefix_are_tried(service: Service, trails: Any) -> None:
    update(trails, S3BucketName="other-logs", S3KeyPrefix="")
    assert service.log_bucket.markers == [("other-logs", MARKER), ("other-logs", DIGEST_MARKER)]


def test_an_empty_prefix_removes_it(trails: Any) -> None:
    without = {name: value for name, value in CONFIGURED.items() if name != "S3KeyPrefix"}
    assert update(trails, S3KeyPrefix="") == without
    assert answer(trails.get_trail, Name="audit") == {"Trail": without | READ}


def test_an_empty_topic_removes_it_and_is_shown_empty_once(service: Service, trails: Any) -> None:
    without = {name: value for name, value in CONFIGURED.items() if not name.startswith("Sns")}
    assert update(trails, SnsTopicName="") == without | {"SnsTopicName": "", "SnsTopicARN": ""}
    assert answer(trails.get_trail, Name="audit") == {"Trail": without | READ}
    assert update(trails) == without


@pytest.mark.parametrize(
    "request_",
    [
        {"CloudWatchLogsLogGroupArn": ""},
        {"CloudWatchLogsRoleArn": ""},
        {"CloudWatchLogsLogGroupArn": "", "CloudWatchLogsRoleArn": ""},
    ],
)
def test_an_empty_log_group_or_role_removes_both(trails: Any, request_: dict[str, Any]) -> None:
    without = {name: value for name, value in CONFIGURED.items() if not name.startswith("CloudWatch")}
    assert update(trails, **request_) == without
    assert answer(trails.get_trail, Name="audit") == {"Trail": without | READ}


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
def test_a_destination_that_refuses_by_now_refuses_any_update(
    service: Service, trails: Any, code: str, refused: tuple[str, str]
) -> None:
    before = held(service)
    service.log_bucket.refusing["logs"] = code
    assert refusal(trails.update_trail, Name="audit") == refused
    assert refusal(trails.update_trail, Name="audit", IsMultiRegionTrail=True) == refused
    assert held(service) == before
    update(trails, S3BucketName="other-logs")


def test_global_events_may_be_left_out_of_a_single_region_trail_only(trails: Any) -> None:
    refused = (
        "InvalidParameterCombinationException",
        "Multi-Region trail must include global service events.",
    )
    update(trails, IncludeGlobalServiceEvents=False)
    assert refusal(trails.update_trail, Name="audit", IsMultiRegionTrail=True) == refused
    update(trails, IsMultiRegionTrail=True, IncludeGlobalServiceEvents=True)
    assert refusal(trails.update_trail, Name="audit", IncludeGlobalServiceEvents=False) == refused
    single = update(trails, IsMultiRegionTrail=False, IncludeGlobalServiceEvents=False)
    assert single == CONFIGURED | {"IncludeGlobalServiceEvents": False}


def test_a_conversion_makes_shadows_and_removes_them(service: Service, trails: Any) -> None:
    abroad = service.client(region="eu-west-1")
    assert answer(abroad.describe_trails) == {"trailList": []}
    update(trails, IsMultiRegionTrail=True)
    shown = {"Trail": CONFIGURED | READ | {"IsMultiRegionTrail": True}}
    assert answer(abroad.describe_trails) == {"trailList": [shown["Trail"]]}
    assert answer(abroad.get_trail, Name=ARN) == shown
    assert answer(abroad.describe_trails, includeShadowTrails=False) == {"trailList": []}
    assert update(trails, IsMultiRegionTrail=False) == CONFIGURED  # global events are kept
    assert answer(abroad.describe_trails) == {"trailList": []}


def test_a_conversion_starts_and_stops_nothing(service: Service, trails: Any) -> None:
    trails.start_logging(Name="audit")
    status = answer(trails.get_trail_status, Name="audit")
    service.wait(minutes=1)
    update(trails, IsMultiRegionTrail=True)
    abroad = service.client(region="eu-west-1")
    assert answer(abroad.get_trail_status, Name=ARN) == status
    update(trails, IsMultiRegionTrail=False)
    assert answer(trails.get_trail_status, Name="audit") == status


def test_every_region_must_have_room_for_a_shadow(service: Service, trails: Any) -> None:
    there = service.client(region="eu-west-1")
    for number in range(5):
        there.create_trail(Name=f"there-{number}", S3BucketName="logs")
    assert refusal(trails.update_trail, Name="audit", IsMultiRegionTrail=True) == TOO_MANY
    update(trails, RecursiveLogging=True)
    there.delete_trail(Name="there-0")
    update(trails, IsMultiRegionTrail=True)
    # A full Region is nothing to a trail that is in it.
    update(trails, IsMultiRegionTrail=True)


@pytest.mark.parametrize("name", ["ab", "au--dit", "192.168.5.4"])
def test_a_bad_name_is_refused(trails: Any, name: str) -> None:
    assert refusal(trails.update_trail, Name=name)[0] == "InvalidTrailNameException"


def test_an_unknown_trail_is_named_as_it_was_asked_for(service: Service, trails: Any) -> None:
    sentence = f"Unknown trail: other for the user: {ACCOUNT}"
    assert refusal(trails.update_trail, Name="other") == ("TrailNotFoundException", sentence)
    theirs = service.client(account="222222222222").update_trail
    sentence = f"Unknown trail: {ARN} for the user: 222222222222"
    assert refusal(theirs, Name=ARN) == ("TrailNotFoundException", sentence)
    assert refusal(trails.update_trail, Name=f"{ARN}/x")[0] == "CloudTrailARNInvalidException"


def test_a_shadow_is_not_updated(service: Service, trails: Any) -> None:
    update(trails, IsMultiRegionTrail=True)
    abroad = service.client(region="eu-west-1").update_trail
    assert refusal(abroad, Name=ARN) == (
        "InvalidHomeRegionException",
        "A trail can be changed only in its home Region, which is us-east-1.",
    )
    assert refusal(abroad, Name="audit")[0] == "TrailNotFoundException"


def test_the_name_is_looked_at_before_the_members_and_these_before_the_bucket(
    service: Service, trails: Any
) -> None:
    service.log_bucket.refusing["logs"] = "NoSuchBucket"
    wrong = {"SnsTopicName": "told.fifo"}
    assert refusal(trails.update_trail, Name="a", **wrong)[0] == "InvalidTrailNameException"
    assert refusal(trails.update_trail, Name="other", **wrong)[0] == "TrailNotFoundException"
    assert refusal(trails.update_trail, Name="audit", **wrong)[0] == "InvalidSnsTopicNameException"
    assert refusal(trails.update_trail, Name="audit")[0] == "S3BucketDoesNotExistException"


def test_switching_validation_is_noted_for_the_digests(service: Service, trails: Any) -> None:
    service.wait(hours=1)
    update(trails, EnableLogFileValidation=True)
    assert held(service).log_file_validation_changed_at == held(service).created_at
    off = service.clock.now()
    assert update(trails, EnableLogFileValidation=False) == CONFIGURED | {"LogFileValidationEnabled": False}
    assert held(service).log_file_validation_changed_at == off
    assert service.log_bucket.markers[-1] == ("logs", f"some/prefix/{MARKER}")
    service.wait(hours=1)
    update(trails, EnableLogFileValidation=True)
    assert held(service).log_file_validation_changed_at == service.clock.now()
    assert service.log_bucket.markers[-1] == ("logs", f"some/prefix/{DIGEST_MARKER}")
    assert service.digests.due(service.clock.now()) == [held(service).destination]


def test_setting_the_topic_forgets_an_error_even_if_it_is_the_same(service: Service, trails: Any) -> None:
    service.wait(minutes=5)
    at = service.clock.now().replace(microsecond=0)
    told = DeliveryStatus(
        latest_delivery_time=at,
        latest_notification_time=at,
        latest_notification_error="AuthorizationError",
        notification_error_topic=TOPIC_ARN,
        notification_error_at=at,
    )
    service.statuses.held[held(service).destination, "us-east-1"] = told
    status = answer(trails.get_trail_status, Name="audit")
    assert status["LatestNotificationError"] == "AuthorizationError"
    update(trails, RecursiveLogging=True)
    assert answer(trails.get_trail_status, Name="audit") == status
    update(trails, SnsTopicName="told")
    del status["LatestNotificationError"]
    assert answer(trails.get_trail_status, Name="audit") == status
    again = replace(told, notification_error_at=at + timedelta(seconds=1))
    service.statuses.held[held(service).destination, "us-east-1"] = again
    assert "LatestNotificationError" in answer(trails.get_trail_status, Name="audit")


def test_removing_the_log_group_removes_its_status(service: Service, trails: Any) -> None:
    destination = held(service).log_group_destination
    assert destination is not None
    failed = DeliveryStatus(latest_delivery_error="AccessDenied")
    service.statuses.held[destination, "us-east-1"] = failed
    status = answer(trails.get_trail_status, Name="audit")
    assert status["LatestCloudWatchLogsDeliveryError"] == "AccessDenied"
    update(trails, CloudWatchLogsRoleArn="")
    assert "LatestCloudWatchLogsDeliveryError" not in answer(trails.get_trail_status, Name="audit")


def test_two_updates_at_once_both_count(service: Service, trails: Any) -> None:
    other = service.client()
    service.configuration.before_write = lambda: update(other, S3BucketName="other-logs")
    assert update(trails, RecursiveLogging=True) == CONFIGURED | {
        "S3BucketName": "other-logs",
        "RecursiveLogging": True,
    }
    # Decided anew, on the other's bucket, which is tried too.
    assert [bucket for bucket, _ in service.log_bucket.markers] == ["logs"] * 2 + ["other-logs"] * 4
    assert held(service).s3_bucket_name == "other-logs"


def test_a_trail_deleted_meanwhile_is_not_brought_back(service: Service, trails: Any) -> None:
    service.configuration.before_write = lambda: service.client().delete_trail(Name="audit")
    assert refusal(trails.update_trail, Name="audit", RecursiveLogging=True)[0] == "TrailNotFoundException"
    assert service.trails.list(ACCOUNT) == []
