"""What the local cloud is to the network, and its router: bytes arrive as they were sent."""

import http.client
import json
from contextlib import closing
from pathlib import Path

import pytest

from opentrail_cli import processes
from opentrail_cli.environment import DEPLOYMENT_ACCOUNT
from tests.localstack.support import Cloud, eventually

TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."
LISTEN = "0A"  # the state of a listening socket in /proc/net/tcp
LOOPBACK = "0100007F"  # 127.0.0.1


def listening_addresses(pid: int) -> set[tuple[str, int]]:
    """Hexadecimal address and port of every TCP socket that a process listens on."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            inodes.add(target[len("socket:[") : -1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and fields[9] in inodes:
                address, port = fields[1].split(":")
                found.add((address, int(port, 16)))
    return found


def test_nothing_listens_beyond_this_machine(cloud: Cloud) -> None:
    addresses = set()
    for process in processes.of_instance(cloud.instance.state_dir):
        addresses |= listening_addresses(process.pid)
    assert (LOOPBACK, cloud.instance.port) in addresses
    assert {address for address, _ in addresses} == {LOOPBACK}


def send(
    cloud: Cloud, body: bytes, headers: dict[str, str], path: str = "/", method: str = "POST"
) -> tuple[int, dict[str, str], bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", cloud.instance.port, timeout=30)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        received = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, received, answer.read()


def signed(account: str, service: str = "cloudtrail") -> dict[str, str]:
    scope = f"{account}/20260101/us-east-1/{service}/aws4_request"
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00",
        "Content-Type": "application/x-amz-json-1.1",
    }


@pytest.mark.parametrize("prefix", [TARGET, "CloudTrail_20131101."])
def test_both_targets_reach_the_api(cloud: Cloud, account: str, prefix: str) -> None:
    status, headers, body = send(cloud, b"{}", signed(account) | {"X-Amz-Target": prefix + "ListTrails"})
    assert (status, json.loads(body)) == (200, {"Trails": []})
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert len(headers["x-amzn-requestid"]) == 36


@pytest.mark.parametrize("body", [b'{"a', b'{"Name": "\xff\xfe\x00"}', b"\x1f\x8b\x08\x00"])
def test_malformed_bodies_reach_the_api(cloud: Cloud, account: str, body: bytes) -> None:
    status, _, answer = send(cloud, body, signed(account) | {"X-Amz-Target": TARGET + "ListTrails"})
    assert status == 400
    assert json.loads(answer)["__type"] == "SerializationException"


def test_unknown_operations_reach_the_api(cloud: Cloud, account: str) -> None:
    status, _, body = send(cloud, b"{}", signed(account) | {"X-Amz-Target": TARGET + "Nonsense"})
    assert status == 400
    assert json.loads(body)["__type"] == "UnknownOperationException"


def test_a_client_cannot_vouch_for_itself(cloud: Cloud) -> None:
    forged = {
        "X-Amz-Target": TARGET + "ListTrails",
        "x-opentrail-identity": "e30=",
        "x-opentrail-time": "1767225600",
        "x-opentrail-signature": "AAAA",
    }
    status, _, body = send(cloud, b"{}", forged)
    assert status == 400
    assert json.loads(body)["__type"] == "MissingAuthenticationTokenException"


def test_audit_events_reach_the_api(cloud: Cloud, account: str) -> None:
    path = "/PutAuditEvents?channelArn=arn%3Aaws%3Acloudtrail%3Aus-east-1%3A1%3Achannel%2Fx"
    status, headers, _ = send(cloud, b'{"auditEvents": []}', signed(account, "cloudtrail-data"), path)
    assert status == 400
    assert headers["content-type"] == "application/json"
    assert headers["x-amzn-errortype"] == "ValidationException"


def test_other_services_stay_with_localstack(cloud: Cloud, account: str) -> None:
    cloud.client("s3", account).create_bucket(Bucket=f"cloudtrail-{account}")
    assert cloud.client("s3", account).list_buckets()["Buckets"][0]["Name"] == f"cloudtrail-{account}"


def test_an_unknown_resource_type_fails_the_deploy(cloud: Cloud, account: str) -> None:
    cloudformation = cloud.client("cloudformation", account)
    template = {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Pipe": {"Type": "AWS::Pipes::Pipe", "Properties": {}},
        }
    }
    cloudformation.create_stack(StackName="unknown-type", TemplateBody=json.dumps(template))
    stack = eventually(
        lambda: next(
            (
                stack
                for stack in cloudformation.describe_stacks(StackName="unknown-type")["Stacks"]
                if not stack["StackStatus"].endswith("_IN_PROGRESS")
            ),
            None,
        ),
        within=20,
    )
    assert stack is not None
    assert stack["StackStatus"] == "CREATE_FAILED"
    assert "does not support AWS::Pipes::Pipe" in stack["StackStatusReason"]


def test_every_resource_of_the_deployment_is_real(cloud: Cloud) -> None:
    cloudformation = cloud.client("cloudformation")
    stacks = [
        stack["StackName"]
        for stack in cloudformation.describe_stacks()["Stacks"]
        if stack["StackName"].startswith("OpenTrail-")
    ]
    assert len(stacks) >= 5
    pages = cloudformation.get_paginator("list_stack_resources")
    resources = [
        resource
        for stack in stacks
        for page in pages.paginate(StackName=stack)
        for resource in page["StackResourceSummaries"]
    ]
    assert {resource["ResourceStatus"] for resource in resources} == {"CREATE_COMPLETE"}
    assert "unknown" not in {resource["PhysicalResourceId"] for resource in resources}
    types = {resource["ResourceType"] for resource in resources}
    assert {"AWS::Glue::Database", "AWS::Glue::Table", "AWS::Athena::WorkGroup"} <= types
    database = cloud.outputs["LakeDatabase"]
    glue = cloud.client("glue", DEPLOYMENT_ACCOUNT)
    assert glue.get_table(DatabaseName=database, Name=cloud.outputs["LakeTable"])["Table"]["PartitionKeys"]
