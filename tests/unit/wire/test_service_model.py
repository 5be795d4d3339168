"""The vendored service models against the installed botocore."""

import re

import botocore.loaders
import pytest
from opentrail import errors
from opentrail.wire.model import Shape, operations

from tools import generate_service_model as generator


def test_the_vendored_files_are_what_the_installed_botocore_would_give() -> None:
    assert generator.MODEL_FILE.read_text() == generator.model_text()
    assert generator.ERRORS_FILE.read_text() == generator.errors_text()


@pytest.mark.parametrize("service", generator.SERVICES)
def test_every_operation_and_its_errors_are_there(service: str) -> None:
    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    ours = operations(service)
    assert ours.keys() == model["operations"].keys()
    for name, operation in model["operations"].items():
        assert ours[name].errors == {error["shape"] for error in operation["errors"]}
        for code in ours[name].errors:
            assert getattr(errors, code)("text").code == code


def test_every_error_has_the_code_of_its_name_and_a_status() -> None:
    classes = [
        value for value in vars(errors).values() if isinstance(value, type) and value is not errors.ApiError
    ]
    for error in classes:
        if issubclass(error, errors.ApiError):
            assert error.code == error.__name__
            assert error.status in (400, 413, 500, 503)
            assert (error.status >= 500) == error.code.startswith(
                ("Internal", "Service")
            ) or "Quota" in error.code
    assert {error.code for error in classes if error.code in errors.COMMON_ERRORS} == errors.COMMON_ERRORS


def test_every_pattern_compiles() -> None:
    seen: set[int] = set()
    patterns: set[str] = set()
    stack = [
        shape for s in generator.SERVICES for o in operations(s).values() for shape in (o.input, o.output)
    ]
    while stack:
        shape: Shape = stack.pop()
        if id(shape) in seen:
            continue
        seen.add(id(shape))
        if shape.pattern:
            patterns.add(shape.pattern)
            re.compile(shape.pattern)
            shape.matches("a")
        stack += [member.shape for member in shape.members.values()]
        stack += [part for part in (shape.member, shape.key, shape.value) if part]
    assert len(patterns) > 20
