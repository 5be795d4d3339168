"""What resource providers share: answers to CloudFormation, and names for what a template does not name."""

import re
import secrets
import string
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


RANDOM_LENGTH = 12  # characters at the end of a physical name
RANDOM_CHARACTERS = string.ascii_uppercase + string.digits


def physical_name(request: ResourceRequest[dict[str, Any]], longest: int) -> str:
    """`<stack>-<logical id>-<RANDOM>` for a resource that may have dashes, but no two beside each other.

    Stacks may; the stack's name is what is cut when all is longer than allowed.
    """
    end = "".join(secrets.choice(RANDOM_CHARACTERS) for _ in range(RANDOM_LENGTH))
    tail = f"{request.logical_resource_id}-{end}"
    stack = re.sub("-+", "-", request.stack_name)[: max(longest - len(tail) - 1, 0)].rstrip("-")
    return f"{stack}-{tail}"[-longest:].lstrip("-")


def is_gone(error: Exception, *codes: str) -> bool:
    """Whether what was to be deleted is not there any more."""
    if not isinstance(error, ClientError):
        return False
    return error.response["Error"]["Code"] in {"EntityNotFoundException", "ResourceNotFoundException", *codes}
