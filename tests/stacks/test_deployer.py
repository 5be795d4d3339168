"""The deployer, on real assemblies and on a CloudFormation that answers by script."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from opentrail_cli import deployer
from opentrail_cli.deployer import Stack, make_stack
from opentrail_cli.environment import CommandError
from tests.stacks.assembly import Assembly

STACK = Stack(
    name="OpenTrail-local-Api",
    template='{"Resources":{}}',
    parameters=frozenset({"RouterPublicKey"}),
    after=frozenset(),
    has_files=True,
)
START = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class FakeCloudFormation:
    """One stack. What it becomes after each request is scripted; everything asked of it is noted."""

    becomes: list[str]
    status: str | None = None
    resource_id: str = "made"
    no_updates: bool = False
    refuses: str = ""
    events: list[tuple[str, str, str]] = field(
        default_factory=list
    )  # (resource, status, reason), oldest first
    asked: list[str] = field(default_factory=list)
    parameters: list[dict[str, str]] = field(default_factory=list)

    def describe_stacks(self, **_: Any) -> dict[str, Any]:
        if self.status is None:
            raise _error("Stack with id OpenTrail-local-Api does not exist")
        described = {
            "StackStatus": self.status,
            "Outputs": [
                {"OutputKey": "ApiStage", "OutputValue": "v1"},
                {"OutputKey": "ExportsOutputRefX", "OutputValue": "x"},
            ],
        }
        if self.status.endswith("_IN_PROGRESS"):
            self.status = self.becomes.pop(0)
        return {"Stacks": [described]}

    def create_stack(self, **request: Any) -> None:
        self._change("create", "CREATE_IN_PROGRESS", request)

    def update_stack(self, **request: Any) -> None:
        if self.no_updates:
            raise _error("No updates are to be performed.")
        self._change("update", "UPDATE_IN_PROGRESS", request)

    def delete_stack(self, **_: Any) -> None:
        self.asked.append("delete")
        self.status = None

    def describe_stack_events(self, **_: Any) -> dict[str, Any]:
        events = [
            {
                "LogicalResourceId": resource,
                "ResourceType": "AWS::Test::Resource",
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
                "Timestamp": START + timedelta(seconds=i),
            }
            for i, (resource, status, reason) in enumerate(self.events)
        ]
        return {"StackEvents": events[::-1]}

    def get_paginator(self, operation: str) -> "FakeCloudFormation":
        assert operation == "list_stack_resources"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        resource = {
            "LogicalResourceId": "Table",
            "ResourceType": "AWS::Glue::Table",
            "PhysicalResourceId": self.resource_id,
        }
        return [{"StackResourceSummaries": [resource]}]

    def _change(self, kind: str, status: str, request: dict[str, Any]) -> None:
        if self.refuses:
            raise _error(self.refuses)
        self.asked.append(kind)
        self.parameters += request["Parameters"]
        self.status = status


def _error(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "Operation")


def test_a_new_stack_is_created_with_the_parameters_it_has_and_tells_its_outputs() -> None:
    cloudformation = FakeCloudFormation(becomes=["CREATE_IN_PROGRESS", "CREATE_COMPLETE"])
    outputs = make_stack(cloudformation, STACK, {"RouterPublicKey": "key", "Other": "unknown here"})
    assert outputs == {"ApiStage": "v1"}
    assert cloudformation.asked == ["create"]
    assert cloudformation.parameters == [{"ParameterKey": "RouterPublicKey", "ParameterValue": "key"}]


def test_a_stack_that_is_there_is_updated() -> None:
    cloudformation = FakeCloudFormation(status="CREATE_COMPLETE", becomes=["UPDATE_COMPLETE"])
    assert make_stack(cloudformation, STACK, {}) == {"ApiStage": "v1"}
    assert cloudformation.asked == ["update"]


def test_a_stack_without_a_change_stays_as_it_is() -> None:
    cloudformation = FakeCloudFormation(status="UPDATE_COMPLETE", becomes=[], no_updates=True)
    assert make_stack(cloudformation, STACK, {}) == {"ApiStage": "v1"}
    assert cloudformation.asked == []


@pytest.mark.parametrize("left", ["ROLLBACK_COMPLETE", "CREATE_FAILED"])
def test_what_a_failed_creation_left_is_removed_first(left: str) -> None:
    cloudformation = FakeCloudFormation(status=left, becomes=["CREATE_COMPLETE"])
    make_stack(cloudformation, STACK, {})
    assert cloudformation.asked == ["delete", "create"]


def test_a_failure_names_the_resources_that_failed_and_why_in_order() -> None:
    cloudformation = FakeCloudFormation(
        becomes=["CREATE_FAILED"],
        events=[
            ("Fine", "CREATE_COMPLETE", ""),
            ("Database", "CREATE_FAILED", "no such service"),
            ("Table", "CREATE_FAILED", "cancelled"),
            (STACK.name, "CREATE_FAILED", "resources failed"),
        ],
    )
    with pytest.raises(CommandError) as caught:
        make_stack(cloudformation, STACK, {})
    assert str(caught.value) == (
        "Stack OpenTrail-local-Api failed. Database (AWS::Test::Resource): no such service; "
        "Table (AWS::Test::Resource): cancelled"
    )


def test_an_update_that_was_rolled_back_is_a_failure() -> None:
    cloudformation = FakeCloudFormation(
        status="CREATE_COMPLETE",
        becomes=["UPDATE_ROLLBACK_COMPLETE"],
        events=[("Queue", "UPDATE_FAILED", "not allowed")],
    )
    with pytest.raises(CommandError, match=r"Queue .* not allowed"):
        make_stack(cloudformation, STACK, {})


def test_a_refused_template_is_told_as_it_was_refused() -> None:
    with pytest.raises(CommandError, match=r"is refused: .*Template format error"):
        make_stack(FakeCloudFormation(becomes=[], refuses="Template format error"), STACK, {})


def test_a_resource_that_was_not_really_made_is_a_failure() -> None:
    cloudformation = FakeCloudFormation(becomes=["CREATE_COMPLETE"], resource_id="unknown")
    with pytest.raises(CommandError, match=r"did not really make: Table \(AWS::Glue::Table\)"):
        make_stack(cloudformation, STACK, {})


def test_synthesis_is_done_once_for_each_state_of_the_sources() -> None:
    first = deployer.synth("local")
    made = (first / "manifest.json").stat().st_mtime_ns
    assert deployer.synth("local") == first
    assert (first / "manifest.json").stat().st_mtime_ns == made


def test_an_unknown_stage_cannot_be_synthesised() -> None:
    with pytest.raises(CommandError, match="no stage 'nowhere'"):
        deployer.synth("nowhere")


def test_stacks_come_after_those_they_build_on(local: Assembly) -> None:
    seen: set[str] = set()
    for stack in deployer._stacks(local.folder):
        assert stack.after <= seen
        seen.add(stack.name)
        assert stack.has_files == (stack.name != "OpenTrail-local-Storage")
    assert seen == {f"OpenTrail-local-{p}" for p in ("Storage", "Lake", "Delivery", "Recording", "Api")}


def test_templates_ask_for_no_bootstrap_stack_and_fit_into_one_request(local: Assembly) -> None:
    limit = 51_200  # bytes of TemplateBody (CloudFormation API reference)
    stacks = {stack.name.rpartition("-")[2]: stack for stack in deployer._stacks(local.folder)}
    for stack in stacks.values():
        template = json.loads(stack.template)
        assert "Rules" not in template
        assert "BootstrapVersion" not in template.get("Parameters", {})
        assert len(stack.template.encode()) <= limit
    assert stacks["Api"].parameters == {"RouterPublicKey"}


def test_every_file_is_uploaded_to_where_templates_look_for_it(local: Assembly) -> None:
    wanted = {
        (code["S3Bucket"], code["S3Key"])
        for resource in local.resources
        for code in (resource.properties.get("Code"), resource.properties.get("Content"))
        if code
    }
    uploaded = {target for _, target in deployer._assets(local.folder)}
    assert {(deployer._resolved(bucket), key) for bucket, key in wanted} == uploaded
    assert {bucket for bucket, _ in uploaded} == {"cdk-hnb659fds-assets-000000000000-us-east-1"}


def test_outputs_are_written_whole(tmp_path: Path) -> None:
    outputs: Mapping[str, str] = {"B": "2", "A": "1"}
    deployer.write_outputs(tmp_path, outputs)
    assert json.loads((tmp_path / "outputs.json").read_text()) == outputs
    assert [path.name for path in tmp_path.iterdir()] == ["outputs.json"]
