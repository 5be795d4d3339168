"""LookupEvents by a real client: which events there are, and what each of them shows."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.api.lookups import found, insight, lines, record, recorded
from tests.fakes.clock import START
from tests.fakes.service import Service, answer, refusal


def test_insights_events_are_found_under_their_category_only(service: Service, trails: Any) -> None:
    rate = insight("i1", START - timedelta(minutes=3), "PutInventory")
    recorded(service, record("e1", START), rate, insight("i2", START, "PutParameter"))
    assert found(trails) == ["e1"]
    assert found(trails, "EventSource", "ssm.amazonaws.com") == []
    assert found(trails, EventCategory="insight") == ["i2", "i1"]
    assert found(trails, "EventName", "PutInventory", EventCategory="insight") == ["i1"]
    assert found(trails, "EventSource", "ssm.amazonaws.com", EventCategory="insight") == ["i2", "i1"]
    assert found(trails, "EventId", "e1", EventCategory="insight") == []
    [line] = lines(rate)
    assert answer(trails.lookup_events, EventCategory="insight")["Events"][1] == {
        "EventId": "i1",
        "EventName": "PutInventory",
        "EventTime": (START - timedelta(minutes=3)).replace(microsecond=0),
        "EventSource": "ssm.amazonaws.com",
        "Resources": [],
        "CloudTrailEvent": line.decode(),
    }


def test_a_token_of_one_category_does_not_serve_the_other(service: Service, trails: Any) -> None:
    recorded(service, *(insight(str(n), START, "PutInventory") for n in range(3)))
    first = answer(trails.lookup_events, EventCategory="insight", MaxResults=2)
    again = answer(trails.lookup_events, EventCategory="insight", NextToken=first["NextToken"])
    assert [event["EventId"] for event in again["Events"]] == ["2"]
    assert "NextToken" not in again
    assert refusal(trails.lookup_events, NextToken=first["NextToken"])[0] == "InvalidNextTokenException"


def test_only_management_events_are_found_of_every_type(service: Service, trails: Any) -> None:
    kinds = ("AwsApiCall", "AwsServiceEvent", "AwsConsoleAction", "AwsConsoleSignIn")
    kept = [record(kind, START, eventType=kind) for kind in kinds]
    left = [
        record(category, START, eventCategory=category, managementEvent=False)
        for category in ("Data", "NetworkActivity", "ActivityAuditLog")
    ]
    recorded(service, *kept, *left)
    assert sorted(found(trails)) == sorted(kinds)


ARN = "arn:aws:sts::111111111111"


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({"type": "Root", "arn": "arn:aws:iam::111111111111:root"}, "root"),
        ({"type": "Root", "userName": "my-alias"}, "root"),
        (
            {"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111111111111:user/team/alice"},
            "alice",
        ),
        ({"type": "IAMUser", "arn": "arn:aws:iam::111111111111:user/team/bob"}, "bob"),
        ({"type": "IAMUser", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}, "HIDDEN_DUE_TO_SECURITY_REASONS"),
        ({"type": "AssumedRole", "arn": f"{ARN}:assumed-role/reader/carol@example.com"}, "carol@example.com"),
        ({"type": "AssumedRole", "principalId": "AROAEXAMPLE:dave"}, "dave"),
        ({"type": "FederatedUser", "arn": f"{ARN}:federated-user/erin"}, "erin"),
        ({"type": "FederatedUser", "principalId": "111111111111:frank"}, "frank"),
        ({"type": "SAMLUser", "userName": "grace", "identityProvider": "https://idp.example"}, "grace"),
        ({"type": "WebIdentityUser", "userName": "heidi", "identityProvider": "accounts.example"}, "heidi"),
        ({"type": "Directory", "userName": "ivan"}, "ivan"),
        ({"type": "Role", "principalId": "AROAEXAMPLE", "arn": f"{ARN}:role/r"}, None),
        ({"type": "AWSAccount", "accountId": "222222222222", "principalId": "AIDAEXAMPLE:judy"}, None),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, None),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u"}, "credentialId": "c"}, None),
        ({"type": "Unknown"}, None),
        ({"accountId": "111111111111", "invokedBy": "kms.amazonaws.com"}, None),
        (None, None),
    ],
)
def test_the_name_an_event_is_listed_under(
    service: Service, trails: Any, identity: dict[str, Any] | None, name: str | None
) -> None:
    service.remember(*lines(record("e1", START, userIdentity=identity)))
    [event] = answer(trails.lookup_events)["Events"]
    assert event.get("Username") == name
    if name:
        assert found(trails, "Username", name) == ["e1"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"readOnly": True}, "true"),
        ({"readOnly": False, "eventName": "GetUser"}, "false"),
        ({"readOnly": "true"}, "true"),
        ({"readOnly": None, "eventName": "DescribeInstances"}, "true"),
        ({"readOnly": None, "eventName": "DeleteBucket"}, "false"),
        ({"readOnly": None, "eventName": "GetSessionToken", "eventSource": "sts.amazonaws.com"}, "false"),
        ({"readOnly": None, "eventName": "Decrypt", "eventSource": "kms.amazonaws.com"}, "true"),
    ],
)
def test_read_only_is_a_word(service: Service, trails: Any, members: dict[str, Any], said: str) -> None:
    one = {k: v for k, v in record("e1", START, **members).items() if v is not None}
    service.remember(*lines(one))
    [event] = answer(trails.lookup_events)["Events"]
    assert event["ReadOnly"] == said
    assert found(trails, "ReadOnly", said) == ["e1"]
    assert json.loads(event["CloudTrailEvent"]) == one  # nothing is written into it


@pytest.mark.parametrize("key_id", ["", None])
def test_an_event_without_an_access_key_has_no_such_member(
    service: Service, trails: Any, key_id: str | None
) -> None:
    root = {"type": "Root"} if key_id is None else {"type": "Root", "accessKeyId": key_id}
    service.remember(*lines(record("e1", START, userIdentity=root)))
    assert "AccessKeyId" not in answer(trails.lookup_events)["Events"][0]


def test_an_event_without_resources_has_an_empty_list(service: Service, trails: Any) -> None:
    service.remember(*lines(record("e1", START, requestParameters=None)))
    assert answer(trails.lookup_events)["Events"][0]["Resources"] == []


def test_a_resource_of_unknown_type_has_a_name_only(service: Service, trails: Any) -> None:
    thing = record("e1", START, eventSource="unheardof.amazonaws.com", resources=[{"ARN": "arn:thing"}])
    service.remember(*lines(thing))
    assert answer(trails.lookup_events)["Events"][0]["Resources"] == [{"ResourceName": "arn:thing"}]
    assert found(trails, "ResourceName", "arn:thing") == ["e1"]


def test_the_record_is_shown_byte_for_byte(service: Service, trails: Any) -> None:
    line = json.dumps(
        record("e1", START, unheard={"of": [1.50, "ü\u2028"]}), separators=(",", ":"), ensure_ascii=False
    ).replace("1.5,", "1.50,")
    service.remember(line.encode())
    assert answer(trails.lookup_events)["Events"][0]["CloudTrailEvent"] == line


@pytest.mark.parametrize("key", ["EventId", "Username", "ResourceName"])
def test_only_three_attributes_find_insights(trails: Any, key: str) -> None:
    lookup = [{"AttributeKey": key, "AttributeValue": "x"}]
    request = {"EventCategory": "insight", "LookupAttributes": lookup}
    if key == "EventId":
        assert answer(trails.lookup_events, **request) == {"Events": []}
    else:
        code, message = refusal(trails.lookup_events, **request)
        assert (code, message) == (
            "InvalidLookupAttributesException",
            f"The lookup attribute {key} is not valid.",
        )
