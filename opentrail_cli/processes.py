"""Which processes belong to a local instance, and how they end. Linux: it reads /proc.

A process is recognised by what it is (a program of one of the checkout's environments that works for the
state directory), never by a name alone, and a remembered process id only together with its start time.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from opentrail_cli.environment import LOCAL

PROC = Path("/proc")
POLL = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process id that no later process can be mistaken for: with its start in clock ticks since boot."""

    pid: int
    started: int


def identify(pid: int) -> ProcessId | None:
    """The identity of a running process; None when there is none, or only a zombie is left."""
    try:
        # The second field is the program's name in brackets, which may itself hold brackets and spaces.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else ProcessId(pid, int(fields[19]))


def is_running(process: ProcessId) -> bool:
    """Whether exactly this process still runs."""
    return identify(process.pid) == process


def of_instance(state_dir: Path) -> list[ProcessId]:
    """Every process that works for an instance: the local cloud itself and the functions it started."""
    return [found for pid in _pids() if _works_for(pid, state_dir) and (found := identify(pid)) is not None]


def end(processes: list[ProcessId], *, patience: float) -> list[ProcessId]:
    """Ask processes to end, kill those left after `patience` seconds; returns what even then remains."""
    _signal(processes, signal.SIGTERM)
    left = _wait(processes, patience)
    _signal(left, signal.SIGKILL)
    return _wait(left, 5)


def _signal(processes: list[ProcessId], number: signal.Signals) -> None:
    for process in processes:
        if is_running(process):
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)


def _wait(processes: list[ProcessId], seconds: float) -> list[ProcessId]:
    deadline = time.monotonic() + seconds
    while (left := [p for p in processes if is_running(p)]) and time.monotonic() < deadline:
        _reap(left)
        time.sleep(POLL)
    return left


def _reap(processes: list[ProcessId]) -> None:
    """Take the exit status of those that are children of this process: a child stays a zombie until then."""
    for process in processes:
        with suppress(ChildProcessError):
            os.waitpid(process.pid, os.WNOHANG)


def _works_for(pid: int, state_dir: Path) -> bool:
    try:
        command = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        if not command[0].startswith(os.fsencode(LOCAL) + b"/"):
            return False
        environment = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        folder = Path(os.readlink(PROC / str(pid) / "cwd").removesuffix(" (deleted)"))
    except OSError:  # ended meanwhile, or another user's
        return False
    return b"OPENTRAIL_STATE_DIR=" + os.fsencode(state_dir) in environment or folder.is_relative_to(state_dir)


def _pids() -> Iterator[int]:
    own = os.getpid()
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (pid := int(entry.name)) != own:
            yield pid
