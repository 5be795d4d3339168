"""What reaches the API through the one port: stock clients, and what no stock client sends."""

import http.client
import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from opentrail_cli.environment import AWS_CLI, REGION
from tests.localstack.support import Cloud, run

TARGETS = ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.", "CloudTrail_20131101.")


def _send(
    cloud: Cloud, account: str, target: str, body: bytes, *, signed: bool = True, **more: str
) -> tuple[int, dict[str, str], Any]:
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target, **more}
    request = AWSRequest("POST", f"{cloud.endpoint}/", data=body, headers=headers)
    if signed:
        SigV4Auth(Credentials(account, "any"), "cloudtrail", REGION).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", cloud.instance.port, timeout=30)
    try:
        connection.request("POST", "/", body=body, headers=dict(request.headers))
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, json.loads(text)
    finally:
        connection.close()


@pytest.mark.parametrize("prefix", TARGETS)
def test_both_target_prefixes_are_answered(cloud: Cloud, account: str, prefix: str) -> None:
    status, headers, body = _send(cloud, account, f"{prefix}DescribeTrails", b"{}")
    assert (status, body) == (200, {"trailList": []})
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert len(headers["x-amzn-requestid"]) == 36


@pytest.mark.parametrize(
    ("target", "body", "error"),
    [
        (f"{TARGETS[0]}DescribeTrails", b"{not json", "SerializationException"),
        (f"{TARGETS[0]}DescribeTrails", b'{"trailNameList": "text"}', "SerializationException"),
        (f"{TARGETS[0]}DescribeTrails", b"\xff\xfe\x00", "SerializationException"),
        (f"{TARGETS[0]}NoSuchOperation", b"{}", "UnknownOperationException"),
        (f"{TARGETS[1]}GetTrail.More", b"{}", "UnknownOperationException"),
    ],
)
def test_malformed_requests_get_awss_error(
    cloud: Cloud, account: str, target: str, body: bytes, error: str
) -> None:
    status, headers, answer = _send(cloud, account, target, body)
    assert (status, answer["__type"]) == (400, error)
    assert "x-amzn-requestid" in headers


def test_unsigned_requests_are_refused(cloud: Cloud, account: str) -> None:
    status, _, answer = _send(cloud, account, f"{TARGETS[0]}DescribeTrails", b"{}", signed=False)
    assert status in (400, 403)
    assert answer["__type"].startswith("MissingAuthenticationToken")


def test_nobody_vouches_for_himself(cloud: Cloud, account: str) -> None:
    forged = {"x-opentrail-identity": "e30", "x-opentrail-time": "0", "x-opentrail-signature": "AA=="}
    status, _, _ = _send(cloud, account, f"{TARGETS[0]}DescribeTrails", b"{}", **forged)
    assert status == 200  # the router drops them and vouches for who signed the request
    status, _, _ = _send(cloud, account, f"{TARGETS[0]}DescribeTrails", b"{}", signed=False, **forged)
    assert status in (400, 403)


def test_operations_not_built_say_so_by_name(cloud: Cloud, account: str) -> None:
    with pytest.raises(ClientError) as refused:
        cloud.client("cloudtrail", account).list_imports()
    assert refused.value.response["Error"]["Code"] == "UnsupportedOperationException"
    assert "ListImports" in refused.value.response["Error"]["Message"]


def test_a_missing_bucket_is_named_and_leaves_no_trail(cloud: Cloud, account: str) -> None:
    trails = cloud.client("cloudtrail", account)
    with pytest.raises(trails.exceptions.S3BucketDoesNotExistException) as refused:
        trails.create_trail(Name="nowhere", S3BucketName=f"missing-{account}")
    assert refused.value.response["Error"]["Message"] == f"S3 bucket missing-{account} does not exist!"
    assert trails.describe_trails()["trailList"] == []


def test_the_aws_cli_needs_one_endpoint_only(cloud: Cloud, account: str) -> None:
    environment = cloud.shell(account)
    del environment["AWS_ENDPOINT_URL_CLOUDTRAIL"], environment["AWS_ENDPOINT_URL_CLOUDTRAIL_DATA"]
    done = run([str(AWS_CLI), "cloudtrail", "get-trail", "--name", "unknown"], environment)
    assert done.returncode != 0
    assert "(TrailNotFoundException)" in done.stderr
    assert f"Unknown trail: unknown for the user: {account}" in done.stderr
