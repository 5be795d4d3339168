"""A session with an intruder in it, and what people watch AWS accounts with: rules, metric filters, Sigma.

Each of `RULES` is meant for some of the calls of `intrude`, and each of those has a near miss beside it.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from opentrail_cli import emit
from opentrail_cli.event_records import Circumstances, console_login
from opentrail_cli.event_records import user as signing_in
from tests.localstack.support import Cloud

API_CALL = "AWS API Call via CloudTrail"
ENABLED = "ENABLED"
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
ELSEWHERE = "999999999999"


def _trust(principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of EventBridge, and the calls it is meant for: eventName and a text in the record of each."""

    name: str
    source: str
    detail: dict[str, Any]
    meant_for: tuple[tuple[str, str], ...]
    state: str = ENABLED
    detail_type: str = API_CALL

    @property
    def pattern(self) -> str:
        """As PutRule takes it."""
        return json.dumps(
            {"source": [self.source], "detail-type": [self.detail_type], "detail": self.detail}
            if self.source
            else {"detail-type": [self.detail_type], "detail": self.detail}
        )


OPEN_SSH = {
    "fromPort": [{"numeric": ["<=", 22]}],
    "toPort": [{"numeric": [">=", 22]}],
    "ipRanges": {"items": {"cidrIp": ["0.0.0.0/0"]}},
}

