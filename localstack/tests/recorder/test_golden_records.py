"""Records of the services that a first session uses, written out by hand from the rules: IAM, STS, KMS."""

from datetime import UTC, datetime

import pytest
from driving import ACCOUNT, EVENT_ID, REQUEST_ID, record

WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/auditor"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0e5d0ab6-097e-49d8-99ef-747ce3e5f8f4"


def changing(found: dict) -> tuple:
    """What differs from one operation to the next."""
    return found["eventName"], found["requestParameters"], found["responseElements"], found["readOnly"]


def test_a_whole_record_has_its_members_in_order():
    found = record("iam", "CreateUser", {"UserName": "mina", "Path": "/"}, answer={
        "User": {
            "Path": "/", "UserName": "mina", "UserId": "AIDAEXAMPLE", "CreateDate": WHEN,
            "Arn": f"arn:aws:iam::{ACCOUNT}:user/mina",
        }
    })  # fmt: skip
    time = found.pop("eventTime")
    assert time.endswith("Z")
    assert len(time) == 20
    agent = found.pop("userAgent")
    assert agent.startswith("stock-client/1.0")
    root = f"arn:aws:iam::{ACCOUNT}:root"
    assert list(found.items()) == list({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root", "principalId": ACCOUNT, "arn": root, "accountId": ACCOUNT, "accessKeyId": ACCOUNT,
        },
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "requestParameters": {"path": "/", "userName": "mina"},
        "responseElements": {
            "user": {
                "path": "/", "userName": "mina", "userId": "AIDAEXAMPLE",
                "createDate": "Feb 9, 2026 10:26:46 PM", "arn": f"arn:aws:iam::{ACCOUNT}:user/mina",
            }
        },
        "requestID": REQUEST_ID,
        "eventID": EVENT_ID,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }.items())  # fmt: skip


