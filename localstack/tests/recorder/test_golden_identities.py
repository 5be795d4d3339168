"""Records of identities, keys, buckets and tables, written by hand from the rules; and every exception to the
rules of names and reading.
"""

from datetime import UTC, datetime

import pytest
from driving import ABSENT, ACCOUNT, expect, null, record
from localstack.aws.spec import load_service
from opentrail_local.recorder.names import names_of

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/web"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0e5d0ab6-097e-49d8-99ef-747ce3e5f8f4"
KEY_RESOURCE = {"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": KEY}
TABLE_RESOURCE = {
    "accountId": ACCOUNT,
    "type": "AWS::DynamoDB::Table",
    "ARN": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t",
}
CREDENTIALS = {
    "AccessKeyId": "LSIAX", "SecretAccessKey": "never recorded", "SessionToken": "t", "Expiration": WHEN,
}  # fmt: skip
SHOWN = {"accessKeyId": "LSIAX", "sessionToken": "t", "expiration": "Feb 9, 2026, 10:26:46 PM"}
HOST = "127.0.0.1:4566"


def test_a_federation_token_keeps_its_answer_and_changes_something():
    user = {"FederatedUserId": f"{ACCOUNT}:guest", "Arn": f"arn:aws:sts::{ACCOUNT}:federated-user/guest"}
    expect("sts", "GetFederationToken", {"Name": "guest", "DurationSeconds": 900}, {
        "requestParameters": {"name": "guest", "durationSeconds": 900},
        "responseElements": {
            "credentials": SHOWN,
            "federatedUser": {"federatedUserId": user["FederatedUserId"], "arn": user["Arn"]},
        },
        "readOnly": False,
        "resources": ABSENT,
    }, answer={"Credentials": CREDENTIALS, "FederatedUser": user})  # fmt: skip


def test_a_web_identity_shows_whose_word_it_is_and_not_the_word():
    sent = {"RoleArn": ROLE, "RoleSessionName": "app", "WebIdentityToken": "never recorded"}
    answer = {
        "Credentials": CREDENTIALS, "SubjectFromWebIdentityToken": "subject", "Audience": "app",
        "Provider": "https://idp.example",
    }  # fmt: skip
    expect("sts", "AssumeRoleWithWebIdentity", sent, {
        "userIdentity": {
            "type": "WebIdentityUser", "principalId": "https://idp.example:subject", "userName": "subject",
            "identityProvider": "https://idp.example",
        },
        "requestParameters": {"roleArn": ROLE, "roleSessionName": "app"},
        "responseElements": {
            "credentials": SHOWN, "subjectFromWebIdentityToken": "subject", "audience": "app",
            "provider": "https://idp.example",
        },
        "readOnly": True,
        "resources": [{"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": ROLE}],
        "recipientAccountId": ACCOUNT,
    }, answer=answer, key="injectedaccesskey")  # fmt: skip


