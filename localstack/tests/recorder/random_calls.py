"""Random valid calls of any operation of botocore's service models, as LocalStack would see them.

*Over the wire*: botocore serialises the request, LocalStack's own parser reads it; texts are such as a wire
takes. *Direct*: the parameters are given as they are, with texts that no wire takes. Input obeys the model's
required members, lengths, ranges, enumerations and unions, not its patterns. What may never be recorded is
`SECRET`, as text, bytes and map keys, or `SECRET_NUMBER`: everything that a model calls sensitive, what is
below it, what is named like a password, and every blob.
"""

import io
import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from botocore.model import ServiceModel
from botocore.serialize import create_serializer
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.protocol.parser import RequestParserError, create_parser
from localstack.aws.protocol.service_router import determine_aws_protocol
from localstack.http import Request, Response
from localstack.utils.aws.request_context import mock_aws_request_headers

SECRET = "never-recorded-"
SECRET_NUMBER = 8_675_309_042
ACCOUNT = "314159265358"
REGION = "eu-west-1"

# Words that make a text a secret although the model does not say so; written without looking at the recorder.
_SECRET_NAME = re.compile(
    r"(password|passphrase|secretaccesskey|secretkey|privatekey(base64)?|clientsecret|sharedsecret|authtoken"
    r"|accesstoken|refreshtoken|authorizationtoken|bearertoken|hectoken|jwttoken|apitoken|idtoken)$",
    re.IGNORECASE,
)
# Sensitive to S3's model, but no secrets: KMS's own records tell them in plain (AWS documentation,
# "Encryption context"; real records of S3).
_TOLD = frozenset({"SSEKMSKeyId", "SSEKMSEncryptionContext"})
_PLAIN = ("a", "12", "true", "arn:aws:s3:::b", "naive text", "x" * 300)
_ODD = ("", "naïve ☃ \U0001f6f0", 'quote"\\\n\x00', "\ud800", " ")
_WIRE = ("naïve ☃", 'quote"\\', "a/b:c?d=e&f")
MOST_DEPTH = 12
MOST_VALUES = 20_000  # of one request or answer, more or less
MOST_TEXT = 2_000_000  # characters of its long texts


