"""The API: a REST API's proxy event in, its answer out."""

from typing import Any

from opentrail.bootstrap.api import gateway
from opentrail.wire.rest_api import answer_of, request_of


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one request."""
    return answer_of(gateway().handle(request_of(event)))
