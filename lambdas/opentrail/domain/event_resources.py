"""The resources an event is found by: search names taken from requests and answers, operation by operation.

They are not the record's `resources` (measured: KMS Decrypt carries one and answers to none). A path starts
at the record, goes through lists by itself, and may yield several names. `EVERY` holds for all operations of
a source that have no row of their own. Sources that are not in the table fall back to the record's
`resources`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Rule = tuple[str, str]  # resource type, path from the record

EVERY = "*"

_REQUEST = "requestParameters"
_ANSWER = "responseElements"

_RUN = f"{_ANSWER}.instancesSet.items"

_IAM_USER: Rule = ("AWS::IAM::User", f"{_REQUEST}.userName")
_IAM_ROLE: Rule = ("AWS::IAM::Role", f"{_REQUEST}.roleName")
_ASSUMED: tuple[Rule, ...] = (
    ("AWS::IAM::AccessKey", f"{_ANSWER}.credentials.accessKeyId"),
    ("AWS::STS::AssumedRole", f"{_REQUEST}.roleSessionName"),
    ("AWS::STS::AssumedRole", f"{_ANSWER}.assumedRoleUser.assumedRoleId"),
    ("AWS::STS::AssumedRole", f"{_ANSWER}.assumedRoleUser.arn"),
    ("AWS::IAM::Role", f"{_REQUEST}.roleArn"),
)

_RULES: dict[str, dict[str, tuple[Rule, ...]]] = {
    "cloudtrail.amazonaws.com": {
        EVERY: (
            ("AWS::CloudTrail::Trail", f"{_REQUEST}.name"),
            ("AWS::CloudTrail::Trail", f"{_REQUEST}.trailName"),
            ("AWS::CloudTrail::Trail", f"{_ANSWER}.trailARN"),
            ("AWS::S3::Bucket", f"{_REQUEST}.s3BucketName"),
            ("AWS::CloudTrail::EventDataStore", f"{_REQUEST}.eventDataStore"),
            ("AWS::CloudTrail::EventDataStore", f"{_ANSWER}.eventDataStoreArn"),
        ),
        "CreateEventDataStore": (
            ("AWS::CloudTrail::EventDataStore", f"{_REQUEST}.name"),
            ("AWS::CloudTrail::EventDataStore", f"{_ANSWER}.eventDataStoreArn"),
        ),
    },
    "sts.amazonaws.com": {
        "AssumeRole": _ASSUMED,
        "AssumeRoleWithSAML": _ASSUMED,
        "AssumeRoleWithWebIdentity": _ASSUMED,
        "GetSessionToken": (("AWS::IAM::AccessKey", f"{_ANSWER}.credentials.accessKeyId"),),
        "GetFederationToken": (
            ("AWS::IAM::AccessKey", f"{_ANSWER}.credentials.accessKeyId"),
            ("AWS::STS::FederatedUser", f"{_ANSWER}.federatedUser.arn"),
        ),
    },
    "s3.amazonaws.com": {EVERY: (("AWS::S3::Bucket", f"{_REQUEST}.bucketName"),)},
    "iam.amazonaws.com": {
        EVERY: (
            _IAM_USER,
            _IAM_ROLE,
            ("AWS::IAM::Group", f"{_REQUEST}.groupName"),
            ("AWS::IAM::Policy", f"{_REQUEST}.policyArn"),
            ("AWS::IAM::Policy", f"{_REQUEST}.policyName"),
            ("AWS::IAM::Policy", f"{_ANSWER}.policy.arn"),
            ("AWS::IAM::InstanceProfile", f"{_REQUEST}.instanceProfileName"),
            ("AWS::IAM::AccessKey", f"{_REQUEST}.accessKeyId"),
            ("AWS::IAM::AccessKey", f"{_ANSWER}.accessKey.accessKeyId"),
            ("AWS::IAM::User", f"{_ANSWER}.user.arn"),
            ("AWS::IAM::User", f"{_ANSWER}.user.userId"),
            ("AWS::IAM::Role", f"{_ANSWER}.role.arn"),
            ("AWS::IAM::Role", f"{_ANSWER}.role.roleId"),
            ("AWS::IAM::Group", f"{_ANSWER}.group.arn"),
        ),
    },
    "kms.amazonaws.com": {
        EVERY: (
            ("AWS::KMS::Key", f"{_REQUEST}.keyId"),
            ("AWS::KMS::Key", f"{_REQUEST}.targetKeyId"),
            ("AWS::KMS::Alias", f"{_REQUEST}.aliasName"),
            ("AWS::KMS::Key", f"{_ANSWER}.keyMetadata.keyId"),
            ("AWS::KMS::Key", f"{_ANSWER}.keyMetadata.arn"),
        ),
        "Decrypt": (),
        "Encrypt": (),
        "GenerateDataKey": (),
        "GenerateDataKeyWithoutPlaintext": (),
    },
    "dynamodb.amazonaws.com": {
        EVERY: (
            ("AWS::DynamoDB::Table", f"{_REQUEST}.tableName"),
            ("AWS::DynamoDB::Table", f"{_ANSWER}.tableDescription.tableArn"),
        ),
    },
    "sqs.amazonaws.com": {
        EVERY: (
            ("AWS::SQS::Queue", f"{_REQUEST}.queueName"),
            ("AWS::SQS::Queue", f"{_REQUEST}.queueUrl"),
            ("AWS::SQS::Queue", f"{_ANSWER}.queueUrl"),
        ),
    },
    "sns.amazonaws.com": {
        EVERY: (
            ("AWS::SNS::Topic", f"{_REQUEST}.name"),
            ("AWS::SNS::Topic", f"{_REQUEST}.topicArn"),
            ("AWS::SNS::Topic", f"{_ANSWER}.topicArn"),
        ),
    },
    "lambda.amazonaws.com": {
        EVERY: (
            ("AWS::Lambda::Function", f"{_REQUEST}.functionName"),
            ("AWS::Lambda::Function", f"{_ANSWER}.functionArn"),
        ),
    },
    "ec2.amazonaws.com": {
        EVERY: (
            ("AWS::EC2::Instance", f"{_REQUEST}.instancesSet.items.instanceId"),
            ("AWS::EC2::Instance", f"{_REQUEST}.instanceId"),
            ("AWS::EC2::SecurityGroup", f"{_REQUEST}.groupId"),
            ("AWS::EC2::SecurityGroup", f"{_REQUEST}.groupName"),
            ("AWS::EC2::SecurityGroup", f"{_ANSWER}.groupId"),
            ("AWS::EC2::VPC", f"{_REQUEST}.vpcId"),
            ("AWS::EC2::VPC", f"{_ANSWER}.vpc.vpcId"),
            ("AWS::EC2::Subnet", f"{_REQUEST}.subnetId"),
            ("AWS::EC2::Subnet", f"{_ANSWER}.subnet.subnetId"),
            ("AWS::EC2::Volume", f"{_REQUEST}.volumeId"),
            ("AWS::EC2::Snapshot", f"{_REQUEST}.snapshotId"),
            ("AWS::EC2::KeyPair", f"{_REQUEST}.keyName"),
            ("AWS::EC2::NetworkInterface", f"{_REQUEST}.networkInterfaceId"),
            ("AWS::EC2::Ami", f"{_REQUEST}.imageId"),
        ),
        "RunInstances": (
            ("AWS::EC2::Instance", f"{_RUN}.instanceId"),
            ("AWS::EC2::Ami", f"{_REQUEST}.instancesSet.items.imageId"),
            ("AWS::EC2::Ami", f"{_RUN}.imageId"),
            ("AWS::EC2::Subnet", f"{_REQUEST}.subnetId"),
            ("AWS::EC2::Subnet", f"{_RUN}.subnetId"),
            ("AWS::EC2::SecurityGroup", f"{_REQUEST}.groupSet.items.groupId"),
            ("AWS::EC2::SecurityGroup", f"{_RUN}.groupSet.items.groupId"),
            ("AWS::EC2::NetworkInterface", f"{_RUN}.networkInterfaceSet.items.networkInterfaceId"),
            ("AWS::EC2::VPC", f"{_RUN}.vpcId"),
            ("AWS::EC2::KeyPair", f"{_REQUEST}.instancesSet.items.keyName"),
            ("AWS::EC2::KeyPair", f"{_RUN}.keyName"),
        ),
    },
}

# CreateFunction20150331, GetFunction20150331v2, UpdateDistribution2020_05_31: the API version at the end.
_API_VERSION = re.compile(r"(\d{8}(v\d+)?|\d{4}_\d\d_\d\d)$")


def resources(record: Mapping[str, Any]) -> tuple[tuple[str | None, str], ...]:
    """(ResourceType, ResourceName) of an event, each once; the type is None when the record lacks it."""
    operations = _RULES.get(str(record.get("eventSource")))
    found = _of_record(record) if operations is None else _by_rules(operations, record)
    return tuple(dict.fromkeys(found))


def _by_rules(
    operations: Mapping[str, tuple[Rule, ...]], record: Mapping[str, Any]
) -> Iterator[tuple[str | None, str]]:
    name = _API_VERSION.sub("", str(record.get("eventName")))
    for kind, path in operations.get(name, operations.get(EVERY, ())):
        for value in _walk(record, path.split(".")):
            yield kind, value


def _of_record(record: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    listed = record.get("resources")
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping):
            name, kind = item.get("ARN") or item.get("arn"), item.get("type")
            if isinstance(name, str):
                yield (kind if isinstance(kind, str) and kind else None), name


def _walk(value: Any, path: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, path)
    elif path:
        if isinstance(value, Mapping):
            yield from _walk(value.get(path[0]), path[1:])
    elif isinstance(value, str) and value:
        yield value
