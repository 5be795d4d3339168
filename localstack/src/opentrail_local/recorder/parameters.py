"""Which rules write a call's requestParameters and responseElements, and when they are null.

- Parameters are null when there are none, and when the call was denied (but for some services).
- The answer is null for reading calls, for failures, and when it is empty; STS's answers are kept.
- What takes more than CloudTrail keeps is replaced by `{"omitted": true}`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from opentrail_local.recorder import (
    apigateway_members,
    ec2_members,
    failures,
    members,
    resources,
    s3_members,
    saml,
)
from opentrail_local.recorder.call import ANSWERED_READS, OMITTED, Call

MAX_ELEMENT = 100 * 1024  # bytes of JSON CloudTrail keeps of each of the two

_OMITTED: dict[str, Any] = {"omitted": True}

# Services that never record the answer to a data event (AWS documentation of their data events).
_DATA_WITHOUT_ANSWER = frozenset({"dynamodb", "lambda"})

# What a service writes although it was not sent: its own default.
_DEFAULTS: dict[tuple[str, str], dict[str, Any]] = {
    ("kms", "Encrypt"): {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
    ("kms", "Decrypt"): {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
    ("kms", "CreateKey"): {
        "description": "",
        "keyUsage": "ENCRYPT_DECRYPT",
        "keySpec": "SYMMETRIC_DEFAULT",
        "origin": "AWS_KMS",
        "multiRegion": False,
    },
    ("ec2", "CreateVpc"): {"instanceTenancy": "default", "amazonProvidedIpv6CidrBlock": False},
    ("ec2", "DeleteSnapshot"): {"force": False},
    ("ec2", "DeleteVolume"): {"reportVolumeFailure": False},
    ("ec2", "StopInstances"): {"force": False},
    ("ec2", "DescribeInstanceStatus"): {"includeAllInstances": False},
    ("ec2", "DescribeKeyPairs"): {"includePublicKey": False},
    ("ec2", "RunInstances"): {
        "monitoring": {"enabled": False},
        "disableApiTermination": False,
        "disableApiStop": False,
        "ebsOptimized": False,
    },
    ("glue", "GetConnections"): {"hidePassword": False},
    ("ssm", "DescribeParameters"): {"shared": False},
    ("ssm", "SendCommand"): {"interactive": False},
}

# Members of STS's answers that are there only when one of these was sent; LocalStack always gives them.
_ONLY_WITH: dict[str, frozenset[str]] = {"packedPolicySize": frozenset({"Policy", "PolicyArns", "Tags"})}


# Calls whose parameters are not recorded when an AWS service makes them (real records).
_NULL_FOR_SERVICES = frozenset({("lambda", "Invoke")})


def request_parameters(call: Call) -> Any:
    """The record's requestParameters: an object, or None."""
    by_service = call.invoked_by and (call.service, call.operation.name) in _NULL_FOR_SERVICES
    if by_service or failures.hides_parameters(call):
        return None
    if call.parameters is OMITTED and call.service != "s3":
        return _OMITTED
    write = _REQUESTS.get(call.service, _general_request)
    return _bounded(write(call) or None)


def response_elements(call: Call) -> Any:
    """The record's responseElements: an object, or None."""
    if call.failure is not None:
        return None
    if call.names.read_only and (call.service, call.operation.name) not in ANSWERED_READS:
        return None
    if call.service in _DATA_WITHOUT_ANSWER and not call.names.is_management:
        return None
    if call.answer is OMITTED:
        return _OMITTED
    if call.service == "ec2":
        return _bounded(ec2_members.answer(call.operation, call.answer, call.request_id))
    if call.service in ("s3", "s3control"):
        return s3_members.answer(call)
    written = members.answer(call.operation, call.answer) if isinstance(call.answer, Mapping) else {}
    if call.service == "apigateway" and isinstance(call.parameters, Mapping):
        written |= apigateway_members.links(call.operation, call.parameters)
    if call.service == "sts":
        sent = frozenset(call.parameters if isinstance(call.parameters, Mapping) else ())
        written = {name: item for name, item in written.items() if sent & _ONLY_WITH.get(name, sent)}
    return _bounded(written or None)


def _general_request(call: Call) -> dict[str, Any]:
    sent = call.parameters if isinstance(call.parameters, Mapping) else {}
    return _DEFAULTS.get((call.service, call.operation.name), {}) | members.request(call.operation, sent)


def _ec2_request(call: Call) -> dict[str, Any] | None:
    written = ec2_members.request(call.operation, call.parameters)
    defaults = _DEFAULTS.get((call.service, call.operation.name))
    return (
        (written or {}) | {k: v for k, v in defaults.items() if k not in (written or {})}
        if defaults
        else written
    )


def _dynamodb_request(call: Call) -> dict[str, Any]:
    """Items tell the names of their attributes; keys tell their values, without DynamoDB's types."""
    sent = dict(call.parameters) if isinstance(call.parameters, Mapping) else {}
    key, item = sent.pop("Key", None), sent.pop("Item", None)
    written = members.request(call.operation, sent)
    if isinstance(key, Mapping):
        written["key"] = {name: _untyped(value) for name, value in key.items()}
    if isinstance(item, Mapping):
        written["items"] = sorted(item)
    return written


def _apigateway_request(call: Call) -> dict[str, Any]:
    sent = call.parameters if isinstance(call.parameters, Mapping) else {}
    return apigateway_members.request(call.operation, sent)


def _lambda_request(call: Call) -> dict[str, Any]:
    """New code is recorded for a function's full name, which is told twice (real records)."""
    sent = dict(call.parameters) if isinstance(call.parameters, Mapping) else {}
    named = sent.get("FunctionName")
    if call.operation.name != "UpdateFunctionCode" or not isinstance(named, str):
        return _general_request(call)
    arn = resources.function_arn(call, named)
    parts = arn.split(":")
    prefix = {"partition": parts[1], "region": parts[3], "account": parts[4]}
    full = {"arnPrefix": prefix, "relativeId": {"functionName": parts[6]}, "functionQualifier": {}}
    written = members.request(call.operation, {**sent, "FunctionName": arn})
    return {"fullyQualifiedArn": full} | written


def _sts_request(call: Call) -> dict[str, Any]:
    """A SAML assertion is recorded by its ID and the session's name in it (AWS documentation)."""
    sent = call.parameters if isinstance(call.parameters, Mapping) else {}
    written = members.request(call.operation, sent)
    assertion = sent.get("SAMLAssertion")
    return saml.told(assertion) | written if isinstance(assertion, str) else written


def _untyped(value: Any) -> Any:
    return next(iter(value.values()), None) if isinstance(value, Mapping) and len(value) == 1 else value


def _bounded(value: Any) -> Any:
    if value is None:
        return None
    return value if len(json.dumps(value, default=str)) <= MAX_ELEMENT else _OMITTED


_REQUESTS: dict[str, Callable[[Call], Any]] = {
    "ec2": _ec2_request,
    "s3": s3_members.request,
    "s3control": s3_members.request,
    "dynamodb": _dynamodb_request,
    "apigateway": _apigateway_request,
    "lambda": _lambda_request,
    "sts": _sts_request,
}
