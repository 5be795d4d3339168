"""Records of the services that a first session uses, written out by hand from the rules."""

from datetime import UTC, datetime

import pytest
from driving import ACCOUNT, EVENT_ID, REQUEST_ID, record

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
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


def test_networks_are_described_with_sets():
    found = record("ec2", "DescribeVpcs", {
        "VpcIds": ["vpc-1"], "Filters": [{"Name": "state", "Values": ["available"]}],
    }, answer={"Vpcs": []})  # fmt: skip
    assert found["requestParameters"] == {
        "filterSet": {"items": [{"name": "state", "valueSet": {"items": [{"value": "available"}]}}]},
        "vpcSet": {"items": [{"vpcId": "vpc-1"}]},
    }
    assert found["responseElements"] is None


@pytest.mark.parametrize(
    ("operation", "sets"),
    [
        ("DescribeInstances", {"instancesSet", "filterSet"}),
        ("DescribeVpcs", {"vpcSet", "filterSet"}),
        ("DescribeSubnets", {"subnetSet", "filterSet"}),
        ("DescribeVolumes", {"volumeSet", "filterSet"}),
        ("DescribeRouteTables", {"routeTableIdSet", "filterSet"}),
        ("DescribeInternetGateways", {"internetGatewayIdSet", "filterSet"}),
        ("DescribeNetworkAcls", {"networkAclIdSet", "filterSet"}),
        ("DescribeSecurityGroups", {"securityGroupSet", "securityGroupIdSet", "filterSet"}),
        ("DescribeAvailabilityZones", {"availabilityZoneSet", "availabilityZoneIdSet", "filterSet"}),
        ("DescribeImages", {"executableBySet", "imagesSet", "ownersSet", "filterSet"}),
        ("DescribeAddresses", {"publicIpsSet", "filterSet", "allocationIdsSet"}),
        ("DescribeAccountAttributes", {"accountAttributeNameSet", "filterSet"}),
        ("DescribeTags", {"filterSet"}),
        ("DescribeRegions", {"regionSet"}),
    ],
)
def test_describing_everything_writes_empty_sets(operation, sets):
    assert record("ec2", operation, answer={})["requestParameters"] == {name: {} for name in sets}


def test_a_network_is_made():
    vpc = {
        "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "State": "pending", "IsDefault": False,
        "Ipv6CidrBlockAssociationSet": [], "Tags": [{"Key": "team", "Value": "true"}],
        "CidrBlockAssociationSet": [{"AssociationId": "a-1", "CidrBlockState": {"State": "associated"}}],
    }  # fmt: skip
    found = record("ec2", "CreateVpc", {
        "CidrBlock": "10.0.0.0/16",
        "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "team", "Value": "true"}]}],
    }, answer={"Vpc": vpc})  # fmt: skip
    assert found["requestParameters"] == {
        "cidrBlock": "10.0.0.0/16",
        "tagSpecificationSet": {
            "items": [{"resourceType": "vpc", "tags": [{"key": "team", "value": "true"}]}]
        },
        "instanceTenancy": "default",
        "amazonProvidedIpv6CidrBlock": False,
    }
    assert found["responseElements"] == {
        "requestId": REQUEST_ID,
        "vpc": {
            "vpcId": "vpc-1",
            "cidrBlock": "10.0.0.0/16",
            "state": "pending",
            "isDefault": False,
            "ipv6CidrBlockAssociationSet": {},
            "tagSet": {"items": [{"key": "team", "value": "true"}]},
            "cidrBlockAssociationSet": {
                "items": [{"associationId": "a-1", "cidrBlockState": {"state": "associated"}}]
            },
        },
    }


