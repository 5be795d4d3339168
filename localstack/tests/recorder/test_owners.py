"""Calls across accounts: two records of one event, and what the owner of a resource sees of the caller."""

import json
import uuid

import pytest
from driving import ACCOUNT, context_of, observe
from localstack.services.s3.models import s3_stores
from moto.iam.models import iam_backends
from opentrail_local.recorder.record import lines_of

OTHER = "271828182845"
ROLE = f"arn:aws:iam::{OTHER}:role/guest"
TOPIC = f"arn:aws:sns:eu-west-1:{OTHER}:news"


@pytest.fixture
def mina() -> str:
    """The key of a user."""
    iam = iam_backends[ACCOUNT]["aws"]
    iam.create_user("eu-west-1", "mina")
    return iam.create_access_key("mina").access_key_id


@pytest.fixture
def their_bucket():
    buckets = s3_stores["000000000000"]["us-east-1"].global_bucket_map
    buckets["theirs"] = OTHER
    yield "theirs"
    del buckets["theirs"]


def recorded(service, operation, parameters, *, key=ACCOUNT, **outcome):
    call = observe(context_of(service, operation, parameters, key=key), **(outcome or {"answer": {}}))
    return [json.loads(line) for line in lines_of(call)]


def test_a_role_of_another_account_is_assumed(mina):
    answer = {"Credentials": {"AccessKeyId": "LSIAX", "SecretAccessKey": "s", "SessionToken": "t"}}
    sent = {"RoleArn": ROLE, "RoleSessionName": "visit"}
    callers, owners = recorded("sts", "AssumeRole", sent, key=mina, answer=answer)
    user = callers["userIdentity"]
    assert (user["type"], user["userName"]) == ("IAMUser", "mina")
    assert owners["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": user["principalId"],
        "accountId": ACCOUNT,
    }
    assert [callers["recipientAccountId"], owners["recipientAccountId"]] == [ACCOUNT, OTHER]
    assert callers["eventID"] != owners["eventID"]
    assert {uuid.UUID(found["eventID"]).version for found in (callers, owners)} == {3}
    differing = {name for name in callers if callers[name] != owners[name]}
    assert differing == {"userIdentity", "eventID", "recipientAccountId"}
    names = list(callers)
    assert names == list(owners)
    assert names[names.index("recipientAccountId") + 1] == "sharedEventID"


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sqs", "SendMessage", {"QueueUrl": f"http://127.0.0.1:4566/queue/eu-west-1/{OTHER}/q"}),
        ("sqs", "PurgeQueue", {"QueueUrl": f"https://sqs.eu-west-1.amazonaws.com/{OTHER}/q"}),
        ("sns", "Publish", {"TopicArn": TOPIC, "Message": "m"}),
        ("sns", "Subscribe", {"TopicArn": TOPIC, "Protocol": "sqs"}),
        ("kms", "Encrypt", {"KeyId": f"arn:aws:kms:eu-west-1:{OTHER}:key/k"}),
        ("lambda", "Invoke", {"FunctionName": f"arn:aws:lambda:eu-west-1:{OTHER}:function:f"}),
        ("lambda", "Invoke", {"FunctionName": f"{OTHER}:function:f"}),
        ("dynamodb", "GetItem", {"TableName": f"arn:aws:dynamodb:eu-west-1:{OTHER}:table/t"}),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": f"arn:aws:secretsmanager:eu-west-1:{OTHER}:secret:s-1"},
        ),
        ("ecr", "DescribeRepositories", {"registryId": OTHER}),
    ],
)
def test_both_accounts_are_told(service, operation, parameters):
    callers, owners = recorded(service, operation, parameters)
    assert callers["sharedEventID"] == owners["sharedEventID"]
    assert (callers["requestID"], callers.get("resources")) == (
        owners["requestID"],
        owners.get("resources"),
    )
    assert [callers["recipientAccountId"], owners["recipientAccountId"]] == [ACCOUNT, OTHER]


def test_an_object_in_anothers_bucket_is_told_to_both(their_bucket):
    callers, owners = recorded("s3", "GetObject", {"Bucket": their_bucket, "Key": "k"})
    assert callers["resources"] == owners["resources"]
    assert callers["resources"][1]["accountId"] == OTHER
    assert [callers["recipientAccountId"], owners["recipientAccountId"]] == [ACCOUNT, OTHER]


def test_whose_bucket_refused_is_told_to_its_owner_alone(their_bucket):
    error = ("AccessDenied", "Access Denied", 403)
    callers, owners = recorded("s3", "GetObject", {"Bucket": their_bucket, "Key": "k"}, error=error)
    assert [r["resources"][1]["accountId"] for r in (callers, owners)] == [
        "HIDDEN_DUE_TO_SECURITY_REASONS",
        OTHER,
    ]
    assert callers["errorCode"] == owners["errorCode"] == "AccessDenied"
    management, _ = recorded("s3", "GetBucketAcl", {"Bucket": their_bucket}, error=error)
    assert management["resources"][0]["accountId"] == OTHER


def test_a_refused_caller_is_told_alone():
    error = ("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole", 403)
    (callers,) = recorded("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"}, error=error)
    assert (callers["errorCode"], callers["recipientAccountId"]) == ("AccessDenied", ACCOUNT)
    assert "sharedEventID" not in callers


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sqs", "SendMessage", {"QueueUrl": f"http://127.0.0.1:4566/queue/eu-west-1/{ACCOUNT}/q"}),
        ("sqs", "ListQueues", {}),
        ("sns", "Publish", {"PhoneNumber": "+123456789012", "Message": "m"}),
        ("kms", "Encrypt", {"KeyId": "alias/mine"}),
        ("lambda", "Invoke", {"FunctionName": "f"}),
        ("events", "PutRule", {"Name": "r", "EventBusName": "default"}),
        ("iam", "GetRole", {"RoleName": "r"}),
    ],
)
def test_ones_own_resources_are_told_once(service, operation, parameters):
    (callers,) = recorded(service, operation, parameters)
    assert "sharedEventID" not in callers


def test_awss_policy_templates_are_read_from_a_bucket_of_awss():
    bucket, key = "awscloudtrail-policy-us-west-2", "policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json"
    callers, owners = recorded("s3", "GetObject", {"Bucket": bucket, "Key": key})
    assert (callers["eventName"], callers["eventCategory"], callers["awsRegion"]) == (
        "GetObject",
        "Data",
        "us-west-2",
    )
    assert callers["resources"] == [
        {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
        {"accountId": "000000000000", "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
    ]
    assert [callers["recipientAccountId"], owners["recipientAccountId"]] == [ACCOUNT, "000000000000"]
