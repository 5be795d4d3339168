"""What a stack's events say when CloudTrail's API refuses what a resource asks for."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from localstack.services.cloudformation.resource_provider import ResourceRequest

type ApiError = ClientError | BotoCoreError
API_ERRORS = (ClientError, BotoCoreError)

# CloudFormation's codes (Handler Error Codes of its CLI's documentation) by a word of the API's.
_CODES = (
    ("AlreadyExists", "AlreadyExists"),
    ("NotFound", "NotFound"),
    ("AccessDenied", "AccessDenied"),
    ("LimitExceeded", "ServiceLimitExceeded"),
    ("MaximumNumber", "ServiceLimitExceeded"),
    ("Throttling", "Throttling"),
    ("Conflict", "ResourceConflict"),
    ("ServiceUnavailable", "ServiceInternalError"),
    ("InternalFailure", "ServiceInternalError"),
)


def reason(error: ApiError, request: ResourceRequest[Any]) -> str:
    """The API's own sentence in the form of AWS's resource handlers."""
    if not isinstance(error, ClientError):
        return _handler_message(str(error), request, "InvalidRequest")
    code = str(error.response["Error"].get("Code", ""))
    text = str(error.response["Error"].get("Message") or code)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    request_id = error.response.get("ResponseMetadata", {}).get("RequestId", "")
    said = (
        f"{text} (Service: CloudTrail, Status Code: {status}, Error Code: {code}, Request ID: {request_id})"
    )
    handler_code = next((ours for word, ours in _CODES if word in code), "InvalidRequest")
    return _handler_message(said, request, handler_code)


def _handler_message(text: str, request: ResourceRequest[Any], code: str) -> str:
    token = request.request_token
    return f'Resource handler returned message: "{text}" (RequestToken: {token}, HandlerErrorCode: {code})'
