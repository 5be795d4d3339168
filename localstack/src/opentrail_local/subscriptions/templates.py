"""The policy templates of the CLI's subscriptions. Pure: from a bucket and a key to a template.

AWS keeps a bucket in every Region with two objects. The CLI puts the words in angle brackets in: the bucket,
topic, account and Region, and a prefix that is empty or ends with a slash. The policies are ours: what
CloudTrail needs of a bucket and a topic, for trails of the account alone.
"""

import functools
import json
from typing import Any

import botocore.session

BUCKETS = "awscloudtrail-policy-"  # and the Region
BUCKET_POLICY = "policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json"
TOPIC_POLICY = "policy/SNS/AWSCloudTrail-SnsTopicPolicy-2014-12-17.json"

_SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def region_of(bucket: str) -> str:
    """The Region whose templates a bucket holds; empty for every other bucket."""
    if not bucket.startswith(BUCKETS):
        return ""
    region = bucket.removeprefix(BUCKETS)
    return region if region in _partitions() else ""


def template(region: str, key: str) -> bytes | None:
    """An object of a Region's bucket; None when there is none of that key."""
    partition = _partitions()[region]
    statements = {BUCKET_POLICY: _bucket_statements, TOPIC_POLICY: _topic_statements}.get(key)
    if statements is None:
        return None
    policy = {"Version": "2012-10-17", "Statement": statements(f"arn:{partition}")}
    return (json.dumps(policy, indent=2) + "\n").encode()


def _bucket_statements(arn: str) -> list[dict[str, Any]]:
    account = "<CustomerAccountID>"
    return [
        {
            "Sid": "CloudTrailLooksAtTheAcl",
            "Effect": "Allow",
            "Principal": _SERVICE,
            "Action": "s3:GetBucketAcl",
            "Resource": f"{arn}:s3:::<BucketName>",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        },
        {
            "Sid": "CloudTrailWritesLogFiles",
            "Effect": "Allow",
            "Principal": _SERVICE,
            "Action": "s3:PutObject",
            "Resource": f"{arn}:s3:::<BucketName>/<Prefix>/AWSLogs/{account}/*",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"}
            },
        },
    ]


def _topic_statements(arn: str) -> list[dict[str, Any]]:
    account = "<SNSTopicOwnerAccountId>"
    return [
        {
            "Sid": "CloudTrailTellsOfLogFiles",
            "Effect": "Allow",
            "Principal": _SERVICE,
            "Action": "SNS:Publish",
            "Resource": f"{arn}:sns:<Region>:{account}:<SNSTopicName>",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        }
    ]


@functools.cache
def _partitions() -> dict[str, str]:
    """The partition of every Region that has CloudTrail."""
    session = botocore.session.get_session()
    return {
        region: partition
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("cloudtrail", partition)
    }
