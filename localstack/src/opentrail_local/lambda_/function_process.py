"""One process that runs a function under AWS's runtime client, with its Runtime API and its output.

It leads a process group of its own, which is killed as a whole: at a timeout, when its environment ends.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from weakref import WeakSet

from opentrail_local.lambda_.runtime_api import Invocation, Outcome, RuntimeApi

MAX_OUTPUT = 4 * 1024 * 1024  # bytes kept of what one invocation prints; a local limit, CloudWatch has none
READ_SIZE = 65536


class ProcessExitedError(Exception):
    """The process ended before it answered. `taken` says whether it had got the invocation."""

    def __init__(self, code: int, *, taken: bool) -> None:
        super().__init__(_exit_text(code))
        self.taken = taken


class ProcessTimeoutError(Exception):
    """The function did not answer in its time; its process group was killed."""


class FunctionProcess:
    """Started at once; answers one invocation after another until it ends or is stopped."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self._api = RuntimeApi()
        reading, writing = os.pipe2(os.O_CLOEXEC)
        try:
            self._process = subprocess.Popen(
                command,
                env={**environment, "AWS_LAMBDA_RUNTIME_API": self._api.address},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        except OSError:
            self._api.close()
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._started = time.monotonic()
        self._output = _Output(reading)
        self._waiting: Future[Outcome] | Future[Outcome | None] = self._api.initialised
        self._lock = Lock()
        self._exit_code: int | None = None
        _running.add(self)
        Thread(target=self._watch, name="lambda-process", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id, and id of its group."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not been seen to end."""
        return self._exit_code is None

    def wait_until_initialised(self, seconds: float) -> tuple[Outcome | None, float]:
        """The failure of the initialisation, if it failed, and how long it took in seconds."""
        failure = self._result(self._api.initialised, seconds, invocation=None)
        return failure, time.monotonic() - self._started

    def invoke(self, invocation: Invocation, seconds: float) -> Outcome:
        """Call the function. ProcessExitedError, ProcessTimeoutError when it gives no answer."""
        with self._lock:
            if self._exit_code is not None:
                raise ProcessExitedError(self._exit_code, taken=False)
            self._waiting = answered = self._api.offer(invocation)
        outcome = self._result(answered, seconds, invocation)
        assert outcome is not None
        return outcome

    def take_output(self) -> str:
        """What was printed since the last time."""
        return self._output.take()

    def memory_megabytes(self) -> int:
        """The most memory it had resident so far; 0 when it has ended."""
        with suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) // 1024
        return 0

    def stop(self) -> None:
        """Kill the process group, as Lambda does, and wait for its end."""
        _kill_group(self.pid)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self._api.close()

    def _result(
        self, future: Future[Outcome] | Future[Outcome | None], seconds: float, invocation: Invocation | None
    ) -> Outcome | None:
        try:
            return future.result(seconds)
        except FutureTimeoutError as error:
            self.stop()
            raise ProcessTimeoutError from error
        except _ExitedError as error:
            taken = invocation is not None and self._api.taken(invocation)
            raise ProcessExitedError(error.code, taken=taken) from error

    def _watch(self) -> None:
        """Collect output until the process ends, then tell who waits for it."""
        process = os.pidfd_open(self.pid)
        poller = select.poll()
        poller.register(process, select.POLLIN)
        poller.register(self._output.descriptor, select.POLLIN)
        ended = False
        while not ended:
            for descriptor, _ in poller.poll():
                if descriptor == process:
                    ended = True
                elif not self._output.drain():
                    poller.unregister(descriptor)  # its end was closed, the process may live on
        os.close(process)
        code = self._process.wait()
        _kill_group(self.pid)  # what it started ends with it
        self._output.close()
        with self._lock:
            self._exit_code = code
            if not self._waiting.done():
                self._waiting.set_exception(_ExitedError(code))


_running: WeakSet[FunctionProcess] = WeakSet()


def stop_all() -> None:
    """Kill what still runs: the local cloud ends."""
    processes = list(_running)
    for process in processes:
        if process.alive:
            _kill_group(process.pid)
    for process in processes:
        process.stop()


class _ExitedError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Output:
    """What a process wrote to its standard output and error, read without ever blocking it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        os.set_blocking(descriptor, False)
        self._lock = Lock()
        self._parts: list[bytes] = []
        self._size = 0
        self._open = True

    def drain(self) -> bool:
        """Read what is there; False when nothing more will come."""
        with self._lock:
            return self._drain()

    def take(self) -> str:
        """Everything that was written before this call and not taken yet."""
        with self._lock:
            self._drain()
            text = b"".join(self._parts).decode(errors="replace")
            if self._size > MAX_OUTPUT:
                text += f"\n[{self._size - MAX_OUTPUT} bytes of output left out]\n"
            self._parts, self._size = [], 0
            return text

    def close(self) -> None:
        with self._lock:
            self._drain()
            self._open = False
            os.close(self.descriptor)

    def _drain(self) -> bool:
        while self._open:
            try:
                data = os.read(self.descriptor, READ_SIZE)
            except BlockingIOError:
                return True
            if not data:
                return False
            if self._size < MAX_OUTPUT:
                self._parts.append(data[: MAX_OUTPUT - self._size])
            self._size += len(data)
        return False


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _exit_text(code: int) -> str:
    """AWS's words for the end of a runtime."""
    if code == 0:
        return "Runtime exited without providing a reason"
    if code < 0:
        return f"Runtime exited with error: signal: {signal.strsignal(-code) or -code}".lower().replace(
            "runtime", "Runtime", 1
        )
    return f"Runtime exited with error: exit status {code}"