def test_sessions_are_refused_without_parameters():
    error = ("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole", 403)
    expect("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"}, null(
        None, errorCode="AccessDenied", errorMessage=error[1], resources=ABSENT,
    ), error=error)  # fmt: skip
    error = ("ExpiredTokenException", "Token expired", 400)
    sent = {"RoleArn": ROLE, "RoleSessionName": "app", "WebIdentityToken": "never recorded"}
    expect("sts", "AssumeRoleWithWebIdentity", sent, null(
        {"roleArn": ROLE, "roleSessionName": "app"}, errorCode="ExpiredTokenException",
    ), error=error, key="injectedaccesskey")  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters", "answer", "elements"),
    [
        (
            "CreateGroup",
            {"GroupName": "staff"},
            {"groupName": "staff"},
            {"Group": {"GroupName": "staff", "GroupId": "AGPAX", "CreateDate": WHEN}},
            {
                "group": {
                    "groupName": "staff",
                    "groupId": "AGPAX",
                    "createDate": "Feb 9, 2026 10:26:46 PM",
                }
            },
        ),
        (
            "AddUserToGroup",
            {"GroupName": "staff", "UserName": "mina"},
            {"groupName": "staff", "userName": "mina"},
            {},
            None,
        ),
        (
            "UpdateAccessKey",
            {"UserName": "mina", "AccessKeyId": "LKIAX", "Status": "Inactive"},
            {"userName": "mina", "accessKeyId": "LKIAX", "status": "Inactive"},
            {},
            None,
        ),
        ("ChangePassword", {"OldPassword": "never", "NewPassword": "recorded"}, None, {}, None),
        (
            "CreateVirtualMFADevice",
            {"VirtualMFADeviceName": "phone"},
            {"virtualMFADeviceName": "phone"},
            {"VirtualMFADevice": {"SerialNumber": "arn:d", "Base32StringSeed": b"never"}},
            {"virtualMFADevice": {"serialNumber": "arn:d"}},
        ),
        (
            "CreateServiceSpecificCredential",
            {"UserName": "mina", "ServiceName": "codecommit.amazonaws.com"},
            {"userName": "mina", "serviceName": "codecommit.amazonaws.com"},
            {"ServiceSpecificCredential": {"ServiceUserName": "mina-at", "ServicePassword": "never"}},
            {"serviceSpecificCredential": {"serviceUserName": "mina-at"}},
        ),
        (
            "PutUserPolicy",
            {"UserName": "mina", "PolicyName": "p", "PolicyDocument": "{}"},
            {"userName": "mina", "policyName": "p", "policyDocument": "{}"},
            {},
            None,
        ),
    ],
)
def test_identities_are_changed(operation, sent, parameters, answer, elements):
    expect("iam", operation, sent, {
        "requestParameters": parameters, "responseElements": elements, "readOnly": False,
        "awsRegion": "us-east-1", "eventCategory": "Management",
    }, answer=answer)  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters", "answer", "elements", "reads"),
    [
        (
            "GenerateDataKeyWithoutPlaintext",
            {"KeyId": KEY, "KeySpec": "AES_256"},
            {"keyId": KEY, "keySpec": "AES_256"},
            {"KeyId": KEY, "CiphertextBlob": b"never"},
            None,
            True,
        ),
        (
            "ScheduleKeyDeletion",
            {"KeyId": KEY, "PendingWindowInDays": 7},
            {"keyId": KEY, "pendingWindowInDays": 7},
            {"KeyId": KEY, "DeletionDate": WHEN},
            {"keyId": KEY, "deletionDate": "Feb 9, 2026, 10:26:46 PM"},
            False,
        ),
        (
            "CreateGrant",
            {"KeyId": KEY, "GranteePrincipal": ROLE, "Operations": ["Decrypt"]},
            {"keyId": KEY, "granteePrincipal": ROLE, "operations": ["Decrypt"]},
            {"GrantId": "g", "GrantToken": "never recorded"},
            {"grantId": "g"},
            False,
        ),
        ("EnableKeyRotation", {"KeyId": KEY}, {"keyId": KEY}, {}, None, False),
        ("GetKeyPolicy", {"KeyId": KEY, "PolicyName": "default"}, {"keyId": KEY, "policyName": "default"},
         {"Policy": "{}"}, None, True),
    ],
)  # fmt: skip
def test_keys_are_used(operation, sent, parameters, answer, elements, reads):
    expect("kms", operation, sent, {
        "requestParameters": parameters, "responseElements": elements, "readOnly": reads,
        "resources": [KEY_RESOURCE], "eventCategory": "Management",
    }, answer=answer)  # fmt: skip


