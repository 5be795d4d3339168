"""Records of any operation, made of AWS's own models: every text member of request and answer is filled.

The value of a member is its path, so that a resource's name tells where it was taken from.
"""

import functools
from collections.abc import Iterator
from typing import Any

import botocore.loaders
from botocore.model import ServiceModel
from opentrail.domain.read_only import is_read_only
from opentrail.domain.record_category import MANAGEMENT, category

# Event source -> botocore's service.
SERVICES = {
    "cloudformation.amazonaws.com": "cloudformation",
    "cloudtrail.amazonaws.com": "cloudtrail",
    "dynamodb.amazonaws.com": "dynamodb",
    "ec2.amazonaws.com": "ec2",
    "ecr.amazonaws.com": "ecr",
    "ecs.amazonaws.com": "ecs",
    "eks.amazonaws.com": "eks",
    "iam.amazonaws.com": "iam",
    "kms.amazonaws.com": "kms",
    "lambda.amazonaws.com": "lambda",
    "logs.amazonaws.com": "logs",
    "rds.amazonaws.com": "rds",
    "s3.amazonaws.com": "s3",
    "secretsmanager.amazonaws.com": "secretsmanager",
    "sns.amazonaws.com": "sns",
    "sqs.amazonaws.com": "sqs",
    "ssm.amazonaws.com": "ssm",
    "sts.amazonaws.com": "sts",
}

_DEPTH = 4  # of structures in structures
_UNWRAPPED = frozenset({"rds"})  # whose answer's one outer structure records leave away
_EC2_SETS = {"InstanceId": "instancesSet", "ResourceId": "resourcesSet"}  # how records name these lists
_LOADER = botocore.loaders.create_loader()


@functools.cache
def model(source: str) -> ServiceModel:
    """AWS's model of a source's service."""
    return ServiceModel(_LOADER.load_service_model(SERVICES[source], "service-2"))


def mutating(source: str) -> Iterator[str]:
    """The management operations that change something."""
    for name in model(source).operation_names:
        call = {"eventSource": source, "eventName": name}
        if category(call) == MANAGEMENT and not is_read_only(call):
            yield name


def record(source: str, name: str) -> dict[str, Any]:
    """A successful call with everything that can be sent and come back."""
    operation = model(source).operation_model(name)
    answered = operation.output_shape
    if SERVICES[source] in _UNWRAPPED and answered is not None and len(answered.members) == 1:
        [inner] = answered.members.values()
        answered = inner if inner.type_name == "structure" else answered
    request = _filled(operation.input_shape, "request", source)
    answer = _filled(answered, "answer", source)
    return {
        "eventSource": source,
        "eventName": name,
        "requestParameters": request,
        "responseElements": answer,
    }


def _filled(shape: Any, path: str, source: str, depth: int = 0) -> Any:
    kind = shape.type_name if shape is not None else "structure"
    if kind == "structure":
        if shape is None or depth > _DEPTH:
            return {}
        return {
            written: _filled(member, f"{path}.{written}", source, depth + 1)
            for written, member in ((_written(name, m, source), m) for name, m in shape.members.items())
        }
    if kind == "list":
        if not _is_ec2(source):
            return [_filled(shape.member, path, source, depth + 1)]
        item = _filled(shape.member, f"{path}.items", source, depth + 1)
        if path == "request.instancesSet":
            item = {"instanceId": f"{path}.items.instanceId"}
        if path == "request.resourcesSet":
            item = {"resourceId": f"{path}.items.resourceId"}
        return {"items": [item]}
    return path if kind == "string" else None


def _written(name: str, member: Any, source: str) -> str:
    if _is_ec2(source):
        name = member.serialization.get("name", name)
        if member.type_name == "list":
            name = _EC2_SETS.get(name[:1].upper() + name[1:], name)
    if source == "s3.amazonaws.com" and name == "Bucket":
        name = "BucketName"
    return name[:1].lower() + name[1:]


def _is_ec2(source: str) -> bool:
    return source == "ec2.amazonaws.com"
