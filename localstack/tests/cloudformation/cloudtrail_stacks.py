"""CloudFormation as far as a resource type of CloudTrail's sees it, on the real API in process."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    _handler_provide_client_params,
)
from opentrail_local.cloudformation.cloudtrail_resource import CloudTrailResource

from tests.fakes.service import Service

ACCOUNT = "111111111111"


@dataclass
class Stacks:
    """CloudFormation as far as a resource type sees it: a client of its own, the states of one resource."""

    service: Service
    kind: type[CloudTrailResource]

    def __post_init__(self) -> None:
        self.client = self.service.client()
        self.client.meta.events.register("provide-client-params.*.*", _handler_provide_client_params)
        self.calls: list[str] = []
        self.client.meta.events.register(
            "before-call.cloudtrail.*", lambda model, **_: self.calls.append(model.name)
        )

    def request_metadata(self, service_principal: str) -> Any:
        assert service_principal == "cloudformation"
        return self.client

    def request(self, wanted: dict[str, Any], before: dict[str, Any] | None, **more: Any) -> Any:
        return SimpleNamespace(
            desired_state=wanted,
            previous_state=before,
            account_id=ACCOUNT,
            request_token="token",
            aws_client_factory=SimpleNamespace(cloudtrail=self),
            **({"stack_name": "stack", "logical_resource_id": "Thing"} | more),
        )

    def create(self, wanted: dict[str, Any], **more: Any) -> ProgressEvent[dict[str, Any]]:
        return self.kind().create(self.request(wanted, None, **more))

    def update(self, before: dict[str, Any], wanted: dict[str, Any]) -> ProgressEvent[dict[str, Any]]:
        self.calls.clear()
        return self.kind().update(self.request(wanted, before))

    def delete(self, model: dict[str, Any]) -> ProgressEvent[dict[str, Any]]:
        return self.kind().delete(self.request(model, model))


def made(event: ProgressEvent[dict[str, Any]]) -> dict[str, Any]:
    """The model of a resource that is as it was asked for."""
    assert event.status == OperationStatus.SUCCESS, event.message
    return event.resource_model


def refusal(event: ProgressEvent[dict[str, Any]]) -> str:
    assert event.status == OperationStatus.FAILED
    return event.message


def differences(schema: dict[str, Any]) -> list[str]:
    """Where a schema is not the one that AWS publishes, as far as names and requirements go."""
    theirs = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", schema["typeName"]).schema
    members = ("typeName", "primaryIdentifier", "createOnlyProperties", "readOnlyProperties")
    found = [name for name in members if schema[name] != theirs.get(name, [])]
    return found + _differences(schema, theirs, theirs["definitions"])


def _differences(ours: dict[str, Any], theirs: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    """All the way down."""
    if "$ref" in theirs:
        theirs = definitions[theirs["$ref"].rpartition("/")[2]]
    if "items" in ours:
        return _differences(ours["items"], theirs["items"], definitions)
    if "properties" not in ours:
        return [str(theirs)] if "properties" in theirs else []
    found = sorted(set(ours["properties"]) ^ set(theirs["properties"]))
    found += sorted(set(ours["required"]) ^ set(theirs.get("required", [])))
    for name, member in ours["properties"].items():
        found += _differences(member, theirs["properties"].get(name, {}), definitions)
    return found
