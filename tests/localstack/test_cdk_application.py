"""A CDK application, deployed as `cdk deploy` deploys: the trail tells who made what, through which service.

`cdk deploy` works with the roles that `cdk bootstrap` made: it puts files with the publishing role, asks
CloudFormation for a change set with the deploying role, and CloudFormation makes the resources with its
execution role. The same calls are made here with the same roles, by the user `mina`.
"""

import json
import os
import urllib.request
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest

from opentrail_cli.environment import REGION, SECRET
from tests.localstack import shop_app
from tests.localstack.support import Cloud, eventually, synthesize

SHOWN = 60.0  # seconds
CLOUDFORMATION = "cloudformation.amazonaws.com"
QUALIFIER = "hnb659fds"  # CDK's own

# What the application's stack makes: CloudFormation's calls, and where each has the name of what it made.
MADE = {
    "CreateTable": ("dynamodb.amazonaws.com", "tableName", "Table"),
    "CreateQueue": ("sqs.amazonaws.com", "queueName", "Queue"),
    "CreateBucket": ("s3.amazonaws.com", "bucketName", "Bucket"),
    "CreateFunction20150331": ("lambda.amazonaws.com", "functionName", "Function"),
}


@dataclass
class Deployment:
    """A deployed application, and everything in event history of its account."""

    account: str
    outputs: dict[str, str] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    logged: list[dict[str, Any]] = field(default_factory=list)  # by a trail that takes CDK's files too

    def named(self, name: str) -> list[dict[str, Any]]:
        """The records of an operation."""
        return [record for record in self.records if record["eventName"] == name]

    def session(self, role: str, name: str) -> str:
        """The ARN of a session of one of CDK's roles."""
        return f"arn:aws:sts::{self.account}:assumed-role/{_role(role, self.account)}/{name}"


def _role(kind: str, account: str) -> str:
    return f"cdk-{QUALIFIER}-{kind}-role-{account}-{REGION}"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of the application."""
    folder = tmp_path_factory.mktemp("shop")
    synthesize(shop_app, folder)
    return folder / "out"


class Deployer:
    """What the CDK command does, call by call."""

    def __init__(self, cloud: Cloud, account: str) -> None:
        self.cloud, self.account = cloud, account
        iam = cloud.client("iam", account)
        iam.create_user(UserName="mina")
        self._key = str(iam.create_access_key(UserName="mina")["AccessKey"]["AccessKeyId"])
        self.bucket = f"cdk-{QUALIFIER}-assets-{account}-{REGION}"

    def bootstrap(self) -> None:
        """The parts of `cdk bootstrap` that a deployment of an application uses."""
        iam = self.cloud.client("iam", self._key)
        for kind, principal in (
            ("deploy", {"AWS": f"arn:aws:iam::{self.account}:root"}),
            ("file-publishing", {"AWS": f"arn:aws:iam::{self.account}:root"}),
            ("cfn-exec", {"Service": CLOUDFORMATION}),
        ):
            statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
            trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.create_role(RoleName=_role(kind, self.account), AssumeRolePolicyDocument=trust)
        self.cloud.client("s3", self._key).create_bucket(Bucket=self.bucket)

    def deploy(self, assembly: Path) -> dict[str, str]:
        """`cdk deploy`; the stack's outputs."""
        self._publish(assembly)
        template = json.loads((assembly / f"{shop_app.STACK}.template.json").read_text())
        template["Parameters"].pop("BootstrapVersion")  # it is read from a parameter of the bootstrap stack
        template.pop("Rules", None)
        cloudformation = self._as("deploy", "aws-cdk-mina").client(
            "cloudformation", endpoint_url=self.cloud.endpoint
        )
        change = {"StackName": shop_app.STACK, "ChangeSetName": "cdk-deploy-change-set"}
        cloudformation.create_change_set(
            **change,
            ChangeSetType="CREATE",
            TemplateBody=json.dumps({k: v for k, v in template.items() if v}),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            RoleARN=f"arn:aws:iam::{self.account}:role/{_role('cfn-exec', self.account)}",
        )
        patience = {"Delay": 1, "MaxAttempts": 120}
        cloudformation.get_waiter("change_set_create_complete").wait(**change, WaiterConfig=patience)
        cloudformation.execute_change_set(**change)
        waiter = cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName=shop_app.STACK, WaiterConfig=patience)
        [stack] = cloudformation.describe_stacks(StackName=shop_app.STACK)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def _publish(self, assembly: Path) -> None:
        s3 = self._as("file-publishing", "aws-cdk-mina").client("s3", endpoint_url=self.cloud.endpoint)
        manifest = json.loads((assembly / f"{shop_app.STACK}.assets.json").read_text())
        for asset in manifest["files"].values():
            path = assembly / asset["source"]["path"]
            for destination in asset["destinations"].values():
                key = destination["objectKey"]
                s3.put_object(Bucket=self.bucket, Key=key, Body=_zipped(path))

    def _as(self, kind: str, session: str) -> boto3.Session:
        sts = self.cloud.client("sts", self._key)
        role = f"arn:aws:iam::{self.account}:role/{_role(kind, self.account)}"
        given = sts.assume_role(RoleArn=role, RoleSessionName=session)["Credentials"]
        return boto3.Session(given["AccessKeyId"], SECRET, given["SessionToken"], region_name=REGION)


def _zipped(path: Path) -> bytes:
    if path.is_file():
        return path.read_bytes()
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for file in sorted(path.iterdir()):
            archive.writestr(file.name, file.read_bytes())
    return held.getvalue()


