"""Records of calls to OpenTrail."""

from datetime import UTC, datetime
from typing import Any

import pytest
from opentrail.domain.call_record import MAX_CONTENT, Call, call_record
from opentrail.domain.caller import Caller

CALLER = Caller(
    account_id="111111111111",
    region="eu-west-1",
    arn="arn:aws:iam::111111111111:root",
    user_identity={"type": "Root", "accountId": "111111111111"},
    request_id="request",
    source_ip="192.0.2.7",
    user_agent="aws-cli/2",
)


def record(**more: Any) -> dict[str, Any]:
    call: dict[str, Any] = {
        "service": "cloudtrail",
        "operation": "CreateTrail",
        "event_id": "event",
        "ended": datetime(2023, 7, 10, 11, 42, 30, 999_000, tzinfo=UTC),
        "parameters": {"name": "abc"},
        "elements": {"name": "abc", "trailARN": "arn"},
    }
    return call_record(Call(**call | more), CALLER)


def test_members_and_their_order_for_a_change() -> None:
    assert list(record().items()) == [
        ("eventVersion", "1.11"),
        ("userIdentity", {"type": "Root", "accountId": "111111111111"}),
        ("eventTime", "2023-07-10T11:42:30Z"),
        ("eventSource", "cloudtrail.amazonaws.com"),
        ("eventName", "CreateTrail"),
        ("awsRegion", "eu-west-1"),
        ("sourceIPAddress", "192.0.2.7"),
        ("userAgent", "aws-cli/2"),
        ("requestParameters", {"name": "abc"}),
        ("responseElements", {"name": "abc", "trailARN": "arn"}),
        ("requestID", "request"),
        ("eventID", "event"),
        ("readOnly", False),
        ("eventType", "AwsApiCall"),
        ("managementEvent", True),
        ("recipientAccountId", "111111111111"),
        ("eventCategory", "Management"),
    ]


@pytest.mark.parametrize(
    "name", ["GetTrail", "DescribeTrails", "ListTags", "LookupEvents", "GetQueryResults"]
)
def test_reads_tell_no_answer(name: str) -> None:
    read = record(operation=name)
    assert (read["readOnly"], read["responseElements"]) == (True, None)


def test_a_change_without_an_answer_tells_null() -> None:
    stopped = record(operation="StopLogging", elements=None)
    assert (stopped["readOnly"], stopped["responseElements"]) == (False, None)


def test_a_failure_keeps_its_parameters_and_tells_why_after_the_agent() -> None:
    failed = record(error_code="TrailNotFoundException", error_message="Unknown trail: abc", elements=None)
    assert list(failed)[7:12] == [
        "userAgent", "errorCode", "errorMessage", "requestParameters", "responseElements",
    ]  # fmt: skip
    assert failed["errorCode"] == "TrailNotFoundException"
    assert failed["requestParameters"] == {"name": "abc"}


def test_a_denied_call_tells_no_parameters() -> None:
    denied = record(error_code="AccessDeniedException", error_message="No.")
    assert (denied["errorCode"], denied["errorMessage"]) == ("AccessDenied", "No.")
    assert (denied["requestParameters"], denied["responseElements"]) == (None, None)


def test_content_beyond_the_limit_is_omitted() -> None:
    assert record(parameters={"name": "x" * MAX_CONTENT})["requestParameters"] == {"omitted": True}


def test_put_audit_events_is_a_data_event_of_its_channel() -> None:
    put = record(
        service="cloudtrail-data",
        operation="PutAuditEvents",
        parameters={"auditEvents": [{"eventData": "secret"}], "channelArn": "arn:c"},
        elements={"failed": []},
    )
    assert put["eventSource"] == "cloudtrail-data.amazonaws.com"
    assert (put["eventCategory"], put["managementEvent"], put["readOnly"]) == ("Data", False, False)
    channel = {"accountId": "111111111111", "type": "AWS::CloudTrail::Channel", "ARN": "arn:c"}
    assert put["resources"] == [channel]
    assert put["requestParameters"] == {"channelArn": "arn:c"}
