"""Calls to services of which a few operations need something before: keys, functions, logs and others."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from driver import ACCOUNT, Driver

from .iam import TRUST
from .plain import PLAIN

WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)


def plain(driver: Driver) -> None:
    """The table of calls that need nothing before."""
    for service, operations in PLAIN.items():
        for operation, parameters in operations.items():
            driver(service, operation, **parameters)


def apigateway(driver: Driver) -> None:
    """A stage of a REST API."""
    api = driver.of("apigateway")
    made = api("CreateRestApi", name="reality")
    rest, root = made["id"], made["rootResourceId"]
    api("PutMethod", restApiId=rest, resourceId=root, httpMethod="GET", authorizationType="NONE")
    api("PutIntegration", restApiId=rest, resourceId=root, httpMethod="GET", type="MOCK")
    deployment = api("CreateDeployment", restApiId=rest)["id"]
    api(
        "CreateStage", restApiId=rest, stageName="latest", deploymentId=deployment, description="",
        cacheClusterEnabled=False, tracingEnabled=False,
    )  # fmt: skip
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{rest}/stages/latest"
    api("TagResource", resourceArn=arn, tags={"team": "blue"})


def kms(driver: Driver) -> None:
    """A key, and what is done with it."""
    kms = driver.of("kms")
    key = kms("CreateKey", Description="mine", KeyUsage="ENCRYPT_DECRYPT", Origin="AWS_KMS")["KeyMetadata"][
        "Arn"
    ]
    context = {"Purpose": "test"}
    sealed = kms("Encrypt", KeyId=key, Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]
    kms("Decrypt", CiphertextBlob=sealed, EncryptionContext=context)
    kms("GenerateDataKey", KeyId=key, KeySpec="AES_256", EncryptionContext=context)
    kms("PutKeyPolicy", KeyId=key, PolicyName="default", Policy='{"Version":"2012-10-17","Statement":[]}')


def functions(driver: Driver) -> None:
    """A function whose code is in a bucket, and what fails of it."""
    functions = driver.of("lambda")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return event")
    driver("s3", "CreateBucket", Bucket="reality-code")
    driver("s3", "PutObject", Bucket="reality-code", Key="code.zip", Body=packed.getvalue())
    driver("iam", "CreateRole", RoleName="functions", AssumeRolePolicyDocument=TRUST)
    code = {"S3Bucket": "reality-code", "S3Key": "code.zip"}
    described: dict[str, Any] = {
        "FunctionName": "reality", "Runtime": "python3.13", "Handler": "index.handler", "Code": code,
        "Description": "", "Timeout": 3, "MemorySize": 128, "Publish": False, "PackageType": "Zip",
        "Environment": {}, "Tags": {"team": "blue"},
    }  # fmt: skip
    described["Role"] = f"arn:aws:iam::{ACCOUNT}:role/functions"
    functions("CreateFunction", **{**described, "Code": {**code, "S3Key": "missing.zip"}})
    functions("CreateFunction", **described)
    functions("GetFunction", FunctionName="reality")
    functions("GetFunctionCodeSigningConfig", FunctionName="reality")
    functions("ListVersionsByFunction", FunctionName="reality", MaxItems=10000)
    permission = {"FunctionName": "reality", "StatementId": "anybody"}
    functions("AddPermission", Action="lambda:InvokeFunction", Principal="*", **permission)
    functions("RemovePermission", **permission)
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:reality"
    functions("UpdateFunctionCode", FunctionName=arn, Publish=True, DryRun=False, **code)
    functions("DeleteFunction", FunctionName="reality")


def logs(driver: Driver) -> None:
    """A log group."""
    logs = driver.of("logs")
    logs("CreateLogGroup", logGroupName="/reality/flows", tags={"team": "blue"})
    logs("DescribeLogGroups", logGroupNamePrefix="/reality")
    logs("ListTagsLogGroup", logGroupName="/reality/flows")
    logs("DescribeMetricFilters")
    logs("DescribeResourcePolicies")
    logs("DeleteLogGroup", logGroupName="/reality/flows")


def secrets(driver: Driver) -> None:
    """A secret."""
    secrets = driver.of("secretsmanager")
    arn = secrets(
        "CreateSecret", Name="reality", ClientRequestToken="D796F4C4-6073-485E-B59D-DEA24780EE00",
        Description="", ForceOverwriteReplicaSecret=False,
    )["ARN"]  # fmt: skip
    secrets("DescribeSecret", SecretId=arn)
    secrets("GetResourcePolicy", SecretId=arn)
    version = "9128BF7A-DA94-40C0-873D-BCDF8A401300"
    secrets("PutSecretValue", SecretId=arn, ClientRequestToken=version, SecretString="never recorded")
    secrets("GetSecretValue", SecretId=arn, VersionId=version)
    secrets("ListSecrets", MaxResults=100, Filters=[{"Key": "tag-key", "Values": ["team"]}])
    secrets("GetRandomPassword")
    secrets("DeleteSecret", SecretId=arn, ForceDeleteWithoutRecovery=True)


def parameters(driver: Driver) -> None:
    """A parameter of Systems Manager, and what its agent tells of an instance."""
    ssm = driver.of("ssm")
    ssm(
        "PutParameter", Name="/reality/one", Value="never recorded", Type="SecureString",
        Overwrite=False,
        AllowedPattern="", Tags=[{"Key": "team", "Value": "blue"}], Tier="Standard",
    )  # fmt: skip
    named = {"Key": "Name", "Option": "Equals", "Values": ["/reality/one"]}
    ssm("DescribeParameters", ParameterFilters=[named], MaxResults=10)
    ssm("GetParameter", Name="/reality/one", WithDecryption=True)
    ssm("GetParameters", Names=["/reality/one"], WithDecryption=True)
    ssm("ListTagsForResource", ResourceType="Parameter", ResourceId="/reality/one")
    ssm("DeleteParameter", Name="/reality/one")
    ssm("GetDocument", Name="AWS-GatherSoftwareInventory", DocumentVersion="1")
    ssm("ListCommands")
    _instances(driver)


def _instances(driver: Driver) -> None:
    ssm, instance = driver.of("ssm"), "i-0123456789abcdef0"
    sent: dict[str, Any] = {
        "DocumentName": "AWS-RunShellScript",
        "Parameters": {"commands": ["never recorded"]},
    }
    command = ssm("SendCommand", InstanceIds=[instance], **sent)
    command_id = (command.get("Command") or {}).get("CommandId", "bbf52fc0-1a25-4020-b1b4-1872ff8edd12")
    ssm("GetCommandInvocation", CommandId=command_id, InstanceId=instance)
    ssm("GetCommandInvocation", CommandId="bbf52fc0-1a25-4020-b1b4-1872ff8edd12", InstanceId=instance)
    ssm("DescribeInstanceInformation", Filters=[{"Key": "InstanceIds", "Values": [instance]}])
    item = {
        "Id": "one", "Title": "", "Severity": "UNSPECIFIED", "Status": "COMPLIANT",
        "Details": {"DocumentVersion": "1"},
    }  # fmt: skip
    ssm(
        "PutComplianceItems", ResourceId=instance, ResourceType="ManagedInstance",
        ComplianceType="Association", Items=[item],
        ExecutionSummary={"ExecutionTime": WHEN, "ExecutionId": "", "ExecutionType": ""},
        ItemContentHash="hash",
    )  # fmt: skip
    inventory = {
        "TypeName": "AWS:AWSComponent",
        "SchemaVersion": "1.0",
        "CaptureTime": "2026-02-09T22:26:46Z",
    }
    ssm("PutInventory", InstanceId=instance, Items=[{**inventory, "ContentHash": "hash"}])


def tokens(driver: Driver) -> dict[str, str]:
    """The credentials of a role's session."""
    role = driver("iam", "CreateRole", RoleName="sessions", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    sts = driver.of("sts")
    sts("GetCallerIdentity")
    policy = '{"Version":"2012-10-17","Statement":[]}'
    answer = sts(
        "AssumeRole", RoleArn=role, RoleSessionName="reality", DurationSeconds=900, Policy=policy
    )  # fmt: skip
    credentials: dict[str, str] = answer["Credentials"]
    return credentials
