"""Resource types of ours on a fake of the service they speak with."""

import inspect
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import OperationStatus, ResourceProviderExecutor
from opentrail_local.cloudformation import strict, waiting
from opentrail_local.cloudformation.athena import AthenaWorkGroup
from opentrail_local.cloudformation.glue import GlueDatabase, GlueTable

ACCOUNT = "000000000000"


class Service:
    """Notes every call; what is told to fail fails."""

    def __init__(self, *, fails: str = "") -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.fails = fails

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> dict[str, Any]:
            self.calls.append((name, parameters))
            if self.fails:
                raise ClientError({"Error": {"Code": self.fails, "Message": "no"}}, name)
            if name == "get_work_group":
                return {"WorkGroup": {"CreationTime": datetime(2026, 1, 1, tzinfo=UTC)}}
            return {}

        return call


def request(service: Service, wanted: dict[str, Any], before: dict[str, Any] | None = None) -> Any:
    return SimpleNamespace(
        desired_state=wanted,
        previous_state=before,
        account_id=ACCOUNT,
        stack_name="stack",
        logical_resource_id="Thing",
        aws_client_factory=SimpleNamespace(glue=service, athena=service),
    )


def test_a_database_is_made_changed_and_deleted_by_its_name() -> None:
    service = Service()
    wanted = {"CatalogId": ACCOUNT, "DatabaseInput": {"Name": "Lake", "Description": "d"}}
    made = GlueDatabase().create(request(service, wanted))
    assert made.status == OperationStatus.SUCCESS
    assert made.resource_model["DatabaseName"] == "lake"
    changed = {"CatalogId": ACCOUNT, "DatabaseInput": {"Name": "Lake", "Description": "e"}}
    GlueDatabase().update(request(service, changed, made.resource_model))
    GlueDatabase().delete(request(service, made.resource_model))
    assert service.calls == [
        ("create_database", {"DatabaseInput": {"Name": "lake", "Description": "d"}}),
        ("update_database", {"Name": "lake", "DatabaseInput": {"Name": "lake", "Description": "e"}}),
        ("delete_database", {"Name": "lake"}),
    ]


def test_a_database_without_a_name_gets_one() -> None:
    made = GlueDatabase().create(request(Service(), {"DatabaseInput": {}}))
    assert made.resource_model["DatabaseName"].startswith("stack-thing-")


def test_another_accounts_catalog_is_refused() -> None:
    service = Service()
    answer = GlueDatabase().create(request(service, {"CatalogId": "111111111111", "DatabaseInput": {}}))
    assert answer.status == OperationStatus.FAILED
    assert "111111111111" in answer.message
    assert service.calls == []


def test_a_table_is_handed_to_glue_as_it_is() -> None:
    service = Service()
    given = {"Name": "events", "PartitionKeys": [{"Name": "day", "Type": "string"}]}
    wanted = {"CatalogId": ACCOUNT, "DatabaseName": "lake", "TableInput": given}
    made = GlueTable().create(request(service, wanted))
    assert made.resource_model["Name"] == "events"
    GlueTable().update(request(service, wanted, made.resource_model))
    GlueTable().delete(request(service, made.resource_model))
    assert service.calls == [
        ("create_table", {"DatabaseName": "lake", "TableInput": given}),
        ("update_table", {"DatabaseName": "lake", "TableInput": given}),
        ("delete_table", {"DatabaseName": "lake", "Name": "events"}),
    ]


def test_a_table_moves_to_another_database() -> None:
    service = Service()
    before = {"DatabaseName": "old", "TableInput": {"Name": "t"}, "Name": "t"}
    moved = GlueTable().update(request(service, {**before, "DatabaseName": "new"}, before))
    assert moved.resource_model["DatabaseName"] == "new"
    assert service.calls == [
        ("create_table", {"DatabaseName": "new", "TableInput": {"Name": "t"}}),
        ("delete_table", {"DatabaseName": "old", "Name": "t"}),
    ]


def test_a_workgroup_is_made_changed_and_deleted() -> None:
    service = Service()
    results = {"OutputLocation": "s3://b/p/"}
    wanted = {
        "Name": "w",
        "Description": "d",
        "RecursiveDeleteOption": True,
        "WorkGroupConfiguration": {"EnforceWorkGroupConfiguration": True, "ResultConfiguration": results},
    }
    made = AthenaWorkGroup().create(request(service, wanted))
    assert made.resource_model["CreationTime"] == "1767225600"
    AthenaWorkGroup().update(request(service, wanted, made.resource_model))
    AthenaWorkGroup().delete(request(service, made.resource_model))
    calls = [call for call in service.calls if call[0] != "get_work_group"]
    assert calls == [
        (
            "create_work_group",
            {"Name": "w", "Description": "d", "Configuration": wanted["WorkGroupConfiguration"]},
        ),
        (
            "update_work_group",
            {
                "WorkGroup": "w",
                "State": "ENABLED",
                "Description": "d",
                "ConfigurationUpdates": {
                    "EnforceWorkGroupConfiguration": True,
                    "ResultConfigurationUpdates": results,
                },
            },
        ),
        ("delete_work_group", {"WorkGroup": "w", "RecursiveDeleteOption": True}),
    ]


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        (GlueDatabase, {"DatabaseName": "lake"}),
        (GlueTable, {"DatabaseName": "lake", "Name": "t"}),
        (AthenaWorkGroup, {"Name": "w"}),
    ],
)
def test_only_what_is_gone_counts_as_deleted(provider: Any, model: dict[str, Any]) -> None:
    gone = provider().delete(request(Service(fails="EntityNotFoundException"), model))
    assert gone.status == OperationStatus.SUCCESS
    with pytest.raises(ClientError):
        provider().delete(request(Service(fails="AccessDeniedException"), model))


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("AWS::SQS::Queue", True),
        ("AWS::Glue::Table", True),
        ("AWS::Athena::WorkGroup", True),
        ("Custom::Thing", True),
        ("AWS::Pipes::Pipe", False),
        ("AWS::No::Such", False),
    ],
)
def test_a_type_is_supported_when_somebody_provides_it(kind: str, known: bool) -> None:
    assert strict.is_supported(kind) is known


def test_cloudformation_looks_often_at_what_is_being_made() -> None:
    try:
        waiting.patch()
        defaults = inspect.signature(ResourceProviderExecutor.deploy_loop).parameters
        assert defaults["sleep_time"].default == waiting.PAUSE
        with pytest.raises(RuntimeError):
            waiting.patch()
    finally:
        *before, _ = ResourceProviderExecutor.deploy_loop.__defaults__
        ResourceProviderExecutor.deploy_loop.__defaults__ = (*before, 1)
