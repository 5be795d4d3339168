"""The policy templates that the CLI's subscriptions fill in."""

import json

import pytest
from opentrail_local.subscriptions.templates import BUCKET_POLICY, TOPIC_POLICY, region_of, template


@pytest.mark.parametrize(
    ("bucket", "region"),
    [
        ("awscloudtrail-policy-us-east-1", "us-east-1"),
        ("awscloudtrail-policy-eu-west-3", "eu-west-3"),
        ("awscloudtrail-policy-us-gov-west-1", "us-gov-west-1"),
        ("awscloudtrail-policy-mars-1", ""),
        ("awscloudtrail-policy-", ""),
        ("us-east-1", ""),
        ("my-awscloudtrail-policy-us-east-1", ""),
        ("", ""),
    ],
)
def test_every_region_has_a_bucket(bucket: str, region: str) -> None:
    assert region_of(bucket) == region


def filled(text: str, **words: str) -> str:
    for word, value in words.items():
        text = text.replace(f"<{word}>", value)
    return text


@pytest.mark.parametrize("prefix", ["", "some/prefix/"])
def test_the_bucket_policy_once_filled_in(prefix: str) -> None:
    text = (template("us-east-1", BUCKET_POLICY) or b"").decode().replace("<Prefix>/", prefix)
    policy = json.loads(filled(text, BucketName="logs", CustomerAccountID="111111111111"))
    assert [(s["Action"], s["Resource"]) for s in policy["Statement"]] == [
        ("s3:GetBucketAcl", "arn:aws:s3:::logs"),
        ("s3:PutObject", f"arn:aws:s3:::logs/{prefix}AWSLogs/111111111111/*"),
    ]
    assert {s["Principal"]["Service"] for s in policy["Statement"]} == {"cloudtrail.amazonaws.com"}
    assert policy["Statement"][1]["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "111111111111",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    assert "<" not in json.dumps(policy)


def test_the_topic_policy_once_filled_in() -> None:
    text = (template("us-gov-west-1", TOPIC_POLICY) or b"").decode()
    words = {"Region": "us-gov-west-1", "SNSTopicOwnerAccountId": "111111111111", "SNSTopicName": "told"}
    [statement] = json.loads(filled(text, **words))["Statement"]
    assert statement["Resource"] == "arn:aws-us-gov:sns:us-gov-west-1:111111111111:told"
    assert (statement["Action"], statement["Effect"]) == ("SNS:Publish", "Allow")
    assert "<" not in json.dumps(statement)


@pytest.mark.parametrize("key", ["", "policy/", BUCKET_POLICY + "x", BUCKET_POLICY.lower()])
def test_there_is_nothing_else(key: str) -> None:
    assert template("us-east-1", key) is None
