"""Internal calls that have somebody behind them, and are recorded as AWS records them.

LocalStack marks what it calls itself, and signs it with an account only. Three kinds are not its own affair:

- *forwarded*: CloudFormation makes resources for whoever asked for the stack. The thread that works on a
  stack says whom it acts for (`acting`); its requests carry a token that only this process knows.
- *assumed*: a service calls with the session of a role that it assumed (Step Functions tasks, targets of
  EventBridge). Sessions opened by a service are remembered.
- *own*: a service calls for itself; only the operations of the table are recorded of those.

What is recorded has the service in `invokedBy`, `sourceIPAddress` and `userAgent` (AWS documentation,
"CloudTrail userIdentity element"; real records).
"""

import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from opentrail_local import identity
from opentrail_local.identity import Who

HEADER = "x-opentrail-on-behalf"
DOMAIN = "amazonaws.com"

# What services call for themselves and AWS records: (service, operation) -> their principals, None for all.
# Lambda's data events name the services that push events to functions (AWS documentation, "Using AWS Lambda
# with CloudTrail"); role assumptions by services are in real records.
_OWN_CALLS: dict[tuple[str, str], frozenset[str] | None] = {
    ("sts", "AssumeRole"): None,
    ("lambda", "Invoke"): frozenset({"apigateway", "events", "logs", "s3", "sns"}),
}

# Services whose sessions are not recorded: Lambda's pollers look many times as often as on AWS, and what they
# write into CloudWatch Logs is recorded by nobody.
_SILENT_SESSIONS = frozenset({"lambda"})

MAX_SESSIONS = 4_096  # sessions opened by services that are remembered


@dataclass(frozen=True, slots=True)
class Behalf:
    """Who is behind an internal call, and the service between (`cloudformation.amazonaws.com`)."""

    who: Who
    service: str


_lock = threading.Lock()
_acting: dict[str, Behalf] = {}  # by token
_thread = threading.local()
_sessions: dict[str, str] = {}  # access key id -> principal of the service that opened it


@contextmanager
def acting(behalf: Behalf) -> Iterator[None]:
    """What this thread calls from here on is called for somebody."""
    token = secrets.token_urlsafe(18)
    before = getattr(_thread, "token", None)
    with _lock:
        _acting[token] = behalf
    _thread.token = token
    try:
        yield
    finally:
        _thread.token = before
        with _lock:
            del _acting[token]


def add_header(params: dict[str, Any], **_: Any) -> None:
    """Botocore's `before-call` of LocalStack's own clients: say for whom."""
    token = getattr(_thread, "token", None)
    if token is not None:
        params["headers"][HEADER] = token


def session_opened(context: Any) -> None:
    """Remember a session that a service opened, by the context of its call to STS."""
    principal = _principal(context)
    answer = context.service_response
    credentials = answer.get("Credentials") if isinstance(answer, Mapping) else None
    if not principal or not isinstance(credentials, Mapping):
        return
    with _lock:
        _sessions[str(credentials.get("AccessKeyId"))] = principal
        while len(_sessions) > MAX_SESSIONS:
            del _sessions[next(iter(_sessions))]


def behind(context: Any) -> Behalf | None:
    """Who is behind an internal call; None when it is LocalStack's own affair."""
    return forwarded(context) or _assumed(context) or _own(context)


def forwarded(context: Any) -> Behalf | None:
    """For whom this process says it calls, by the token that the request carries."""
    behalf = _acting.get(context.request.headers.get(HEADER, ""))
    if behalf is None or behalf.who.account_id != context.account_id:
        return None
    return _through(behalf.who, behalf.service)


def _assumed(context: Any) -> Behalf | None:
    principal = _sessions.get(identity.access_key_of(context) or "")
    if principal is None or principal in _SILENT_SESSIONS:
        return None
    return _through(identity.who(context), f"{principal}.{DOMAIN}")


def _own(context: Any) -> Behalf | None:
    principal = _principal(context)
    call = (context.service.service_name, context.operation.name)
    if not principal or call not in _OWN_CALLS:
        return None
    principals = _OWN_CALLS[call]
    if principals is not None and principal not in principals:
        return None
    service = f"{principal}.{DOMAIN}"
    who = Who(_recipient(context), "", {"type": "AWSService", "invokedBy": service}, "")
    return Behalf(who, service)


def _recipient(context: Any) -> str:
    """Whose record it is: of the account in the role's or the function's ARN, else of the account that the
    call is signed for. (LocalStack signs some of these calls with an account of its own.)
    """
    sent = context.service_request or {}
    for name in ("RoleArn", "FunctionName"):
        parts = str(sent.get(name) or "").split(":")
        if len(parts) > 5 and len(parts[4]) == 12:
            return parts[4]
    return str(context.account_id)


def _principal(context: Any) -> str:
    sent = context.internal_request_params or {}
    return str(sent.get("service_principal") or "").removesuffix(f".{DOMAIN}")


def _through(who: Who, service: str) -> Behalf:
    return Behalf(replace(who, user_identity={**who.user_identity, "invokedBy": service}), service)
