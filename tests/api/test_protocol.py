"""What is on the wire: targets, bodies, headers, and answers to what is no proper request."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from opentrail.domain.caller import Caller
from opentrail.domain.http import HttpResponse
from opentrail.errors import (
    ChannelNotFound,
    InvalidLookupAttributesException,
    TrailAlreadyExistsException,
    TrailNotFoundException,
)
from opentrail.ports import Ports
from opentrail.ports.errors import AdapterError
from opentrail.service.operations import OPERATIONS, Operation, OperationFunction
from opentrail.wire.protocol import MAX_BODY, TARGET_PREFIXES

from tests.fakes.front import Front, credential, request
from tests.fakes.ports import REGIONS

JSON = "application/x-amz-json-1.1"


def table(**functions: OperationFunction) -> dict[str, Operation]:
    """The table with other functions."""
    return dict(OPERATIONS) | {name: Operation(name=name, function=f) for name, f in functions.items()}


def answering(output: Mapping[str, Any]) -> OperationFunction:
    return lambda _request, _caller, _ports: output


def raising(error: Exception) -> OperationFunction:
    def function(_request: Mapping[str, Any], _caller: Caller, _ports: Ports) -> Mapping[str, Any]:
        raise error

    return function


def error_of(response: HttpResponse) -> tuple[int, str]:
    return response.status, json.loads(response.body)["__type"]


@pytest.mark.parametrize("prefix", TARGET_PREFIXES)
def test_both_target_prefixes_reach_the_operation(ports: Ports, prefix: str) -> None:
    front = Front(ports, table(ListTrails=answering({"Trails": []})))
    response = front.post(f"{prefix}.ListTrails", b"{}")
    assert (response.status, response.body) == (200, b'{"Trails":[]}')
    assert response.headers["Content-Type"] == JSON
    assert len(response.headers["x-amzn-RequestId"]) == 36


@pytest.mark.parametrize(
    "target",
    [
        "",
        "ListTrails",
        "CloudTrail_20131101",
        "CloudTrail_20131101.",
        "CloudTrail_20131101.NoSuchOperation",
        "CloudTrail_20131101.listTrails",
        "CloudTrail_20131101.ListTrails.More",
        "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.PutAuditEvents",
        "com.amazonaws.CloudTrail_20131101.ListTrails",
    ],
)
def test_unknown_targets_leave_no_record(front: Front, records: Any, target: str) -> None:
    response = front.post(target, b"{}")
    assert (response.status, response.body) == (400, b'{"__type":"UnknownOperationException"}')
    assert response.headers["Connection"] == "close"
    assert records.lines == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/other"), ("GET", "/PutAuditEvents")])
def test_other_methods_and_paths_name_no_operation(front: Front, method: str, path: str) -> None:
    target = f"{TARGET_PREFIXES[0]}.ListTrails"
    response = front.gateway.handle(request(method, path, headers={"x-amz-target": target}))
    assert response.status == 400
    assert b"UnknownOperation" in response.body + response.headers.get("x-amzn-ErrorType", "").encode()


def test_an_error_has_its_bare_name_its_sentence_and_closes_the_connection(ports: Ports) -> None:
    error = TrailNotFoundException("Unknown trail: zürich for the user: 1")
    front = Front(ports, table(GetTrail=raising(error)))
    response = front.call("GetTrail", b'{"Name":"abc"}')
    expected = '{"__type":"TrailNotFoundException","Message":"Unknown trail: zürich for the user: 1"}'
    assert (response.status, response.body.decode()) == (400, expected)
    assert response.headers["Connection"] == "close"
    assert response.headers["Content-Type"] == JSON
    assert response.headers["x-amzn-RequestId"]


def test_a_client_sees_an_error_as_its_class(ports: Ports) -> None:
    front = Front(ports, table(GetTrail=raising(TrailNotFoundException("Gone."))))
    client = front.client("cloudtrail")
    with pytest.raises(client.exceptions.TrailNotFoundException, match="Gone") as refused:
        client.get_trail(Name="abc")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert front.observed.pairs == {("GetTrail", "TrailNotFoundException")}


def test_an_empty_output_is_an_empty_object(ports: Ports) -> None:
    front = Front(ports, table(StartLogging=answering({})))
    assert front.call("StartLogging", b'{"Name":"abc"}').body == b"{}"


def test_times_bytes_and_absent_members_of_an_output(ports: Ports) -> None:
    start, end = datetime(2026, 9, 13, 18, 5, 38, 551_000, UTC), datetime(2026, 9, 14, tzinfo=UTC)
    keys = [{"Value": b"\x00\xff", "ValidityStartTime": start, "ValidityEndTime": end, "Fingerprint": None}]
    front = Front(ports, table(ListPublicKeys=answering({"PublicKeyList": keys, "NextToken": None})))
    body = front.call("ListPublicKeys", b"{}").body.decode()
    expected = '{"Value":"AP8=","ValidityStartTime":1789322738.551,"ValidityEndTime":1789344000}'
    assert body == f'{{"PublicKeyList":[{expected}]}}'
    assert front.client("cloudtrail").list_public_keys()["PublicKeyList"][0]["Value"] == b"\x00\xff"


def test_a_request_arrives_in_the_models_types(ports: Ports) -> None:
    seen: list[Mapping[str, Any]] = []

    def look(request: Mapping[str, Any], _caller: Caller, _ports: Ports) -> Mapping[str, Any]:
        seen.append(request)
        return {"Events": []}

    front = Front(ports, table(LookupEvents=look))
    body = b'{"StartTime":1689000000.25,"MaxResults":5.9,"Unknown":[1],"EventCategory":null,"NextToken":"x"}'
    assert front.call("LookupEvents", body).status == 200
    start = datetime(2023, 7, 10, 14, 40, 0, 250_000, UTC)
    assert seen == [{"StartTime": start, "MaxResults": 5, "NextToken": "x"}]


def test_an_operation_that_is_not_built_says_so_by_name(ports: Ports) -> None:
    front = Front(ports, table(ListImports=None))  # type: ignore[arg-type]
    with pytest.raises(ClientError, match="ListImports") as refused:
        front.client("cloudtrail").list_imports()
    assert refused.value.response["Error"]["Code"] == "UnsupportedOperationException"


@pytest.mark.parametrize(
    "body",
    [
        b"{not json",
        b"\xff\xfe\x00",
        b"[]",
        b'"text"',
        b"null",
        b'{"trailNameList":NaN}',
        b"[" * 100_000,
        b'{"trailNameList":"text"}',
        b'{"trailNameList":{"a":"b"}}',
        b'{"trailNameList":[1]}',
        b'{"trailNameList":[null]}',
        b'{"trailNameList":[["a"]]}',
        b'{"trailNameList":["\\ud800"]}',
        b'{"includeShadowTrails":"true"}',
        b'{"includeShadowTrails":1}',
    ],
)
def test_malformed_bodies_are_serialization_errors(front: Front, body: bytes) -> None:
    assert error_of(front.call("DescribeTrails", body)) == (400, "SerializationException")


@pytest.mark.parametrize("value", ["1e999", "-1e999", "1e20", "true", '"5"', "[5]", "9" * 5000, "2147483648"])
def test_numbers_that_are_none_are_serialization_errors(front: Front, value: str) -> None:
    assert error_of(front.call("LookupEvents", f'{{"MaxResults":{value}}}'.encode()))[1] == (
        "SerializationException"
    )


@pytest.mark.parametrize("value", ["1e999", "1e15", "-1e15", '"2023-07-10T00:00:00Z"', "true"])
def test_times_that_are_none_are_serialization_errors(front: Front, value: str) -> None:
    assert error_of(front.call("LookupEvents", f'{{"StartTime":{value}}}'.encode()))[1] == (
        "SerializationException"
    )


def test_an_empty_body_is_an_empty_request(ports: Ports) -> None:
    front = Front(ports, table(ListTrails=answering({"Trails": []})))
    assert front.call("ListTrails", b"").status == 200


def test_bodies_are_bounded(front: Front, records: Any) -> None:
    assert error_of(front.call("ListTrails", b" " * (MAX_BODY + 1))) == (413, "RequestEntityTooLarge")
    assert records.lines == []


def test_unsigned_requests_are_refused_without_a_record(front: Front, records: Any) -> None:
    target = {"x-amz-target": f"{TARGET_PREFIXES[0]}.ListTrails"}
    response = front.gateway.handle(request("POST", "/", headers=target, body=b"{}"))
    assert error_of(response) == (400, "MissingAuthenticationTokenException")
    assert records.lines == []


@pytest.mark.parametrize(
    ("region", "service"),
    [("mars-north-1", "cloudtrail"), ("us-east-1", "s3"), ("us-east-1", "cloudtrail-data")],
)
def test_a_credential_of_another_scope_is_refused(
    front: Front, records: Any, region: str, service: str
) -> None:
    wrong = credential("111111111111", region, service)
    response = front.call("ListTrails", b"{}", authorization=wrong)
    assert error_of(response) == (400, "InvalidSignatureException")
    assert records.lines == []


def test_account_and_region_come_from_the_credential(ports: Ports) -> None:
    seen: list[tuple[str, str, str]] = []

    def look(_request: Mapping[str, Any], caller: Caller, _ports: Ports) -> Mapping[str, Any]:
        seen.append((caller.account_id, caller.region, caller.source_ip))
        return {"Trails": []}

    front = Front(ports, table(ListTrails=look))
    for account, region in (("111111111111", REGIONS[0]), ("222222222222", REGIONS[1])):
        front.client("cloudtrail", account=account, region=region).list_trails()
    assert seen == [("111111111111", REGIONS[0], "192.0.2.7"), ("222222222222", REGIONS[1], "192.0.2.7")]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("secret"), 500, "InternalFailure"),
        (AdapterError("secret", retryable=True), 503, "ServiceUnavailable"),
        (AdapterError("secret", retryable=False), 500, "InternalFailure"),
        (TrailAlreadyExistsException("secret"), 500, "InternalFailure"),  # GetTrail's model does not list it
    ],
)
def test_failures_of_ours_tell_the_client_nothing_and_the_observer_why(
    ports: Ports, error: Exception, status: int, code: str
) -> None:
    front = Front(ports, table(GetTrail=raising(error)))
    response = front.call("GetTrail", b'{"Name":"abc"}')
    assert error_of(response) == (status, code)
    assert b"secret" not in response.body
    cause = front.observed.answers[-1].cause
    assert error in (cause, cause.__cause__ if cause else None)


@pytest.mark.parametrize("output", [{"Trails": "text"}, {"Unknown": 1}, {"Trails": [{"Name": 1}]}])
def test_an_output_its_model_does_not_know_is_a_bug(ports: Ports, output: Mapping[str, Any]) -> None:
    front = Front(ports, table(ListTrails=answering(output)))
    assert error_of(front.call("ListTrails", b"{}")) == (500, "InternalFailure")


def test_put_audit_events_is_rest_json(ports: Ports) -> None:
    seen: list[Mapping[str, Any]] = []

    def look(request: Mapping[str, Any], _caller: Caller, _ports: Ports) -> Mapping[str, Any]:
        seen.append(request)
        return {"failed": [], "successful": [{"id": "1", "eventID": "e"}]}

    front = Front(ports, table(PutAuditEvents=look))
    arn = "arn:aws:cloudtrail:us-east-1:111111111111:channel/a b+c&d"
    events = [{"id": "1", "eventData": "{}"}]
    answer = front.client("cloudtrail-data").put_audit_events(
        auditEvents=events, channelArn=arn, externalId="x=1"
    )
    assert answer["successful"] == [{"id": "1", "eventID": "e"}]
    assert seen == [{"auditEvents": events, "channelArn": arn, "externalId": "x=1"}]


def test_errors_of_put_audit_events_are_rest_json(ports: Ports) -> None:
    front = Front(ports, table(PutAuditEvents=raising(ChannelNotFound("No such channel."))))
    client = front.client("cloudtrail-data")
    with pytest.raises(client.exceptions.ChannelNotFound, match="No such channel"):
        client.put_audit_events(auditEvents=[{"id": "1", "eventData": "{}"}], channelArn="arn:aws:x")


def test_members_of_the_query_are_not_taken_from_the_body(ports: Ports) -> None:
    front = Front(ports, table(PutAuditEvents=answering({"failed": [], "successful": []})))
    headers = {"authorization": credential("111111111111", service="cloudtrail-data")}
    body = b'{"auditEvents":[{"id":"1","eventData":"{}"}],"channelArn":"arn:x"}'
    response = front.gateway.handle(request("POST", "/PutAuditEvents", headers=headers, body=body))
    assert response.headers["x-amzn-ErrorType"] == "ValidationException"
    assert b"'channelArn' failed to satisfy constraint: Member must not be null" in response.body


def test_the_observer_hears_of_every_answer(ports: Ports) -> None:
    error = InvalidLookupAttributesException("No.")
    front = Front(ports, table(LookupEvents=raising(error), ListTrails=answering({"Trails": []})))
    front.call("ListTrails", b"{}")
    front.call("LookupEvents", b"{}")
    front.call("Nothing", b"{}")
    assert front.observed.pairs == {
        ("ListTrails", ""),
        ("LookupEvents", "InvalidLookupAttributesException"),
        ("", "UnknownOperationException"),
    }
