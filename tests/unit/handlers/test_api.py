"""The API's entry point as AWS Lambda calls it: settings from the environment, real adapters, no AWS."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from opentrail.bootstrap import api as bootstrap
from opentrail.bootstrap import clients
from opentrail.settings import ApiSettings
from opentrail.wire.protocol import TARGET_PREFIXES


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    texts = {name: "x" for name, kind in ApiSettings.__annotations__.items() if kind == "str" or kind is str}
    settings = ApiSettings(stage="dev", **texts | {"identity": "sigv4", "router_public_key": ""})  # type: ignore[arg-type]
    credentials = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in (settings.to_env() | credentials).items():
        monkeypatch.setenv(name, value)
    from handlers.api import handler

    caches = (bootstrap.settings, bootstrap.gateway, clients.client)
    for cache in caches:
        cache.cache_clear()
    yield handler
    for cache in caches:
        cache.cache_clear()


def event(target: str, body: str, **headers: str) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "path": "/",
        "headers": {"X-Amz-Target": target, **headers},
        "multiValueQueryStringParameters": None,
        "requestContext": {
            "requestId": "11111111-2222-3333-4444-555555555555",
            "identity": {"sourceIp": "::1"},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def test_a_stage_that_cannot_authenticate_lets_nobody_in(handler: Any, log: list[logging.LogRecord]) -> None:
    target = f"{TARGET_PREFIXES[0]}.CreateTrail"
    signed = "AWS4-HMAC-SHA256 Credential=111111111111/20230710/us-east-1/cloudtrail/aws4_request"
    answer = handler(event(target, '{"Name":"private"}', Authorization=signed), None)
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"]) == {
        "__type": "UnrecognizedClientException",
        "Message": "The security token included in the request is invalid.",
    }
    assert answer["headers"]["x-amzn-RequestId"] == "11111111-2222-3333-4444-555555555555"
    (line,) = log
    told = {name: vars(line)[name] for name in ("operation", "status", "code", "request_id")}
    assert told == {
        "operation": "CreateTrail",
        "status": 400,
        "code": "UnrecognizedClientException",
        "request_id": "11111111-2222-3333-4444-555555555555",
    }
    assert "private" not in str(vars(line))


def test_unknown_targets_are_answered_before_anybody_is_asked_for(handler: Any) -> None:
    answer = handler(event("Nothing", "{}"), None)
    assert json.loads(answer["body"]) == {"__type": "UnknownOperationException"}
