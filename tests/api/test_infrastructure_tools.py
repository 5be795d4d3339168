"""The sequences of requests that Terraform's AWS provider sends for `aws_cloudtrail`, with what it relies on.

As of terraform-provider-aws 6 (internal/service/cloudtrail/trail.go, tags_gen.go): every request but the
first names the trail by its ARN, unset members are left out, and an error that the provider does not expect
ends the run.
"""

from typing import Any

from tests.fakes.front import ACCOUNT
from tests.fakes.service import Service, answer, refusal

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:audit:*"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/logs"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
MINIMAL = {"Name": "audit", "S3BucketName": "logs", "IncludeGlobalServiceEvents": True}
# What it sends when a configuration has no event_selector any more.
NO_SELECTORS = {"IncludeManagementEvents": True, "ReadWriteType": "All", "DataResources": []}


def create(trails: Any, **more: Any) -> str:
    """Resource create with `enable_logging`, its default; the id that Terraform keeps."""
    arn = str(answer(trails.create_trail, **MINIMAL, **more)["TrailARN"])
    trails.start_logging(Name=arn)
    return arn


def read(trails: Any, arn: str) -> dict[str, Any]:
    """Resource read, in the words of Terraform's state; also what `terraform import` and refresh do."""
    [trail] = answer(trails.describe_trails, trailNameList=[arn])["trailList"]
    state = {
        "name": trail["Name"],
        "s3_bucket_name": trail["S3BucketName"],
        "s3_key_prefix": trail.get("S3KeyPrefix", ""),
        "home_region": trail["HomeRegion"],
        "enable_log_file_validation": trail["LogFileValidationEnabled"],
        "include_global_service_events": trail["IncludeGlobalServiceEvents"],
        "is_multi_region_trail": trail["IsMultiRegionTrail"],
        "is_organization_trail": trail["IsOrganizationTrail"],
        "kms_key_id": trail.get("KmsKeyId", ""),
        "cloud_watch_logs_group_arn": trail.get("CloudWatchLogsLogGroupArn", ""),
        "cloud_watch_logs_role_arn": trail.get("CloudWatchLogsRoleArn", ""),
        "sns_topic_name": trail.get("SnsTopicARN", "").rpartition(":")[
            2
        ],  # in the trail's account and Region
        "enable_logging": answer(trails.get_trail_status, Name=arn)["IsLogging"],
    }
    if trail["HasCustomEventSelectors"]:
        selectors = answer(trails.get_event_selectors, TrailName=arn)
        state["event_selector"] = selectors.get("EventSelectors", [])
        state["advanced_event_selector"] = selectors.get("AdvancedEventSelectors", [])
    # GetInsightSelectors follows only where there are some.
    assert trail["HasInsightSelectors"] is False
    return state


DEFAULTS = {
    "name": "audit",
    "s3_bucket_name": "logs",
    "s3_key_prefix": "",
    "home_region": "us-east-1",
    "enable_log_file_validation": False,
    "include_global_service_events": True,
    "is_multi_region_trail": False,
    "is_organization_trail": False,
    "kms_key_id": "",
    "cloud_watch_logs_group_arn": "",
    "cloud_watch_logs_role_arn": "",
    "sns_topic_name": "",
    "enable_logging": True,
}


def test_a_minimal_trail_reads_back_without_differences(trails: Any) -> None:
    assert create(trails) == ARN
    assert read(trails, ARN) == DEFAULTS


def test_every_argument_reads_back(trails: Any) -> None:
    create(
        trails,
        TagsList=[{"Key": "team", "Value": "blue"}],
        CloudWatchLogsLogGroupArn=GROUP,
        CloudWatchLogsRoleArn=ROLE,
        EnableLogFileValidation=True,
        IsMultiRegionTrail=True,
        S3KeyPrefix="p",
        SnsTopicName="told",
    )
    assert read(trails, ARN) == DEFAULTS | {
        "cloud_watch_logs_group_arn": GROUP,
        "cloud_watch_logs_role_arn": ROLE,
        "enable_log_file_validation": True,
        "is_multi_region_trail": True,
        "s3_key_prefix": "p",
        "sns_topic_name": "told",
    }


def test_arguments_are_changed_one_by_one_and_removed_by_empty_text(trails: Any) -> None:
    """Resource update: only what changed is sent, but for log group and role, which go together."""
    create(trails)
    changed: dict[str, Any] = {}
    for sent, state in (
        ({"CloudWatchLogsRoleArn": ROLE, "CloudWatchLogsLogGroupArn": GROUP}, None),
        ({"EnableLogFileValidation": True}, {"enable_log_file_validation": True}),
        ({"IsMultiRegionTrail": True}, {"is_multi_region_trail": True}),
        ({"S3BucketName": "others"}, {"s3_bucket_name": "others"}),
        ({"S3KeyPrefix": "p"}, {"s3_key_prefix": "p"}),
        ({"SnsTopicName": "told"}, {"sns_topic_name": "told"}),
    ):
        trails.update_trail(Name=ARN, **sent)
        changed |= state or {"cloud_watch_logs_group_arn": GROUP, "cloud_watch_logs_role_arn": ROLE}
        assert read(trails, ARN) == DEFAULTS | changed
    trails.update_trail(
        Name=ARN,
        CloudWatchLogsRoleArn="",
        CloudWatchLogsLogGroupArn="",
        EnableLogFileValidation=False,
        IsMultiRegionTrail=False,
        S3BucketName="logs",
        S3KeyPrefix="",
        SnsTopicName="",
    )
    assert read(trails, ARN) == DEFAULTS