def test_an_alias_names_its_key():
    sent = {"AliasName": "alias/mine", "TargetKeyId": KEY}
    expect("kms", "CreateAlias", sent, null(
        {"aliasName": "alias/mine", "targetKeyId": KEY}, readOnly=False,
        resources=[
            {
                "accountId": ACCOUNT, "type": "AWS::KMS::Alias",
                "ARN": f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/mine",
            },
            KEY_RESOURCE,
        ],
    ), answer={})  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "query"),
    [
        ("CopyObject", {"Key": "k", "CopySource": "a/b"}, {"key": "k", "x-amz-copy-source": "a/b"}),
        ("CreateMultipartUpload", {"Key": "k"}, {"key": "k", "uploads": ""}),
        ("DeleteObject", {"Key": "k", "VersionId": "v"}, {"key": "k", "versionId": "v"}),
        ("PutObjectAcl", {"Key": "k", "ACL": "private"}, {"key": "k", "acl": "", "x-amz-acl": "private"}),
    ],
)
def test_objects_are_changed(operation, sent, query):
    expect("s3", operation, {"Bucket": "b", **sent}, null(
        {"bucketName": "b", "Host": HOST, **query}, eventName=operation, eventCategory="Data", readOnly=False,
        resources=[
            {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"},
            {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b"},
        ],
    ), answer={})  # fmt: skip


def test_buckets_and_the_accounts_block():
    expect("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, null(
        {"bucketName": "b", "Host": HOST, "key": "k"}, readOnly=True, errorCode="404", eventCategory="Data",
    ), error=("404", "", 404))  # fmt: skip
    expect("s3", "GetBucketLifecycleConfiguration", {"Bucket": "b"}, null(
        {"bucketName": "b", "Host": HOST, "lifecycle": ""}, eventName="GetBucketLifecycle", readOnly=True,
    ), answer={})  # fmt: skip
    expect("s3control", "GetPublicAccessBlock", {"AccountId": ACCOUNT}, {
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetAccountPublicAccessBlock",
        "requestParameters": {"Host": f"{ACCOUNT}.{HOST}"},
        "responseElements": None,
        "readOnly": True,
    }, answer={})  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "sent", "parameters", "reads"),
    [
        (
            "UpdateItem",
            {
                "TableName": "t", "Key": {"pk": {"S": "1"}}, "UpdateExpression": "SET a = :a",
                "ExpressionAttributeValues": {":a": {"S": "never recorded"}},
            },
            {"tableName": "t", "key": {"pk": "1"}, "updateExpression": "SET a = :a"},
            False,
        ),
        (
            "Query",
            {
                "TableName": "t", "KeyConditionExpression": "pk = :p",
                "ExpressionAttributeValues": {":p": {"S": "never recorded"}},
            },
            {"tableName": "t", "keyConditionExpression": "pk = :p"},
            True,
        ),
        ("Scan", {"TableName": "t", "Limit": 5}, {"tableName": "t", "limit": 5}, True),
        ("DeleteItem", {"TableName": "t", "Key": {"pk": {"S": "1"}}},
         {"tableName": "t", "key": {"pk": "1"}}, False),
    ],
)  # fmt: skip
def test_items_are_data_without_their_values(operation, sent, parameters, reads):
    expect("dynamodb", operation, sent, null(
        parameters, readOnly=reads, resources=[TABLE_RESOURCE], eventCategory="Data", apiVersion="2012-08-10",
    ), answer={"Attributes": {"a": {"S": "never"}}, "ConsumedCapacity": {"TableName": "t"}})  # fmt: skip


def test_a_table_that_is_gone():
    error = ("ResourceNotFoundException", "Requested resource not found", 400)
    expect("dynamodb", "DeleteTable", {"TableName": "t"}, null(
        {"tableName": "t"}, errorCode=error[0], eventCategory="Management", resources=ABSENT,
    ), error=error)  # fmt: skip


@pytest.mark.parametrize(
    ("service", "operation", "sent", "parameters"),
    [
        ("ce", "GetCostForecast", {"Metric": "BLENDED_COST"}, {"Metric": "BLENDED_COST"}),
        ("account", "GetRegionOptStatus", {"RegionName": "eu-west-1"}, {"RegionName": "eu-west-1"}),
        ("resource-explorer-2", "ListIndexes", {"MaxResults": 5}, {"MaxResults": 5}),
        ("devops-guru", "SearchInsights", {"Type": "REACTIVE"}, {"Type": "REACTIVE"}),
    ],
)
def test_some_services_keep_the_apis_spelling(service, operation, sent, parameters):
    expect(service, operation, sent, null(parameters, readOnly=True), answer={})


