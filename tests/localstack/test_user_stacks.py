"""Trails in users' own stacks, by CDK and CloudFormation: made, changed in place, refused, destroyed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from opentrail_cli import deployer
from opentrail_cli.environment import CommandError, without_aws
from tests.localstack import user_app
from tests.localstack.support import Cloud, eventually

SHOWN = 40.0  # seconds
CLOUDFORMATION = "cloudformation.amazonaws.com"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assemblies of a user's CDK app."""
    folder = tmp_path_factory.mktemp("app")
    environment = without_aws() | {
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-O", user_app.__file__, str(folder)]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    return folder


class Stacks:
    """A user's stacks."""

    def __init__(self, cloud: Cloud, account: str) -> None:
        self.cloudformation = cloud.client("cloudformation", account)

    def deploy(self, assembly: Path) -> dict[str, str]:
        """What `cdk deploy` would do with an app's one stack; its outputs."""
        [stack] = deployer._stacks(assembly)
        return deployer.make_stack(self.cloudformation, stack, {})

    def deploy_trail(self, name: str, **properties: Any) -> dict[str, str]:
        """A stack of one trail; its physical name and what GetAtt answers."""
        resources = {"Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": properties}}
        outputs = {"Name": {"Value": {"Ref": "Trail"}}, "Arn": {"Value": {"Fn::GetAtt": ["Trail", "Arn"]}}}
        stack = deployer.Stack(
            name=name,
            template=json.dumps({"Resources": resources, "Outputs": outputs}),
            parameters=frozenset(),
            after=frozenset(),
            has_files=False,
        )
        return deployer.make_stack(self.cloudformation, stack, {})

    def destroy(self, name: str) -> None:
        """What `cdk destroy` does."""
        self.cloudformation.delete_stack(StackName=name)
        assert deployer._settled(self.cloudformation, name) is None


@pytest.fixture
def stacks(cloud: Cloud, account: str) -> Stacks:
    return Stacks(cloud, account)


def test_a_cdk_trail_delivers_and_is_destroyed(cloud: Cloud, account: str, stacks: Stacks, app: Path) -> None:
    made = stacks.deploy(app / "made")
    trails = cloud.client("cloudtrail", account)
    trail = trails.get_trail(Name=made["TrailName"])["Trail"]
    assert (trail["TrailARN"], trail["SnsTopicARN"]) == (made["TrailArn"], made["TopicArn"])
    assert trail["LogFileValidationEnabled"]
    assert ":log-group:Audit-TrailLogGroup" in trail["CloudWatchLogsLogGroupArn"]
    assert not trail["IsMultiRegionTrail"]
    assert trails.get_trail_status(Name=made["TrailName"])["IsLogging"]
    cloud.client("s3", account).put_object(Bucket=made["LettersBucket"], Key="first", Body=b"dear")

    def delivered() -> list[str]:
        logged = cloud.logged(account, trail["S3BucketName"])
        return [r["requestParameters"]["key"] for r in logged if r["eventName"] == "PutObject"]

    assert eventually(delivered, within=SHOWN) == ["first"]
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "CreateTrail"}]
    [event] = eventually(lambda: cloud.events(account, LookupAttributes=by_name), within=SHOWN)
    record = json.loads(event["CloudTrailEvent"])
    assert (record["sourceIPAddress"], record["userIdentity"]["invokedBy"]) == (CLOUDFORMATION,) * 2

    cloud.client("s3", account).delete_object(Bucket=made["LettersBucket"], Key="first")
    stacks.destroy(user_app.STACK)
    assert trails.list_trails()["Trails"] == []
    cloud.client("s3", account).head_bucket(Bucket=trail["S3BucketName"])  # CDK keeps what holds evidence


def test_a_refusal_of_the_api_fails_the_stack(cloud: Cloud, account: str, stacks: Stacks) -> None:
    cloud.client("s3", account).create_bucket(Bucket=f"logs-{account}")
    wanted = {"S3BucketName": f"logs-{account}", "IsLogging": True, "TrailName": "refused"}
    with pytest.raises(CommandError, match="PutInsightSelectors is not supported by OpenTrail yet"):
        stacks.deploy_trail("refused", **wanted, InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    with pytest.raises(CommandError, match=r"S3 bucket missing-.* does not exist!"):
        stacks.deploy_trail("refused", **wanted | {"S3BucketName": f"missing-{account}"})
    trails = cloud.client("cloudtrail", account)
    assert trails.list_trails()["Trails"] == []
    assert stacks.deploy_trail("refused", **wanted)["Name"] == "refused"
