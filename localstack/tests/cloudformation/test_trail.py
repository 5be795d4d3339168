"""AWS::CloudTrail::Trail on the real API in process: what a stack does to trails, and what refusals leave."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    _handler_provide_client_params,
)
from opentrail_local.cloudformation.cloudtrail_schemas import TRAIL
from opentrail_local.cloudformation.trail import Trail

from tests.fakes.service import Service, answer

ACCOUNT = "111111111111"
ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail"
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


@dataclass
class Stacks:
    """CloudFormation as far as a resource type sees it: a client of its own, the states of one resource."""

    service: Service

    def __post_init__(self) -> None:
        self.client = self.service.client()
        self.client.meta.events.register("provide-client-params.*.*", _handler_provide_client_params)
        self.calls: list[str] = []
        self.client.meta.events.register(
            "before-call.cloudtrail.*", lambda model, **_: self.calls.append(model.name)
        )

    def request_metadata(self, service_principal: str) -> Any:
        assert service_principal == "cloudformation"
        return self.client

    def request(self, wanted: dict[str, Any], before: dict[str, Any] | None, **more: Any) -> Any:
        return SimpleNamespace(
            desired_state=wanted,
            previous_state=before,
            account_id=ACCOUNT,
            request_token="token",
            aws_client_factory=SimpleNamespace(cloudtrail=self),
            **({"stack_name": "stack", "logical_resource_id": "Trail"} | more),
        )

    def create(self, wanted: dict[str, Any], **more: Any) -> ProgressEvent[dict[str, Any]]:
        return Trail().create(self.request(wanted, None, **more))

    def update(self, before: dict[str, Any], wanted: dict[str, Any]) -> ProgressEvent[dict[str, Any]]:
        self.calls.clear()
        return Trail().update(self.request(wanted, before))

    def delete(self, model: dict[str, Any]) -> ProgressEvent[dict[str, Any]]:
        return Trail().delete(self.request(model, model))


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def stacks(service: Service) -> Stacks:
    return Stacks(service)


@pytest.fixture
def trails(service: Service) -> Any:
    return service.client()


def made(event: ProgressEvent[dict[str, Any]]) -> dict[str, Any]:
    """The model of a resource that is as it was asked for."""
    assert event.status == OperationStatus.SUCCESS, event.message
    return event.resource_model


def refusal(event: ProgressEvent[dict[str, Any]]) -> str:
    assert event.status == OperationStatus.FAILED
    return event.message


def trail(trails: Any, name: str = "audit") -> dict[str, Any]:
    """Everything the API shows of a trail that a stack may set."""
    shown = dict(answer(trails.get_trail, Name=name)["Trail"])
    del shown["HasInsightSelectors"]
    shown["IsLogging"] = trails.get_trail_status(Name=name)["IsLogging"]
    selectors = answer(trails.get_event_selectors, TrailName=name)
    return shown | {name: value for name, value in selectors.items() if name != "TrailARN"}


def test_the_schema_has_what_awss_has() -> None:
    theirs = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", "AWS::CloudTrail::Trail").schema
    for member in ("typeName", "primaryIdentifier", "createOnlyProperties", "readOnlyProperties"):
        assert TRAIL[member] == theirs[member]
    assert same_members(TRAIL, theirs, theirs["definitions"]) == []


def same_members(ours: dict[str, Any], theirs: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    """Where two schemas differ in names or in what is required, all the way down."""
    if "$ref" in theirs:
        theirs = definitions[theirs["$ref"].rpartition("/")[2]]
    if "items" in ours:
        return same_members(ours["items"], theirs["items"], definitions)
    if "properties" not in ours:
        return [str(theirs)] if "properties" in theirs else []
    found = sorted(set(ours["properties"]) ^ set(theirs["properties"]))
    found += sorted(set(ours["required"]) ^ set(theirs.get("required", [])))
    for name, member in ours["properties"].items():
        found += same_members(member, theirs["properties"].get(name, {}), definitions)
    return found


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


def test_what_is_spelled_otherwise_is_no_change(stacks: Stacks) -> None:
    model = made(stacks.create({**PLAIN, "IsMultiRegionTrail": False}))
    made(stacks.update(model, {**PLAIN, "IsLogging": "true", "EventSelectors": []}))
    assert stacks.calls == []


def test_a_refused_change_is_put_back(stacks: Stacks, trails: Any) -> None:
    model = made(stacks.create({**PLAIN, "EventSelectors": WRITES}))
    before = trail(trails)
    wanted = {**PLAIN, "IsLogging": False, "InsightSelectors": INSIGHTS}
    event = stacks.update(model, wanted)
    assert "PutInsightSelectors" in refusal(event)
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
