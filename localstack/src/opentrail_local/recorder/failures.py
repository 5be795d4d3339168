"""errorCode and errorMessage of a failed call, and what else a failure takes out of the record.

CloudTrail writes the code that went over the wire, but for the rows below (sources: real records, and section
"errorCode" of the services' CloudTrail pages).
"""

from functools import lru_cache
from typing import Any

from opentrail_local.recorder.call import Call

MAX_MESSAGE = 1024  # characters CloudTrail keeps of errorCode and errorMessage

DENIED = "AccessDenied"
DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "AccessDeniedFault"})

# Services that record the name of the modelled exception where the wire has another code (IAM's NoSuchEntity
# is NoSuchEntityException, RDS's DBInstanceNotFound is DBInstanceNotFoundFault, SQS's
# AWS.SimpleQueueService.NonExistentQueue is QueueDoesNotExist).
_SHAPE_NAMES = frozenset({"docdb", "iam", "neptune", "rds", "sqs"})

# Codes that the model of the protocol in use does not know.
_CODES = {("sqs", "AWS.SimpleQueueService.NonExistentQueue"): "QueueDoesNotExist"}

# Calls turned away before they were read: a record of them has no parameters.
_TURNED_AWAY = DENIALS | {"ThrottlingException"}

# Services that keep the parameters of a denied call; all others write null.
_PARAMETERS_KEPT = frozenset({"ce", "ec2", "glue", "guardduty", "s3", "s3control"})


def code(call: Call) -> str:
    """The errorCode of a failed call."""
    failure = call.failure
    assert failure is not None
    text = failure.code
    if call.service == "ec2":
        return f"{'Server' if failure.status >= 500 else 'Client'}.{text}"[:MAX_MESSAGE]
    if text in DENIALS:
        return DENIED
    if call.service in _SHAPE_NAMES:
        known = _CODES.get((call.service, text))
        text = known or _shape_names(call.operation.service_model).get(text, text)
    return text[:MAX_MESSAGE]


def message(call: Call) -> str:
    """The errorMessage of a failed call; empty when the wire had none."""
    failure = call.failure
    assert failure is not None
    return failure.message[:MAX_MESSAGE]


def hides_parameters(call: Call) -> bool:
    """Whether the failure takes the parameters out of the record."""
    failure = call.failure
    return failure is not None and failure.code in _TURNED_AWAY and call.service not in _PARAMETERS_KEPT


@lru_cache(maxsize=16)  # the services of _SHAPE_NAMES
def _shape_names(service_model: Any) -> dict[str, str]:
    """Code on the wire -> name of the modelled exception."""
    return {
        shape.metadata.get("error", {}).get("code", shape.name): shape.name
        for shape in service_model.error_shapes
    }
