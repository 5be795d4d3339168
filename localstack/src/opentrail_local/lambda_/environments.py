"""How many execution environments there are: enough for concurrency, few enough for a laptop's memory.

LocalStack starts one for each concurrent invocation and keeps it for ten minutes. Here an invocation waits a
moment for a busy environment before another is started (a cold start takes longer than most calls), and
environments that are idle beyond a bound end, the longest idle first.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Condition
from typing import Any
from weakref import WeakSet

from localstack.services.lambda_.invocation.assignment import AssignmentException, AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
    RuntimeStatus,
)
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InitializationType

STARTED_AT_ONCE = 3  # environments of a version that start without waiting for one of its busy ones
PATIENCE = 0.5  # seconds an invocation waits for a busy environment, then it gets a new one
MAX_IDLE = 14  # idle environments of all functions, at 66 to 150 MB each

_changed = Condition()
_all: WeakSet[ExecutionEnvironment] = WeakSet()


def patch() -> None:
    """Replace how LocalStack assigns environments to invocations."""
    AssignmentService.get_environment = _get_environment


@contextmanager
def _get_environment(
    self: AssignmentService,
    version_manager_id: str,
    function_version: FunctionVersion,
    provisioning_type: InitializationType,
) -> Iterator[ExecutionEnvironment]:
    environment = _reserve(self, version_manager_id, provisioning_type)
    if environment is None:
        if provisioning_type != InitializationType.on_demand:
            raise AssignmentException("No provisioned concurrency environment available despite lease.")
        environment = self.start_environment(version_manager_id, function_version)
        environment.reserve()
        self.environments[version_manager_id][environment.id] = environment
        _all.add(environment)
    try:
        yield environment
    except Exception:
        self.stop_environment(environment)
        raise
    finally:
        with suppress(InvalidStatusException):  # it was stopped meanwhile, with its function
            environment.release()
        with _changed:
            _changed.notify_all()
        _end_longest_idle()


def _reserve(
    service: AssignmentService, version: str, kind: InitializationType
) -> ExecutionEnvironment | None:
    """An idle environment, reserved; None when a new one is to be started."""
    deadline = time.monotonic() + PATIENCE
    with _changed:
        while True:
            running = [
                e for e in list(service.environments[version].values()) if e.initialization_type == kind
            ]
            for environment in running:
                with suppress(InvalidStatusException):
                    environment.reserve()
                    return environment
            left = deadline - time.monotonic()
            if len(running) < STARTED_AT_ONCE or left <= 0:
                return None
            _changed.wait(left)


def _end_longest_idle() -> None:
    idle = [e for e in list(_all) if e.status == RuntimeStatus.READY and _on_demand(e)]
    idle.sort(key=lambda environment: environment.last_returned, reverse=True)
    for environment in idle[MAX_IDLE:]:
        with suppress(InvalidStatusException, KeyError):  # somebody got it, or ended it, meanwhile
            environment.keepalive_passed()


def _on_demand(environment: Any) -> bool:
    return bool(environment.initialization_type == InitializationType.on_demand)
