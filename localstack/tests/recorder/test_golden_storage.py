"""Records of buckets, queues and tables, written out by hand from the rules."""

from datetime import UTC, datetime

import pytest
from driving import ACCOUNT, record

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)


def changing(found: dict) -> tuple:
    """What differs from one operation to the next."""
    return found["eventName"], found["requestParameters"], found["responseElements"], found["readOnly"]


def test_a_bucket_is_made():
    found = record("s3", "CreateBucket", {
        "Bucket": "b", "ACL": "private", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"},
    }, answer={"Location": "/b"})  # fmt: skip
    assert changing(found) == (
        "CreateBucket",
        {
            "CreateBucketConfiguration": {
                "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/",
                "LocationConstraint": "eu-west-1",
            },
            "bucketName": "b",
            "Host": "127.0.0.1:4566",
            "x-amz-acl": "private",
        },
        None,
        False,
    )
    assert "resources" not in found
    assert found["userAgent"].startswith("[stock-client/1.0")
    assert found["userAgent"].endswith("]")


def test_an_object_is_put():
    headers = {
        "x-amz-request-id": "S3ID",
        "x-amz-id-2": "EXT",
        "x-amz-server-side-encryption": "AES256",
        "ETag": '"1"',
        "content-length": "0",
    }
    found = record("s3", "PutObject", {
        "Bucket": "b", "Key": "folder 1/naïve.txt", "Body": b"never recorded", "StorageClass": "STANDARD_IA",
        "Metadata": {"secret": "meta"},
    }, answer={"ETag": '"1"'}, headers=headers)  # fmt: skip
    assert changing(found) == (
        "PutObject",
        {
            "bucketName": "b",
            "Host": "127.0.0.1:4566",
            "key": "folder 1/naïve.txt",
            "x-amz-storage-class": "STANDARD_IA",
        },
        {"x-amz-server-side-encryption": "AES256"},
        False,
    )
    assert found["additionalEventData"] == {
        "SignatureVersion": "SigV4",
        "bytesTransferredIn": 14,
        "SSEApplied": "Default_SSE_S3",
        "AuthenticationMethod": "AuthHeader",
        "x-amz-id-2": "EXT",
        "bytesTransferredOut": 0,
    }
    assert found["requestID"] == "S3ID"
    assert found["resources"] == [
        {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/folder 1/naïve.txt"},
        {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b"},
    ]
    assert (found["managementEvent"], found["eventCategory"]) == (False, "Data")


def test_objects_are_listed():
    found = record("s3", "ListObjectsV2", {"Bucket": "b", "Prefix": "a/"}, answer={"KeyCount": 0})
    assert changing(found) == (
        "ListObjects",
        {
            "bucketName": "b",
            "Host": "127.0.0.1:4566",
            "list-type": "2",
            "prefix": "a/",
            "encoding-type": "url",
        },
        None,
        True,
    )
    assert found["resources"][0] == {"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::b/a/"}


def test_a_bucket_policy_is_recorded_as_json():
    found = record("s3", "PutBucketPolicy", {"Bucket": "b", "Policy": '{"Version":"2012-10-17"}'})
    assert found["requestParameters"] == {
        "bucketPolicy": {"Version": "2012-10-17"},
        "bucketName": "b",
        "Host": "127.0.0.1:4566",
        "policy": "",
    }


@pytest.mark.parametrize(
    ("operation", "parameters", "name", "member", "value"),
    [
        (
            "PutBucketTagging",
            {"Tagging": {"TagSet": [{"Key": "team", "Value": "true"}]}},
            "PutBucketTagging",
            "Tagging",
            {"TagSet": {"Tag": {"Key": "team", "Value": True}}},
        ),
        (
            "PutBucketLifecycleConfiguration",
            {
                "LifecycleConfiguration": {
                    "Rules": [
                        {
                            "ID": "one",
                            "Status": "Enabled",
                            "Expiration": {"Days": 1},
                            "Filter": {"Prefix": "*"},
                        }
                    ]
                }
            },
            "PutBucketLifecycle",
            "LifecycleConfiguration",
            {
                "Rule": {
                    "ID": "one",
                    "Status": "Enabled",
                    "Expiration": {"Days": 1},
                    "Filter": {"Prefix": "*"},
                }
            },
        ),
        (
            "PutPublicAccessBlock",
            {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
            "PutBucketPublicAccessBlock",
            "PublicAccessBlockConfiguration",
            {"BlockPublicAcls": True},
        ),
    ],
)
def test_s3_bodies_are_recorded_under_their_root(operation, parameters, name, member, value):
    found = record("s3", operation, {"Bucket": "b", **parameters})
    body = found["requestParameters"][member]
    assert found["eventName"] == name
    assert body.pop("xmlns") == "http://s3.amazonaws.com/doc/2006-03-01/"
    assert body == value


def test_listing_buckets_has_only_a_host():
    found = record("s3", "ListBuckets")
    assert changing(found) == ("ListBuckets", {"Host": "127.0.0.1:4566"}, None, True)
    assert "resources" not in found


def test_a_missing_key_is_a_data_event_with_its_name():
    found = record("s3", "GetObject", {"Bucket": "b", "Key": "gone"}, error=("NoSuchKey", "Gone.", 404))
    assert (found["errorCode"], found["errorMessage"], found["eventCategory"]) == (
        "NoSuchKey",
        "Gone.",
        "Data",
    )
    assert found["requestParameters"]["key"] == "gone"


def test_a_queue_is_made_and_written_to():
    url = f"http://127.0.0.1:4566/queue/eu-west-1/{ACCOUNT}/jobs"
    made = record(
        "sqs",
        "CreateQueue",
        {"QueueName": "jobs", "Attributes": {"DelaySeconds": "5"}},
        answer={"QueueUrl": url},
    )
    assert changing(made) == (
        "CreateQueue",
        {"queueName": "jobs", "attributes": {"DelaySeconds": "5"}},
        {"queueUrl": url},
        False,
    )
    assert (made["managementEvent"], "resources" in made) == (True, False)
    written = record("sqs", "SendMessage", {
        "QueueUrl": url, "MessageBody": "never recorded", "DelaySeconds": 1,
        "MessageAttributes": {"a": {"DataType": "String", "StringValue": "never recorded"}},
    }, answer={"MessageId": "m", "MD5OfMessageBody": "5"})  # fmt: skip
    assert changing(written) == (
        "SendMessage",
        {"queueUrl": url, "messageBody": HIDDEN, "delaySeconds": 1, "messageAttributes": HIDDEN},
        {"messageId": "m", "mD5OfMessageBody": "5"},
        False,
    )
    assert written["resources"] == [
        {"accountId": ACCOUNT, "type": "AWS::SQS::Queue", "ARN": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"}
    ]
    assert (written["managementEvent"], written["eventCategory"]) == (False, "Data")


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"])
def test_a_missing_queue_has_the_exceptions_name(code):
    found = record("sqs", "GetQueueUrl", {"QueueName": "gone"}, error=(code, "Gone.", 400))
    assert changing(found) == ("GetQueueUrl", {"queueName": "gone"}, None, True)
    assert found["errorCode"] == "QueueDoesNotExist"


def test_receiving_messages_reads():
    assert record("sqs", "ReceiveMessage", {"QueueUrl": "http://h/1/q"})["readOnly"] is True


def test_a_table_is_made():
    found = record("dynamodb", "CreateTable", {
        "TableName": "t", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }, answer={
        "TableDescription": {"TableName": "t", "TableStatus": "CREATING", "CreationDateTime": WHEN},
    })  # fmt: skip
    assert changing(found) == (
        "CreateTable",
        {
            "tableName": "t",
            "keySchema": [{"attributeName": "pk", "keyType": "HASH"}],
            "attributeDefinitions": [{"attributeName": "pk", "attributeType": "S"}],
            "billingMode": "PAY_PER_REQUEST",
        },
        {
            "tableDescription": {
                "tableName": "t",
                "tableStatus": "CREATING",
                "creationDateTime": "Feb 9, 2026, 10:26:46 PM",
            }
        },
        False,
    )
    assert (found["apiVersion"], found["managementEvent"]) == ("2012-08-10", True)


def test_an_item_is_put_without_its_values():
    found = record(
        "dynamodb",
        "PutItem",
        {"TableName": "t", "Item": {"pk": {"S": "never recorded"}, "a": {"N": "1"}}},
        answer={},
    )
    assert changing(found) == ("PutItem", {"tableName": "t", "items": ["a", "pk"]}, None, False)
    arn = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t"
    assert found["resources"] == [{"accountId": ACCOUNT, "type": "AWS::DynamoDB::Table", "ARN": arn}]
    assert found["eventCategory"] == "Data"


def test_a_transaction_names_its_tables():
    found = record("dynamodb", "TransactWriteItems", {"TransactItems": [
        {"Put": {"TableName": "a", "Item": {"pk": {"S": "never recorded"}}}},
        {"Delete": {"TableName": "b", "Key": {"pk": {"S": "1"}}}},
    ]}, answer={})  # fmt: skip
    assert [r["ARN"].rpartition("/")[2] for r in found["resources"]] == ["a", "b"]
    assert "never recorded" not in str(found)
