"""Calls for the recorder as LocalStack would see them: boto3 makes the request, LocalStack's own parser reads
it.

The answer or the failure is given by the test; everything between is real. No server runs.
"""

import json
from types import MappingProxyType
from typing import Any

import boto3
from botocore.config import Config
from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.client import create_http_request
from localstack.aws.protocol.parser import create_parser
from localstack.aws.protocol.service_router import determine_aws_protocol
from localstack.aws.spec import load_service
from localstack.http import Response
from opentrail_local.recorder.call import Call
from opentrail_local.recorder.observer import Observer
from opentrail_local.recorder.record import line_of
from opentrail_local.recorder.status import Counters

ACCOUNT = "314159265358"
REQUEST_ID = "7d1c1f5e-2f0b-4d57-9a55-1f0f5d6f0001"
EVENT_ID = "9a0e4d3c-1111-4222-8333-0123456789ab"
REGION = "eu-west-1"


class _Captured(Exception):
    def __init__(self, request: Any) -> None:
        self.request = request


def client(service: str, *, key: str = ACCOUNT, region: str = REGION) -> Any:
    """A stock client whose requests go nowhere."""
    made = boto3.client(
        service,
        endpoint_url="http://127.0.0.1:4566",
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="secret",
        config=Config(parameter_validation=False, user_agent="stock-client/1.0"),
    )

    def capture(request: Any, **_: Any) -> None:
        raise _Captured(request)

    made.meta.events.register_first("before-send.*.*", capture)
    return made


def context_of(service: str, operation: str, parameters: dict[str, Any], **who: str) -> RequestContext:
    """The context as it is when the operation's provider is called."""
    made = client(service, **who)
    method = next(m for m, name in made.meta.method_to_api_mapping.items() if name == operation)
    try:
        getattr(made, method)(**parameters)
    except _Captured as captured:
        request = create_http_request(captured.request)
    context = RequestContext(request)
    context.service = load_service(service)
    context.protocol = determine_aws_protocol(request, context.service)
    context.operation, context.service_request = create_parser(context.service, context.protocol).parse(
        request
    )
    context.account_id = get_account_id_from_access_key_id(who.get("key", ACCOUNT))
    context.region = who.get("region", REGION)
    context.request_id = REQUEST_ID
    return context


def observe(
    context: RequestContext,
    *,
    answer: Any = None,
    error: tuple[str, str, int] | None = None,
    headers: dict[str, str] | None = None,
    counters: Counters | None = None,
) -> Call | None:
    """Let the recorder see how a call ended; None when it does not record it."""
    response = Response(status=200, headers=headers or {})
    if error is not None:
        code, message, response.status_code = error
        context.service_exception = CommonServiceException(code, message, response.status_code)
    else:
        context.service_response = answer
    calls: list[Call] = []
    Observer(calls.append, counters or Counters())(None, context, response)
    return calls[0] if calls else None


def record(
    service: str,
    operation: str,
    parameters: dict[str, Any] | None = None,
    *,
    answer: Any = None,
    error: tuple[str, str, int] | None = None,
    headers: dict[str, str] | None = None,
    **who: str,
) -> dict[str, Any]:
    """The record of a call."""
    context = context_of(service, operation, parameters or {}, **who)
    call = observe(context, answer=answer, error=error, headers=headers)
    assert call is not None
    return json.loads(line_of(call, lambda: EVENT_ID))


def internal(context: RequestContext) -> RequestContext:
    """Mark a call as LocalStack's own."""
    context.internal_request_params = MappingProxyType({})
    return context


ABSENT = "no such member"


def expect(
    service: str, operation: str, sent: dict[str, Any], expected: dict[str, Any], **outcome: Any
) -> None:
    """Compare what a record says with what was written down by hand, member by member.

    Every row says what parameters and answer become; other members where there is something to say.
    """
    found = record(service, operation, sent, **outcome)
    assert {"requestParameters", "responseElements"} <= set(expected)
    wrong = {name: found.get(name, ABSENT) for name in expected if found.get(name, ABSENT) != expected[name]}
    assert not wrong, f"{service} {operation} says {wrong}"


def null(parameters: Any, **more: Any) -> dict[str, Any]:
    """What is written down of a call whose answer is not recorded."""
    return {"requestParameters": parameters, "responseElements": None, **more}
