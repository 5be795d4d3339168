"""Operations of all of botocore's service models, with random valid input and answers, become valid records.

300 seeded ones by default; OPENTRAIL_SOAK=1 takes all of them.
"""

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.http import Request, Response
from localstack.utils.aws.request_context import mock_aws_request_headers
from opentrail.domain.record import read
from opentrail_local.recorder import hidden
from opentrail_local.recorder.call import Call
from opentrail_local.recorder.names import names_of
from opentrail_local.recorder.observer import Observer
from opentrail_local.recorder.record import MAX_LINE, line_of
from opentrail_local.recorder.status import Counters

SEED = 20261125
SERVICES = 75  # of the default run, with
OPERATIONS = 4  # each
SECRET = "never-recorded-"
ACCOUNT = "314159265358"
ORDER = (
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
    "userAgent", "errorCode", "errorMessage", "requestParameters", "responseElements", "additionalEventData",
    "requestID", "eventID", "readOnly", "resources", "eventType", "apiVersion", "managementEvent",
    "recipientAccountId", "eventCategory",
)  # fmt: skip

_session = botocore.session.Session()


def services() -> list[str]:
    names = [name for name in _session.get_available_services() if not name.startswith("cloudtrail")]
    if os.environ.get("OPENTRAIL_SOAK"):
        return names
    return sorted(random.Random(SEED).sample(names, SERVICES))


def operations(model: ServiceModel, rng: random.Random) -> list[str]:
    names = list(model.operation_names)
    return names if os.environ.get("OPENTRAIL_SOAK") else rng.sample(names, min(OPERATIONS, len(names)))


class Maker:
    """Makes values of a shape; what may not be recorded can be told by its text."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def make(self, shape: Any, depth: int = 0) -> Any:
        kind = shape.type_name
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            return [
                self.make(shape.member, depth + 1) for _ in range(self.rng.randint(0, 3) if depth < 6 else 0)
            ]
        if kind == "map":
            keys = [self.text(shape.key) for _ in range(self.rng.randint(0, 2) if depth < 6 else 0)]
            return {key: self.make(shape.value, depth + 1) for key in keys}
        return self.scalar(kind, shape)

    def structure(self, shape: Any, depth: int) -> dict[str, Any]:
        members = shape.members.items()
        chosen = [
            (name, member)
            for name, member in members
            if name in shape.required_members or (depth < 5 and self.rng.random() < 0.6)
        ]
        if getattr(shape, "is_tagged_union", False):
            chosen = chosen[:1]
        return {name: self.make(member, depth + 1) for name, member in chosen} if depth < 12 else {}

    def scalar(self, kind: str, shape: Any) -> Any:
        if kind == "blob":
            return self.rng.choice([SECRET.encode(), bytearray(SECRET.encode())])
        if kind == "boolean":
            return self.rng.random() < 0.5
        if kind in ("integer", "long"):
            return self.rng.choice([0, -1, 7, 2**31, 2**53 + 1])
        if kind in ("float", "double"):
            return self.rng.choice([0.0, 1.5, -2.25, 1e300])
        if kind == "timestamp":
            moment = datetime.fromtimestamp(self.rng.randint(0, 4 * 10**9), UTC)
            return self.rng.choice([moment, moment.replace(tzinfo=None)])
        return self.text(shape)

    def text(self, shape: Any) -> str:
        if shape.enum:
            return str(self.rng.choice(shape.enum))
        if shape.metadata.get("sensitive"):
            return SECRET + str(self.rng.randint(0, 99))
        plain = [
            "",
            "a",
            "naïve ☃ \U0001f6f0",
            'quote"\\\n\x00',
            "x" * 300,
            "\ud800",
            "arn:aws:s3:::b",
            "12",
            "true",
        ]
        return self.rng.choice(plain)


def calls_of(model: ServiceModel, rng: random.Random) -> Iterator[Call]:
    maker = Maker(rng)
    for name in operations(model, rng):
        operation = model.operation_model(name)
        headers = mock_aws_request_headers(model.signing_name, ACCOUNT, "eu-west-1")
        context = RequestContext(Request("POST", "/", headers={**headers, "Host": "127.0.0.1:4566"}))
        context.service, context.operation = model, operation
        context.account_id, context.region, context.request_id = ACCOUNT, "eu-west-1", "request"
        context.service_request = maker.make(operation.input_shape) if operation.input_shape else None
        response = Response()
        if rng.random() < 0.25:
            context.service_exception = CommonServiceException("AccessDenied", "No \ud800.", 403)
            response.status_code = 403
        else:
            context.service_response = maker.make(operation.output_shape) if operation.output_shape else {}
        seen: list[Call] = []
        counters = Counters()
        Observer(seen.append, counters)(None, context, response)
        assert counters.snapshot()["failed"] == {}
        yield from seen


@pytest.mark.parametrize("service", services())
def test_its_operations_become_valid_records(service):
    model = ServiceModel(_session.get_service_data(service), service)
    for call in calls_of(model, random.Random(f"{SEED}{service}")):
        line = line_of(call)
        assert len(line) <= MAX_LINE
        assert b"\n" not in line
        found = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
        assert [name for name in ORDER if name in found] == list(found)
        assert SECRET not in json.dumps(found), call.operation.name
        kept = read(line)  # what OpenTrail's own recorder makes of it
        assert (kept.account_id, kept.data) == (ACCOUNT, found)
        assert kept.category == names_of(call.operation).category
        if call.failure is not None:
            assert found["errorCode"].endswith("AccessDenied")
            assert found["responseElements"] is None
        told = service not in {name for name, _ in hidden._MEMBERS}  # the others leave members away
        if told and isinstance(call.parameters, dict) and call.failure is None:
            assert says_something(found["requestParameters"]) or not says_something(call.parameters)


def says_something(value: Any) -> bool:
    """Whether anything is in there that a record could tell."""
    if isinstance(value, dict):
        return any(says_something(item) for item in value.values())
    if isinstance(value, list):
        return any(says_something(item) for item in value)
    return value is not None and not (isinstance(value, str) and value.startswith(SECRET))
