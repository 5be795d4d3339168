"""The router in LocalStack's gateway, just before LocalStack parses: there account and Region are known.

LocalStack's parser would answer malformed JSON and unknown targets itself. The request goes through the
deployed REST API, as on AWS; a header signed here tells the function who calls.
"""

import base64
import json
import time
from urllib.parse import quote

from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Request, Response
from localstack.runtime import get_current_runtime
from localstack.services.edge import ROUTER
from opentrail.domain import vouching
from werkzeug.datastructures import Headers

from opentrail_local import tls
from opentrail_local.identity import ANONYMOUS_KEY, access_key_of, who
from opentrail_local.instance import current
from opentrail_local.recorder import on_behalf
from opentrail_local.router.calls import circumstances, service_of

NOT_DEPLOYED = "OpenTrail is not deployed on this local cloud. Deploy it with: opentrail up"
GATEWAY_HEADERS = ("x-amz-apigw-id", "x-amzn-trace-id", "x-amzn-remapped-connection")  # CloudTrail has none


def install() -> None:
    """Put the router into the gateway's chain; it must not be there yet."""
    chain = get_current_runtime().components.gateway.request_handlers
    chain.insert(chain.index(handlers.parse_service_request), route)


def route(chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """LocalStack's handler signature."""
    request = context.request
    signed = access_key_of(context) not in (None, ANONYMOUS_KEY)
    service = service_of(request.method, request.path, request.headers, signed=signed)
    if not service:
        return
    context.service = None  # nothing of LocalStack's takes it for a call that it can parse
    outputs = current().outputs()
    if "RestApiId" in outputs:
        answer = _forward(context, service, outputs, signed=signed)
    else:
        answer = _unavailable(context)
    response.update_from(answer)
    chain.stop()


def _forward(context: RequestContext, service: str, outputs: dict[str, str], *, signed: bool) -> Response:
    """Through API Gateway, in this process: a second HTTP connection would only cost time."""
    request = context.request
    body = request.get_data()
    path = request.path or "/"
    query = request.query_string.decode("latin-1")
    call = vouching.VouchedCall(
        method=request.method,
        path=path,
        query=query,
        target=request.headers.get("X-Amz-Target") or "",
        body=body,
    )
    headers = _headers(request, signed=signed)
    if signed:
        headers.extend(_vouched(call, _identity(context, service)))
    target = f"/_aws/execute-api/{outputs['RestApiId']}/{outputs['ApiStage']}{path}"
    forwarded = Request(
        method=request.method,
        path=target,
        raw_path=quote(target, safe="/:@!$&'()*+,;=-._~%"),
        query_string=query,
        headers=headers,
        body=body,
        scheme=request.scheme,
        remote_addr=request.remote_addr,
        server=("127.0.0.1", current().port),
    )
    answer = ROUTER.dispatch(forwarded)
    for name in GATEWAY_HEADERS:
        answer.headers.pop(name, None)
    return answer


def _headers(request: Request, *, signed: bool) -> Headers:
    """The client's, without what only this router may say, and without what LocalStack put in."""
    dropped = {*vouching.HEADERS, "x-localstack-tgt-api", "transfer-encoding"}
    if not signed:
        dropped.add("authorization")
    kept = [(name, value) for name, value in request.headers.items() if name.lower() not in dropped]
    return Headers([(name, value) for name, value in kept if not name.lower().startswith("x-opentrail-")])


def _identity(context: RequestContext, service: str) -> dict[str, object]:
    request = context.request
    behalf = on_behalf.forwarded(context)
    caller = behalf.who if behalf is not None else who(context)
    between = (context.internal_request_params or {}).get("service_principal") or ""
    return {
        "account_id": caller.account_id,
        "region": context.region,
        "service": service,
        "arn": caller.arn,
        **circumstances(
            caller.user_identity,
            source_ip=request.remote_addr or "127.0.0.1",
            user_agent=request.headers.get("User-Agent") or "",
            service=between,
        ),
        "tls_details": tls.details(request) if not between else None,
    }


def _vouched(call: vouching.VouchedCall, identity: dict[str, object]) -> dict[str, str]:
    """The headers that the function believes."""
    text = vouching.encode_identity(identity)
    moment = str(int(time.time()))
    signature = current().router_key.sign(vouching.signed_bytes(call, time=moment, identity=text))
    return {
        vouching.IDENTITY_HEADER: text,
        vouching.TIME_HEADER: moment,
        vouching.SIGNATURE_HEADER: base64.b64encode(signature).decode(),
    }


def _unavailable(context: RequestContext) -> Response:
    body = json.dumps({"__type": "ServiceUnavailable", "message": NOT_DEPLOYED})
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "x-amzn-ErrorType": "ServiceUnavailable",
        "x-amzn-RequestId": context.request_id,
    }
    return Response(body, status=503, headers=headers)