def tags(trails: Any) -> dict[str, str]:
    """What `tags_all` reads."""
    [tagged] = answer(trails.list_tags, ResourceIdList=[ARN])["ResourceTagList"]
    return {tag["Key"]: tag["Value"] for tag in tagged["TagsList"]}


def test_tags_are_set_with_the_trail_changed_and_removed(trails: Any) -> None:
    create(trails, TagsList=[{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": "test"}])
    assert tags(trails) == {"team": "blue", "stage": "test"}
    # Removals come first and carry the values, then what is new or other.
    trails.remove_tags(ResourceId=ARN, TagsList=[{"Key": "stage", "Value": "test"}])
    trails.add_tags(
        ResourceId=ARN, TagsList=[{"Key": "team", "Value": "green"}, {"Key": "cost", "Value": "7"}]
    )
    assert tags(trails) == {"team": "green", "cost": "7"}
    assert read(trails, ARN) == DEFAULTS


def test_a_key_is_set_and_removed(service: Service, trails: Any) -> None:
    service.keys.keys.add(KEY)
    create(trails, KmsKeyId=KEY)
    assert read(trails, ARN)["kms_key_id"] == KEY
    trails.update_trail(Name=ARN, KmsKeyId="")
    assert read(trails, ARN) == DEFAULTS


def test_the_words_it_waits_for_when_a_role_is_not_ready(service: Service, trails: Any) -> None:
    """Errors of log group and role that begin with "Access denied." are tried again for some minutes."""
    service.log_groups.untrusting.add(ROLE)
    logs = {"CloudWatchLogsLogGroupArn": GROUP, "CloudWatchLogsRoleArn": ROLE}
    code, text = refusal(trails.create_trail, **MINIMAL, **logs)
    assert (code, text.startswith("Access denied.")) == ("InvalidCloudWatchLogsRoleArnException", True)
    service.log_groups.untrusting.clear()
    create(trails, **logs)


def test_event_selectors_are_set_read_and_taken_back(trails: Any) -> None:
    create(trails)
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
    selector = {
        **NO_SELECTORS,
        "DataResources": [objects],
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }
    trails.put_event_selectors(TrailName=ARN, EventSelectors=[selector])
    assert read(trails, ARN)["event_selector"] == [selector]
    trails.put_event_selectors(TrailName=ARN, EventSelectors=[NO_SELECTORS])
    # It takes exactly this for "no event_selector".
    assert read(trails, ARN)["event_selector"] == [{**NO_SELECTORS, "ExcludeManagementEventSources": []}]


def test_advanced_selectors_without_a_name_have_an_empty_one(trails: Any) -> None:
    create(trails)
    fields = [
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "eventCategory", "Equals": ["Data"]},
    ]
    trails.put_event_selectors(TrailName=ARN, AdvancedEventSelectors=[{"Name": "", "FieldSelectors": fields}])
    [shown] = read(trails, ARN)["advanced_event_selector"]
    assert shown.get("Name", "") == ""
    assert sorted(f["Field"] for f in shown["FieldSelectors"]) == ["eventCategory", "resources.type"]
    assert read(trails, ARN)["event_selector"] == []


def test_logging_is_switched_by_arn(trails: Any) -> None:
    create(trails)
    trails.stop_logging(Name=ARN)
    assert read(trails, ARN)["enable_logging"] is False
    trails.start_logging(Name=ARN)
    assert read(trails, ARN)["enable_logging"] is True


def test_a_deleted_trail_is_gone_and_gone_again(trails: Any) -> None:
    create(trails)
    trails.delete_trail(Name=ARN)
    assert refusal(trails.delete_trail, Name=ARN)[0] == "TrailNotFoundException"  # it takes this for success
    assert (
        answer(trails.describe_trails, trailNameList=[ARN])["trailList"] == []
    )  # and this for "was deleted"


def test_what_is_not_built_ends_the_run_and_changes_nothing(trails: Any) -> None:
    create(trails)
    insights = [{"InsightType": "ApiCallRateInsight"}]
    code, _ = refusal(trails.put_insight_selectors, TrailName=ARN, InsightSelectors=insights)
    assert code == "UnsupportedOperationException"
    assert read(trails, ARN) == DEFAULTS