def test_denied_questions_about_costs_keep_their_parameters():
    expect("ce", "GetCostForecast", {"Metric": "BLENDED_COST"}, null(
        {"Metric": "BLENDED_COST"}, errorCode="AccessDenied",
    ), error=("AccessDeniedException", "No.", 400))  # fmt: skip


def test_throttled_calls_lose_their_parameters():
    expect("ssm", "GetParameter", {"Name": "p"}, null(
        None, errorCode="ThrottlingException",
    ), error=("ThrottlingException", "Rate exceeded", 400))  # fmt: skip


def test_passwords_of_user_pools_are_hidden():
    sent = {"UserPoolId": "p", "Username": "u", "Password": "never recorded", "Permanent": True}
    found = record("cognito-idp", "AdminSetUserPassword", sent, answer={})
    assert found["requestParameters"]["password"] == HIDDEN
    assert "never recorded" not in str(found)


SOURCES = {
    "cloudwatch": "monitoring", "elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing",
    "efs": "elasticfilesystem", "resourcegroupstaggingapi": "tagging", "opensearchserverless": "aoss",
    "service-quotas": "servicequotas", "ecr": "ecr", "sagemaker": "sagemaker", "ses": "ses",
    "marketplace-agreement": "agreement-marketplace", "bedrock-runtime": "bedrock",
    "servicecatalog-appregistry": "servicecatalog-appregistry",
    "s3control": "s3", "stepfunctions": "states", "apigatewayv2": "apigateway", "mq": "amazonmq",
}  # fmt: skip


@pytest.mark.parametrize(("service", "prefix"), SOURCES.items())
def test_event_sources_that_are_not_the_services_name(service, prefix):
    model = load_service(service)
    operation = model.operation_model(model.operation_names[0])
    assert names_of(operation).event_source == f"{prefix}.amazonaws.com"


READING = {
    ("kms", "Encrypt"): True, ("kms", "Decrypt"): True, ("kms", "GenerateDataKey"): True,
    ("kms", "GenerateDataKeyPair"): True, ("kms", "ReEncrypt"): False, ("sts", "AssumeRole"): True,
    ("sts", "AssumeRoleWithSAML"): True, ("sts", "AssumeRoleWithWebIdentity"): True,
    ("sts", "GetSessionToken"): False, ("sts", "GetFederationToken"): False, ("sts", "AssumeRoot"): False,
    ("sts", "GetCallerIdentity"): True, ("ses", "VerifyEmailIdentity"): False,
    ("bedrock-runtime", "InvokeModel"): True, ("sqs", "ReceiveMessage"): True,
    ("logs", "FilterLogEvents"): True, ("iam", "SimulatePrincipalPolicy"): True,
    ("iam", "GenerateCredentialReport"): True, ("dynamodb", "BatchGetItem"): True,
    ("resource-groups", "SearchResources"): True, ("ssm", "DescribeParameters"): True,
    ("cloudformation", "ValidateTemplate"): True, ("ecr", "BatchCheckLayerAvailability"): True,
    ("s3", "HeadBucket"): True, ("sns", "CheckIfPhoneNumberIsOptedOut"): True,
    ("lambda", "Invoke"): False, ("states", "StartExecution"): False,
}  # fmt: skip


@pytest.mark.parametrize(("call", "reads"), READING.items())
def test_what_reads_and_what_changes(call, reads):
    service, operation = call
    model = load_service({"states": "stepfunctions"}.get(service, service))
    assert names_of(model.operation_model(operation)).read_only is reads


S3_NAMES = {
    "ListObjectsV2": "ListObjects",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "DeleteBucketLifecycle": "DeleteBucketLifecycle",
    "GetBucketEncryption": "GetBucketEncryption",
}


@pytest.mark.parametrize(("operation", "name"), S3_NAMES.items())
def test_buckets_have_names_of_their_own_for_some_operations(operation, name):
    assert names_of(load_service("s3").operation_model(operation)).event_name == name


@pytest.mark.parametrize("verb", ["Get", "Put", "Delete"])
def test_the_accounts_public_access_block(verb):
    operation = load_service("s3control").operation_model(f"{verb}PublicAccessBlock")
    assert names_of(operation).event_name == f"{verb}AccountPublicAccessBlock"
