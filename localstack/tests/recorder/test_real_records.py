"""Shapes of real records, where they are at hand: the call that a record tells of, recorded again, looks the
same.

Compared are the paths and types of requestParameters, responseElements and resources, the error code and
readOnly, of the services below. A difference that is accepted has its reason.
"""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import backwards
import pytest
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.spec import load_service
from localstack.http import Request, Response
from localstack.utils.aws.request_context import mock_aws_request_headers
from opentrail_local.recorder.names import names_of
from opentrail_local.recorder.observer import Observer
from opentrail_local.recorder.record import line_of
from opentrail_local.recorder.status import Counters

RECORDS = Path(__file__).parents[4] / "shared/data/records.jsonl.gz"
SERVICES = ("s3", "s3control", "iam", "sts", "sqs", "kms", "dynamodb", "ec2")

pytestmark = pytest.mark.skipif(not RECORDS.exists(), reason="the real records are not at hand")

OLD = "an old record, or one abridged for publication"
QUIRK = "a member that the API's model does not have"
DEFAULT = "a default that newer records write"

# (event, part of a path) -> why it may differ
ACCEPTED: dict[tuple[str, str], str] = {
    ("AssumeRole", "resources"): OLD,
    ("CreateBucket", ".Host"): OLD,
    ("CreateInternetGateway", ".association"): QUIRK,
    ("CreateKey", ".multiRegion"): DEFAULT,
    ("CreateNetworkInterface", ".denyAllIgwTraffic"): QUIRK,
    ("CreateNetworkInterface", "requestParameters.privateIpAddressesSet"): "in some records only",
    ("CreateRole", "resources"): OLD,
    ("CreateVolume", ".requestId"): OLD,
    ("Decrypt", ".encryptionAlgorithm"): DEFAULT,
    ("DeleteTransitGatewayVpcAttachment", "requestParameters"): "an abbreviated name of one operation",
    ("DescribeAvailabilityZones", ".filterSet"): "an empty set, in most records only",
    ("DescribeKeyPairs", ".includePublicKey"): DEFAULT,
    ("DisassociateRouteTable", ".associationState"): QUIRK,
    ("GenerateDataKey", "readOnly"): OLD,
    ("AssumeRole", "readOnly"): OLD,
    ("GetBucketLocation", ".location"): OLD,
    ("GetBucketLocation", ".Host"): OLD,
    ("GetBucketLocation", "resources"): OLD,
    ("GetObject", ".Host"): OLD,
    ("GetObject", ".accountId"): OLD,
    ("ListGlobalTables", "resources"): "an empty list, of one operation",
    ("PutObject", ".Host"): OLD,
    ("PutObject", "resources"): OLD,
    ("PutObject", "responseElements"): "ids of the request, in abridged records only",
    ("RunInstances", "requestParameters.availabilityZone"): QUIRK,
    ("RunInstances", ".disableApiStop"): DEFAULT,
    ("RunInstances", ".ebsOptimized"): DEFAULT,
    ("RunInstances", "requestParameters.tenancy"): QUIRK,
    ("RunInstances", ".httpProtocolIpv4"): QUIRK,
    ("RunInstances", "responseElements.instancesSet.items[]"): "members of EC2's own",
    ("RunInstances", ".requestId"): OLD,
    ("StartInstances", ".requestId"): OLD,
}  # fmt: skip


@cache
def operations() -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for service in SERVICES:
        model = load_service(service)
        for operation in map(model.operation_model, model.operation_names):
            if not operation.deprecated:
                names = names_of(operation)
                found.setdefault((names.event_source, names.event_name), operation)
    return found


def real() -> Iterator[dict[str, Any]]:
    with gzip.open(RECORDS) as lines:
        for line in lines:
            record = json.loads(line)["record"]
            if (record["eventSource"], record["eventName"]) in operations():
                yield record


def again(record: dict[str, Any]) -> dict[str, Any]:
    """The record of the call that a record tells of."""
    operation = operations()[record["eventSource"], record["eventName"]]
    service = operation.service_model.service_name
    sent, answered = record.get("requestParameters") or {}, record.get("responseElements") or {}
    account = "314159265358"
    headers = {**mock_aws_request_headers(service, account, record["awsRegion"]), "Host": "host"}
    query: dict[str, str] = {}
    answer: dict[str, Any] = {}
    answer_headers: dict[str, str] = {}
    if service == "ec2":
        parameters = backwards.ec2_request(operation, sent)
        answer = backwards.ec2_answer(operation, answered)
    elif service in ("s3", "s3control"):
        answer_headers = {name: str(value) for name, value in answered.items()}
        parameters = s3_call(operation, sent, headers, query)
    else:
        parameters = backwards.general(operation.input_shape, sent) if operation.input_shape else {}
        answer = backwards.general(operation.output_shape, answered) if operation.output_shape else {}
        if service == "kms" and record.get("resources"):
            answer["KeyId"] = record["resources"][0]["ARN"]
    context = RequestContext(Request("POST", "/", query_string=urlencode(query), headers=headers))
    context.service, context.operation, context.service_request = (
        operation.service_model,
        operation,
        parameters,
    )
    context.account_id, context.region = account, record["awsRegion"]
    response = Response(headers=answer_headers)
    if code := record.get("errorCode"):
        code = code.removeprefix("Client.").removeprefix("Server.")
        code = code.removesuffix("Exception") if service == "iam" else code
        context.service_exception = CommonServiceException(code, record.get("errorMessage") or "", 400)
        response.status_code = 400
    else:
        context.service_response = answer
    seen: list[Any] = []
    Observer(seen.append, Counters())(None, context, response)
    return json.loads(line_of(seen[0]))


def s3_call(
    operation: Any, sent: dict[str, Any], headers: dict[str, str], query: dict[str, str]
) -> dict[str, Any]:
    """The parameters of a call to S3; what it sends as headers and query is put there."""
    parameters = backwards.s3_body(operation, sent)
    for name, value in sent.items():
        if name == "bucketPolicy":
            parameters["Policy"] = json.dumps(value)
        elif name in ("bucketName", "bucket", "key"):
            parameters["Key" if name == "key" else "Bucket"] = value
        elif name.startswith("x-amz-"):
            headers[name] = str(value)
        elif not name[0].isupper():
            query[name] = str(value)
    return parameters


def differences(record: dict[str, Any]) -> set[str]:
    made = again(record)
    found: set[str] = set()
    for member in ("requestParameters", "responseElements", "resources"):
        wanted = set(backwards.paths(record.get(member), member)) if member in record else set()
        got = set(backwards.paths(made.get(member), member)) if member in made else set()
        found |= {f"missing {path}" for path in wanted - got} | {f"not there {path}" for path in got - wanted}
    for member in ("errorCode", "readOnly", "eventCategory"):
        if member in record and record[member] != made.get(member):
            found.add(f"{member} {record[member]!r} is {made.get(member)!r}")
    return {path for path in found if not any(e == record["eventName"] and p in path for e, p in ACCEPTED)}


def test_records_made_again_have_the_real_shape():
    compared = 0
    found: dict[str, set[str]] = {}
    for record in real():
        compared += 1
        if different := differences(record):
            found.setdefault(f"{record['eventSource']} {record['eventName']}", set()).update(different)
    assert found == {}
    assert compared > 1900


def test_members_of_real_records_are_in_the_order_of_ours():
    for record in real():
        made = list(again(record))
        shared = [name for name in record if name in made]
        if record["eventVersion"] >= "1.08" and "eventCategory" in record:
            assert sorted(shared, key=made.index) == shared
