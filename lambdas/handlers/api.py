"""Entry point of the API function: a REST API's proxy event in, its proxy answer out."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from opentrail.bootstrap.api import gateway
from opentrail.domain.http import HttpRequest


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request."""
    response = gateway().handle(_request(event))
    return {
        "statusCode": response.status,
        "headers": dict(response.headers),
        "body": response.body.decode(),
        "isBase64Encoded": False,
    }


def _request(event: Mapping[str, Any]) -> HttpRequest:
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
