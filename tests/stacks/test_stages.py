"""What stages have in common, and what must never be in one that is deployed to AWS."""

import json
import re
from dataclasses import replace

import pytest
from opentrail.settings import ApiSettings

from stacks.settings import stage_settings
from tests.stacks.assembly import PARTS, Assembly

OUTPUTS = {
    "RestApiId",
    "ApiStage",
    "ApiUrl",
    "RecordsQueueUrl",
    "DeliveriesQueueUrl",
    "OutputsQueueUrl",
    "DigestsQueueUrl",
    "LakeQueueUrl",
    "HistoriesQueueUrl",
    "WakeupsQueueUrl",
    "DeadLettersRecordsQueueUrl",
    "DeadLettersDeliveriesQueueUrl",
    "DeadLettersOutputsQueueUrl",
    "DeadLettersDigestsQueueUrl",
    "DeadLettersLakeQueueUrl",
    "DeadLettersHistoriesQueueUrl",
    "DeadLettersWakeupsQueueUrl",
    "SegmentsBucket",
    "DeadLettersBucket",
    "LakeBucket",
    "ResourcesTable",
    "HistoryTable",
    "LedgerTable",
    "LakeDatabase",
    "LakeTable",
    "LakeWorkgroup",
    "DigestKeyArn",
    "DigesterRoleArn",
    "DigesterFunction",
    "DeliveryRoleArn",
    "ApiFunction",
    "RecorderFunction",
    "ClockFunction",
    "HistoryIndexerFunction",
    "LogFileWriterFunction",
    "OutputSenderFunction",
    "LakeWriterFunction",
    "DeadLetterKeeperFunction",
}


def test_an_unknown_stage_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no stage 'production': one of local, dev, prod"):
        stage_settings("production")


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_stage_on_aws_cannot_be_made_to_trust_the_local_router(stage: str) -> None:
    with pytest.raises(ValueError, match="cannot trust the local router"):
        replace(stage_settings(stage), identity="router")
    with pytest.raises(ValueError, match="cannot trust the local router"):
        replace(stage_settings("local"), on_aws=True)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_stage_on_aws_has_no_event_buses_unless_asked_for_and_never_awss_own_sources(stage: str) -> None:
    assert stage_settings(stage).event_bus_role == ""
    with pytest.raises(ValueError, match=r"may not begin with 'aws\.'"):
        replace(stage_settings(stage), event_source_prefix="aws.")


def test_only_off_aws_may_destinations_be_left_unchecked() -> None:
    assert not replace(stage_settings("local"), check_destinations=False).check_destinations
    with pytest.raises(ValueError, match="destinations"):
        replace(stage_settings("prod"), check_destinations=False)


CLOUDTRAILS_LOOKUPS = 2  # a second, per account and Region (CloudTrail user guide, "Quotas")


def test_every_stage_limits_lookups_generously(assembly: Assembly) -> None:
    told = assembly.functions()["api"].properties["Environment"]["Variables"]["LOOKUPS_PER_SECOND"]
    assert float(told) >= 25 * CLOUDTRAILS_LOOKUPS


@pytest.mark.parametrize(
    "trusting", [{"identity": "router"}, {"identity": "sigv4", "router_public_key": "k"}]
)
def test_the_api_function_of_a_stage_on_aws_refuses_settings_that_trust_the_router(
    trusting: dict[str, str],
) -> None:
    rest = {
        "resources_table": "",
        "history_table": "",
        "ledger_table": "",
        "records_queue_url": "",
        "segments_bucket": "",
        "delivery_role_arn": "",
        "digest_key_arn": "",
        "token_secret_arn": "",
        "lake_bucket": "",
        "lake_database": "",
        "lake_table": "",
        "lake_workgroup": "",
    }
    with pytest.raises(ValueError, match="local router"):
        ApiSettings(stage="dev", **rest, **trusting)


def test_only_the_local_stage_is_told_the_routers_key(local: Assembly) -> None:
    parameters = {name for template in local.templates.values() for name in template.get("Parameters", {})}
    environment = local.functions()["api"].properties["Environment"]["Variables"]
    assert parameters == {"BootstrapVersion", "RouterPublicKey"}
    assert (environment["IDENTITY"], environment["ROUTER_PUBLIC_KEY"]) == ("router", "<RouterPublicKey>")


def test_no_stage_on_aws_knows_the_local_router(on_aws: Assembly) -> None:
    environment = on_aws.functions()["api"].properties["Environment"]["Variables"]
    assert (environment["IDENTITY"], environment["ROUTER_PUBLIC_KEY"]) == ("sigv4", "")
    assert not any("RouterPublicKey" in path.read_text() for path in on_aws.files)


def test_no_account_is_written_into_a_stage_on_aws(on_aws: Assembly) -> None:
    for path in on_aws.files:
        assert re.findall(r"\b\d{12}\b", path.read_text()) == []


def test_a_stage_on_aws_names_nothing_that_holds_data(on_aws: Assembly) -> None:
    names = {"BucketName", "TableName", "QueueName", "KeyId", "FunctionName", "RoleName", "LogGroupName"}
    named = [
        (resource.name, names & set(resource.properties))
        for resource in on_aws.resources
        if resource.type
        in (
            "AWS::S3::Bucket",
            "AWS::DynamoDB::Table",
            "AWS::SQS::Queue",
            "AWS::KMS::Key",
            "AWS::Lambda::Function",
            "AWS::IAM::Role",
            "AWS::Logs::LogGroup",
        )
    ]
    assert named
    assert [pair for pair in named if pair[1]] == []


def test_stacks_build_only_on_stacks_before_them(assembly: Assembly) -> None:
    artifacts = json.loads((assembly.folder / "manifest.json").read_text())["artifacts"]
    stacks = {
        name.rpartition("-")[2]: {
            dependency.rpartition("-")[2]
            for dependency in artifact["dependencies"]
            if not dependency.endswith(".assets")
        }
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    assert set(stacks) == set(PARTS if assembly.stage != "local" else PARTS[:-1])
    for name, before in stacks.items():
        assert all(PARTS.index(other) < PARTS.index(name) for other in before), (name, before)


def test_every_stage_tells_the_same_and_each_name_once(assembly: Assembly) -> None:
    told = [
        name
        for template in assembly.templates.values()
        for name in template.get("Outputs", {})
        if not name.startswith("ExportsOutput")
    ]
    assert len(told) == len(set(told))
    assert set(told) - {"AlarmTopicArn"} == OUTPUTS


def test_no_stack_needs_code_of_cdks_own(assembly: Assembly) -> None:
    assert [
        r.name for r in assembly.resources if r.type.startswith(("Custom::", "AWS::CloudFormation::"))
    ] == []
