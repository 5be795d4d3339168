"""What resource providers share: answers to CloudFormation, and names for what a template does not name."""

from typing import Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation import provider_utils
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceRequest,
)


def done(model: dict[str, Any]) -> ProgressEvent[dict[str, Any]]:
    """The resource is as the model says."""
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)


def refused(model: dict[str, Any], text: str) -> ProgressEvent[dict[str, Any]]:
    """The resource cannot be made or changed so."""
    return ProgressEvent(status=OperationStatus.FAILED, resource_model=model, message=text)


def default_name(request: ResourceRequest[dict[str, Any]]) -> str:
    """`<stack>-<logical id>-<random>`, as CloudFormation names things."""
    return provider_utils.generate_default_name(
        stack_name=request.stack_name, logical_resource_id=request.logical_resource_id
    )


def is_gone(error: ClientError, *codes: str) -> bool:
    """Whether what was to be deleted is not there any more."""
    return error.response["Error"]["Code"] in {"EntityNotFoundException", "ResourceNotFoundException", *codes}
