"""Calls to S3 and S3 Control. Reads of what a bucket does not have fail, as in the real records."""

import json
from typing import Any

from driver import ACCOUNT, Driver, Service

# Reads of a bucket without any configuration, in the order of a tool that walks through them.
_READS = (
    "GetBucketAccelerateConfiguration", "GetBucketAcl", "GetBucketCors", "GetBucketEncryption",
    "GetBucketLifecycleConfiguration", "GetBucketLocation", "GetBucketLogging", "GetObjectLockConfiguration",
    "GetBucketPolicy", "GetBucketPolicyStatus", "GetPublicAccessBlock", "GetBucketReplication",
    "GetBucketRequestPayment", "GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite",
)  # fmt: skip


def calls(driver: Driver) -> None:
    """A bucket's life."""
    s3 = driver.of("s3")
    s3("CreateBucket", Bucket="reality-plain", ACL="private")
    elsewhere = {"LocationConstraint": "us-west-2"}
    s3("CreateBucket", Bucket="reality-west", ACL="private", CreateBucketConfiguration=elsewhere)
    s3("CreateBucket", Bucket="reality-default")
    s3("DeletePublicAccessBlock", Bucket="reality-plain")
    for operation in _READS:
        s3(operation, Bucket="reality-plain")
    s3("ListBuckets")
    _configured(s3)
    s3("PutObject", Bucket="reality-plain", Key="one.txt", Body=b"text")
    s3("GetObject", Bucket="reality-plain", Key="one.txt")
    s3("ListObjectsV2", Bucket="reality-plain", Prefix="", Delimiter="/", EncodingType="url")
    s3("DeleteBucket", Bucket="reality-plain")  # it is not empty
    s3("DeleteObject", Bucket="reality-plain", Key="one.txt")
    s3("DeleteBucket", Bucket="reality-plain")
    control = driver.of("s3control")
    control("GetPublicAccessBlock", AccountId=ACCOUNT)
    control("GetStorageLensConfiguration", ConfigId="default", AccountId=ACCOUNT)
    control("ListAccessPoints", AccountId=ACCOUNT, Bucket="reality-west", MaxResults=1)


def _configured(s3: Service) -> None:
    bucket = "reality-plain"
    statement: dict[str, Any] = {
        "Sid": "Writes",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3("PutBucketPolicy", Bucket=bucket, Policy=json.dumps(policy))
    s3("GetBucketPolicy", Bucket=bucket)
    s3("GetBucketPolicyStatus", Bucket=bucket)
    s3("DeleteBucketPolicy", Bucket=bucket)
    s3("PutPublicAccessBlock", Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    s3("GetPublicAccessBlock", Bucket=bucket)
    s3("PutBucketTagging", Bucket=bucket, Tagging={"TagSet": [{"Key": "team", "Value": "True"}]})
    s3("GetBucketTagging", Bucket=bucket)
    rule = {"ID": "one", "Status": "Enabled", "Filter": {"Prefix": "*"}, "Expiration": {"Days": 1}}
    s3("PutBucketLifecycleConfiguration", Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    s3("DeleteBucketLifecycle", Bucket=bucket)
