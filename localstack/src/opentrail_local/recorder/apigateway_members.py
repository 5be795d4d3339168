"""API Gateway's requestParameters: what stands in the path, and the body under the name of its operation.

    {"restApiId": "a1", "createStageInput": {"stageName": "test", ...}, "template": false}

Members of the body have their names on the wire. Sources: real records of CreateStage, TagResource and
PutIntegration.
"""

from collections.abc import Mapping
from typing import Any

from opentrail_local.recorder import members
from opentrail_local.recorder.members import lower_first

# Where a member is, when it is not in the body.
_NOT_BODY = frozenset({"uri", "querystring", "header", "headers"})

# Links between resources that answers hold: operation -> their names, and what they say of the request.
_LINKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "CreateStage": (
        ("stageUpdate", "stageFlushAuthorizerCache", "stageDelete", "self"),
        ("restApiId", "stageName"),
    ),
}


def links(operation: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What responseElements have beside the members of the answer."""
    names, told = _LINKS.get(operation.name, ((), ()))
    said = {name: parameters[name] for name in told if name in parameters}
    return {name: {**said, "template": False} for name in names}


def request(operation: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The requestParameters of a call to API Gateway (REST APIs); empty when nothing was sent."""
    shape = operation.input_shape
    written: dict[str, Any] = {}
    body: dict[str, Any] = {}
    sent = members.request(operation, parameters)
    for name, member in (shape.members if shape is not None else {}).items():
        if lower_first(name) not in sent:
            continue
        value = sent[lower_first(name)]
        if member.serialization.get("location") in _NOT_BODY:
            written[lower_first(name)] = value
        else:
            body[lower_first(str(member.serialization.get("name") or name))] = value
    if body:
        written[f"{lower_first(operation.name)}Input"] = body
    return {**written, "template": False} if written else {}