class Maker:
    """Makes values of a shape."""

    def __init__(self, rng: random.Random, *, wire: bool, huge: bool = False) -> None:
        self._rng = rng
        self._texts = _PLAIN + (_WIRE if wire else _ODD)
        self._wire = wire
        self._huge = huge
        self._values, self._characters = MOST_VALUES, MOST_TEXT

    def make(self, shape: Any, depth: int = 0, secret: bool = False) -> Any:
        """A valid value; `secret` when it may not be recorded."""
        secret = secret or bool(shape.metadata.get("sensitive"))
        self._values -= 1
        kind = shape.type_name
        if kind == "structure":
            return self._structure(shape, depth, secret)
        if kind == "list":
            return [self.make(shape.member, depth + 1, secret) for _ in range(self._count(shape, depth))]
        if kind == "map":
            return {
                self._key(shape.key, number, secret): self.make(shape.value, depth + 1, secret)
                for number in range(self._count(shape, depth))
            }
        return self._scalar(kind, shape, secret)

    def _structure(self, shape: Any, depth: int, secret: bool) -> Any:
        if getattr(shape, "is_document_type", False):
            return {"document": SECRET if secret else "text"}
        members = list(shape.members.items())
        if getattr(shape, "is_tagged_union", False):
            members = [self._rng.choice(members)] if members else []
        elif depth >= MOST_DEPTH:
            members = []
        else:
            members = [(n, m) for n, m in members if self._is_sent(shape, n, m, depth)]
        return {
            n: self._text(m, False)
            if n in _TOLD
            else self.make(m, depth + 1, secret or self._is_secret(n, m))
            for n, m in members
        }

    def _is_sent(self, shape: Any, name: str, member: Any, depth: int) -> bool:
        if member.serialization.get("eventstream") or getattr(member, "is_eventstream", False):
            return False
        is_room = depth < 5 and self._values > 0
        return name in shape.required_members or (is_room and self._rng.random() < 0.6)

    def _is_secret(self, name: str, member: Any) -> bool:
        return member.type_name == "string" and not member.enum and bool(_SECRET_NAME.search(name))

    def _count(self, shape: Any, depth: int) -> int:
        least = int(shape.metadata.get("min", 0))
        if depth >= 6 or self._values < 0:
            return min(least, 1)
        # LocalStack's parser of query requests takes minutes for thousands of elements.
        most = (200 if self._wire else 5_000) if self._huge and depth < 2 else max(least, 3)
        return min(self._rng.randint(least, most), int(shape.metadata.get("max", most)), 5_000)

    def _key(self, shape: Any, number: int, secret: bool) -> str:
        text = self._text(shape, secret or bool(shape.metadata.get("sensitive")))
        return text if shape.enum else f"{text}{number}"

    def _scalar(self, kind: str, shape: Any, secret: bool) -> Any:
        if kind == "blob":
            value = SECRET.encode()
            return io.BytesIO(value) if shape.serialization.get("streaming") else value
        if kind == "boolean":
            return self._rng.random() < 0.5
        if kind in ("integer", "long"):
            return SECRET_NUMBER if secret else self._within(shape, [0, -1, 7, 2**31 - 1, 2**53 + 1])
        if kind in ("float", "double"):
            return float(SECRET_NUMBER) if secret else self._within(shape, [0.0, 1.5, -2.25, 1e300])
        if kind == "timestamp":
            moment = datetime.fromtimestamp(self._rng.randint(0, 4 * 10**9), UTC)
            return moment if self._wire else self._rng.choice([moment, moment.replace(tzinfo=None)])
        return self._text(shape, secret)

    def _within(self, shape: Any, values: list[Any]) -> Any:
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        value = self._rng.choice(values)
        value = max(value, least) if least is not None else value
        return min(value, most) if most is not None else value

    def _text(self, shape: Any, secret: bool) -> str:
        if shape.enum:
            return str(self._rng.choice(shape.enum))
        if shape.serialization.get("jsonvalue"):
            return '{"a":"b"}'
        if secret:
            return SECRET + str(self._rng.randint(0, 99))
        location = shape.serialization.get("location")
        if location in ("uri", "header", "headers"):
            return self._rng.choice(("a", "12", "b-c"))
        text = self._rng.choice(self._texts)
        least = int(shape.metadata.get("min", 0))
        if self._huge and self._characters > 0 and self._rng.random() < 0.2:
            text = text * (self._rng.randint(1, 400_000) // max(len(text), 1))
            self._characters -= len(text)
        return text.ljust(least, "x") if least < 10_000 else text


def context_of(model: ServiceModel, name: str, rng: random.Random, *, wire: bool) -> RequestContext:
    """A call before it was answered. ValueError when it cannot be told over a wire."""
    operation = model.operation_model(name)
    maker = Maker(rng, wire=wire, huge=rng.random() < 1 / 60)
    sent = maker.make(operation.input_shape) if operation.input_shape else None
    headers = mock_aws_request_headers(model.signing_name, ACCOUNT, REGION)
    headers = {**headers, "Host": "127.0.0.1:4566", "User-Agent": "random/1.0"}
    if wire:
        request = _request(model, operation, sent or {}, headers)
    else:
        request = Request("POST", "/", headers=headers)
    context = RequestContext(request)
    context.service = model
    context.account_id, context.region, context.request_id = ACCOUNT, REGION, "request"
    context.operation, context.service_request = operation, sent
    if wire:
        context.operation, context.service_request = _parsed(model, request)
        if context.operation.name != name:
            raise ValueError(f"{name} is read as {context.operation.name}")
    return context


def answer(context: RequestContext, rng: random.Random) -> Response:
    """Let it be answered: a quarter of all calls fail."""
    response = Response(headers={"x-amzn-RequestId": "7d1c1f5e-2f0b-4d57-9a55-1f0f5d6f0001"})
    operation = context.operation
    failed = rng.random()
    if failed < 0.15:
        context.service_exception = CommonServiceException("AccessDenied", "No \ud800.", 403)
        response.status_code = 403
    elif failed < 0.25:
        context.service_exception = CommonServiceException("ValidationException", "Wrong. " * 400, 400)
        response.status_code = 400
    else:
        maker = Maker(rng, wire=False, huge=rng.random() < 1 / 60)
        context.service_response = maker.make(operation.output_shape) if operation.output_shape else {}
    return response


def _request(
    model: ServiceModel, operation: Any, sent: Mapping[str, Any], headers: Mapping[str, str]
) -> Request:
    serializer = create_serializer(model.resolved_protocol, include_validation=False)
    try:
        made = serializer.serialize_to_request(sent, operation)
    except NotImplementedError as error:  # botocore sends no streams of events
        raise ValueError(operation.name) from error
    query = made["query_string"]
    query = urlencode(query, doseq=True, quote_via=quote) if isinstance(query, Mapping) else query
    path = made["url_path"]
    if "?" in path:
        path, _, more = path.partition("?")
        query = "&".join(filter(None, (more, query)))
    body = made["body"]
    if isinstance(body, Mapping):
        body = urlencode(body).encode()
        headers = {**headers, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = body.read() if hasattr(body, "read") else body
    body = body.encode() if isinstance(body, str) else body
    texts = {k: v.decode("latin-1") if isinstance(v, bytes) else str(v) for k, v in made["headers"].items()}
    return Request(made["method"], path, query_string=query or "", headers={**headers, **texts}, body=body)


def _parsed(model: ServiceModel, request: Request) -> tuple[Any, Any]:
    try:
        return create_parser(model, determine_aws_protocol(request, model)).parse(request)
    except RequestParserError as error:
        raise ValueError(str(error)) from error
