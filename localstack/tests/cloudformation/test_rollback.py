"""LocalStack's engine with the rollback, on a resource type that notes what is done to it."""

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.cloudformation.engine.v2 import change_set_resource_support_checker
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor
from localstack.services.cloudformation.engine.v2.change_set_resource_support_checker import (
    ChangeSetResourceSupportChecker,
)
from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor
from localstack.services.cloudformation.v2.entities import Stack
from localstack.services.cloudformation.v2.provider import CloudformationProviderV2
from opentrail_local.cloudformation import rollback, strict
from opentrail_local.cloudformation.providers import done, refused

PATIENCE = 10.0  # seconds
THING = "Custom::Thing"


class Things:
    """A type. Create and update fail where a thing `Refuses`, delete where it `Stays`."""

    SCHEMA = {"primaryIdentifier": ["/properties/Id"], "createOnlyProperties": ["/properties/Name"]}

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []  # what, which, value
        self.there: dict[str, Any] = {}
        self.made = 0

    def create(self, request: Any) -> Any:
        wanted = request.desired_state
        self._note("create", request, wanted)
        if wanted.get("Refuses"):
            return refused({}, "no")
        self.made += 1
        model = {**wanted, "Id": f"{request.logical_resource_id}-{self.made}"}
        self.there[model["Id"]] = wanted.get("Value")
        return done(model)

    def update(self, request: Any) -> Any:
        wanted, before = request.desired_state, request.previous_state
        self._note("update", request, wanted)
        if wanted.get("Refuses"):
            return refused(before, "no")
        self.there[before["Id"]] = wanted.get("Value")
        return done({**wanted, "Id": before["Id"]})

    def delete(self, request: Any) -> Any:
        self._note("delete", request, request.desired_state)
        if request.desired_state.get("Stays"):
            return refused(request.desired_state, "never")
        self.there.pop(request.desired_state.get("Id"), None)
        return done({})

    def _note(self, what: str, request: Any, model: dict[str, Any]) -> None:
        self.calls.append((what, request.logical_resource_id, model.get("Value")))


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> Things:
    """The type in a LocalStack that is put back to what it was afterwards."""
    found = Things()
    for owner, name in (
        (ChangeSetModelExecutor, "execute"),
        (ChangeSetModelExecutor, "_execute_resource_change"),
        (Stack, "set_stack_status"),
        (ChangeSetResourceSupportChecker, "visit_node_resource"),
        (change_set_resource_support_checker, "get_aws_catalog"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(
        ResourceProviderExecutor, "try_load_resource_provider", staticmethod(lambda resource_type: found)
    )
    strict.patch()
    rollback.patch()
    return found


class CloudFormation:
    """LocalStack's CloudFormation without its gateway: one stack of an account."""

    def __init__(self, account: str) -> None:
        self._provider = CloudformationProviderV2()
        self._context = SimpleNamespace(account_id=account, region="us-east-1", partition="aws")
        self.statuses: list[str] = []

    def create(self, resources: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self._settled("create_stack", self._request(resources) | more)

    def update(self, resources: dict[str, Any]) -> dict[str, Any]:
        return self._settled("update_stack", self._request(resources))

    def change(self, resources: dict[str, Any]) -> dict[str, Any]:
        """As the CDK does, by a change set."""
        named = {"ChangeSetName": f"c{time.monotonic_ns()}", "StackName": "things"}
        kind = {"ChangeSetType": "UPDATE"}
        self._provider.create_change_set(self._context, self._request(resources) | named | kind)
        execute = self._provider.execute_change_set
        return self._wait(
            lambda: execute(self._context, change_set_name=named["ChangeSetName"], stack_name="things")
        )

    def delete(self) -> dict[str, Any]:
        return self._wait(lambda: self._provider.delete_stack(self._context, stack_name="things"))

    def resources(self) -> dict[str, str]:
        """Physical ids by logical ids."""
        shown = self._provider.list_stack_resources(self._context, stack_name="things")
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in shown["StackResourceSummaries"]}

    def outputs(self) -> list[str]:
        return [output["OutputValue"] for output in self._described().get("Outputs", [])]

    def _request(self, resources: dict[str, Any]) -> dict[str, Any]:
        first = next(iter(resources))
        return {
            "StackName": "things",
            "TemplateBody": json.dumps(
                {"Resources": resources, "Outputs": {"First": {"Value": {"Ref": first}}}}
            ),
        }

    def _settled(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        return self._wait(lambda: getattr(self._provider, operation)(self._context, request))

    def _wait(self, act: Callable[[], Any]) -> dict[str, Any]:
        act()
        deadline = time.monotonic() + PATIENCE
        while (stack := self._described())["StackStatus"].endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, stack
            time.sleep(0.01)
        return stack

    def _described(self) -> dict[str, Any]:
        stacks = self._provider.describe_stacks(self._context)["Stacks"]
        return stacks[-1]


@pytest.fixture
def cloudformation(request: pytest.FixtureRequest) -> CloudFormation:
    return CloudFormation(f"{abs(hash(request.node.name)) % 10**12:012}")


def thing(value: int = 1, *, after: str = "", **properties: Any) -> dict[str, Any]:
    policy = {"DeletionPolicy": properties.pop("keep")} if "keep" in properties else {}
    return {
        "Type": THING,
        "Properties": {"Value": value, **properties},
        **({"DependsOn": [after]} if after else {}),
        **policy,
    }


def test_what_was_made_of_a_stack_that_fails_is_deleted(
    things: Things, cloudformation: CloudFormation
) -> None:
    stack = cloudformation.create({"A": thing(), "B": thing(after="A"), "C": thing(after="B", Refuses=True)})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "failed to create: [C]" in stack["StackStatusReason"]
    assert things.there == {}
    assert [call[:2] for call in things.calls] == [
        ("create", "A"),
        ("create", "B"),
        ("create", "C"),
        ("delete", "B"),
        ("delete", "A"),
    ]
    things.calls.clear()
    assert cloudformation.delete()["StackStatus"] == "DELETE_COMPLETE"
    assert things.calls == []


def test_what_is_to_be_retained_is_not_rolled_back(things: Things, cloudformation: CloudFormation) -> None:
    wanted = {
        "A": thing(keep="Retain"),
        "B": thing(after="A", keep="RetainExceptOnCreate"),
        "C": thing(after="B", Refuses=True),
    }
    assert cloudformation.create(wanted)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert list(things.there) == ["A-1"]


@pytest.mark.parametrize("more", [{"DisableRollback": True}, {"OnFailure": "DO_NOTHING"}])
def test_a_rollback_can_be_declined(things: Things, cloudformation: CloudFormation, more: Any) -> None:
    wanted = {"A": thing(), "B": thing(after="A", Refuses=True)}
    assert cloudformation.create(wanted, **more)["StackStatus"] == "CREATE_FAILED"
    assert list(things.there) == ["A-1"]


@pytest.mark.parametrize("way", ["update", "change"])
def test_a_failed_update_is_undone(things: Things, cloudformation: CloudFormation, way: str) -> None:
    before = {"A": thing(), "B": thing(2), "C": thing(3, Name="c"), "D": thing(4), "E": thing(5, after="D")}
    assert cloudformation.create(before)["StackStatus"] == "CREATE_COMPLETE"
    there, physical = dict(things.there), cloudformation.resources()
    wanted = {
        "A": thing(10),  # changed in place
        "C": thing(3, Name="other"),  # replaced; B is removed
        "F": thing(6, after="A"),  # added
        "D": thing(40, after="F", Refuses=True),
        "E": thing(50, after="D"),  # never reached
    }
    stack = getattr(cloudformation, way)(wanted)
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "failed to update: [D]" in stack["StackStatusReason"]
    assert things.there == there
    assert cloudformation.resources() == physical
    assert cloudformation.outputs() == [physical["A"]]

    wanted["D"]["Properties"].pop("Refuses")
    assert getattr(cloudformation, way)(wanted)["StackStatus"] == "UPDATE_COMPLETE"
    assert sorted(things.there.values()) == [3, 6, 10, 40, 50]
    assert sorted(cloudformation.resources()) == ["A", "C", "D", "E", "F"]
    assert cloudformation.delete()["StackStatus"] == "DELETE_COMPLETE"
    assert things.there == {}


def test_a_replacement_that_fails_keeps_what_it_was_to_replace(
    things: Things, cloudformation: CloudFormation
) -> None:
    cloudformation.create({"A": thing(Name="a")})
    stack = cloudformation.update({"A": thing(Name="b", Refuses=True)})
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert things.there == {"A-1": 1}
    assert cloudformation.update({"A": thing(Name="c")})["StackStatus"] == "UPDATE_COMPLETE"
    assert things.there == {"A-2": 1}
    assert cloudformation.resources() == {"A": "A-2"}


def test_a_replacement_that_cannot_be_removed_again_is_left(
    things: Things, cloudformation: CloudFormation
) -> None:
    cloudformation.create({"A": thing(Name="a")})
    wanted = {"A": thing(2, Name="b", Stays=True), "B": thing(3, after="A", Refuses=True)}
    assert cloudformation.update(wanted)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert things.there == {"A-1": 1, "A-2": 2}
    assert cloudformation.resources() == {"A": "A-1"}
    assert cloudformation.delete()["StackStatus"] == "DELETE_COMPLETE"
    assert things.there == {"A-2": 2}


def test_a_rollback_that_fails_says_so(things: Things, cloudformation: CloudFormation) -> None:
    stack = cloudformation.create({"A": thing(Stays=True), "B": thing(after="A", Refuses=True)})
    assert stack["StackStatus"] == "ROLLBACK_FAILED"
    assert things.there == {"A-1": 1}


def test_a_stack_that_cannot_be_deleted_says_so(things: Things, cloudformation: CloudFormation) -> None:
    cloudformation.create({"A": thing(), "B": thing(after="A", Stays=True)})
    stack = cloudformation.delete()
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "failed to delete: [B]" in stack["StackStatusReason"]
    assert things.there == {"B-2": 1}
