"""A record's additionalEventData, for the services that write it.

Sources: real records of S3; AWS documentation, "Using AWS Lambda with CloudTrail" (the version that ran) and
"Logging Amazon Route 53 API calls".
"""

from collections.abc import Callable, Mapping
from typing import Any

from opentrail_local.recorder import resources, s3_members
from opentrail_local.recorder.call import Call


def data(call: Call) -> dict[str, Any] | None:
    """The member, or None when it is left away."""
    rule = _RULES.get(call.service)
    return rule(call) if rule is not None else None


def _lambda(call: Call) -> dict[str, Any] | None:
    """Which version an invocation ran: an ARN with its qualifier, `$LATEST` when none was asked for."""
    functions = resources.resources(call)
    if call.names.is_management or not functions or not isinstance(call.parameters, Mapping):
        return None
    name = str(call.parameters.get("FunctionName", ""))
    named = name.split(":")[7:] if name.startswith("arn:") else name.split(":")[1:2]
    qualifier = call.parameters.get("Qualifier") or (named[0] if named else "$LATEST")
    return {"functionVersion": f"{functions[0]['ARN']}:{qualifier}"}


def _route53(call: Call) -> dict[str, Any] | None:
    if call.operation.name != "ChangeResourceRecordSets":
        return None
    return {"Note": "Do not use to reconstruct hosted zone"}


_RULES: dict[str, Callable[[Call], dict[str, Any] | None]] = {
    "s3": s3_members.additional,
    "s3control": s3_members.additional,
    "lambda": _lambda,
    "route53": _route53,
}
