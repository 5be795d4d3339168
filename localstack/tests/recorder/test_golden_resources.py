"""Records of networks, machines, certificates, streams and databases, written by hand from the rules."""

from datetime import UTC, datetime

import pytest
from driving import ABSENT, ACCOUNT, REQUEST_ID, expect, null

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
REMOVED = "<sensitiveDataRemoved>"
WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)
XMLNS = "http://ec2.amazonaws.com/doc/2016-11-15/"
ZONE = "Z1PA6795UKMFR9"
STREAM = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/orders"
STREAM_RESOURCE = {"accountId": ACCOUNT, "type": "AWS::Kinesis::Stream", "ARN": STREAM}
CERTIFICATE = f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/c"


def test_a_zone_is_made_and_changed_in_the_leading_region():
    expect("route53", "CreateHostedZone", {"Name": "example.com", "CallerReference": "r"}, {
        "eventSource": "route53.amazonaws.com",
        "awsRegion": "us-east-1",
        "requestParameters": {"name": "example.com", "callerReference": "r"},
        "responseElements": {
            "hostedZone": {"id": f"/hostedzone/{ZONE}", "name": "example.com."},
            "changeInfo": {"id": "/change/C", "submittedAt": "Feb 9, 2026 10:26:46 PM"},
        },
        "apiVersion": "2013-04-01",
        "additionalEventData": ABSENT,
    }, answer={
        "HostedZone": {"Id": f"/hostedzone/{ZONE}", "Name": "example.com."},
        "ChangeInfo": {"Id": "/change/C", "SubmittedAt": WHEN},
    })  # fmt: skip
    change = {
        "Action": "UPSERT",
        "ResourceRecordSet": {
            "Name": "a.example.com", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.1"}],
        },
    }  # fmt: skip
    sent = {"HostedZoneId": ZONE, "ChangeBatch": {"Comment": "new", "Changes": [change]}}
    expect("route53", "ChangeResourceRecordSets", sent, {
        "requestParameters": {"hostedZoneId": ZONE, "changeBatch": {"comment": "new", "changes": [{
            "action": "UPSERT",
            "resourceRecordSet": {
                "name": "a.example.com", "type": "A", "tTL": 300, "resourceRecords": [{"value": "192.0.2.1"}],
            },
        }]}},
        "responseElements": {"changeInfo": {"id": "/change/D", "status": "PENDING"}},
        "additionalEventData": {"Note": "Do not use to reconstruct hosted zone"},
        "readOnly": False,
    }, answer={"ChangeInfo": {"Id": "/change/D", "Status": "PENDING"}})  # fmt: skip


def test_zones_are_read_deleted_and_missing():
    expect("route53", "GetHostedZone", {"Id": ZONE}, null({"id": ZONE}, readOnly=True), answer={})
    expect("route53", "DeleteHostedZone", {"Id": ZONE}, {
        "requestParameters": {"id": ZONE}, "responseElements": {"changeInfo": {"id": "/change/E"}},
    }, answer={"ChangeInfo": {"Id": "/change/E"}})  # fmt: skip
    error = ("NoSuchHostedZone", f"No hosted zone found with ID: {ZONE}", 404)
    expect("route53", "ListResourceRecordSets", {"HostedZoneId": ZONE}, null(
        {"hostedZoneId": ZONE}, errorCode="NoSuchHostedZone", errorMessage=error[1], awsRegion="us-east-1",
    ), error=error)  # fmt: skip


def test_a_key_pair_is_made_without_its_material():
    answer = {"KeyName": "k", "KeyFingerprint": "1f", "KeyPairId": "key-1", "KeyMaterial": "never recorded"}
    expect("ec2", "CreateKeyPair", {"KeyName": "k", "KeyType": "ed25519"}, {
        "requestParameters": {"keyName": "k", "keyType": "ed25519"},
        "responseElements": {
            "requestId": REQUEST_ID, "keyName": "k", "keyFingerprint": "1f", "keyPairId": "key-1",
            "keyMaterial": REMOVED,
        },
        "readOnly": False,
    }, answer=answer)  # fmt: skip