def test_a_security_group_is_made_and_opened():
    made = record("ec2", "CreateSecurityGroup", {
        "GroupName": "web", "Description": "open", "VpcId": "vpc-1",
    }, answer={"GroupId": "sg-1"})  # fmt: skip
    assert changing(made)[1:3] == (
        {"groupDescription": "open", "groupName": "web", "vpcId": "vpc-1"},
        {"requestId": REQUEST_ID, "_return": True, "groupId": "sg-1"},
    )
    opened = record("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": "sg-1", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    ]}, answer={"Return": True, "SecurityGroupRules": [{"SecurityGroupRuleId": "sgr-1"}]})  # fmt: skip
    assert changing(opened)[1:3] == (
        {
            "groupId": "sg-1",
            "ipPermissions": {
                "items": [
                    {
                        "ipProtocol": "tcp",
                        "fromPort": 22,
                        "toPort": 22,
                        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
                        "groups": {},
                        "ipv6Ranges": {},
                        "prefixListIds": {},
                    }
                ]
            },
        },
        {
            "requestId": REQUEST_ID,
            "_return": True,
            "securityGroupRuleSet": {"items": [{"securityGroupRuleId": "sgr-1"}]},
        },
    )


def test_instances_are_gathered_and_their_user_data_removed():
    found = record("ec2", "RunInstances", {
        "ImageId": "ami-1", "MinCount": 1, "MaxCount": 2, "KeyName": "k", "InstanceType": "t3.micro",
        "UserData": "never recorded", "SecurityGroupIds": ["sg-1"],
    }, answer={"ReservationId": "r-1", "Instances": [{"InstanceId": "i-1", "LaunchTime": WHEN}]})  # fmt: skip
    sent = found["requestParameters"]
    assert sent["instancesSet"] == {
        "items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 2, "keyName": "k"}]
    }
    assert sent["userData"] == "<sensitiveDataRemoved>"
    assert sent["groupSet"] == {"items": [{"groupId": "sg-1"}]}
    assert (sent["instanceType"], sent["blockDeviceMapping"]) == ("t3.micro", {})
    assert found["responseElements"] == {
        "requestId": REQUEST_ID,
        "reservationId": "r-1",
        "instancesSet": {"items": [{"instanceId": "i-1", "launchTime": 1770676006000}]},
    }


def test_newer_ec2_operations_are_wrapped():
    described = record("ec2", "DescribeNatGateways", {
        "NatGatewayIds": ["nat-1"], "MaxResults": 5,
        "Filters": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}],
    }, answer={})  # fmt: skip
    assert described["requestParameters"] == {
        "DescribeNatGatewaysRequest": {
            "Filter": {
                "tag": 1,
                "Name": "vpc-id",
                "Value": [{"tag": 1, "content": "vpc-1"}, {"tag": 2, "content": "vpc-2"}],
            },
            "MaxResults": 5,
            "NatGatewayId": {"tag": 1, "content": "nat-1"},
        }
    }
    made = record(
        "ec2",
        "CreateNatGateway",
        {"SubnetId": "subnet-1"},
        answer={
            "NatGateway": {"NatGatewayId": "nat-1", "Tags": [{"Key": "a", "Value": "1"}], "CreateTime": WHEN}
        },
    )
    assert made["responseElements"] == {
        "CreateNatGatewayResponse": {
            "xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
            "requestId": REQUEST_ID,
            "natGateway": {
                "natGatewayId": "nat-1",
                "tagSet": {"item": {"key": "a", "value": 1}},
                "createTime": "2026-02-09T22:26:46.000Z",
            },
        }
    }


def test_ec2_failures_name_who_is_at_fault():
    at_fault = [
        record("ec2", "DescribeVpcs", {"VpcIds": ["vpc-1"]}, error=(code, "No.", status))["errorCode"]
        for code, status in (("InvalidVpcID.NotFound", 400), ("InternalError", 500))
    ]
    assert at_fault == ["Client.InvalidVpcID.NotFound", "Server.InternalError"]


def test_an_empty_ec2_answer_returns_true():
    found = record("ec2", "DeleteVpc", {"VpcId": "vpc-1"}, answer={})
    assert found["responseElements"] == {"requestId": REQUEST_ID, "_return": True}
