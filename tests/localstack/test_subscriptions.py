"""The AWS CLI's helpers that set a trail up with all it needs, without policies of one's own."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localstack.support import Cloud, aws_cli, eventually, output
from tests.localstack.test_outputs import Mailbox

REGION = "eu-west-1"  # not the deployment's
SHOWN = 60.0  # seconds
TEMPLATES = f"awscloudtrail-policy-{REGION}"
BUCKET_POLICY = "policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json"


def test_a_subscription_is_set_up_moved_and_delivers(cloud: Cloud, account: str) -> None:
    made, moved, told = f"made-{account}", f"moved-{account}", Mailbox(cloud, account, "told")
    command = f"create-subscription --name sub --s3-new-bucket {made} --s3-prefix p --sns-new-topic told"
    said = output(aws_cli(cloud, account, *command.split(), "--region", REGION))
    assert f"Logs will be delivered to {made}:p" in said
    s3, sns = cloud.client("s3", account, REGION), cloud.client("sns", account, REGION)
    assert f"arn:aws:s3:::{made}/p/AWSLogs/{account}/*" in _resources(s3, made)
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [made]

    command = f"update-subscription --name sub --s3-new-bucket {moved} --sns-new-topic told-again"
    output(aws_cli(cloud, account, *command.split(), "--region", REGION))
    assert f"arn:aws:s3:::{moved}/p/AWSLogs/{account}/*" in _resources(s3, moved)  # the prefix is kept
    topic = f"arn:aws:sns:{REGION}:{account}:told-again"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=told.arn)
    cloud.client("sqs", account, REGION).create_queue(QueueName="first")

    def delivered() -> list[str]:
        """The log files that tell of the queue, once the topic told of them."""
        files = cloud.log_files(account, moved)
        assert all(key.startswith(f"p/AWSLogs/{account}/CloudTrail/{REGION}/") for key in files)
        notified = [key for envelope in told.read() for key in json.loads(envelope["Message"])["s3ObjectKey"]]
        found = [key for key, held in files.items() if "CreateQueue" in {r["eventName"] for r in held}]
        return found if set(found) <= set(notified) else []

    assert len(eventually(delivered, within=SHOWN)) == 1


def _resources(s3: Any, bucket: str) -> list[str]:
    """What a bucket's policy speaks of."""
    statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    return [statement["Resource"] for statement in statements]


def test_the_templates_are_awss_and_nobody_elses(cloud: Cloud, account: str) -> None:
    s3 = cloud.client("s3", account, REGION)
    got = s3.get_object(Bucket=TEMPLATES, Key=BUCKET_POLICY)
    assert b"<BucketName>" in got["Body"].read()
    assert s3.head_object(Bucket=TEMPLATES, Key=BUCKET_POLICY)["ETag"] == got["ETag"]
    refused = {
        "create_bucket": {"CreateBucketConfiguration": {"LocationConstraint": REGION}},
        "put_object": {"Key": BUCKET_POLICY, "Body": b"{}"},
        "delete_object": {"Key": BUCKET_POLICY},
        "delete_bucket": {},
        "list_objects_v2": {},
        "get_object": {"Key": "anything/else"},
        "put_bucket_policy": {"Policy": "{}"},
    }
    codes = {}
    for call, parameters in refused.items():
        with pytest.raises(ClientError) as refusal:
            getattr(s3, call)(Bucket=TEMPLATES, **parameters)
        codes[call] = refusal.value.response["Error"]["Code"]
    assert codes.pop("create_bucket") == "BucketAlreadyExists"
    assert set(codes.values()) == {"AccessDenied"}
    assert s3.list_buckets()["Buckets"] == []
