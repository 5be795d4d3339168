"""Accounts' event buses: fake and EventBridge through a role in the account."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from opentrail.adapters import event_buses as adapter
from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.event_buses import EventBridgeBuses
from opentrail.domain.bus_event import BusEvent
from opentrail.ports.errors import AdapterError
from opentrail.ports.event_buses import Audience, EventBusError, EventBuses

from tests.fakes.clock import FakeClock
from tests.fakes.event_buses import FakeEventBuses

ROLE = "arn:aws:iam::123456789012:role/delivery"
ACCOUNT, REGION = "123456789012", "eu-west-1"
WHERE = {"account_id": ACCOUNT, "region": REGION}


def event(number: int = 1, size: int = 0) -> BusEvent:
    return BusEvent(
        source="aws.iam",
        detail_type="AWS API Call via CloudTrail",
        time=1688989350,
        detail=json.dumps({"eventName": f"Call{number}", "x": "y" * size}),
        for_all_management_events=False,
    )


def client_of(service: str, _credentials: Mapping[str, str], region: str | None) -> Any:
    return boto3.client(service, region_name=region or "us-east-1")


def real(aws: Any, client: Any = client_of) -> EventBridgeBuses:
    return EventBridgeBuses(DeliveryRole(aws.client("sts"), ROLE, client, FakeClock()), "Buses", "aws")


@pytest.fixture(params=["fake", "eventbridge"])
def buses(request: pytest.FixtureRequest) -> EventBuses:
    if request.param == "fake":
        fake = FakeEventBuses()
        fake.listening = Audience.NOBODY
        return fake
    return real(request.getfixturevalue("aws"))


def test_a_bus_without_rules_has_nobody_who_listens_and_takes_events(buses: EventBuses) -> None:
    assert buses.audience(**WHERE) is Audience.NOBODY
    buses.put(**WHERE, events=[event(number) for number in range(25)])


def rule(events: Any, name: str, **more: Any) -> None:
    events.put_rule(Name=name, EventPattern='{"source":["aws.iam"]}', **more)


def test_the_audience_is_who_has_a_rule_with_a_pattern_that_is_enabled(aws: Any) -> None:
    events, buses = boto3.client("events", region_name=REGION), real(aws)
    events.put_rule(Name="schedule", ScheduleExpression="rate(1 minute)")
    rule(events, "off", State="DISABLED")
    assert buses.audience(**WHERE) is Audience.NOBODY
    rule(events, "on", State="ENABLED")
    assert buses.audience(**WHERE) is Audience.RULES
    assert buses.audience(account_id=ACCOUNT, region="us-east-1") is Audience.NOBODY
    rule(events, "all", State=adapter.ALL_MANAGEMENT_EVENTS)
    assert buses.audience(**WHERE) is Audience.RULES_FOR_ALL_MANAGEMENT_EVENTS


class Scripted:
    """A client of every service: takes roles, and answers PutEvents by a script of outcomes."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.requests: list[list[str]] = []
        self.roles: list[tuple[str, str]] = []
        self.entries: list[dict[str, Any]] = []

    def assume_role(self, **request: Any) -> Any:
        self.roles.append((request["RoleArn"], request["RoleSessionName"]))
        credentials = dict.fromkeys(("AccessKeyId", "SecretAccessKey", "SessionToken"), "x")
        return {"Credentials": {**credentials, "Expiration": FakeClock().now().replace(year=2033)}}

    def put_events(self, Entries: list[dict[str, Any]]) -> Any:  # noqa: N803 - the SDK's name
        self.entries += Entries
        self.requests.append([json.loads(entry["Detail"])["eventName"] for entry in Entries])
        outcome = self.outcomes.pop(0) if self.outcomes else []
        if isinstance(outcome, Exception):
            raise outcome
        codes = [*outcome, *[None] * (len(Entries) - len(outcome))]
        return {"Entries": [{"ErrorCode": code} if code else {"EventId": "1"} for code in codes]}


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "FIRST_WAIT", 0)


def scripted(aws: Any, *outcomes: Any) -> tuple[Scripted, EventBridgeBuses]:
    client = Scripted(*outcomes)
    return client, real(aws, lambda *_: client)


def test_a_bus_is_entered_by_the_accounts_own_role_in_one_session(aws: Any) -> None:
    client, buses = scripted(aws)
    for _ in range(3):
        buses.put(**WHERE, events=[event()])
    assert client.roles == [(f"arn:aws:iam::{ACCOUNT}:role/Buses", "EVENTBRIDGE_DELIVERY_SESSION")]


def test_an_entry_is_the_envelope_of_the_default_bus_with_the_whole_record(aws: Any) -> None:
    client, buses = scripted(aws)
    buses.put(**WHERE, events=[event(7)])
    assert client.entries == [
        {
            "EventBusName": "default",
            "Time": datetime(2023, 7, 10, 11, 42, 30, tzinfo=UTC),
            "Source": "aws.iam",
            "DetailType": "AWS API Call via CloudTrail",
            "Detail": event(7).detail,
            "Resources": [],
        }
    ]


@pytest.mark.usefixtures("no_waiting")
def test_only_the_entries_that_were_left_out_are_sent_again(aws: Any) -> None:
    client, buses = scripted(aws, [None, "ThrottlingException", None, "InternalFailure"], ["InternalFailure"])
    buses.put(**WHERE, events=[event(number) for number in range(4)])
    assert client.requests == [["Call0", "Call1", "Call2", "Call3"], ["Call1", "Call3"], ["Call1"]]


@pytest.mark.usefixtures("no_waiting")
def test_what_is_left_out_again_and_again_is_said(aws: Any) -> None:
    client, buses = scripted(aws, *[["ThrottlingException"]] * 9)
    with pytest.raises(AdapterError) as away:
        buses.put(**WHERE, events=[event()])
    assert away.value.retryable
    assert len(client.requests) == adapter.TRIES


def test_an_entry_that_the_account_may_not_send_is_its_refusal(aws: Any) -> None:
    _, buses = scripted(aws, ["NotAuthorizedForSourceException"])
    with pytest.raises(EventBusError) as refused:
        buses.put(**WHERE, events=[event()])
    assert refused.value.code == "NotAuthorizedForSourceException"


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_a_request_that_fails_is_the_accounts_refusal_or_passes(aws: Any, code: str) -> None:
    error = ClientError({"Error": {"Code": code, "Message": "no"}}, "PutEvents")
    _, buses = scripted(aws, error)
    with pytest.raises(AdapterError if code == "ThrottlingException" else EventBusError) as caught:
        buses.put(**WHERE, events=[event()])
    assert caught.value.code == code


def test_a_bus_that_does_not_answer_is_an_adapters_error(aws: Any) -> None:
    _, buses = scripted(aws, ReadTimeoutError(endpoint_url="x"))
    with pytest.raises(AdapterError):
        buses.put(**WHERE, events=[event()])


def test_many_events_go_in_requests_that_event_bridge_takes(aws: Any) -> None:
    client, buses = scripted(aws)
    buses.put(**WHERE, events=[event(number, size=60_000) for number in range(30)])
    assert sorted(name for request in client.requests for name in request) == sorted(
        f"Call{number}" for number in range(30)
    )
    assert max(len(request) for request in client.requests) == 4