@pytest.mark.parametrize(
    ("code", "recorded"),
    [
        ("NoSuchEntity", "NoSuchEntityException"),
        ("EntityAlreadyExists", "EntityAlreadyExistsException"),
        ("MalformedPolicyDocument", "MalformedPolicyDocumentException"),
        ("DeleteConflict", "DeleteConflictException"),
        ("LimitExceeded", "LimitExceededException"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_iam_failures_have_the_exceptions_name(code, recorded):
    found = record("iam", "GetUser", {"UserName": "nobody"}, error=(code, "No.", 404))
    assert (found["errorCode"], found["errorMessage"]) == (recorded, "No.")
    assert found["requestParameters"] == {"userName": "nobody"}
    assert found["responseElements"] is None
    order = list(found)
    assert order.index("errorCode") == order.index("userAgent") + 1
    assert order.index("requestParameters") == order.index("errorMessage") + 1


def test_a_new_access_key_is_recorded_without_its_secret():
    answer = {"AccessKey": {
        "UserName": "mina", "AccessKeyId": "LKIAEXAMPLE", "Status": "Active", "SecretAccessKey": "s3cr3t",
        "CreateDate": WHEN,
    }}  # fmt: skip
    found = record("iam", "CreateAccessKey", {"UserName": "mina"}, answer=answer)
    assert found["responseElements"] == {
        "accessKey": {
            "userName": "mina",
            "accessKeyId": "LKIAEXAMPLE",
            "status": "Active",
            "createDate": "Feb 9, 2026 10:26:46 PM",
        }
    }


def test_a_password_is_not_recorded():
    found = record("iam", "CreateLoginProfile", {
        "UserName": "mina", "Password": "hunter2", "PasswordResetRequired": True,
    })  # fmt: skip
    assert found["requestParameters"] == {"userName": "mina", "passwordResetRequired": True}


def test_reading_without_parameters_is_null_and_null():
    found = record("iam", "ListUsers", answer={"Users": [{"UserName": "mina"}], "IsTruncated": False})
    assert changing(found) == ("ListUsers", None, None, True)


def test_an_assumed_role_is_recorded_with_its_session_and_without_its_secret():
    found = record("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "night", "DurationSeconds": 900},
        answer={
            "Credentials": {
                "AccessKeyId": "LSIAEXAMPLE", "SecretAccessKey": "s3cr3t", "SessionToken": "token",
                "Expiration": WHEN,
            },
            "AssumedRoleUser": {
                "AssumedRoleId": "AROAEXAMPLE:night", "Arn": "arn:aws:sts::3:assumed-role/a/night",
            },
            "PackedPolicySize": 6,
        })  # fmt: skip
    assert changing(found) == (
        "AssumeRole",
        {"roleArn": ROLE, "roleSessionName": "night", "durationSeconds": 900},
        {
            "credentials": {
                "accessKeyId": "LSIAEXAMPLE",
                "sessionToken": "token",
                "expiration": "Feb 9, 2026, 10:26:46 PM",
            },
            "assumedRoleUser": {
                "assumedRoleId": "AROAEXAMPLE:night",
                "arn": "arn:aws:sts::3:assumed-role/a/night",
            },
        },
        True,
    )
    assert found["resources"] == [{"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": ROLE}]
    assert found["awsRegion"] == "eu-west-1"


def test_a_session_token_changes_something():
    answer = {"Credentials": {"AccessKeyId": "LSIAX", "SecretAccessKey": "s", "SessionToken": "t"}}
    found = record("sts", "GetSessionToken", {"DurationSeconds": 900}, answer=answer)
    assert changing(found) == (
        "GetSessionToken",
        {"durationSeconds": 900},
        {"credentials": {"accessKeyId": "LSIAX", "sessionToken": "t"}},
        False,
    )


def test_denied_calls_lose_their_parameters():
    error = ("AccessDeniedException", "User: x is not authorized", 400)
    found = record("kms", "DescribeKey", {"KeyId": KEY}, error=error)
    assert (found["errorCode"], found["requestParameters"]) == ("AccessDenied", None)


def test_s3_and_ec2_keep_the_parameters_of_denied_calls():
    s3 = record("s3", "GetBucketAcl", {"Bucket": "b"}, error=("AccessDenied", "Access Denied", 403))
    assert s3["requestParameters"] == {"bucketName": "b", "Host": "127.0.0.1:4566", "acl": ""}
    ec2 = record("ec2", "DeleteVpc", {"VpcId": "vpc-1"}, error=("UnauthorizedOperation", "No.", 403))
    assert (ec2["errorCode"], ec2["requestParameters"]) == (
        "Client.UnauthorizedOperation",
        {"vpcId": "vpc-1"},
    )


def test_a_key_is_made():
    metadata = {
        "AWSAccountId": ACCOUNT,
        "KeyId": KEY[-36:],
        "Arn": KEY,
        "CreationDate": WHEN,
        "Enabled": True,
    }
    found = record("kms", "CreateKey", {"Description": "mine"}, answer={"KeyMetadata": metadata})
    assert changing(found) == (
        "CreateKey",
        {
            "description": "mine",
            "keyUsage": "ENCRYPT_DECRYPT",
            "keySpec": "SYMMETRIC_DEFAULT",
            "origin": "AWS_KMS",
            "multiRegion": False,
        },
        {
            "keyMetadata": {
                "aWSAccountId": ACCOUNT,
                "keyId": KEY[-36:],
                "arn": KEY,
                "creationDate": "Feb 9, 2026, 10:26:46 PM",
                "enabled": True,
            }
        },
        False,
    )
    assert found["resources"] == [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": KEY}]


def test_encrypting_is_a_management_event_that_reads_and_tells_nothing_of_the_text():
    found = record("kms", "Encrypt", {
        "KeyId": "alias/mine", "Plaintext": b"never recorded", "EncryptionContext": {"Project": "x"},
    }, answer={"CiphertextBlob": b"never recorded", "KeyId": KEY})  # fmt: skip
    assert changing(found) == (
        "Encrypt",
        {
            "keyId": "alias/mine",
            "encryptionContext": {"Project": "x"},
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        },
        None,
        True,
    )
    assert found["resources"] == [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": KEY}]
    assert found["managementEvent"] is True


def test_a_disabled_key_fails_with_its_resource():
    found = record(
        "kms",
        "Encrypt",
        {"KeyId": KEY[-36:], "Plaintext": b"x"},
        error=("DisabledException", "It is disabled.", 400),
    )
    assert (found["errorCode"], found["resources"][0]["ARN"]) == ("DisabledException", KEY)
