"""API Gateway's events and answers."""

import base64
from typing import Any

import pytest
from opentrail.domain.http import HttpResponse
from opentrail.wire.rest_api import answer_of, request_of


def event(**more: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "resource": "/",
        "path": "/",
        "httpMethod": "POST",
        "headers": {"X-Amz-Target": "T.ListTrails", "Content-Type": "application/x-amz-json-1.1"},
        "multiValueHeaders": {"X-Amz-Target": ["T.ListTrails"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"requestId": "id", "stage": "local", "identity": {"sourceIp": "192.0.2.7"}},
        "body": "{}",
        "isBase64Encoded": False,
    }
    return whole | more


def test_a_request() -> None:
    request = request_of(event())
    assert (request.method, request.path, request.query, request.body) == ("POST", "/", "", b"{}")
    assert request.headers["x-amz-target"] == "T.ListTrails"
    assert (request.request_id, request.source_ip) == ("id", "192.0.2.7")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b'{"a":1}'])
def test_bodies_in_base64(body: bytes) -> None:
    assert request_of(event(body=base64.b64encode(body).decode(), isBase64Encoded=True)).body == body


@pytest.mark.parametrize(("body", "expected"), [(None, b""), ("zürich", "zürich".encode()), ("\ud800", b"?")])
def test_bodies_as_text(body: str | None, expected: bytes) -> None:
    assert request_of(event(body=body)).body == expected


def test_the_query_is_encoded_again() -> None:
    query = {"channelArn": ["arn:aws:x/a b"], "externalId": ["1", "2"]}
    request = request_of(event(path="/PutAuditEvents", multiValueQueryStringParameters=query))
    assert request.query == "channelArn=arn%3Aaws%3Ax%2Fa+b&externalId=1&externalId=2"


def test_absent_headers_are_none() -> None:
    assert request_of(event(headers=None)).headers == {}


def test_an_answer() -> None:
    response = HttpResponse(status=400, headers={"x-amzn-RequestId": "id"}, body='{"a":"ü"}'.encode())
    assert answer_of(response) == {
        "statusCode": 400,
        "headers": {"x-amzn-RequestId": "id"},
        "body": '{"a":"ü"}',
        "isBase64Encoded": False,
    }
