"""Failures on script: any port can be made to fail at its n-th call, before the call's effect or after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opentrail.ports.errors import AdapterError

BEFORE, AFTER = "before", "after"


class Killed(BaseException):
    """The function's process ended here: nothing of it runs on, no handler of errors either."""


def outside() -> AdapterError:
    """What an adapter raises when something outside failed."""
    return AdapterError("failed on script", code="Scripted")


@dataclass(frozen=True)
class Failure:
    """When a call fails and how."""

    when: str
    error: Callable[[], BaseException]


@dataclass
class Script:
    """Counts the calls of all ports it wraps, from 0, and fails those that are planned."""

    planned: Mapping[int, Failure] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)

    def wrap(self, name: str, port: Any) -> Any:
        """The port with its calls counted under `name`."""
        return _Scripted(name, port, self)

    def call(self, name: str, function: Callable[[], Any]) -> Any:
        """One call."""
        failure = self.planned.get(len(self.calls))
        self.calls.append(name)
        if failure is None:
            return function()
        self.happened.append(f"{failure.when} {name}")
        if failure.when == AFTER:
            function()
        raise failure.error()


class _Scripted:
    def __init__(self, name: str, port: Any, script: Script) -> None:
        self._name = name
        self._port = port
        self._script = script

    def __getattr__(self, attribute: str) -> Any:
        function = getattr(self._port, attribute)
        return lambda *args, **kwargs: self._script.call(
            f"{self._name}.{attribute}", lambda: function(*args, **kwargs)
        )
