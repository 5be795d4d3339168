"""Trails in users' own stacks, by CDK and CloudFormation: made, changed in place, refused, destroyed."""

import json
from pathlib import Path
from typing import Any

import pytest

from opentrail_cli import deployer
from opentrail_cli.environment import CommandError
from tests.localstack import user_app
from tests.localstack.support import Cloud, eventually, synthesize

SHOWN = 60.0  # seconds
CLOUDFORMATION = "cloudformation.amazonaws.com"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assemblies of a user's CDK app."""
    folder = tmp_path_factory.mktemp("app")
    synthesize(user_app, folder)
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
        return self.deploy_one(name, "AWS::CloudTrail::Trail", "Arn", properties)

    def deploy_one(self, name: str, kind: str, arn: str, properties: dict[str, Any]) -> dict[str, str]:
        """A stack of one resource; its physical id and its ARN."""
        resources = {"Thing": {"Type": kind, "Properties": properties}}
        outputs = {"Name": {"Value": {"Ref": "Thing"}}, "Arn": {"Value": {"Fn::GetAtt": ["Thing", arn]}}}
        stack = deployer.Stack(
            name=name,
            template=json.dumps({"Resources": resources, "Outputs": outputs}),
            parameters=frozenset(),
            after=frozenset(),
            has_files=False,
        )
        return deployer.make_stack(self.cloudformation, stack, {})

    def status(self, name: str) -> str:
        """As the stack's events end."""
        return str(self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])

    def destroy(self, name: str) -> None:
        """What `cdk destroy` does."""
        self.cloudformation.delete_stack(StackName=name)
        assert deployer._settled(self.cloudformation, name) is None


@pytest.fixture
def stacks(cloud: Cloud, account: str) -> Stacks:
    return Stacks(cloud, account)


def test_a_cdk_trail_delivers_is_changed_and_destroyed(
    cloud: Cloud, account: str, stacks: Stacks, app: Path
) -> None:
    made = stacks.deploy(app / "made")
    trails, s3 = cloud.client("cloudtrail", account), cloud.client("s3", account)
    trail = trails.get_trail(Name=made["TrailName"])["Trail"]
    assert (trail["TrailARN"], trail["SnsTopicARN"]) == (made["TrailArn"], made["TopicArn"])
    assert trail["LogFileValidationEnabled"]
    assert ":log-group:Audit-TrailLogGroup" in trail["CloudWatchLogsLogGroupArn"]
    assert not trail["IsMultiRegionTrail"]
    assert trails.get_trail_status(Name=made["TrailName"])["IsLogging"]
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "CreateTrail"}]
    [event] = eventually(lambda: cloud.events(account, LookupAttributes=by_name), within=SHOWN)
    record = json.loads(event["CloudTrailEvent"])
    assert (record["sourceIPAddress"], record["userIdentity"]["invokedBy"]) == (CLOUDFORMATION,) * 2

    def delivered(key: str) -> list[str]:
        """The log files that tell of that object, by the Regions and prefixes they are of."""
        files = cloud.log_files(account, trail["S3BucketName"])
        return [
            name
            for name, records in files.items()
            if any((r["requestParameters"] or {}).get("key") == key for r in records)
        ]

    s3.put_object(Bucket=made["LettersBucket"], Key="first", Body=b"dear")
    [file] = eventually(lambda: delivered("first"), within=SHOWN)
    assert file.startswith(f"AWSLogs/{account}/CloudTrail/us-east-1/")

    changed = stacks.deploy(app / "changed")
    assert changed == made
    trail = trails.get_trail(Name=made["TrailName"])["Trail"]
    assert (trail["IsMultiRegionTrail"], trail["LogFileValidationEnabled"]) == (True, False)
    assert (trail["S3KeyPrefix"], trail.get("CloudWatchLogsLogGroupArn")) == ("changed", None)
    s3.get_object(Bucket=made["LettersBucket"], Key="first")  # selected no more
    s3.put_object(Bucket=made["LettersBucket"], Key="second", Body=b"dear")
    [file] = eventually(lambda: delivered("second"), within=SHOWN)
    assert file.startswith(f"changed/AWSLogs/{account}/CloudTrail/us-east-1/")
    assert len(delivered("first")) == 1

    for key in ("first", "second"):
        s3.delete_object(Bucket=made["LettersBucket"], Key=key)
    stacks.destroy(user_app.STACK)
    assert trails.list_trails()["Trails"] == []
    s3.head_bucket(Bucket=trail["S3BucketName"])  # CDK keeps what holds evidence


def test_a_refusal_of_the_api_fails_the_stack_and_is_rolled_back(
    cloud: Cloud, account: str, stacks: Stacks
) -> None:
    cloud.client("s3", account).create_bucket(Bucket=f"logs-{account}")
    wanted = {"S3BucketName": f"logs-{account}", "IsLogging": True, "TrailName": "first"}
    insights = {"InsightSelectors": [{"InsightType": "ApiCallRateInsight"}]}
    not_built = "PutInsightSelectors is not supported by OpenTrail yet"
    trails = cloud.client("cloudtrail", account)
    with pytest.raises(CommandError, match=not_built):
        stacks.deploy_trail("audit", **wanted, **insights)
    with pytest.raises(CommandError, match=r"S3 bucket missing-.* does not exist!"):
        stacks.deploy_trail("audit", **wanted | {"S3BucketName": f"missing-{account}"})
    assert trails.list_trails()["Trails"] == []

    assert stacks.deploy_trail("audit", **wanted)["Name"] == "first"
    with pytest.raises(CommandError, match=not_built):
        stacks.deploy_trail("audit", **wanted | {"IsLogging": False}, **insights)
    with pytest.raises(CommandError, match="Trail name too short"):
        stacks.deploy_trail("audit", **wanted | {"TrailName": "x"})
    assert stacks.status("audit") == "UPDATE_ROLLBACK_COMPLETE"
    assert [trail["Name"] for trail in trails.list_trails()["Trails"]] == ["first"]
    assert trails.get_trail_status(Name="first")["IsLogging"]

    assert stacks.deploy_trail("audit", **wanted | {"TrailName": "second"})["Name"] == "second"
    assert [trail["Name"] for trail in trails.list_trails()["Trails"]] == ["second"]
    stacks.destroy("audit")
    assert trails.list_trails()["Trails"] == []


def test_an_event_data_store_is_made_protected_and_destroyed(
    cloud: Cloud, account: str, stacks: Stacks
) -> None:
    stores = cloud.client("cloudtrail", account)
    fields = [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "readOnly", "Equals": [False]},
    ]
    wanted = {
        "Name": "writes",
        "AdvancedEventSelectors": [{"FieldSelectors": fields}],
        "TerminationProtectionEnabled": False,
    }
    made = stacks.deploy_one("lake", "AWS::CloudTrail::EventDataStore", "EventDataStoreArn", wanted)
    assert made["Name"] == made["Arn"]
    store = stores.get_event_data_store(EventDataStore=made["Arn"])
    assert store["AdvancedEventSelectors"][0]["FieldSelectors"][1]["Equals"] == ["false"]
    stacks.destroy("lake")
    assert stores.get_event_data_store(EventDataStore=made["Arn"])["Status"] == "PENDING_DELETION"

    stacks.deploy_one("kept", "AWS::CloudTrail::EventDataStore", "EventDataStoreArn", {"Name": "kept"})
    stacks.cloudformation.delete_stack(StackName="kept")
    left = deployer._settled(stacks.cloudformation, "kept")
    assert left is not None
    assert left["StackStatus"] == "DELETE_FAILED"
