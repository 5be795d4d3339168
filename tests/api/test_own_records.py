"""Every authenticated call leaves one record, durable before the answer."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from opentrail.domain import record as record_of
from opentrail.domain.caller import Caller
from opentrail.errors import AccessDeniedException, TrailNotFoundException
from opentrail.ports import Ports
from opentrail.ports.errors import AdapterError
from opentrail.service.operations import OPERATIONS, Operation, OperationFunction
from opentrail.wire.model import CLOUDTRAIL, operations

from tests.api.model_values import full_request
from tests.fakes.front import Front, credential, request
from tests.fakes.record_queue import FakeRecordQueue

OUTPUT = {"Name": "abc", "S3BucketName": "b", "TrailARN": "arn:t", "IsMultiRegionTrail": False}


def failing(error: Exception) -> OperationFunction:
    def function(_request: Mapping[str, Any], _caller: Caller, _ports: Ports) -> Mapping[str, Any]:
        raise error

    return function


def front_of(ports: Ports, name: str, function: OperationFunction) -> Front:
    return Front(ports, dict(OPERATIONS) | {name: Operation(name=name, function=function)})


def test_a_change_is_recorded_as_cloudtrail_does(ports: Ports, records: FakeRecordQueue) -> None:
    front = front_of(ports, "CreateTrail", lambda *_: OUTPUT)
    answer = front.client("cloudtrail", account="222222222222", region="eu-west-1").create_trail(
        Name="abc", S3BucketName="b", TagsList=[{"Key": "K", "Value": "V"}]
    )
    (record,) = records.records
    agent = record.pop("userAgent")
    assert agent.startswith("Boto3/")
    assert record == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root",
            "principalId": "222222222222",
            "arn": "arn:aws:iam::222222222222:root",
            "accountId": "222222222222",
            "accessKeyId": "222222222222",
        },
        "eventTime": "2023-07-10T11:42:30Z",
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "CreateTrail",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.7",
        "requestParameters": {"name": "abc", "s3BucketName": "b", "tagsList": [{"key": "K", "value": "V"}]},
        "responseElements": {
            "name": "abc",
            "s3BucketName": "b",
            "isMultiRegionTrail": False,
            "trailARN": "arn:t",
        },
        "requestID": answer["ResponseMetadata"]["RequestId"],
        "eventID": "00000000-0000-4000-8000-000000000001",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "222222222222",
        "eventCategory": "Management",
    }


def test_a_failure_is_recorded_with_its_shapes_name(ports: Ports, records: FakeRecordQueue) -> None:
    front = front_of(ports, "StopLogging", failing(TrailNotFoundException("Unknown trail: abc")))
    assert front.call("StopLogging", b'{"Name":"abc"}').status == 400
    (record,) = records.records
    assert (record["errorCode"], record["errorMessage"]) == ("TrailNotFoundException", "Unknown trail: abc")
    assert (record["requestParameters"], record["responseElements"]) == ({"name": "abc"}, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "ValidationException"),
        (b'{"Name":1}', "SerializationException"),
        (b"{not json", "SerializationException"),
    ],
)
def test_a_refused_request_is_recorded_without_parameters(
    front: Front, records: FakeRecordQueue, body: bytes, code: str
) -> None:
    front.call("GetTrail", body)
    (record,) = records.records
    assert (record["errorCode"], record["requestParameters"]) == (code, None)


def test_a_denied_call_is_recorded_as_access_denied(ports: Ports, records: FakeRecordQueue) -> None:
    front = front_of(ports, "GetTrail", failing(AccessDeniedException("User is not authorized.")))
    response = front.call("GetTrail", b'{"Name":"abc"}')
    assert json.loads(response.body)["__type"] == "AccessDeniedException"
    (record,) = records.records
    assert (record["errorCode"], record["requestParameters"]) == ("AccessDenied", None)


def test_a_bug_is_recorded_and_tells_nothing(ports: Ports, records: FakeRecordQueue) -> None:
    front = front_of(ports, "GetTrail", failing(RuntimeError("secret")))
    front.call("GetTrail", b'{"Name":"abc"}')
    (record,) = records.records
    assert record["errorCode"] == "InternalFailure"
    assert "secret" not in json.dumps(record)


@pytest.mark.parametrize("failure", [AdapterError("queue"), AdapterError("queue", retryable=False)])
def test_nothing_is_acknowledged_before_its_record_is_durable(
    ports: Ports, records: FakeRecordQueue, failure: AdapterError
) -> None:
    records.failure = failure
    front = front_of(ports, "CreateTrail", lambda *_: OUTPUT)
    response = front.call("CreateTrail", b'{"Name":"abc","S3BucketName":"b"}')
    assert (response.status, json.loads(response.body)["__type"]) == (503, "ServiceUnavailable")
    assert front.observed.answers[-1].cause is failure
    records.failure = None
    assert front.call("CreateTrail", b'{"Name":"abc","S3BucketName":"b"}').status == 200
    assert len(records.records) == 1


def test_a_lookup_is_recorded_with_times_in_seconds(ports: Ports, records: FakeRecordQueue) -> None:
    front = front_of(ports, "LookupEvents", lambda *_: {"Events": []})
    front.call("LookupEvents", b'{"StartTime":1688989350.75,"EndTime":1688989400,"MaxResults":3}')
    (record,) = records.records
    assert record["requestParameters"] == {
        "startTime": "2023-07-10T11:42:30Z",
        "endTime": "2023-07-10T11:43:20Z",
        "maxResults": 3,
    }
    assert record["responseElements"] is None


def test_put_audit_events_leaves_a_data_event(ports: Ports, records: FakeRecordQueue) -> None:
    output = {"failed": [], "successful": [{"id": "1", "eventID": "e"}]}
    front = front_of(ports, "PutAuditEvents", lambda *_: output)
    front.client("cloudtrail-data").put_audit_events(
        auditEvents=[{"id": "1", "eventData": "{}"}], channelArn="arn:aws:c"
    )
    (record,) = records.records
    assert record_of.read(records.lines[0]).category == "Data"
    assert record["requestParameters"] == {"channelArn": "arn:aws:c"}
    assert record["responseElements"] == output
    assert record["resources"][0]["ARN"] == "arn:aws:c"


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "PutAuditEvents"])
def test_every_operation_leaves_one_record_that_can_be_recorded(
    ports: Ports, records: FakeRecordQueue, name: str
) -> None:
    front = front_of(ports, name, failing(AccessDeniedException("No.")))
    front.call(name, json.dumps(full_request(operations(CLOUDTRAIL)[name])).encode())
    (line,) = records.lines
    read = record_of.read(line)
    assert (read.account_id, read.region, read.category) == ("111111111111", "us-east-1", "Management")
    assert read.data["eventName"] == name


def test_half_characters_in_an_answer_do_not_lose_the_record(ports: Ports, records: FakeRecordQueue) -> None:
    front = front_of(ports, "CreateTrail", failing(TrailNotFoundException("\ud800")))
    front.call("CreateTrail", b'{"Name":"abc","S3BucketName":"b"}')
    assert record_of.read(records.lines[0]).event_id


def test_unauthenticated_calls_leave_none(front: Front, records: FakeRecordQueue) -> None:
    headers = {"x-amz-target": "CloudTrail_20131101.ListTrails", "authorization": credential("nobody")}
    assert front.gateway.handle(request("POST", "/", headers=headers)).status == 400
    assert records.lines == []
