"""AWS::CloudTrail::EventDataStore on the real API in process."""

from typing import Any

import pytest
from cloudtrail_stacks import ACCOUNT, Stacks, differences, made, refusal
from opentrail_local.cloudformation.cloudtrail_schemas import EVENT_DATA_STORE
from opentrail_local.cloudformation.event_data_store import EventDataStore

from tests.fakes.service import Service, answer

PLAIN = {"Name": "lake", "TerminationProtectionEnabled": False}


@pytest.fixture
def stacks() -> Stacks:
    return Stacks(Service(), EventDataStore)


@pytest.fixture
def stores(stacks: Stacks) -> Any:
    return stacks.service.client()


def store(stores: Any, arn: str) -> dict[str, Any]:
    return answer(stores.get_event_data_store, EventDataStore=arn)


def test_the_schema_has_what_awss_has() -> None:
    assert differences(EVENT_DATA_STORE) == []


def test_a_store_is_made_as_the_template_says(stacks: Stacks, stores: Any) -> None:
    fields = [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "readOnly", "Equals": [False]},  # as templates in YAML often say it
    ]
    wanted = {
        **PLAIN,
        "AdvancedEventSelectors": [{"Name": "writes", "FieldSelectors": fields}],
        "RetentionPeriod": "7",
        "MultiRegionEnabled": "false",
        "IngestionEnabled": False,
        "Tags": [{"Key": "team", "Value": "blue"}],
    }
    model = made(stacks.create(wanted))
    assert model["EventDataStoreArn"].startswith(f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:eventdatastore/")
    assert model["CreatedTimestamp"]
    shown = store(stores, model["EventDataStoreArn"])
    assert (shown["Name"], shown["RetentionPeriod"], shown["MultiRegionEnabled"]) == ("lake", 7, False)
    assert shown["AdvancedEventSelectors"][0]["FieldSelectors"][1] == {
        "Field": "readOnly",
        "Equals": ["false"],
    }
    stacks.service.wait(minutes=1)
    assert store(stores, model["EventDataStoreArn"])["Status"] == "STOPPED_INGESTION"
    assert stacks.calls == ["CreateEventDataStore"]


def test_a_store_without_anything_has_a_name_and_the_defaults(stacks: Stacks, stores: Any) -> None:
    model = made(stacks.create({}))
    shown = store(stores, model["EventDataStoreArn"])
    assert shown["Name"] == model["Name"]
    assert model["Name"].startswith("stack-Thing-")
    assert (shown["RetentionPeriod"], shown["TerminationProtectionEnabled"]) == (366, True)
    assert (
        made(stacks.update(model, {"BillingMode": "EXTENDABLE_RETENTION_PRICING"}))["Name"] == model["Name"]
    )
    assert stacks.calls == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"Name": "x"}, "Member must have length greater than or equal to 3"),
        ({"OrganizationEnabled": True}, "Your account is not a member of an organization."),
        ({"KmsKeyId": "alias/mine"}, "OpenTrail does not support KmsKeyId yet."),
        (
            {"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}], "InsightsDestination": "lake"},
            "PutInsightSelectors is not supported by OpenTrail yet",
        ),
        (
            {"FederationEnabled": True, "FederationRoleArn": f"arn:aws:iam::{ACCOUNT}:role/federation"},
            "EnableFederation is not supported by OpenTrail yet",
        ),
        ({"MaxEventSize": "Large"}, "PutEventConfiguration is not supported by OpenTrail yet"),
        ({"Status": "ENABLED"}, "#: extraneous key [Status] is not permitted"),
    ],
)
def test_what_is_refused_fails_with_its_sentence_and_leaves_nothing(
    stacks: Stacks, stores: Any, more: dict[str, Any], sentence: str
) -> None:
    assert sentence in refusal(stacks.create({**PLAIN, **more}))
    left = [s["EventDataStoreArn"] for s in stores.list_event_data_stores()["EventDataStores"]]
    assert [arn for arn in left if store(stores, arn)["Status"] != "PENDING_DELETION"] == []


def test_a_protected_store_that_cannot_be_finished_says_that_it_is_left(stacks: Stacks, stores: Any) -> None:
    message = refusal(stacks.create({"Name": "lake", "MaxEventSize": "Large"}))
    assert "What was made of it could not be deleted" in message
    assert "Termination protection is enabled" in message


def test_a_store_is_deleted_once_unless_it_is_protected(stacks: Stacks, stores: Any) -> None:
    model = made(stacks.create(PLAIN))
    made(stacks.delete(model))
    assert store(stores, model["EventDataStoreArn"])["Status"] == "PENDING_DELETION"
    made(stacks.delete(model))
    stacks.service.wait(days=8)
    made(stacks.delete(model))
    kept = made(stacks.create({"Name": "kept"}))
    assert "Termination protection is enabled" in refusal(stacks.delete(kept))


def test_changes_ask_for_what_changed_and_for_nothing_else(stacks: Stacks) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    class Api:
        def __getattr__(self, name: str) -> Any:
            return lambda **parameters: asked.append((name, parameters)) or {"UpdatedTimestamp": "now"}

    before = {
        "Name": "lake",
        "RetentionPeriod": 30,
        "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
        "EventDataStoreArn": "arn",
    }
    wanted = {
        "Name": "lake",
        "TerminationProtectionEnabled": False,
        "IngestionEnabled": False,
        "Tags": [{"Key": "b", "Value": "3"}],
        "FederationEnabled": True,
        "FederationRoleArn": "role",
        "MaxEventSize": "Large",
    }
    stacks.client = Api()
    model = made(stacks.update(before, wanted))
    assert model == {**wanted, "EventDataStoreArn": "arn", "UpdatedTimestamp": "now"}
    events = {"EventDataStore": "arn", "MaxEventSize": "Large", "ContextKeySelectors": []}
    update = {"EventDataStore": "arn", "RetentionPeriod": 366, "TerminationProtectionEnabled": False}
    assert asked == [
        ("update_event_data_store", update),
        ("remove_tags", {"ResourceId": "arn", "TagsList": [{"Key": "a"}]}),
        ("add_tags", {"ResourceId": "arn", "TagsList": [{"Key": "b", "Value": "3"}]}),
        ("put_event_configuration", events),
        ("enable_federation", {"EventDataStore": "arn", "FederationRoleArn": "role"}),
        ("stop_event_data_store_ingestion", {"EventDataStore": "arn"}),
    ]