RULES = (
    Rule(
        "trail-tampering",
        "aws.cloudtrail",
        {"eventName": ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"]},
        (("StopLogging", "victim"), ("DeleteTrail", "victim")),
    ),
    Rule(
        "root-use",
        "",
        {
            "userIdentity": {"type": ["Root"], "invokedBy": [{"exists": False}]},
            "eventType": [{"anything-but": ["AwsServiceEvent"]}],
        },
        (("CreateQueue", "by-root"),),
    ),
    Rule(
        "key-for-another-user",
        "aws.iam",
        {"eventName": ["CreateAccessKey"], "requestParameters": {"userName": [{"anything-but": "mina"}]}},
        (("CreateAccessKey", "victim"),),
    ),
    Rule(
        "ssh-open-to-the-world",
        "aws.ec2",
        {
            "eventName": [{"prefix": "AuthorizeSecurityGroup"}],
            "errorCode": [{"exists": False}],
            "requestParameters": {"ipPermissions": {"items": OPEN_SSH}},
        },
        (("AuthorizeSecurityGroupIngress", '"fromPort": 0'),),
    ),
    Rule(
        "policy-of-a-secret-bucket",
        "aws.s3",
        {
            "eventName": ["PutBucketPolicy", "DeleteBucketPolicy"],
            "requestParameters": {"bucketName": [{"prefix": "secret-"}]},
        },
        (("PutBucketPolicy", "secret-"),),
    ),
    Rule(
        "public-bucket",
        "aws.s3",
        {"eventName": ["PutBucketAcl"], "requestParameters": {"x-amz-acl": [{"prefix": "public-"}]}},
        (("PutBucketAcl", "public-read"),),
    ),
    Rule(
        "sign-in-failed",
        "aws.signin",
        {"eventName": ["ConsoleLogin"], "responseElements": {"ConsoleLogin": ["Failure"]}},
        (("ConsoleLogin", "Failure"),),
        detail_type="AWS Console Sign In via CloudTrail",
    ),
    Rule(
        "denied",
        "",
        {"errorCode": [{"prefix": "AccessDenied"}, {"wildcard": "*UnauthorizedOperation"}]},
        (("GetBucketPolicy", "AccessDenied"),),
        state=ALL,
    ),
    Rule(
        "administrator",
        "aws.iam",
        {
            "eventName": ["AttachUserPolicy", "AttachRolePolicy", "AttachGroupPolicy"],
            "requestParameters": {"policyArn": [{"suffix": ":policy/AdministratorAccess"}]},
        },
        (("AttachUserPolicy", "AdministratorAccess"),),
    ),
    Rule(
        "key-dies-soon",
        "aws.kms",
        {
            "eventName": ["ScheduleKeyDeletion", "DisableKey"],
            "requestParameters": {"pendingWindowInDays": [{"numeric": [">=", 7, "<", 30]}]},
        },
        (("ScheduleKeyDeletion", '"pendingWindowInDays": 7'),),
    ),
    Rule(
        "role-for-everybody",
        "aws.iam",
        {
            "eventName": ["UpdateAssumeRolePolicy"],
            "requestParameters": {"policyDocument": [{"wildcard": '*"Principal":{"AWS":"\\*"}*'}]},
        },
        (("UpdateAssumeRolePolicy", '"*'),),
    ),
    Rule(
        "administrators-role",
        "aws.sts",
        {
            "eventName": ["AssumeRole"],
            "requestParameters": {"roleArn": [{"suffix": ":role/admin"}]},
            "userIdentity": {"type": [{"anything-but": ["AWSService"]}]},
        },
        (("AssumeRole", ":role/admin"),),
        state=ALL,
    ),
    Rule(
        "failing-iam-calls",
        "aws.iam",
        {"errorCode": [{"exists": True}], "readOnly": [False]},
        (("DeleteUser", "NoSuchEntityException"),),
    ),
    Rule(
        "ways-in",
        "aws.iam",
        {
            "$or": [
                {"eventName": ["CreateUser"]},
                {
                    "eventName": ["CreateLoginProfile"],
                    "requestParameters": {"passwordResetRequired": [{"anything-but": [True]}]},
                },
            ]
        },
        (("CreateLoginProfile", "victim"),),
    ),
    Rule(
        "secrets-of-production",
        "aws.secretsmanager",
        {"eventName": ["GetSecretValue"], "requestParameters": {"secretId": [{"prefix": "prod/"}]}},
        (("GetSecretValue", "prod/"),),
        state=ALL,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Intrusion:
    """An account, the key of its user `mina`, and when everything was ready for her."""

    account: str
    key: str
    began: datetime


def prepare(cloud: Cloud, account: str) -> str:
    """What root makes: two trails, users, roles, secrets; the key of `mina`."""
    cloud.trail(account)
    cloud.trail(account, "victim")
    iam = cloud.client("iam", account)
    for name in ("mina", "victim"):
        iam.create_user(UserName=name)
    for name in ("admin", "reader"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_trust(f"arn:aws:iam::{account}:root"))
    secrets = cloud.client("secretsmanager", account)
    for name in ("prod/database", "dev/database"):
        secrets.create_secret(Name=name, SecretString="-")
    return str(iam.create_access_key(UserName="mina")["AccessKey"]["AccessKeyId"])


def intrude(cloud: Cloud, there: Intrusion) -> None:
    """Mina's calls, and one of root's."""
    _tamper(cloud, there)
    _take_identities(cloud, there)
    _open_buckets(cloud, there)
    _open_networks_and_keys(cloud, there)
    cloud.client("sqs", there.account).create_queue(QueueName="by-root")
    cloud.client("sqs", there.key).create_queue(QueueName="by-mina")
    at = Circumstances(account_id=there.account, time=datetime.now(UTC))
    mina = signing_in(there.account, "mina")
    emit.send(cloud.instance, [console_login(mina, at), console_login(mina, at, failed=True)])


def _tamper(cloud: Cloud, there: Intrusion) -> None:
    trails = cloud.client("cloudtrail", there.key)
    trails.stop_logging(Name="victim")
    trails.start_logging(Name="victim")
    trails.delete_trail(Name="victim")


def _take_identities(cloud: Cloud, there: Intrusion) -> None:
    iam, sts = cloud.client("iam", there.key), cloud.client("sts", there.key)
    for name in ("victim", "mina"):
        iam.create_access_key(UserName=name)
    for policy in ("AdministratorAccess", "ReadOnlyAccess"):
        iam.attach_user_policy(UserName="victim", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    for role, principal in (("admin", "*"), ("reader", f"arn:aws:iam::{there.account}:root")):
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=_trust(principal))
        sts.assume_role(RoleArn=f"arn:aws:iam::{there.account}:role/{role}", RoleSessionName="night")
    iam.create_login_profile(UserName="mina", Password="Secret-123", PasswordResetRequired=True)
    iam.create_login_profile(UserName="victim", Password="Secret-123", PasswordResetRequired=False)
    with suppress(ClientError):
        iam.delete_user(UserName="ghost")
    secrets = cloud.client("secretsmanager", there.key)
    for name in ("prod/database", "dev/database"):
        secrets.get_secret_value(SecretId=name)


def _open_buckets(cloud: Cloud, there: Intrusion) -> None:
    s3 = cloud.client("s3", there.key)
    for bucket in (f"secret-{there.account}", f"other-{there.account}"):
        s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerPreferred")
        s3.delete_public_access_block(Bucket=bucket)
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    s3.put_bucket_acl(Bucket=f"secret-{there.account}", ACL="public-read")
    s3.put_bucket_acl(Bucket=f"other-{there.account}", ACL="private")
    for owner in (ELSEWHERE, there.account):  # the local cloud denies what is said to be somebody else's
        with suppress(ClientError):
            s3.get_bucket_policy(Bucket=f"secret-{there.account}", ExpectedBucketOwner=owner)


def _open_networks_and_keys(cloud: Cloud, there: Intrusion) -> None:
    ec2, kms = cloud.client("ec2", there.key), cloud.client("kms", there.key)
    group = ec2.create_security_group(GroupName="open", Description="-")["GroupId"]

    def permission(first: int, last: int, cidr: str) -> dict[str, Any]:
        ranges = [{"CidrIp": cidr}]
        return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "IpRanges": ranges}

    inner, world = "10.0.0.0/8", "0.0.0.0/0"
    for permissions in (
        [permission(22, 22, inner), permission(443, 443, world)],
        [permission(0, 1024, world)],
    ):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    for days in (7, 30):
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)


# The CIS AWS Foundations Benchmark's metric filters ("Monitoring"), as conditions of Lake SQL, and the names
# of what was done.
METRIC_FILTERS: dict[str, tuple[str, list[str]]] = {
    "unauthorized calls": (
        "errorCode LIKE '%UnauthorizedOperation' OR errorCode LIKE 'AccessDenied%'",
        ["GetBucketPolicy"],
    ),
    "console sign-in without MFA": (
        "eventName = 'ConsoleLogin' AND element_at(additionalEventData, 'MFAUsed') <> 'Yes' "
        "AND element_at(responseElements, 'ConsoleLogin') = 'Success'",
        ["ConsoleLogin"],
    ),
    "use of root": (
        "userIdentity.type = 'Root' AND userIdentity.invokedby IS NULL AND eventType <> 'AwsServiceEvent' "
        "AND readOnly = false",
        ["CreateQueue"],
    ),
    "changes of IAM policies": (
        "eventName IN ('DeleteGroupPolicy', 'DeleteRolePolicy', 'DeleteUserPolicy', 'PutGroupPolicy', "
        "'PutRolePolicy', 'PutUserPolicy', 'CreatePolicy', 'DeletePolicy', 'CreatePolicyVersion', "
        "'DeletePolicyVersion', 'AttachRolePolicy', 'DetachRolePolicy', 'AttachUserPolicy', "
        "'DetachUserPolicy', 'AttachGroupPolicy', 'DetachGroupPolicy')",
        ["AttachUserPolicy", "AttachUserPolicy"],
    ),
    "changes of CloudTrail": (
        "eventName IN ('CreateTrail', 'UpdateTrail', 'DeleteTrail', 'StartLogging', 'StopLogging')",
        ["DeleteTrail", "StartLogging", "StopLogging"],
    ),
    "failed console sign-ins": (
        "eventName = 'ConsoleLogin' AND errorMessage = 'Failed authentication'",
        ["ConsoleLogin"],
    ),
    "disabled and deleted keys": (
        "eventSource = 'kms.amazonaws.com' AND eventName IN ('DisableKey', 'ScheduleKeyDeletion')",
        ["ScheduleKeyDeletion", "ScheduleKeyDeletion"],
    ),
    "bucket policies": (
        "eventSource = 's3.amazonaws.com' AND eventName IN ('PutBucketAcl', 'PutBucketPolicy', "
        "'PutBucketCors', 'PutBucketLifecycle', 'PutBucketReplication', 'DeleteBucketPolicy', "
        "'DeleteBucketCors', 'DeleteBucketLifecycle', 'DeleteBucketReplication')",
        ["PutBucketAcl", "PutBucketAcl", "PutBucketPolicy", "PutBucketPolicy"],
    ),
    "security groups": (
        "eventName IN ('AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', "
        "'RevokeSecurityGroupIngress', 'RevokeSecurityGroupEgress', 'CreateSecurityGroup', "
        "'DeleteSecurityGroup')",
        ["AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupIngress", "CreateSecurityGroup"],
    ),
}

# Sigma: fields with modifiers that must all hold, lists for "one of"; a filter takes away. And what was done.
SIGMA: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "logging disabled": (
        {
            "eventSource": "cloudtrail.amazonaws.com",
            "eventName": ["StopLogging", "UpdateTrail", "DeleteTrail"],
        },
        {},
        ["DeleteTrail", "StopLogging"],
    ),
    "backdoor keys": (
        {"eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey"},
        {"requestParameters.userName": "mina"},
        ["CreateAccessKey"],
    ),
    "open to the world": (
        {
            "eventName|startswith": "AuthorizeSecurityGroup",
            "requestParameters.ipPermissions.items.ipRanges.items.cidrIp": ["0.0.0.0/0", "::/0"],
        },
        {},
        ["AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupIngress"],
    ),
    "administrator": (
        {
            "requestParameters.policyArn|endswith": ":policy/AdministratorAccess",
            "eventName|contains": "Attach",
        },
        {"errorCode|contains": "Denied"},
        ["AttachUserPolicy"],
    ),
}


def sigma_matches(selection: dict[str, Any], taken_away: dict[str, Any], record: dict[str, Any]) -> bool:
    """Whether a record is meant."""
    return _selected(selection, record) and not (taken_away and _selected(taken_away, record))


def _selected(selection: dict[str, Any], record: dict[str, Any]) -> bool:
    return all(_field_matches(name, wanted, record) for name, wanted in selection.items())


def _field_matches(name: str, wanted: Any, record: dict[str, Any]) -> bool:
    path, _, modifier = name.partition("|")
    found = [record]
    for step in path.split("."):
        below = [value.get(step) for value in found if isinstance(value, dict)]
        found = [leaf for value in below for leaf in (value if isinstance(value, list) else [value])]
    texts = [str(value).lower() for value in found if value is not None]
    tests = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}
    test = tests.get(modifier, str.__eq__)
    each = wanted if isinstance(wanted, list) else [wanted]
    return any(test(text, str(one).lower()) for text in texts for one in each)
