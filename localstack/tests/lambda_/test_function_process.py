"""One function process, without LocalStack: what becomes of answers, errors, exits, timeouts and output."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opentrail_local.instance import RUNTIME_PYTHON
from opentrail_local.lambda_.function_process import (
    FunctionProcess,
    ProcessExitedError,
    ProcessTimeoutError,
)
from opentrail_local.lambda_.runtime_api import MAX_RESPONSE, Invocation

HANDLER = """
import os, sys, time, subprocess, importlib.util
def handler(event, context):
    print("printed", event)
    kind = event.get("kind")
    if kind == "raise": raise ValueError("no")
    if kind == "exit": os._exit(event["code"])
    if kind == "hang":
        subprocess.Popen(["sleep", event["marker"]])
        time.sleep(60)
    if kind == "big": return "x" * event["size"]
    if kind == "find": return {n: importlib.util.find_spec(n) is not None for n in event["names"]}
    return {"pid": os.getpid(), "left": context.get_remaining_time_in_millis(), "id": context.aws_request_id}
"""

type Start = Callable[[str], FunctionProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts functions with the given source."""
    started: list[FunctionProcess] = []

    def start(source: str) -> FunctionProcess:
        command = [str(RUNTIME_PYTHON), "-m", "awslambdaric", "code_.handler"]
        (tmp_path / "code_.py").write_text(source)
        process = FunctionProcess(command, {"PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)}, tmp_path)
        started.append(process)
        return process

    yield start
    for process in started:
        process.stop()


def invocation(number: int = 1, seconds: float = 5, **event: object) -> Invocation:
    return Invocation(
        request_id=f"request-{number}",
        payload=json.dumps(event).encode(),
        function_arn="arn:aws:lambda:us-east-1:000000000000:function:f",
        trace_id="Root=1-5759e988-bd862e3fe1be46a994272793",
        deadline_ms=int((time.time() + seconds) * 1000),
    )


def ready(process: FunctionProcess) -> FunctionProcess:
    failure, seconds = process.wait_until_initialised(60)
    assert failure is None
    assert seconds > 0
    return process


def test_one_process_answers_one_call_after_another(start: Start) -> None:
    process = ready(start(HANDLER))
    answers = [json.loads(process.invoke(invocation(n), 5).payload) for n in (1, 2, 3)]
    assert [answer["id"] for answer in answers] == ["request-1", "request-2", "request-3"]
    assert {answer["pid"] for answer in answers} == {process.pid}
    assert 4000 < answers[0]["left"] <= 5000


def test_output_belongs_to_the_call_that_printed_it(start: Start) -> None:
    process = ready(start(HANDLER))
    process.invoke(invocation(1, a=1), 5)
    assert "{'a': 1}" in process.take_output()
    process.invoke(invocation(2, b=2), 5)
    second = process.take_output()
    assert "{'b': 2}" in second
    assert "{'a': 1}" not in second


def test_an_exception_is_an_answer(start: Start) -> None:
    outcome = ready(start(HANDLER)).invoke(invocation(kind="raise"), 5)
    assert outcome.failed
    assert json.loads(outcome.payload)["errorType"] == "ValueError"


def test_a_missing_dependency_fails_the_initialisation(start: Start) -> None:
    failure, _ = start("import no_such_module").wait_until_initialised(60)
    assert failure is not None
    assert failure.failed
    error = json.loads(failure.payload)
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert "no_such_module" in error["errorMessage"]


def test_functions_see_only_what_aws_has(start: Start) -> None:
    names = ["boto3", "awslambdaric", "localstack", "moto", "pyarrow", "opentrail_local", "opentrail"]
    answer = ready(start(HANDLER)).invoke(invocation(kind="find", names=names), 5)
    assert [name for name, found in json.loads(answer.payload).items() if found] == ["boto3", "awslambdaric"]


@pytest.mark.parametrize(
    ("code", "words"), [(3, "exit status 3"), (0, "without providing a reason")], ids=["failed", "clean"]
)
def test_an_exit_fails_the_call(start: Start, code: int, words: str) -> None:
    process = ready(start(HANDLER))
    with pytest.raises(ProcessExitedError, match=words) as caught:
        process.invoke(invocation(kind="exit", code=code), 5)
    assert caught.value.taken
    assert "printed" in process.take_output()
    assert not process.alive


def test_a_process_that_ended_while_idle_did_not_take_the_call(start: Start) -> None:
    process = ready(start(HANDLER))
    process.stop()
    with pytest.raises(ProcessExitedError) as caught:
        process.invoke(invocation(), 5)
    assert not caught.value.taken


def test_a_timeout_kills_the_whole_process_group(start: Start) -> None:
    marker = "31.4159"
    process = ready(start(HANDLER))
    started = time.monotonic()
    with pytest.raises(ProcessTimeoutError):
        process.invoke(invocation(kind="hang", marker=marker), 0.7)
    assert 0.7 <= time.monotonic() - started < 5
    assert subprocess.run(["pgrep", "-f", f"sleep {marker}"], check=False, capture_output=True).stdout == b""


def test_large_answers_arrive_and_too_large_ones_are_refused(start: Start) -> None:
    process = ready(start(HANDLER))
    size = MAX_RESPONSE - 2  # and two quotes
    assert len(process.invoke(invocation(1, kind="big", size=size), 20).payload) == MAX_RESPONSE
    outcome = process.invoke(invocation(2, kind="big", size=size + 1), 20)
    assert outcome.failed
    assert json.loads(outcome.payload)["errorType"] == "Function.ResponseSizeTooLarge"


def test_output_without_end_neither_blocks_nor_fills_memory(start: Start) -> None:
    source = "def handler(event, context):\n    print('y' * 6_000_000)\n    return 'done'\n"
    process = ready(start(source))
    assert process.invoke(invocation(), 20).payload == b'"done"'
    output = process.take_output()
    assert len(output) < 5_000_000
    assert "bytes of output left out" in output
