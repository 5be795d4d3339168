"""What records are made of in tests: API calls with their parameters, answers, resources and failures.

A row extends the catalogue. Placeholders in angle brackets are filled by `tests.records`; the text of a row is the
JSON that CloudTrail writes for such a call (AWS documentation, "CloudTrail record contents", and the services' pages).
"""
# ruff: noqa: E501 - a call is one row of the table, however long

import json
from dataclasses import dataclass, field
from typing import Any

MANAGEMENT = "Management"
DATA = "Data"
NETWORK = "NetworkActivity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One kind of API call. Templates are JSON text with placeholders, empty for null."""

    source: str
    name: str
    read_only: bool
    parameters: str = ""
    answer: str = ""
    resources: tuple[tuple[str, str], ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    category: str = MANAGEMENT
    is_global: bool = False  # recorded in us-east-1 whatever Region the caller uses
    extra: dict[str, Any] = field(default_factory=dict)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")) if value is not None else ""


def _call(
    source: str, name: str, read_only: bool, parameters: Any = None, answer: Any = None, **more: Any
) -> Call:
    return Call(
        source=f"{source}.amazonaws.com",
        name=name,
        read_only=read_only,
        parameters=_json(parameters),
        answer=_json(answer),
        **more,
    )


_DENIED = ("AccessDenied", "User: <arn> is not authorized to perform: <action> on resource: <resource>")
_NO_ROLE = ("NoSuchEntityException", "The role with name <role> cannot be found.")
_BUCKET = (("AWS::S3::Bucket", "arn:aws:s3:::<bucket>"),)
_OBJECT = (("AWS::S3::Object", "arn:aws:s3:::<bucket>/<path>"), *_BUCKET)
_ROLE = (("AWS::IAM::Role", "arn:aws:iam::<account>:role/<role>"),)
_KEY = (("AWS::KMS::Key", "arn:aws:kms:<region>:<account>:key/<uuid>"),)
_TABLE = (("AWS::DynamoDB::Table", "arn:aws:dynamodb:<region>:<account>:table/<table>"),)
_FUNCTION = (("AWS::Lambda::Function", "arn:aws:lambda:<region>:<account>:function:<function>"),)
_S3_HOST = {"bucketName": "<bucket>", "Host": "<bucket>.s3.<region>.amazonaws.com"}

CALLS: tuple[Call, ...] = (
    _call("s3", "CreateBucket", False, {**_S3_HOST, "x-amz-acl": "private"}, None, resources=_BUCKET, errors=(("BucketAlreadyExists", "The requested bucket name is not available."),)),
    _call("s3", "DeleteBucket", False, _S3_HOST, None, resources=_BUCKET, errors=(("BucketNotEmpty", "The bucket you tried to delete is not empty"),)),
    _call("s3", "GetBucketPolicy", True, {**_S3_HOST, "policy": ""}, None, resources=_BUCKET, errors=(("NoSuchBucketPolicy", "The bucket policy does not exist"),)),
    _call("s3", "PutBucketPolicy", False, {**_S3_HOST, "policy": "", "bucketPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::<bucket>/*"}]}}, None, resources=_BUCKET, errors=(_DENIED,)),
    _call("s3", "GetBucketAcl", True, {**_S3_HOST, "acl": ""}, None, resources=_BUCKET),
    _call("s3", "ListBuckets", True, {"Host": "s3.amazonaws.com"}, None),
    _call("s3", "GetObject", True, {**_S3_HOST, "key": "<path>"}, None, resources=_OBJECT, category=DATA, errors=(("NoSuchKey", "The specified key does not exist."), _DENIED)),
    _call("s3", "PutObject", False, {**_S3_HOST, "key": "<path>"}, {"x-amz-server-side-encryption": "AES256"}, resources=_OBJECT, category=DATA),
    _call("s3", "DeleteObject", False, {**_S3_HOST, "key": "<path>"}, None, resources=_OBJECT, category=DATA),
    _call("iam", "CreateUser", False, {"userName": "<user>"}, {"user": {"path": "/", "userName": "<user>", "userId": "<principal>", "arn": "arn:aws:iam::<account>:user/<user>", "createDate": "Jul 10, 2023 11:42:31 AM"}}, is_global=True, errors=(("EntityAlreadyExistsException", "User with name <user> already exists."),)),
    _call("iam", "CreateRole", False, {"roleName": "<role>", "assumeRolePolicyDocument": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}', "tags": [{"key": "team", "value": "<word>"}]}, {"role": {"path": "/", "roleName": "<role>", "arn": "arn:aws:iam::<account>:role/<role>"}}, is_global=True),
    _call("iam", "GetRole", True, {"roleName": "<role>"}, None, is_global=True, errors=(_NO_ROLE,)),
    _call("iam", "AttachRolePolicy", False, {"roleName": "<role>", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, None, is_global=True, errors=(_NO_ROLE,)),
    _call("iam", "ListUsers", True, {"maxItems": 100}, None, is_global=True, errors=(_DENIED,)),
    _call("iam", "CreateAccessKey", False, {"userName": "<user>"}, {"accessKey": {"accessKeyId": "<akid>", "status": "Active", "userName": "<user>", "createDate": "Jul 10, 2023 11:42:31 AM"}}, is_global=True, errors=(("LimitExceededException", "Cannot exceed quota for AccessKeysPerUser: 2"),)),
    _call("sts", "AssumeRole", True, {"roleArn": "arn:aws:iam::<account>:role/<role>", "roleSessionName": "<session>", "durationSeconds": 3600}, {"credentials": {"accessKeyId": "<asid>", "sessionToken": "<token>", "expiration": "Jul 10, 2023, 12:42:31 PM"}, "assumedRoleUser": {"assumedRoleId": "<principal>:<session>", "arn": "arn:aws:sts::<account>:assumed-role/<role>/<session>"}}, resources=_ROLE, errors=(_DENIED,)),
    _call("sts", "GetCallerIdentity", True, None, None),
    _call("sqs", "CreateQueue", False, {"queueName": "<queue>", "attribute": {"VisibilityTimeout": "30"}}, {"queueUrl": "https://sqs.<region>.amazonaws.com/<account>/<queue>"}),
    _call("sqs", "GetQueueUrl", True, {"queueName": "<queue>"}, {"queueUrl": "https://sqs.<region>.amazonaws.com/<account>/<queue>"}, errors=(("QueueDoesNotExist", "The specified queue does not exist."),)),
    _call("sqs", "SendMessage", False, {"queueUrl": "https://sqs.<region>.amazonaws.com/<account>/<queue>", "messageBody": "HIDDEN_DUE_TO_SECURITY_REASONS"}, {"messageId": "<uuid>"}, resources=(("AWS::SQS::Queue", "arn:aws:sqs:<region>:<account>:<queue>"),), category=DATA),
    _call("kms", "CreateKey", False, {"keySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT", "origin": "AWS_KMS", "multiRegion": False, "bypassPolicyLockoutSafetyCheck": False}, {"keyMetadata": {"keyId": "<uuid>", "arn": "arn:aws:kms:<region>:<account>:key/<uuid>", "enabled": True, "creationDate": "Jul 10, 2023, 11:42:31 AM"}}, resources=_KEY),
    _call("kms", "Decrypt", True, {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::<bucket>/<path>"}, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, None, resources=_KEY, errors=(_DENIED,)),
    _call("kms", "GenerateDataKey", True, {"keyId": "arn:aws:kms:<region>:<account>:key/<uuid>", "keySpec": "AES_256"}, None, resources=_KEY),
    _call("dynamodb", "CreateTable", False, {"tableName": "<table>", "attributeDefinitions": [{"attributeName": "pk", "attributeType": "S"}], "keySchema": [{"attributeName": "pk", "keyType": "HASH"}], "billingMode": "PAY_PER_REQUEST"}, {"tableDescription": {"tableName": "<table>", "itemCount": 0, "tableStatus": "CREATING"}}, resources=_TABLE),
    _call("dynamodb", "DescribeTable", True, {"tableName": "<table>"}, None, resources=_TABLE, errors=(("ResourceNotFoundException", "Requested resource not found: Table: <table> not found"),)),
    _call("dynamodb", "GetItem", True, {"tableName": "<table>", "key": {"pk": "HIDDEN_DUE_TO_SECURITY_REASONS"}, "consistentRead": False}, None, resources=_TABLE, category=DATA),
    _call("ec2", "RunInstances", False, {"instancesSet": {"items": [{"imageId": "ami-<hex8>", "minCount": 1, "maxCount": 1}]}, "instanceType": "t3.micro", "blockDeviceMapping": {}, "monitoring": {"enabled": False}}, {"requestId": "<uuid>", "instancesSet": {"items": [{"instanceId": "i-<hex17>", "instanceState": {"code": 0, "name": "pending"}}]}}, errors=(("Client.UnauthorizedOperation", "You are not authorized to perform this operation. Encoded authorization failure message: <token>"),)),
    _call("ec2", "DescribeInstances", True, {"instancesSet": {"items": [{"instanceId": "i-<hex17>"}]}, "filterSet": {}}, None, errors=(("Client.InvalidInstanceID.NotFound", "The instance ID 'i-<hex17>' does not exist"),)),
    _call("ec2", "AuthorizeSecurityGroupIngress", False, {"groupId": "sg-<hex17>", "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}, {"requestId": "<uuid>", "_return": True}),
    _call("ec2", "DescribeVpcs", True, {"vpcSet": {}, "filterSet": {}}, None),
    _call("lambda", "CreateFunction20150331", False, {"functionName": "<function>", "runtime": "python3.13", "role": "arn:aws:iam::<account>:role/<role>", "handler": "app.handler", "timeout": 3}, {"functionName": "<function>", "codeSize": 482, "lastModified": "2023-07-10T11:42:31.431+0000"}),
    _call("lambda", "Invoke", False, {"functionName": "arn:aws:lambda:<region>:<account>:function:<function>", "invocationType": "RequestResponse"}, None, resources=_FUNCTION, category=DATA),
    _call("cloudtrail", "DescribeTrails", True, {"trailNameList": [], "includeShadowTrails": False}, None),
    _call("cloudtrail", "StopLogging", False, {"name": "arn:aws:cloudtrail:<region>:<account>:trail/<word>"}, None, errors=(("TrailNotFoundException", "Unknown trail: <word> for the user: <account>"),)),
    _call("logs", "CreateLogStream", False, {"logGroupName": "/aws/lambda/<function>", "logStreamName": "2023/07/10/[$LATEST]<hex17>"}, None, errors=(("ResourceAlreadyExistsException", "The specified log stream already exists"),)),
    _call("secretsmanager", "GetSecretValue", True, {"secretId": "prod/<word>"}, None, errors=(_DENIED,)),
    _call("ssm", "GetParameters", True, {"names": ["/app/<word>", "/app/<user>"], "withDecryption": True}, None),
    _call("cloudformation", "CreateChangeSet", False, {"stackName": "<word>", "changeSetName": "cdk-deploy", "capabilities": ["CAPABILITY_IAM"], "parameters": []}, {"id": "arn:aws:cloudformation:<region>:<account>:changeSet/cdk-deploy/<uuid>"}),
    _call("guardduty", "ListDetectors", True, {}, {"detectorIds": ["<hex17>"]}),
    _call("organizations", "DescribeOrganization", True, None, None, is_global=True, errors=(("AWSOrganizationsNotInUseException", "Your account is not a member of an organization."),)),
    _call("kms", "ListAliases", True, {}, None, category=NETWORK, extra={"vpcEndpointId": "vpce-<hex17>", "vpcEndpointAccountId": "<account>"}, errors=(("VpceAccessDenied", "The request was denied due to a VPC endpoint policy"),)),
)  # fmt: skip

USER_AGENTS = (
    "aws-cli/2.13.0 md/awscrt#0.16.21 ua/2.0 os/linux#5.15 md/arch#x86_64 lang/python#3.11.4 cfg/retry-mode#standard",
    "Boto3/1.28.1 md/Botocore#1.31.1 ua/2.0 os/linux#6.1 md/arch#aarch64 lang/python#3.12.0 Botocore/1.31.1",
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.4.247 OpenJDK_64-Bit_Server_VM/25.372-b08]",
    "APN/1.0 HashiCorp/1.0 Terraform/1.5.2 (+https://www.terraform.io) terraform-provider-aws/5.7.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0",
    "console.amazonaws.com",
    "python-requests/2.31.0",
)
SERVICES = (
    "lambda.amazonaws.com",
    "ec2.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "autoscaling.amazonaws.com",
)
