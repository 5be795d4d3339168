"""AWS::Glue::Database and AWS::Glue::Table.

Ref answers with the name. `CatalogId` is the account itself: other catalogues are refused.
"""

from typing import Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import (
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from opentrail_local.cloudformation.providers import default_name, done, is_gone, refused

type Model = dict[str, Any]


class GlueDatabase(ResourceProvider[Model]):
    """A database: `DatabaseInput` is handed to Glue as it is."""

    TYPE = "AWS::Glue::Database"
    SCHEMA = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/DatabaseName"],
        "createOnlyProperties": ["/properties/CatalogId", "/properties/DatabaseName"],
        "readOnlyProperties": [],
        "properties": {
            "CatalogId": {"type": "string"},
            "DatabaseInput": {"type": "object"},
            "DatabaseName": {"type": "string"},
        },
    }

    def create(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = request.desired_state
        if text := _other_catalog(request):
            return refused(model, text)
        given = dict(model.get("DatabaseInput") or {})
        # Glue keeps names in lower case.
        name = str(model.get("DatabaseName") or given.get("Name") or default_name(request)).lower()
        request.aws_client_factory.glue.create_database(DatabaseInput={**given, "Name": name})
        return done({**model, "DatabaseName": name})

    def update(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = {
            **request.desired_state,
            "DatabaseName": _name_before(request, "DatabaseName", "DatabaseInput"),
        }
        given = {**(model.get("DatabaseInput") or {}), "Name": model["DatabaseName"]}
        request.aws_client_factory.glue.update_database(Name=model["DatabaseName"], DatabaseInput=given)
        return done(model)

    def delete(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        name = _name_before(request, "DatabaseName", "DatabaseInput")
        try:
            request.aws_client_factory.glue.delete_database(Name=name)
        except ClientError as error:
            if not is_gone(error):
                raise
        return done({})


class GlueTable(ResourceProvider[Model]):
    """A table: `TableInput` is handed to Glue as it is."""

    TYPE = "AWS::Glue::Table"
    SCHEMA = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/Name"],
        # DatabaseName is one on AWS. LocalStack replaces a resource when a create-only property refers to
        # a resource that changes, so `update` moves the table itself.
        "createOnlyProperties": ["/properties/CatalogId"],
        "readOnlyProperties": ["/properties/Name"],
        "properties": {
            "CatalogId": {"type": "string"},
            "DatabaseName": {"type": "string"},
            "TableInput": {"type": "object"},
            "Name": {"type": "string"},
        },
    }

    def create(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = request.desired_state
        if text := _other_catalog(request):
            return refused(model, text)
        given = dict(model.get("TableInput") or {})
        name = str(given.get("Name") or default_name(request)).lower()
        request.aws_client_factory.glue.create_table(
            DatabaseName=model["DatabaseName"], TableInput={**given, "Name": name}
        )
        return done({**model, "Name": name})

    def update(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        before = request.previous_state or {}
        if before.get("DatabaseName") not in (None, request.desired_state["DatabaseName"]):
            made = self.create(request)
            _delete_table(request, before["DatabaseName"], _name_before(request, "Name", "TableInput"))
            return made
        model = {**request.desired_state, "Name": _name_before(request, "Name", "TableInput")}
        given = {**(model.get("TableInput") or {}), "Name": model["Name"]}
        request.aws_client_factory.glue.update_table(DatabaseName=model["DatabaseName"], TableInput=given)
        return done(model)

    def delete(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        name = _name_before(request, "Name", "TableInput")
        _delete_table(request, request.desired_state["DatabaseName"], name)
        return done({})


def _delete_table(request: ResourceRequest[Model], database: str, name: str) -> None:
    try:
        request.aws_client_factory.glue.delete_table(DatabaseName=database, Name=name)
    except ClientError as error:
        if not is_gone(error):
            raise


def _name_before(request: ResourceRequest[Model], own: str, nested: str) -> str:
    """The name that the resource has: as it was stored, or as its input said."""
    for state in (request.previous_state or {}, request.desired_state or {}):
        if name := state.get(own) or (state.get(nested) or {}).get("Name"):
            return str(name).lower()
    raise ValueError(f"{request.logical_resource_id} has no name")


def _other_catalog(request: ResourceRequest[Model]) -> str:
    catalog = request.desired_state.get("CatalogId", request.account_id)
    return "" if str(catalog) == request.account_id else f"Catalog {catalog} is another account's."
