"""Who a record says was calling, on the local cloud: through CloudFormation, across accounts, over TLS."""

import json
import secrets
import socket
import ssl
from typing import Any

import boto3
import pytest

from opentrail_cli.environment import REGION, SECRET
from tests.localstack.support import Cloud, eventually

CLOUDFORMATION = "cloudformation.amazonaws.com"
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "*", "Service": CLOUDFORMATION},
            "Action": "sts:AssumeRole",
        }
    ],
})  # fmt: skip


def record_of(cloud: Cloud, account: str, **wanted: str) -> dict[str, Any]:
    """The one record in event history with these members."""

    def look() -> list[dict[str, Any]]:
        lookup = [{"AttributeKey": "EventName", "AttributeValue": wanted["eventName"]}]
        found = [json.loads(e["CloudTrailEvent"]) for e in cloud.events(account, LookupAttributes=lookup)]
        return [record for record in found if wanted["has"] in json.dumps(record)]

    (record,) = eventually(look, within=30)
    return record


def user(cloud: Cloud, account: str) -> str:
    """The key of a new user."""
    iam = cloud.client("iam", account)
    iam.create_user(UserName="mina")
    return str(iam.create_access_key(UserName="mina")["AccessKey"]["AccessKeyId"])


def role(cloud: Cloud, account: str, name: str) -> str:
    created = cloud.client("iam", account).create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    return str(created["Role"]["Arn"])


def test_stacks_are_built_by_whoever_asked_or_by_their_role(cloud: Cloud, account: str) -> None:
    key = user(cloud, account)
    cloudformation = cloud.client("cloudformation", key)
    builder = role(cloud, account, "builder")
    names = {kind: f"{kind}-{secrets.token_hex(4)}" for kind in ("plain", "role")}
    for kind, more in (("plain", {}), ("role", {"RoleARN": builder})):
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": names[kind]}}
        body = json.dumps({"Resources": {"Queue": queue}})
        cloudformation.create_stack(StackName=names[kind], TemplateBody=body, **more)
    waiter = cloudformation.get_waiter("stack_create_complete")
    for name in names.values():
        waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    cloudformation.delete_stack(StackName=names["role"])

    plain = record_of(cloud, account, eventName="CreateQueue", has=names["plain"])
    assert (plain["userIdentity"]["type"], plain["userIdentity"]["userName"]) == ("IAMUser", "mina")
    made = record_of(cloud, account, eventName="CreateQueue", has=names["role"])
    deleted = record_of(cloud, account, eventName="DeleteQueue", has=names["role"])
    session = f"arn:aws:sts::{account}:assumed-role/builder/AWSCloudFormation"
    for record in (made, deleted):
        assert record["userIdentity"]["arn"] == session
        assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == builder
    for record in (plain, made, deleted):
        assert record["userIdentity"]["invokedBy"] == CLOUDFORMATION
        assert (record["sourceIPAddress"], record["userAgent"]) == (CLOUDFORMATION, CLOUDFORMATION)
    for created in names.values():
        asked = record_of(cloud, account, eventName="CreateStack", has=f'"stackName": "{created}"')
        assert "invokedBy" not in asked["userIdentity"]


def test_a_role_of_another_account_is_assumed_in_both(cloud: Cloud, account: str) -> None:
    other = str(10**12 - int(account))
    guest = role(cloud, other, "guest")
    cloud.client("sts", user(cloud, account)).assume_role(RoleArn=guest, RoleSessionName="visit")
    callers = record_of(cloud, account, eventName="AssumeRole", has=guest)
    owners = record_of(cloud, other, eventName="AssumeRole", has=guest)
    assert callers["sharedEventID"] == owners["sharedEventID"]
    assert callers["eventID"] != owners["eventID"]
    assert callers["userIdentity"]["userName"] == "mina"
    principal = callers["userIdentity"]["principalId"]
    assert owners["userIdentity"] == {"type": "AWSAccount", "principalId": principal, "accountId": account}


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_calls_over_tls_say_how(cloud: Cloud, account: str) -> None:
    secure = cloud.endpoint.replace("http:", "https:")
    for service, call in (("sqs", "list_queues"), ("cloudtrail", "describe_trails")):
        session = boto3.Session(account, SECRET, region_name=REGION)
        getattr(session.client(service, endpoint_url=secure, verify=False), call)()
    cloud.client("sqs", account).list_queues(QueueNamePrefix="plain")
    host = secure.removeprefix("https://")
    told = {
        name: record_of(cloud, account, eventName=name, has=host) for name in ("ListQueues", "DescribeTrails")
    }
    expected = _negotiated(secure)
    for record in told.values():
        assert record["tlsDetails"] == {**expected, "clientProvidedHostHeader": host}
    assert "tlsDetails" not in record_of(cloud, account, eventName="ListQueues", has="plain")


def _negotiated(url: str) -> dict[str, str]:
    """What a client of ours sees of the same server."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host, _, port = url.removeprefix("https://").partition(":")
    with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain) as secured:
        name = secured.cipher()
        assert name is not None
        return {"tlsVersion": str(secured.version()), "cipherSuite": name[0]}
