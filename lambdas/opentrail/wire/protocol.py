"""The two protocols on the wire: awsJson1.1 of cloudtrail, rest-json of cloudtrail-data.

Which operation a request names, its members, and the form of answers and errors. Measured (core reference,
section 0): both target prefixes work, any other target is unknown; an error's body holds the bare name of its
shape and `Message`, and the connection is closed.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from opentrail.domain.http import HttpRequest, HttpResponse
from opentrail.errors import ApiError, RequestEntityTooLarge, UnknownOperationException
from opentrail.messages import requests as messages
from opentrail.wire import serialising
from opentrail.wire.model import CLOUDTRAIL, CLOUDTRAIL_DATA, OperationModel, operations
from opentrail.wire.parsing import parse, parse_body

MAX_BODY = 2 * 1024 * 1024  # bytes: PutAuditEvents takes 1 MB of events, and JSON may escape them
TARGET_HEADER = "x-amz-target"
TARGET_PREFIXES = ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "CloudTrail_20131101")

_JSON = "application/x-amz-json-1.1"
_REST_JSON = "application/json"


def route(request: HttpRequest) -> OperationModel:
    """The operation a request names; UnknownOperationException when there is none."""
    if len(request.body) > MAX_BODY:
        raise RequestEntityTooLarge(messages.too_large(MAX_BODY))
    if request.path in ("", "/"):
        prefix, _, name = request.headers.get(TARGET_HEADER, "").rpartition(".")
        model = operations(CLOUDTRAIL).get(name) if prefix in TARGET_PREFIXES else None
    else:
        by_uri = (model for model in operations(CLOUDTRAIL_DATA).values() if model.uri == request.path)
        model = next(by_uri, None)
    if model is None or model.method != request.method:
        raise UnknownOperationException
    return model


def read(operation: OperationModel, request: HttpRequest) -> dict[str, Any]:
    """The members of a request; SerializationException when they are not of the model's types."""
    members = parse_body(request.body, operation.input)
    if operation.service == CLOUDTRAIL:
        return members
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    for member in operation.input.members.values():
        if member.in_query:
            members.pop(member.name, None)
            if member.in_query in query:
                members[member.name] = parse(member.shape, query[member.in_query])
    return members


def answer(operation: OperationModel, output: Mapping[str, Any], request_id: str) -> HttpResponse:
    """Success."""
    content_type = _JSON if operation.service == CLOUDTRAIL else _REST_JSON
    return HttpResponse(
        status=200,
        headers={"x-amzn-RequestId": request_id, "Content-Type": content_type},
        body=serialising.serialise(operation.output, output),
    )


def refusal(error: ApiError, request: HttpRequest) -> HttpResponse:
    """Any other answer, in the protocol of the path that was called."""
    headers = {"x-amzn-RequestId": request.request_id, "Connection": "close"}
    if request.path in ("", "/"):
        body = {"__type": error.code} | ({"Message": error.message} if error.message else {})
        headers["Content-Type"] = _JSON
    else:
        body = {"message": error.message} if error.message else {}
        headers |= {"Content-Type": _REST_JSON, "x-amzn-ErrorType": error.code}
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return HttpResponse(status=error.status, headers=headers, body=text.encode("utf-8", "replace"))
