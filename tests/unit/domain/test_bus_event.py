"""Which records go to an event bus, and in what envelope."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain import bus_event
from opentrail.domain.bus_event import MAX_BYTES, MAX_ENTRIES, MAX_REQUEST, BusEvent
from opentrail.domain.record import read

BASE = {
    "eventVersion": "1.11",
    "userIdentity": {"type": "Root", "accountId": "111111111111"},
    "eventTime": "2023-07-10T11:42:30Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "CreateUser",
    "awsRegion": "us-east-1",
    "eventID": "e1",
    "readOnly": False,
    "eventType": "AwsApiCall",
    "managementEvent": True,
    "recipientAccountId": "111111111111",
    "eventCategory": "Management",
}


def line(**more: Any) -> bytes:
    return json.dumps({k: v for k, v in (BASE | more).items() if v is not None}).encode()


def event(prefix: str = "aws.", **more: Any) -> BusEvent | None:
    return bus_event.of_record(read(line(**more)), prefix)


def test_the_envelope_is_made_of_the_record_and_the_detail_is_the_record() -> None:
    made = event()
    assert made == BusEvent(
        source="aws.iam",
        detail_type="AWS API Call via CloudTrail",
        time=1688989350,
        detail=line().decode(),
        for_all_management_events=False,
    )


def test_the_sources_prefix_is_the_stages() -> None:
    assert event("opentrail.aws.").source == "opentrail.aws.iam"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("event_type", "source", "detail_type"),
    [
        ("AwsApiCall", "s3", "AWS API Call via CloudTrail"),
        ("AwsConsoleSignIn", "signin", "AWS Console Sign In via CloudTrail"),
        ("AwsConsoleAction", "iam", "AWS Console Action via CloudTrail"),
        ("AwsServiceEvent", "kms", "AWS Service Event via CloudTrail"),
        ("AwsCloudTrailInsight", "cloudtrail", "AWS Insight via CloudTrail"),
        ("AwsVpceEvents", "ec2", "AWS Network Activity Event via CloudTrail"),
        ("AwsVpceEvent", "ec2", "AWS Network Activity Event via CloudTrail"),
        (None, "autoscaling", "AWS API Call via CloudTrail"),
    ],
)
def test_the_detail_type_follows_the_event_type(event_type: Any, source: str, detail_type: str) -> None:
    made = event(eventType=event_type, eventSource=f"{source}.amazonaws.com")
    assert made is not None
    assert (made.source, made.detail_type) == (f"aws.{source}", detail_type)


@pytest.mark.parametrize("event_type", ["AwsSomethingElse", "", 5, ["AwsApiCall"]])
def test_other_records_are_not_sent(event_type: Any) -> None:
    assert event(eventType=event_type) is None


@pytest.mark.parametrize(
    ("category", "read_only", "asked_for"),
    [
        ("Management", True, True),
        ("Management", "true", True),
        ("Management", False, False),
        ("Data", True, False),
        ("NetworkActivity", True, False),
    ],
)
def test_only_read_only_management_events_must_be_asked_for(
    category: str, read_only: Any, asked_for: bool
) -> None:
    made = event(eventCategory=category, readOnly=read_only)
    assert made is not None
    assert made.for_all_management_events is asked_for


def test_an_event_beyond_the_limit_is_not_sent_and_one_at_the_limit_is() -> None:
    whole = event(eventName="")
    assert whole is not None
    room = MAX_BYTES - whole.bytes
    assert event(eventName="x" * room).bytes == MAX_BYTES  # type: ignore[union-attr]
    assert event(eventName="x" * (room + 1)) is None


@settings(max_examples=60)
@given(st.lists(st.integers(1, MAX_BYTES - 100), max_size=40))
def test_requests_hold_everything_in_order_within_the_limits(sizes: list[int]) -> None:
    made = [
        BusEvent(source="s", detail_type="d", time=number, detail="x" * size, for_all_management_events=False)
        for number, size in enumerate(sizes)
    ]
    batches = list(bus_event.requests(made))
    assert [one for batch in batches for one in batch] == made
    for batch in batches:
        assert 0 < len(batch) <= MAX_ENTRIES
        assert sum(one.bytes for one in batch) <= MAX_REQUEST