@pytest.fixture(scope="module")
def deployed(cloud: Cloud, app: Path) -> Deployment:
    """Deployed, used once, and read until all of it is in event history."""
    account = f"{int.from_bytes(os.urandom(5)) % (9 * 10**11) + 10**11}"
    found = Deployment(account)
    deployer = Deployer(cloud, account)
    logs = _trail(cloud, account, deployer.bucket)
    deployer.bootstrap()
    found.outputs = deployer.deploy(app)
    url = f"{cloud.endpoint}/_aws/execute-api/{found.outputs['ApiId']}/{found.outputs['ApiStage']}/"
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b'"sold"'
    cloud.client("sns", account).create_topic(Name="last")

    def everything() -> list[dict[str, Any]]:
        read = [json.loads(event["CloudTrailEvent"]) for event in cloud.events(account)]
        return read if any(record["eventName"] == "CreateTopic" for record in read) else []

    found.records = eventually(everything, within=SHOWN, pause=1)

    def delivered() -> list[dict[str, Any]]:
        logged = cloud.logged(account, logs)
        return logged if any(record["eventName"] == "CreateTopic" for record in logged) else []

    found.logged = eventually(delivered, within=SHOWN, pause=1)
    return found


def _trail(cloud: Cloud, account: str, bucket: str) -> str:
    """A trail that takes management events, and what is put into a bucket; where its log files are."""
    logs = cloud.trail(account)
    objects = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [objects]}
    cloud.client("cloudtrail", account).put_event_selectors(TrailName="everything", EventSelectors=[selector])
    return logs


def test_the_user_assumed_the_roles_of_cdk(deployed: Deployment) -> None:
    assumed = [r for r in deployed.named("AssumeRole") if r["userIdentity"]["type"] == "IAMUser"]
    assert {r["requestParameters"]["roleArn"].rpartition("/")[2] for r in assumed} == {
        _role(kind, deployed.account) for kind in ("file-publishing", "deploy")
    }
    assert {r["userIdentity"]["userName"] for r in assumed} == {"mina"}
    assert {r["requestParameters"]["roleSessionName"] for r in assumed} == {"aws-cdk-mina"}


def test_files_were_put_with_the_publishing_role(deployed: Deployment, app: Path) -> None:
    put = [r for r in deployed.logged if r["eventName"] == "PutObject"]
    manifest = json.loads((app / f"{shop_app.STACK}.assets.json").read_text())
    wanted = [d["objectKey"] for a in manifest["files"].values() for d in a["destinations"].values()]
    assert sorted(r["requestParameters"]["key"] for r in put) == sorted(wanted)
    assert {r["userIdentity"]["arn"] for r in put} == {deployed.session("file-publishing", "aws-cdk-mina")}
    assert {r["eventCategory"] for r in put} == {"Data"}


@pytest.mark.parametrize("name", ["CreateChangeSet", "ExecuteChangeSet"])
def test_the_stack_was_asked_for_with_the_deploying_role(deployed: Deployment, name: str) -> None:
    [record] = deployed.named(name)
    assert record["userIdentity"]["arn"] == deployed.session("deploy", "aws-cdk-mina")
    assert "invokedBy" not in record["userIdentity"]
    assert record["requestParameters"]["stackName"] == shop_app.STACK
    assert "templateBody" not in record["requestParameters"]


@pytest.mark.parametrize("name", MADE)
def test_cloudformation_made_each_resource_with_its_role(deployed: Deployment, name: str) -> None:
    source, member, output = MADE[name]
    made = [r for r in deployed.named(name) if r["userIdentity"].get("invokedBy")]
    [record] = made
    assert record["eventSource"] == source
    assert record["userIdentity"]["arn"] == deployed.session("cfn-exec", "AWSCloudFormation")
    assert record["userIdentity"]["invokedBy"] == CLOUDFORMATION
    assert (record["sourceIPAddress"], record["userAgent"]) == (CLOUDFORMATION, CLOUDFORMATION)
    assert record["requestParameters"][member] == deployed.outputs[output]
    assert record["readOnly"] is False
    assert "errorCode" not in record


def test_roles_api_and_permissions_are_cloudformations_too(deployed: Deployment) -> None:
    made: dict[str, int] = {}
    for record in deployed.records:
        if record["userIdentity"].get("invokedBy") == CLOUDFORMATION and not record["readOnly"]:
            made[record["eventName"]] = made.get(record["eventName"], 0) + 1
    assert made["CreateRole"] == 2  # the function's and the auditor's
    for name in ("CreateRestApi", "CreateDeployment", "CreateStage", "AddPermission20150331v2"):
        assert made.get(name, 0) >= 1, made
    policies = made.get("PutRolePolicy", 0)
    assert policies == 2
    mine = {r["requestParameters"]["roleName"] for r in deployed.named("CreateRole")} - {
        _role(kind, deployed.account) for kind in ("deploy", "file-publishing", "cfn-exec")
    }
    assert {name.partition("-")[0] for name in mine} == {shop_app.STACK}


def test_nothing_of_it_is_said_to_be_roots_or_unknown(deployed: Deployment) -> None:
    roots = {r["eventName"] for r in deployed.records if r["userIdentity"]["type"] == "Root"}
    assert roots <= {
        "CreateUser", "CreateAccessKey", "CreateTopic", "LookupEvents",
        "CreateBucket", "CreateTrail", "PutEventSelectors", "StartLogging",
    }  # fmt: skip
    kinds = {r["userIdentity"]["type"] for r in deployed.records}
    assert kinds <= {"Root", "IAMUser", "AssumedRole", "AWSService"}
