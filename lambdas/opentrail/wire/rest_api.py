"""A REST API's proxy event of API Gateway as a request, and an answer in the form it takes."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from opentrail.domain.http import HttpRequest, HttpResponse


def request_of(event: Mapping[str, Any]) -> HttpRequest:
    """The request of an event (payload version 1.0). The path comes without the stage, the query decoded."""
    body = event.get("body") or ""
    context = event["requestContext"]
    return HttpRequest(
        method=event["httpMethod"],
        path=event["path"],
        query=urlencode(event.get("multiValueQueryStringParameters") or {}, doseq=True),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "replace"),
        request_id=context["requestId"],
        source_ip=context["identity"]["sourceIp"],
    )


def answer_of(response: HttpResponse) -> dict[str, Any]:
    """The answer as text: every body of this API is JSON."""
    return {
        "statusCode": response.status,
        "headers": dict(response.headers),
        "body": response.body.decode(),
        "isBase64Encoded": False,
    }
