"""LocalStack's Lambda runtime executor, with processes in the place of containers.

A function runs in the runtime environment (`.local/runtime-venv`: what AWS's Python 3.13 runtime holds), with
only its package and its layers on the path, so that a dependency missing there fails as it would on AWS.
Not as on AWS: packages are not at /var/task and /opt, /tmp is shared (TMPDIR is not), memory is not limited.
"""

import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from localstack import config
from opentrail_local.instance import RUNTIME_PYTHON, current
from opentrail_local.lambda_ import packages, platform_logs
from opentrail_local.lambda_.function_process import (
    FunctionProcess,
    ProcessExitedError,
    ProcessTimeoutError,
)
from opentrail_local.lambda_.runtime_api import Invocation, Outcome

INIT_LIMIT = 90  # seconds; AWS allows 10, but a loaded machine imports slowly
PYTHON_FOLDERS = ("python", "python/lib/python3.13/site-packages")  # of a layer, in this order
HOST = "127.0.0.1"


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """What LocalStack finds under the name `process`."""

    name = "process"

    def load(self, *args: Any, **kwargs: Any) -> type[RuntimeExecutor]:
        return ProcessRuntimeExecutor


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One execution environment: a process, replaced when it ended."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002  # LocalStack passes it by name
        super().__init__(id=id, function_version=function_version)
        self._process: FunctionProcess | None = None
        self._environment: dict[str, str] = {}
        self._init_failure: Outcome | None = None
        self._init_seconds: float | None = None
        self._code = Path()
        self._folder = current().state_dir / "tmp" / "functions" / id
        self._stopped = False

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack the function and its layers."""
        packages.unpacked(function_version.config.code)
        for layer in function_version.config.layers:
            packages.unpacked(layer.code)

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing: other versions, and other instances, share the unpacked files."""

    def start(self, env_vars: dict[str, str]) -> None:
        """Start the process, wait until it asks for work. A failing import shows in the first invocation."""
        self._code = packages.unpacked(self.function_version.config.code)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._environment = self._variables(env_vars)
        self._start_process()

    def stop(self) -> None:
        self._stopped = True
        if self._process is not None:
            self._process.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Call the function; every way in which it can fail is an answer with its error."""
        request_id = payload["invoke-id"]
        timeout = self.function_version.config.timeout
        logs = platform_logs.of(self.function_version, request_id)
        started = time.perf_counter()
        outcome, last_words = self._call(payload, timeout)
        milliseconds = (time.perf_counter() - started) * 1000
        printed = ""
        memory = 0
        if self._process is not None:
            printed = self._process.take_output()
            memory = self._process.memory_megabytes()
            if not self._process.alive:
                self._discard_process()
        text = logs.whole(printed + last_words, milliseconds, self._init_seconds, memory, outcome.failed)
        self._init_seconds = None
        return InvocationResult(request_id, outcome.payload, is_error=outcome.failed, logs=text)

    def _call(self, payload: dict[str, str], timeout: int) -> tuple[Outcome, str]:
        """The outcome, and what Lambda itself has to say in the log."""
        request_id = payload["invoke-id"]
        try:
            if self._process is None or not (self._process.alive or self._init_failure):
                self._start_process()
            if failure := self._init_failure:
                self._init_failure = None
                return failure, ""
            try:
                return self._process.invoke(self._invocation(payload, timeout), timeout), ""
            except ProcessExitedError as error:
                if error.taken or self._stopped:
                    raise
            # It had ended while it was idle and had not got the invocation: a new process gets it.
            self._start_process()
            if failure := self._init_failure:
                self._init_failure = None
                return failure, ""
            return self._process.invoke(self._invocation(payload, timeout), timeout), ""
        except ProcessExitedError as error:
            text = f"RequestId: {request_id} Error: {error}"
            return _error("Runtime.ExitError", text), f"{text}\nRuntime.ExitError\n"
        except ProcessTimeoutError:
            text = f"Task timed out after {timeout:.2f} seconds"
            stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
            outcome = _error("Sandbox.Timedout", f"RequestId: {request_id} Error: {text}")
            return outcome, f"{stamp}Z {request_id} {text}\n\n"

    def _start_process(self) -> None:
        self._discard_process()
        handler = self.function_version.config.handler or ""
        command = [str(RUNTIME_PYTHON), "-m", "awslambdaric", handler]
        process = FunctionProcess(command, self._environment, self._code)
        self._process = process
        if self._stopped:
            process.stop()
        try:
            self._init_failure, self._init_seconds = process.wait_until_initialised(INIT_LIMIT)
        except ProcessExitedError as error:
            self._init_failure = _error("Runtime.ExitError", f"Error: {error}")
        except ProcessTimeoutError:
            self._init_failure = _error("Sandbox.Timedout", f"Initialisation took over {INIT_LIMIT} s")

    def _discard_process(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None

    def _invocation(self, payload: dict[str, str], timeout: int) -> Invocation:
        return Invocation(
            request_id=payload["invoke-id"],
            payload=payload["payload"].encode(),
            function_arn=payload["invoked-function-arn"],
            trace_id=payload["trace-id"],
            deadline_ms=int((time.time() + timeout) * 1000),
        )

    def _variables(self, env_vars: dict[str, str]) -> dict[str, str]:
        """The environment of the process: LocalStack's for a container, made to fit a process."""
        kept = {
            name: str(value)
            for name, value in env_vars.items()
            if not name.startswith("LOCALSTACK_") and name != "EDGE_PORT"
        }
        layers = [packages.unpacked(layer.code) for layer in reversed(self.function_version.config.layers)]
        path = [self._code, *(layer / folder for layer in layers for folder in PYTHON_FOLDERS)]
        libraries = [layer / "lib" for layer in layers if (layer / "lib").is_dir()]
        if level := kept.get("AWS_LAMBDA_LOG_LEVEL"):
            kept["AWS_LAMBDA_LOG_LEVEL"] = level.upper()  # as AWS writes it, and its client compares it
        return kept | {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.function_version.config.runtime}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(self._folder),
            "TMPDIR": str(self._folder),
            "LAMBDA_TASK_ROOT": str(self._code),
            "LAMBDA_RUNTIME_DIR": str(RUNTIME_PYTHON.parent),
            "LANG": "en_US.UTF-8",
            "LD_LIBRARY_PATH": ":".join(map(str, libraries)),
            "OPENTRAIL_STATE_DIR": str(current().state_dir),  # by which `opentrail down` recognises it
            "PATH": f"{RUNTIME_PYTHON.parent}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": ":".join([str(p) for p in path] + [p for p in [kept.get("PYTHONPATH")] if p]),
            "PYTHONNOUSERSITE": "1",
        }

    # Containers have addresses; a process is on this machine.

    def get_address(self) -> str:
        return HOST

    def get_endpoint_from_executor(self) -> str:
        return HOST

    def get_runtime_endpoint(self) -> str:
        return f"http://{HOST}:{config.GATEWAY_LISTEN[0].port}"

    def get_logs(self) -> str:
        return self._process.take_output() if self._process else ""

    @classmethod
    def validate_environment(cls) -> bool:
        return RUNTIME_PYTHON.exists()


def _error(kind: str, message: str) -> Outcome:
    return Outcome(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)