def test_a_launch_template_keeps_user_data_to_itself():
    data = {"ImageId": "ami-1", "InstanceType": "t3.micro", "UserData": "never recorded"}
    sent = {"LaunchTemplateName": "web", "LaunchTemplateData": data, "ClientToken": "t"}
    expect("ec2", "CreateLaunchTemplate", sent, {
        "requestParameters": {"CreateLaunchTemplateRequest": {
            "LaunchTemplateName": "web", "ClientToken": "t",
            "LaunchTemplateData": {"ImageId": "ami-1", "InstanceType": "t3.micro", "UserData": REMOVED},
        }},
        "responseElements": {"CreateLaunchTemplateResponse": {
            "xmlns": XMLNS, "requestId": REQUEST_ID,
            "launchTemplate": {"launchTemplateId": "lt-1", "createTime": "2026-02-09T22:26:46.000Z"},
        }},
    }, answer={"LaunchTemplate": {"LaunchTemplateId": "lt-1", "CreateTime": WHEN}})  # fmt: skip


def test_a_profile_is_given_to_an_instance():
    sent = {"InstanceId": "i-1", "IamInstanceProfile": {"Name": "web"}}
    expect("ec2", "AssociateIamInstanceProfile", sent, {
        "requestParameters": {"AssociateIamInstanceProfileRequest": {
            "InstanceId": "i-1", "IamInstanceProfile": {"Name": "web"},
        }},
        "responseElements": {"AssociateIamInstanceProfileResponse": {
            "xmlns": XMLNS, "requestId": REQUEST_ID,
            "iamInstanceProfileAssociation": {"associationId": "a-1", "instanceId": "i-1"},
        }},
    }, answer={"IamInstanceProfileAssociation": {"AssociationId": "a-1", "InstanceId": "i-1"}})  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters", "answer", "elements"),
    [
        (
            "CreateImage",
            {"InstanceId": "i-1", "Name": "web", "NoReboot": True},
            {"instanceId": "i-1", "name": "web", "noReboot": True},
            {"ImageId": "ami-1"},
            {"requestId": REQUEST_ID, "imageId": "ami-1"},
        ),
        (
            "RebootInstances",
            {"InstanceIds": ["i-1", "i-2"]},
            {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
            {},
            {"requestId": REQUEST_ID, "_return": True},
        ),
        (
            "AssociateAddress",
            {"InstanceId": "i-1", "AllocationId": "e-1"},
            {"instanceId": "i-1", "allocationId": "e-1"},
            {"AssociationId": "a-1"},
            {"requestId": REQUEST_ID, "associationId": "a-1"},
        ),
        (
            "ReplaceRoute",
            {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"},
            {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"},
            {},
            {"requestId": REQUEST_ID, "_return": True},
        ),
        (
            "DeleteKeyPair",
            {"KeyName": "k"},
            {"keyName": "k"},
            {"Return": True, "KeyPairId": "key-1"},
            {"requestId": REQUEST_ID, "_return": True, "keyPairId": "key-1"},
        ),
    ],
)
def test_machines_and_networks_are_changed(operation, sent, parameters, answer, elements):
    expect("ec2", operation, sent, {
        "requestParameters": parameters, "responseElements": elements, "readOnly": False,
    }, answer=answer)  # fmt: skip


def test_machines_are_read_and_refused():
    expect("ec2", "GetConsoleOutput", {"InstanceId": "i-1"}, null(
        {"instanceId": "i-1"}, readOnly=True,
    ), answer={"Output": "never recorded"})  # fmt: skip
    error = ("UnauthorizedOperation", "You are not authorized to perform this operation.", 403)
    expect("ec2", "RebootInstances", {"InstanceIds": ["i-1"]}, null(
        {"instancesSet": {"items": [{"instanceId": "i-1"}]}}, errorCode="Client.UnauthorizedOperation",
    ), error=error)  # fmt: skip
    expect("ec2", "CreateKeyPair", {"KeyName": "k"}, null(
        {"keyName": "k"}, errorCode="Client.InvalidKeyPair.Duplicate",
    ), error=("InvalidKeyPair.Duplicate", "The keypair already exists", 400))  # fmt: skip
    expect("ec2", "DescribeInstances", {"DryRun": True}, null(
        {"dryRun": True, "instancesSet": {}, "filterSet": {}}, errorCode="Client.DryRunOperation",
    ), error=("DryRunOperation", "Request would have succeeded", 412))  # fmt: skip


def test_a_stream_is_made_and_its_records_are_data():
    expect("kinesis", "CreateStream", {"StreamName": "orders", "ShardCount": 2}, null(
        {"streamName": "orders", "shardCount": 2}, eventCategory="Management", readOnly=False,
    ), answer={})  # fmt: skip
    sent = {"StreamName": "orders", "Data": b"never recorded", "PartitionKey": "p"}
    expect("kinesis", "PutRecord", sent, {
        "requestParameters": {"streamName": "orders", "partitionKey": "p"},
        "responseElements": {"shardId": "shard-0", "sequenceNumber": "1"},
        "resources": [STREAM_RESOURCE],
        "managementEvent": False,
        "eventCategory": "Data",
        "readOnly": False,
    }, answer={"ShardId": "shard-0", "SequenceNumber": "1"})  # fmt: skip
    iterator = {"StreamARN": STREAM, "ShardId": "shard-0", "ShardIteratorType": "LATEST"}
    expect("kinesis", "GetShardIterator", iterator, null(
        {"streamARN": STREAM, "shardId": "shard-0", "shardIteratorType": "LATEST"},
        resources=[STREAM_RESOURCE], eventCategory="Data", readOnly=True,
    ), answer={"ShardIterator": "never"})  # fmt: skip
    error = ("ResourceNotFoundException", "Stream gone not found", 400)
    expect("kinesis", "DescribeStreamSummary", {"StreamName": "gone"}, null(
        {"streamName": "gone"}, errorCode=error[0], eventCategory="Management",
    ), error=error)  # fmt: skip


def test_delivery_streams_take_data():
    arn = f"arn:aws:firehose:eu-west-1:{ACCOUNT}:deliverystream/d"
    sent = {"DeliveryStreamName": "d", "Records": [{"Data": b"never recorded"}]}
    expect("firehose", "PutRecordBatch", sent, {
        "requestParameters": {"deliveryStreamName": "d", "records": [{}]},
        "responseElements": {"failedPutCount": 0, "requestResponses": [{"recordId": "1"}]},
        "resources": [{"accountId": ACCOUNT, "type": "AWS::KinesisFirehose::DeliveryStream", "ARN": arn}],
        "eventCategory": "Data",
    }, answer={"FailedPutCount": 0, "RequestResponses": [{"RecordId": "1"}]})  # fmt: skip


def test_certificates():
    sent = {"DomainName": "example.com", "IdempotencyToken": "t"}
    expect("acm", "RequestCertificate", sent, {
        "requestParameters": {"domainName": "example.com", "idempotencyToken": "t"},
        "responseElements": {"certificateArn": CERTIFICATE},
        "readOnly": False,
    }, answer={"CertificateArn": CERTIFICATE})  # fmt: skip
    sent = {"Certificate": b"public", "PrivateKey": b"never recorded", "Tags": [{"Key": "a", "Value": "b"}]}
    expect("acm", "ImportCertificate", sent, {
        "requestParameters": {"tags": [{"key": "a", "value": "b"}]},
        "responseElements": {"certificateArn": CERTIFICATE},
    }, answer={"CertificateArn": CERTIFICATE})  # fmt: skip
    expect("acm", "DeleteCertificate", {"CertificateArn": CERTIFICATE}, null(
        {"certificateArn": CERTIFICATE}, readOnly=False,
    ), answer={})  # fmt: skip
    error = ("ResourceNotFoundException", "Could not find certificate", 400)
    expect("acm", "DescribeCertificate", {"CertificateArn": CERTIFICATE}, null(
        {"certificateArn": CERTIFICATE}, errorCode=error[0],
    ), error=error)  # fmt: skip


def test_repositories_are_resources_without_a_type():
    arn = f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/web"
    resource = [{"ARN": arn, "accountId": ACCOUNT}]
    expect("ecr", "CreateRepository", {"repositoryName": "web"}, {
        "eventSource": "ecr.amazonaws.com",
        "requestParameters": {"repositoryName": "web"},
        "responseElements": {"repository": {
            "repositoryArn": arn, "repositoryName": "web", "createdAt": "Feb 9, 2026, 10:26:46 PM",
        }},
        "resources": resource,
    }, answer={"repository": {"repositoryArn": arn, "repositoryName": "web", "createdAt": WHEN}})  # fmt: skip
    sent = {"repositoryName": "web", "imageIds": [{"imageTag": "latest"}]}
    expect("ecr", "BatchGetImage", sent, null(sent, readOnly=True, resources=resource), answer={})
    expect("ecr", "GetAuthorizationToken", {}, null(None, readOnly=True, resources=ABSENT), answer={
        "authorizationData": [{"authorizationToken": "never recorded"}],
    })  # fmt: skip


def test_a_database_is_made_without_its_password():
    sent = {
        "DBInstanceIdentifier": "db", "Engine": "mysql", "MasterUsername": "root",
        "MasterUserPassword": "never recorded", "AllocatedStorage": 5, "PubliclyAccessible": True,
    }  # fmt: skip
    expect("rds", "CreateDBInstance", sent, {
        "requestParameters": {
            "dBInstanceIdentifier": "db", "engine": "mysql", "masterUsername": "root",
            "masterUserPassword": HIDDEN, "allocatedStorage": 5, "publiclyAccessible": True,
        },
        "responseElements": {"dBInstanceIdentifier": "db", "dBInstanceStatus": "creating"},
    }, answer={
        "DBInstance": {"DBInstanceIdentifier": "db", "DBInstanceStatus": "creating"},
    })  # fmt: skip
    error = ("DBInstanceAlreadyExists", "DB instance already exists", 400)
    expect("rds", "CreateDBInstance", sent, {
        "requestParameters": {
            "dBInstanceIdentifier": "db", "engine": "mysql", "masterUsername": "root",
            "masterUserPassword": HIDDEN, "allocatedStorage": 5, "publiclyAccessible": True,
        },
        "responseElements": None,
        "errorCode": "DBInstanceAlreadyExistsFault",
    }, error=error)  # fmt: skip


@pytest.mark.parametrize(
    ("service", "version", "sent", "parameters"),
    [
        ("elb", "2012-06-01", {"PageSize": 5}, {"pageSize": 5}),
        ("elbv2", "2015-12-01", {"Names": ["web"]}, {"names": ["web"]}),
    ],
)
def test_load_balancers_tell_their_generation(service, version, sent, parameters):
    expect(service, "DescribeLoadBalancers", sent, null(
        parameters, eventSource="elasticloadbalancing.amazonaws.com", apiVersion=version, readOnly=True,
    ), answer={})  # fmt: skip


def test_a_file_system_is_made():
    expect("efs", "CreateFileSystem", {"CreationToken": "t", "Encrypted": True}, {
        "eventSource": "elasticfilesystem.amazonaws.com",
        "eventName": "CreateFileSystem",
        "requestParameters": {"creationToken": "t", "encrypted": True},
        "responseElements": {"fileSystemId": "fs-1", "creationTime": "Feb 9, 2026, 10:26:46 PM"},
        "apiVersion": "2015-02-01",
    }, answer={"FileSystemId": "fs-1", "CreationTime": WHEN})  # fmt: skip


def test_cloudfront_dates_its_functions_and_its_records():
    expect("cloudfront", "ListFunctions", {}, null(
        None, eventName="ListFunctions2020_05_31", apiVersion="2020_05_31", awsRegion="us-east-1",
    ), answer={})  # fmt: skip
    expect("cloudfront", "DescribeFunction", {"Name": "f"}, null(
        {"name": "f"}, eventName="DescribeFunction2020_05_31", readOnly=True,
    ), answer={})  # fmt: skip
    error = ("NoSuchDistribution", "The specified distribution does not exist.", 404)
    expect("cloudfront", "GetDistribution", {"Id": "E1"}, null(
        {"id": "E1"}, eventName="GetDistribution", errorCode="NoSuchDistribution",
    ), error=error)  # fmt: skip
