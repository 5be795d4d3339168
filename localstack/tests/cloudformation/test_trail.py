"""AWS::CloudTrail::Trail on the real API in process: what a stack does to trails, and what refusals leave."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloudtrail_stacks import ACCOUNT, Stacks, differences, made, refusal
from opentrail_local.cloudformation.cloudtrail_schemas import TRAIL
from opentrail_local.cloudformation.trail import Trail

from tests.fakes.service import Service, answer

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
PLAIN = {"S3BucketName": "logs", "IsLogging": True, "TrailName": "audit"}
WRITES = [{"ReadWriteType": "WriteOnly"}]
MANAGEMENT = [{"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
INSIGHTS = [{"InsightType": "ApiCallRateInsight"}]
DEFAULT_SELECTOR = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def stacks(service: Service) -> Stacks:
    return Stacks(service, Trail)


@pytest.fixture
def trails(service: Service) -> Any:
    return service.client()


def trail(trails: Any, name: str = "audit") -> dict[str, Any]:
    """Everything the API shows of a trail that a stack may set."""
    shown = dict(answer(trails.get_trail, Name=name)["Trail"])
    del shown["HasInsightSelectors"]
    shown["IsLogging"] = trails.get_trail_status(Name=name)["IsLogging"]
    selectors = answer(trails.get_event_selectors, TrailName=name)
    return shown | {name: value for name, value in selectors.items() if name != "TrailARN"}


def test_the_schema_has_what_awss_has() -> None:
    assert differences(TRAIL) == []


def test_a_trail_is_made_as_the_template_says(stacks: Stacks, trails: Any) -> None:
    wanted = {
        **PLAIN,
        "S3KeyPrefix": "p",
        "IsMultiRegionTrail": "true",  # templates may spell truth as a word
        "EnableLogFileValidation": True,
        "SnsTopicName": "told",
        "EventSelectors": WRITES,
        "Tags": [{"Key": "team", "Value": "blue"}],
    }
    model = made(stacks.create(wanted))
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:told"
    assert model == wanted | {"Arn": f"{ARN}/audit", "SnsTopicArn": topic}
    shown = trail(trails)
    assert shown["IsLogging"]
    assert shown["IsMultiRegionTrail"]
    assert shown["LogFileValidationEnabled"]
    assert (shown["S3KeyPrefix"], shown["SnsTopicARN"]) == ("p", topic)
    assert shown["EventSelectors"] == [{**DEFAULT_SELECTOR, "ReadWriteType": "WriteOnly"}]
    assert stacks.calls == ["CreateTrail", "PutEventSelectors", "StartLogging"]


def test_what_the_template_leaves_out_is_left_to_cloudtrail(stacks: Stacks, trails: Any) -> None:
    model = made(stacks.create({**PLAIN, "IsLogging": False}))
    assert "SnsTopicArn" not in model
    shown = trail(trails)
    assert not shown["IsLogging"]
    assert shown["EventSelectors"] == [DEFAULT_SELECTOR]
    assert stacks.calls == ["CreateTrail"]


def test_advanced_selectors(stacks: Stacks, trails: Any) -> None:
    made(stacks.create({**PLAIN, "AdvancedEventSelectors": MANAGEMENT}))
    assert trail(trails)["AdvancedEventSelectors"] == MANAGEMENT


@pytest.mark.parametrize("stack_name", ["a", "x" * 128, "my--stack-", "Stack-1"])
@pytest.mark.parametrize("logical_id", ["Trail", "T" * 120, "L" * 255])
def test_a_trail_without_a_name_gets_one_that_cloudtrail_takes(
    stacks: Stacks, trails: Any, stack_name: str, logical_id: str
) -> None:
    wanted = {"S3BucketName": "logs", "IsLogging": False}
    names = [
        made(stacks.create(wanted, stack_name=stack_name, logical_resource_id=logical_id))["TrailName"]
        for _ in range(2)
    ]
    assert names[0] != names[1]
    assert sorted(t["Name"] for t in trails.list_trails()["Trails"]) == sorted(names)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"S3BucketName": "logs"}, "#: required key [IsLogging] not found"),
        ({**PLAIN, "Bucket": "logs"}, "#: extraneous key [Bucket] is not permitted"),
        ({**PLAIN, "Arn": ARN}, "#: extraneous key [Arn] is not permitted"),
        (
            {**PLAIN, "EventSelectors": [{"ReadWrite": "All"}]},
            "#/EventSelectors/0: extraneous key [ReadWrite] is not permitted",
        ),
        (
            {**PLAIN, "AdvancedEventSelectors": [{"Name": "x"}]},
            "#/AdvancedEventSelectors/0: required key [FieldSelectors] not found",
        ),
        ({**PLAIN, "Tags": {"team": "blue"}}, "#/Tags: expected type: JSONArray, found: JSONObject"),
    ],
)
def test_properties_that_the_schema_does_not_allow_are_refused(
    stacks: Stacks, wanted: dict[str, Any], text: str
) -> None:
    assert text in refusal(stacks.create(wanted))
    assert stacks.calls == []
    model = made(stacks.create(PLAIN))
    assert text in refusal(stacks.update(model, wanted))
    assert stacks.calls == []


@pytest.mark.parametrize(
    ("more", "sentence", "code"),
    [
        ({"TrailName": "x"}, "Trail name too short.", "InvalidRequest"),
        ({"IsOrganizationTrail": True}, "Your account is not a member of an organization.", "InvalidRequest"),
        ({"EventSelectors": WRITES, "AdvancedEventSelectors": MANAGEMENT}, "but not both.", "InvalidRequest"),
        ({"EventSelectors": [{"ReadWriteType": "x"}]}, "Value x for ReadWriteType is", "InvalidRequest"),
        ({"InsightSelectors": INSIGHTS}, "PutInsightSelectors", "InvalidRequest"),
        (
            {"AggregationConfigurations": [{"EventCategory": "Data", "Templates": ["API_ACTIVITY"]}]},
            "PutEventConfiguration",
            "InvalidRequest",
        ),
    ],
)
def test_what_the_api_refuses_fails_with_its_sentence_and_leaves_nothing(
    stacks: Stacks, trails: Any, more: dict[str, Any], sentence: str, code: str
) -> None:
    message = refusal(stacks.create({**PLAIN, **more}))
    assert message.startswith('Resource handler returned message: "')
    assert sentence in message
    assert message.endswith(f"(RequestToken: token, HandlerErrorCode: {code})")
    assert trails.list_trails()["Trails"] == []


def test_a_failed_trail_does_not_take_another_of_its_name_with_it(stacks: Stacks, trails: Any) -> None:
    trails.create_trail(Name="audit", S3BucketName="logs")
    event = stacks.create(PLAIN)
    assert "HandlerErrorCode: AlreadyExists" in refusal(event)
    # The engine deletes what it could not make with what the template says.
    made(stacks.delete(event.resource_model or PLAIN))
    assert trail(trails)["Name"] == "audit"


def test_the_bucket_that_is_missing_is_named(service: Service, stacks: Stacks) -> None:
    service.log_bucket.refusing["logs"] = "NoSuchBucket"
    assert "S3 bucket logs does not exist!" in refusal(stacks.create(PLAIN))


def test_selectors_and_logging_change_in_place(stacks: Stacks, trails: Any) -> None:
    model = made(stacks.create(PLAIN))
    changed = {**PLAIN, "EventSelectors": WRITES}
    model = made(stacks.update(model, changed))
    assert stacks.calls == ["PutEventSelectors"]
    assert trail(trails)["EventSelectors"][0]["ReadWriteType"] == "WriteOnly"
    model = made(stacks.update(model, {**PLAIN, "AdvancedEventSelectors": MANAGEMENT}))
    assert trail(trails)["AdvancedEventSelectors"] == MANAGEMENT
    model = made(stacks.update(model, {**PLAIN, "IsLogging": False}))
    assert stacks.calls == ["PutEventSelectors", "StopLogging"]
    assert trail(trails)["EventSelectors"] == [DEFAULT_SELECTOR]
    assert not trail(trails)["IsLogging"]
    assert model == {**PLAIN, "IsLogging": False, "Arn": f"{ARN}/audit"}


def test_the_configuration_changes_in_place_and_goes_back_to_defaults(stacks: Stacks, trails: Any) -> None:
    model = made(stacks.create(PLAIN))
    before = trail(trails)
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:audit:*"
    wanted = {
        **PLAIN,
        "S3BucketName": "others",
        "S3KeyPrefix": "p",
        "SnsTopicName": "told",
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": True,
        "CloudWatchLogsLogGroupArn": group,
        "CloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/logs",
    }
    model = made(stacks.update(model, wanted))
    assert stacks.calls == ["UpdateTrail"]
    assert model["SnsTopicArn"] == f"arn:aws:sns:us-east-1:{ACCOUNT}:told"
    shown = trail(trails)
    assert (shown["S3BucketName"], shown["S3KeyPrefix"]) == ("others", "p")
    assert (shown["SnsTopicARN"], shown["CloudWatchLogsLogGroupArn"]) == (model["SnsTopicArn"], group)
    assert shown["IsMultiRegionTrail"]
    assert shown["LogFileValidationEnabled"]

    without_role = {name: value for name, value in wanted.items() if name != "CloudWatchLogsRoleArn"}
    assert "You must specify a log group and a role ARN." in refusal(stacks.update(model, without_role))
    assert trail(trails) == shown
    model = made(stacks.update(model, PLAIN))
    assert "SnsTopicArn" not in model
    assert trail(trails) == before


def test_tags_and_key_change_in_place(service: Service, stacks: Stacks, trails: Any) -> None:
    service.keys.keys.add(KEY)
    service.keys.aliases[f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/mine"] = KEY
    team, cost, other = ({"Key": key, "Value": value} for key, value in ("ta", "cb", "tc"))

    def tags() -> list[dict[str, str]]:
        [tagged] = answer(trails.list_tags, ResourceIdList=[f"{ARN}/audit"])["ResourceTagList"]
        return sorted(tagged["TagsList"], key=lambda tag: tag["Key"])

    model = made(stacks.create({**PLAIN, "KMSKeyId": "alias/mine", "Tags": [team, cost]}))
    assert trail(trails)["KmsKeyId"] == KEY
    assert tags() == [cost, team]
    model = made(stacks.update(model, {**PLAIN, "Tags": [other]}))
    assert stacks.calls == ["UpdateTrail", "RemoveTags", "AddTags"]
    assert "KmsKeyId" not in trail(trails)
    assert tags() == [other]

    reserved = {"Key": "aws:mine", "Value": "no"}
    message = refusal(stacks.update(model, {**PLAIN, "S3KeyPrefix": "p", "Tags": [team, reserved]}))
    assert "aws:" in message
    assert tags() == [other]  # it was removed, and is back
    assert "S3KeyPrefix" not in trail(trails)


def test_a_key_that_cannot_be_used_is_named(stacks: Stacks) -> None:
    message = refusal(stacks.create({**PLAIN, "KMSKeyId": KEY}))
    assert "Insufficient permissions to access S3 bucket logs or KMS key" in message


def test_what_is_spelled_otherwise_is_no_change(stacks: Stacks) -> None:
    model = made(stacks.create({**PLAIN, "IsMultiRegionTrail": False}))
    made(stacks.update(model, {**PLAIN, "IsLogging": "true", "EventSelectors": []}))
    assert stacks.calls == []


def test_a_refused_change_is_put_back(stacks: Stacks, trails: Any) -> None:
    model = made(stacks.create({**PLAIN, "EventSelectors": WRITES}))
    before = trail(trails)
    wanted = {**PLAIN, "IsLogging": False, "S3KeyPrefix": "p", "InsightSelectors": INSIGHTS}
    event = stacks.update(model, wanted)
    assert "PutInsightSelectors" in refusal(event)
    assert "could not be put back" not in refusal(event)
    assert event.resource_model == model
    assert trail(trails) == before


def test_a_trail_is_deleted_once(stacks: Stacks, trails: Any) -> None:
    model = made(stacks.create(PLAIN))
    made(stacks.delete(model))
    assert trails.list_trails()["Trails"] == []
    made(stacks.delete(model))


def test_a_delete_that_is_refused_fails(service: Service, stacks: Stacks) -> None:
    model = made(stacks.create(PLAIN))

    def broken(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ConflictException", "Message": "busy"}}, "DeleteTrail")

    stacks.client.delete_trail = broken
    assert 'message: "busy (' in refusal(stacks.delete(model))
