"""AWS's buckets of policy templates, answered in LocalStack's gateway before its S3 is asked.

They are in no account: nobody lists them, can make one of that name, or change what is in them. Calls are
recorded like any call to somebody else's bucket.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.api.s3 import AccessDenied, BucketAlreadyExists
from localstack.aws.chain import HandlerChain
from localstack.aws.protocol.serializer import create_serializer
from localstack.http import Response

from opentrail_local.subscriptions.templates import region_of, template

WRITTEN = datetime(2014, 12, 17, tzinfo=UTC)  # the date in the names of the templates


def install() -> None:
    """Put it where requests are parsed already and no service has been asked yet."""
    handlers.serve_custom_service_request_handlers.append(serve)


def serve(chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """LocalStack's handler signature."""
    if context.service is None or context.service.service_name != "s3" or context.operation is None:
        return
    bucket = (context.service_request or {}).get("Bucket") or ""
    if region := region_of(bucket):
        answer = _answer(context.operation.name, region, context.service_request or {})
        context.service_response = answer
        serializer = create_serializer(context.service, context.protocol)
        response.update_from(
            serializer.serialize_to_response(
                answer, context.operation, context.request.headers, context.request_id
            )
        )
        chain.stop()


def _answer(operation: str, region: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Anybody may get what is there; of everything else nobody is told whether it is."""
    if operation == "CreateBucket":
        raise BucketAlreadyExists(
            "The requested bucket name is not available. The bucket namespace is shared by all users of the "
            "system. Please select a different name and try again.",
            BucketName=asked["Bucket"],
        )
    body = template(region, asked.get("Key") or "") if operation in ("GetObject", "HeadObject") else None
    if body is None:
        raise AccessDenied("Access Denied")
    described = {
        "AcceptRanges": "bytes",
        "ContentLength": len(body),
        "ContentType": "application/json",
        "ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"',
        "LastModified": WRITTEN,
    }
    return {**described, "Body": body} if operation == "GetObject" else described
