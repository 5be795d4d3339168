"""Who calls: the router's word for it, and nobody's."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from opentrail.adapters.router_identity import RouterIdentity
from opentrail.adapters.sigv4_identity import SigV4Identity
from opentrail.domain.http import HttpRequest
from opentrail.domain.vouching import (
    ERROR_HEADER,
    IDENTITY_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    VALID_SECONDS,
    VouchedCall,
    encode_identity,
    signed_bytes,
)
from opentrail.errors import (
    ApiError,
    ExpiredTokenException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from opentrail.settings import ApiSettings
from opentrail.wire.rest_api import request_of

from tests.fakes.clock import FakeClock
from tests.fakes.front import request

KEY = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
TARGET = "CloudTrail_20131101.ListTrails"
IDENTITY = {
    "account_id": "111111111111",
    "region": "us-east-1",
    "service": "cloudtrail",
    "arn": "arn:aws:iam::111111111111:root",
    "user_identity": {"type": "Root", "accountId": "111111111111"},
    "source_ip": "127.0.0.1",
    "user_agent": "Boto3/1.44.5",
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def router(clock: FakeClock) -> RouterIdentity:
    return RouterIdentity(public_key=PUBLIC, clock=clock)


def vouched(
    clock: FakeClock, identity: Mapping[str, Any] = IDENTITY, refusal: str = "", key: Any = KEY
) -> HttpRequest:
    """A request as the router forwards it."""
    body, query, path = b'{"a":1}', "channelArn=arn%3Ax&externalId=1", "/"
    time, word = str(int(clock.now().timestamp())), encode_identity(identity)
    call = VouchedCall(method="POST", path=path, query=query, target=TARGET, body=body)
    signature = key.sign(signed_bytes(call, time=time, identity=refusal or word))
    headers = {
        "x-amz-target": TARGET,
        IDENTITY_HEADER: word,
        TIME_HEADER: time,
        SIGNATURE_HEADER: base64.b64encode(signature).decode(),
    } | ({ERROR_HEADER: refusal} if refusal else {})
    return request("POST", path, query=query, headers=headers, body=body)


def with_header(whole: HttpRequest, name: str, value: str | None) -> HttpRequest:
    headers = {key: old for key, old in whole.headers.items() if key != name}
    return replace(whole, headers=headers if value is None else headers | {name: value})


def test_the_router_is_believed(router: RouterIdentity, clock: FakeClock) -> None:
    whole = vouched(clock)
    caller = router.authenticate(whole)
    assert (caller.account_id, caller.region, caller.service) == ("111111111111", "us-east-1", "cloudtrail")
    assert caller.user_identity == IDENTITY["user_identity"]
    assert (caller.source_ip, caller.user_agent) == ("127.0.0.1", "Boto3/1.44.5")
    assert caller.request_id == whole.request_id


TAMPERED = {
    "method": lambda whole: replace(whole, method="PUT"),
    "path": lambda whole: replace(whole, path="/PutAuditEvents"),
    "query": lambda whole: replace(whole, query="channelArn=arn%3Ay&externalId=1"),
    "query left out": lambda whole: replace(whole, query=""),
    "body": lambda whole: replace(whole, body=b'{"a":2}'),
    "target": lambda whole: with_header(whole, "x-amz-target", "CloudTrail_20131101.DeleteTrail"),
    "target left out": lambda whole: with_header(whole, "x-amz-target", None),
    "time": lambda whole: with_header(whole, TIME_HEADER, str(int(whole.headers[TIME_HEADER]) + 1)),
    "time left out": lambda whole: with_header(whole, TIME_HEADER, None),
    "identity": lambda whole: with_header(
        whole, IDENTITY_HEADER, encode_identity(IDENTITY | {"account_id": "222222222222"})
    ),
    "identity left out": lambda whole: with_header(whole, IDENTITY_HEADER, None),
    "error put in": lambda whole: with_header(whole, ERROR_HEADER, "ExpiredTokenException"),
    "signature": lambda whole: with_header(whole, SIGNATURE_HEADER, base64.b64encode(bytes(64)).decode()),
    "signature cut": lambda whole: with_header(whole, SIGNATURE_HEADER, "AA=="),
    "signature no base64": lambda whole: with_header(whole, SIGNATURE_HEADER, "!"),
    "signature not ascii": lambda whole: with_header(whole, SIGNATURE_HEADER, "é"),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
def test_every_signed_part_is_protected(router: RouterIdentity, clock: FakeClock, tamper: Any) -> None:
    whole = vouched(clock)
    router.authenticate(whole)
    with pytest.raises(InvalidSignatureException):
        router.authenticate(tamper(whole))


def test_a_query_that_api_gateway_took_apart_is_still_believed(
    router: RouterIdentity, clock: FakeClock
) -> None:
    query = {"channelArn": ["arn:aws:cloudtrail:us-east-1:111111111111:channel/a"], "externalId": ["x y+z"]}
    raw = "externalId=x%20y%2Bz&channelArn=arn%3Aaws%3Acloudtrail%3Aus-east-1%3A111111111111%3Achannel%2Fa"
    time, word = str(int(clock.now().timestamp())), encode_identity(IDENTITY)
    call = VouchedCall(method="POST", path="/PutAuditEvents", query=raw, target="", body=b"{}")
    signature = KEY.sign(signed_bytes(call, time=time, identity=word))
    headers = {
        "X-OpenTrail-Identity": word,
        "X-OpenTrail-Time": time,
        "X-OpenTrail-Signature": base64.b64encode(signature).decode(),
    }
    event = {
        "httpMethod": "POST",
        "path": "/PutAuditEvents",
        "headers": headers,
        "multiValueQueryStringParameters": query,
        "requestContext": {"requestId": "id", "identity": {"sourceIp": "127.0.0.1"}},
        "body": base64.b64encode(b"{}").decode(),
        "isBase64Encoded": True,
    }
    assert router.authenticate(request_of(event)).account_id == "111111111111"


def test_another_key_is_not_believed(router: RouterIdentity, clock: FakeClock) -> None:
    with pytest.raises(InvalidSignatureException):
        router.authenticate(vouched(clock, key=Ed25519PrivateKey.generate()))


@pytest.mark.parametrize("seconds", [VALID_SECONDS + 1, -VALID_SECONDS - 1])
def test_a_request_cannot_be_sent_again_later_or_before(
    router: RouterIdentity, clock: FakeClock, seconds: int
) -> None:
    whole = vouched(clock)
    clock.move(seconds=seconds)
    with pytest.raises(InvalidSignatureException, match="expired"):
        router.authenticate(whole)


def test_without_a_signature_nobody_is_known(router: RouterIdentity, clock: FakeClock) -> None:
    with pytest.raises(MissingAuthenticationTokenException):
        router.authenticate(with_header(vouched(clock), SIGNATURE_HEADER, None))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ExpiredTokenException", ExpiredTokenException),
        ("UnrecognizedClientException", UnrecognizedClientException),
        ("Anything", UnrecognizedClientException),
    ],
)
def test_the_router_refuses_in_the_identitys_place(
    router: RouterIdentity, clock: FakeClock, code: str, error: type[ApiError]
) -> None:
    refused = vouched(clock, identity={}, refusal=code)
    with pytest.raises(error):
        router.authenticate(refused)
    with pytest.raises(InvalidSignatureException):
        router.authenticate(with_header(refused, ERROR_HEADER, None))


@pytest.mark.parametrize(
    "change", [*({name: None} for name in IDENTITY), {"account_id": "1"}, {"user_identity": "x"}]
)
def test_an_identity_that_lacks_something_is_nobody(
    router: RouterIdentity, clock: FakeClock, change: dict[str, Any]
) -> None:
    identity = {name: value for name, value in (IDENTITY | change).items() if value is not None}
    with pytest.raises(UnrecognizedClientException):
        router.authenticate(vouched(clock, identity=identity))


def test_a_key_that_is_none_is_refused_at_the_start(clock: FakeClock) -> None:
    for key in ("", "AAAA", "not base64"):
        with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
            RouterIdentity(public_key=key, clock=clock)


def test_until_signatures_are_verified_nobody_is_let_in() -> None:
    signed = {
        "authorization": "AWS4-HMAC-SHA256 Credential=111111111111/20230710/us-east-1/cloudtrail/aws4_request"
    }
    with pytest.raises(
        UnrecognizedClientException, match="security token included in the request is invalid"
    ):
        SigV4Identity().authenticate(request("POST", "/", headers=signed))
    with pytest.raises(UnrecognizedClientException):
        SigV4Identity().authenticate(request("POST", "/", query="X-Amz-Signature=0"))
    with pytest.raises(MissingAuthenticationTokenException):
        SigV4Identity().authenticate(request("POST", "/"))


@pytest.mark.parametrize("stage", ["dev", "prod", "Local", ""])
@pytest.mark.parametrize(
    "trust", [{"identity": "router"}, {"identity": "sigv4", "router_public_key": PUBLIC}]
)
def test_only_the_local_stage_can_be_built_with_the_router(stage: str, trust: dict[str, str]) -> None:
    texts = {
        field: "x" for field, kind in ApiSettings.__annotations__.items() if kind == "str" or kind is str
    } | trust
    assert ApiSettings(stage="local", **texts).identity == trust["identity"]  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="local"):
        ApiSettings(stage=stage, **texts)  # type: ignore[arg-type]
