"""Every constraint of every member of all 61 operations, taken from the service model itself.

A probe stands in the place of every operation, so that built and unbuilt ones are swept alike: a valid
request must reach it, a broken one must not, but for the members the operations check themselves.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentrail.domain.caller import Caller
from opentrail.domain.http import HttpResponse
from opentrail.ports import Ports
from opentrail.service.operations import OPERATIONS, Operation
from opentrail.wire.model import CLOUDTRAIL, OperationModel
from opentrail.wire.own_codes import OWN_CODES, own_code

from tests.api.model_values import all_operations, broken_requests, full_request, unbreakable
from tests.fakes.front import Front, credential, request

MODELS = all_operations()
REACHED = "arrived"


class ReachedError(Exception):
    """The probe was called."""


@pytest.fixture
def swept(ports: Ports) -> Front:
    def probe(_request: Mapping[str, Any], _caller: Caller, _ports: Ports) -> Mapping[str, Any]:
        raise ReachedError

    return Front(ports, {name: Operation(name=name, function=probe) for name in OPERATIONS})


def send(front: Front, model: OperationModel, members: Mapping[str, Any]) -> HttpResponse:
    if model.service == CLOUDTRAIL:
        return front.call(model.name, json.dumps(members).encode())
    in_query = {name for name, member in model.input.members.items() if member.in_query}
    query = urlencode({name: value for name, value in members.items() if name in in_query})
    body = {name: value for name, value in members.items() if name not in in_query}
    headers = {"authorization": credential("111111111111", service=model.service)}
    return front.gateway.handle(
        request(model.method, model.uri, query=query, headers=headers, body=json.dumps(body).encode())
    )


def answer(front: Front, response: HttpResponse) -> tuple[str, str]:
    """The code and sentence of the answer; REACHED when the operation was called."""
    answered = front.observed.answers[-1]
    if isinstance(answered.cause, ReachedError):
        return REACHED, ""
    body = json.loads(response.body)
    return answered.code, body.get("Message", body.get("message", ""))


def test_the_table_holds_the_models_operations() -> None:
    assert sorted(OPERATIONS) == sorted(model.name for model in MODELS)
    assert len(MODELS) == 61
    assert all(name == row.name for name, row in OPERATIONS.items())


def test_status_words_agree_with_functions() -> None:
    for row in OPERATIONS.values():
        assert (row.function is None) == (row.status == "missing"), row.name
        assert bool(row.missing) == (row.status == "partial"), row.name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_full_valid_request_reaches_the_operation(swept: Front, model: OperationModel) -> None:
    assert answer(swept, send(swept, model, full_request(model)))[0] == REACHED


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_broken_constraint_is_told_in_awss_words(swept: Front, model: OperationModel) -> None:
    for broken in broken_requests(model):
        code, sentence = answer(swept, send(swept, model, broken.request))
        if broken.kind == "type":
            assert code == "SerializationException", str(broken)
        elif broken.kind != "required" and own_code(model.name, broken.member):
            assert code == REACHED, str(broken)
        else:
            assert code == "ValidationException", str(broken)
            assert broken.sentence in sentence, str(broken)
            assert "validation error" in sentence


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_an_empty_request_lacks_exactly_the_required_members(swept: Front, model: OperationModel) -> None:
    code, sentence = answer(swept, send(swept, model, {}))
    required = [name for name in model.input.members if name in model.input.required]
    if not required:
        assert code == REACHED
        return
    parts = [
        f"Value null at '{name[0].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null"
        for name in required
    ]
    count = f"{len(parts)} validation error{'s' if len(parts) > 1 else ''} detected: "
    assert (code, sentence) == ("ValidationException", count + "; ".join(parts))


def test_the_sweep_is_not_empty() -> None:
    kinds = Counter(broken.kind for model in MODELS for broken in broken_requests(model))
    of_keys = {f"{kind} of a key" for kind in ("min", "max", "pattern", "enum")}
    assert set(kinds) == {"required", "min", "max", "pattern", "enum", "type"} | of_keys
    assert kinds["required"] > 80
    assert kinds["enum"] > 20
    assert min(kinds.values()) > 0


def test_only_query_statements_have_a_pattern_that_nothing_breaks() -> None:
    found: set[str] = set()
    for model in MODELS:
        stack = [model.input]
        while stack:
            shape = stack.pop()
            if unbreakable(shape):
                found.add(shape.name)
            stack += [member.shape for member in shape.members.values()]
            stack += [part for part in (shape.member, shape.key, shape.value) if part]
    assert found == {"QueryStatement"}


def test_members_with_own_codes_are_in_the_model_and_so_are_the_codes() -> None:
    by_name = {model.name: model for model in MODELS}
    for operation, members in OWN_CODES.items():
        for path, code in members.items():
            assert path.split(".")[0] in by_name[operation].input.members
            assert code in by_name[operation].errors


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), model=st.sampled_from(MODELS))
def test_whatever_is_sent_is_read_or_refused(
    swept: Front, data: st.DataObject, model: OperationModel
) -> None:
    names = st.sampled_from(sorted(model.input.members) or ["Name"])
    members = full_request(model) | data.draw(st.dictionaries(names, JSON_VALUES, max_size=3))
    code, _ = answer(swept, send(swept, model, members))
    assert code in (REACHED, "SerializationException", "ValidationException")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200))
def test_whatever_bytes_are_sent_are_read_or_refused(swept: Front, body: bytes) -> None:
    swept.call("LookupEvents", body)
    answered = swept.observed.answers[-1]
    assert isinstance(answered.cause, ReachedError) or answered.code == "SerializationException"
