"""The API in process: a real boto3 client whose requests end in a Gateway instead of a socket."""

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.loaders
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from opentrail.domain.http import HttpRequest, HttpResponse
from opentrail.ports import Ports
from opentrail.service.operations import OPERATIONS, Operation
from opentrail.wire.gateway import Answered, Gateway
from opentrail.wire.protocol import TARGET_PREFIXES

from tests.fakes.identity import FakeIdentity
from tests.unreachable_errors import UNREACHABLE

ACCOUNT = "111111111111"
REGION = "us-east-1"
SOURCE_IP = "192.0.2.7"
_MODELS = botocore.loaders.create_loader()  # shared: reading the models takes longer than any test


@dataclass
class AnsweredRequests:
    """Every answer the gateway gave, and the (operation, error code) pairs among them; no code is success.

    Real operations are `checked`: an error said to be unreachable fails whatever test meets it.
    """

    checked: bool = False
    answers: list[Answered] = field(default_factory=list)

    def answered(self, request: Answered) -> None:
        self.answers.append(request)
        reason = UNREACHABLE.get((request.operation, request.code)) if self.checked else None
        assert reason is None, (
            f"{request.operation} answered {request.code}, said to be unreachable: {reason}"
        )

    @property
    def pairs(self) -> set[tuple[str, str]]:
        return {(answer.operation, answer.code) for answer in self.answers}


class Front:
    """A gateway over given ports, and ways to call it."""

    def __init__(self, ports: Ports, operations: Mapping[str, Operation] = OPERATIONS) -> None:
        self.ports = ports
        self.observed = AnsweredRequests(checked=operations is OPERATIONS)
        self.gateway = Gateway(
            ports=ports, identity=FakeIdentity(), observer=self.observed, operations=operations
        )

    def client(self, service: str, account: str = ACCOUNT, region: str = REGION) -> Any:
        """A boto3 client that validates nothing itself and tries once."""
        core = botocore.session.Session()
        core.register_component("data_loader", _MODELS)
        session = boto3.Session(account, "secret", region_name=region, botocore_session=core)
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        client = session.client(service, config=config)
        client.meta.events.register("before-send", self._send)
        return client

    def post(self, target: str, body: bytes, *, account: str = ACCOUNT, **more: str) -> HttpResponse:
        """What no client sends: any bytes to any target, signed by the account's root."""
        headers = {"x-amz-target": target, "authorization": credential(account), **more}
        return self.gateway.handle(request("POST", "/", headers=headers, body=body))

    def call(self, operation: str, body: bytes, **more: str) -> HttpResponse:
        """Any bytes to an operation of cloudtrail."""
        return self.post(f"{TARGET_PREFIXES[0]}.{operation}", body, **more)

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        response = self.gateway.handle(_from_botocore(request))
        raw = _Raw(response.body)
        return AWSResponse(request.url, response.status, dict(response.headers), raw)


def credential(account: str, region: str = REGION, service: str = "cloudtrail") -> str:
    """An Authorization header as far as FakeIdentity reads it."""
    scope = f"{account}/20230710/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def request(
    method: str, path: str, *, query: str = "", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> HttpRequest:
    """A request with a fresh id."""
    return HttpRequest(
        method=method,
        path=path,
        query=query,
        headers=dict(headers or {}),
        body=body,
        request_id=str(uuid.uuid4()),
        source_ip=SOURCE_IP,
    )


class _Raw(io.BytesIO):
    """What botocore reads an answer's body from."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


def _from_botocore(prepared: AWSPreparedRequest) -> HttpRequest:
    url = urlsplit(prepared.url)
    body = prepared.body or b""
    if hasattr(body, "read"):
        body = body.read()
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in prepared.headers.items()
    }
    content = body.encode() if isinstance(body, str) else bytes(body)
    return request(prepared.method, url.path, query=url.query, headers=headers, body=content)
