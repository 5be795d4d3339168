"""What the front end leaves to the operations that are built, asked of the operations themselves."""

import json
from typing import Any

import pytest
from opentrail.service.operations import OPERATIONS
from opentrail.wire.model import CLOUDTRAIL, OperationModel
from opentrail.wire.own_codes import own_code

from tests.api.model_values import Broken, all_operations, broken_requests, full_request, valid
from tests.fakes.service import Service

# A value longer than the model says is not refused by AWS (measured): such a lookup finds nothing.
ACCEPTED = {("LookupEvents", "LookupAttributes.AttributeValue", "max")}
BUILT = [m for m in all_operations() if m.service == CLOUDTRAIL and OPERATIONS[m.name].function is not None]


def own_cases() -> list[Any]:
    """Every constraint the operations check themselves, broken."""
    return [
        pytest.param(broken, id=str(broken))
        for model in BUILT
        for broken in broken_requests(model)
        if broken.kind not in ("required", "type") and own_code(model.name, broken.member)
        if (model.name, broken.member, broken.kind) not in ACCEPTED
    ]


def needed(model: OperationModel, request: dict[str, Any], *more: str) -> dict[str, Any]:
    """The request with its required members and `more` only."""
    return {name: value for name, value in request.items() if name in (*model.input.required, *more)}


@pytest.fixture
def service() -> Service:
    """One trail and one event data store are there, under the names that made-up requests have."""
    service = Service()
    names = {"Name": "abcde"}
    for operation, request in (
        ("CreateTrail", names | {"S3BucketName": "abcde"}),
        ("StartLogging", names),
        ("CreateEventDataStore", names),
    ):
        service.front.call(operation, json.dumps(request).encode())
    return service


def call(service: Service, model: OperationModel, request: dict[str, Any]) -> dict[str, Any]:
    response = service.front.call(model.name, json.dumps(request).encode())
    cause = service.front.observed.answers[-1].cause
    assert cause is None, f"{model.name} {request}: {cause!r}"
    answer: dict[str, Any] = json.loads(response.body)
    return answer


@pytest.mark.parametrize("broken", own_cases())
def test_an_operation_answers_with_its_own_code(service: Service, broken: Broken) -> None:
    request = needed(broken.operation, broken.request, str(broken.path[0]))
    answer = call(service, broken.operation, request)
    assert answer["__type"] == own_code(broken.operation.name, broken.member)
    assert answer["Message"]


def test_there_are_such_cases() -> None:
    assert len(own_cases()) > 10


@pytest.mark.parametrize("model", BUILT, ids=lambda model: model.name)
def test_no_request_that_the_model_allows_or_not_finds_a_bug(service: Service, model: OperationModel) -> None:
    whole = full_request(model)
    call(service, model, whole)
    call(service, model, needed(model, whole))
    for name in whole:
        call(service, model, needed(model, whole, name))
        call(service, model, {other: value for other, value in whole.items() if other != name})
    for broken in broken_requests(model):
        call(service, model, broken.request)
        call(service, model, needed(model, broken.request, str(broken.path[0])))


@pytest.mark.parametrize("model", BUILT, ids=lambda model: model.name)
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "é",
        "a" * 5000,
        "arn:aws:cloudtrail",
        "arn:aws:cloudtrail:us-east-1:1:trail/",
        "../..",
        "\x00",
        "%",
        "'",
    ],
)
def test_no_text_in_any_member_finds_a_bug(service: Service, model: OperationModel, text: str) -> None:
    for name, member in model.input.members.items():
        if member.shape.type == "string":
            call(service, model, full_request(model) | {name: text})
            call(service, model, needed(model, full_request(model)) | {name: text})
        elif member.shape.type == "list" and member.shape.member and member.shape.member.type == "string":
            call(service, model, needed(model, full_request(model)) | {name: [text]})


@pytest.mark.parametrize("model", BUILT, ids=lambda model: model.name)
@pytest.mark.parametrize("moment", [-1e10, -0.5, 0, 1e-9, 4e9, 2e11])
def test_no_time_finds_a_bug(service: Service, model: OperationModel, moment: float) -> None:
    for name, member in model.input.members.items():
        if member.shape.type == "timestamp":
            call(service, model, needed(model, full_request(model)) | {name: moment})
            call(
                service,
                model,
                needed(model, full_request(model)) | {name: moment, "StartTime": valid(member.shape)},
            )
