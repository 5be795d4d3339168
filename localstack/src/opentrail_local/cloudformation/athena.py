"""AWS::Athena::WorkGroup. Ref answers with the name."""

from typing import Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation.resource_provider import (
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from opentrail_local.cloudformation.providers import done, is_gone

type Model = dict[str, Any]

# What the API's update calls otherwise than its create; the rest is named alike.
UPDATED_AS = {"ResultConfiguration": "ResultConfigurationUpdates"}


class AthenaWorkGroup(ResourceProvider[Model]):
    """A workgroup with its configuration, state and tags."""

    TYPE = "AWS::Athena::WorkGroup"
    SCHEMA = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/Name"],
        "createOnlyProperties": ["/properties/Name"],
        "readOnlyProperties": [
            "/properties/CreationTime",
            "/properties/WorkGroupConfiguration/EngineVersion/EffectiveEngineVersion",
        ],
        "properties": {
            "Name": {"type": "string"},
            "Description": {"type": "string"},
            "RecursiveDeleteOption": {"type": "boolean"},
            "State": {"type": "string"},
            "Tags": {"type": "array"},
            "WorkGroupConfiguration": {"type": "object"},
            "CreationTime": {"type": "string"},
        },
    }

    def create(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = request.desired_state
        wanted: Model = {"Name": model["Name"]}
        for ours, theirs in (
            ("Description", "Description"),
            ("Tags", "Tags"),
            ("WorkGroupConfiguration", "Configuration"),
        ):
            if model.get(ours):
                wanted[theirs] = model[ours]
        athena = request.aws_client_factory.athena
        athena.create_work_group(**wanted)
        if model.get("State") == "DISABLED":
            athena.update_work_group(WorkGroup=model["Name"], State="DISABLED")
        return done(_as_it_is(athena, model))

    def update(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = request.desired_state
        wanted: Model = {"WorkGroup": model["Name"], "State": model.get("State") or "ENABLED"}
        if "Description" in model:
            wanted["Description"] = model["Description"]
        if configuration := model.get("WorkGroupConfiguration"):
            wanted["ConfigurationUpdates"] = {
                UPDATED_AS.get(name, name): value for name, value in configuration.items()
            }
        athena = request.aws_client_factory.athena
        athena.update_work_group(**wanted)
        return done(_as_it_is(athena, model))

    def delete(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = request.desired_state
        try:
            request.aws_client_factory.athena.delete_work_group(
                WorkGroup=model["Name"], RecursiveDeleteOption=bool(model.get("RecursiveDeleteOption"))
            )
        except ClientError as error:
            # Athena says InvalidRequestException for a workgroup that is not there.
            if not is_gone(error) and "not found" not in str(error).lower():
                raise
        return done({})


def _as_it_is(athena: Any, model: Model) -> Model:
    """With what GetAtt may ask for."""
    found = athena.get_work_group(WorkGroup=model["Name"])["WorkGroup"]
    created = found.get("CreationTime")
    return {**model, "CreationTime": str(int(created.timestamp())) if created else ""}
