"""A writer and a reader side by side, call by call: a schedule decides whose turn it is, not chance."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import Any


class Turns:
    """Runs `work` in a thread of its own; each of its calls waits until the reader gives it a turn.

    Before its n-th call the reader gives as many turns as the schedule says.
    """

    def __init__(self, schedule: Sequence[int]) -> None:
        self._schedule = cycle(schedule)
        self._go = threading.Semaphore(0)
        self._done = threading.Semaphore(0)
        self._reading = threading.Lock()
        self._ended = False
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None

    @contextmanager
    def meanwhile(self, work: Callable[[], Any]) -> Iterator[None]:
        """Write while the block reads; what is left to write then is written at its end."""
        self._start(work)
        try:
            yield
        finally:
            self._finish()

    def _start(self, work: Callable[[], Any]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - it is raised in the test's own thread
                self._error = error
            self._ended = True
            self._done.release()

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def _finish(self) -> None:
        while not self._ended:
            self._give()
        assert self._thread is not None
        self._thread.join()
        if self._error is not None:
            raise self._error

    def writing(self, port: Any) -> Any:
        """The port as the writer uses it."""
        return _Taking(port, self._write)

    def reading(self, port: Any) -> Any:
        """The port as the reader uses it."""
        return _Taking(port, self._read)

    def _write(self, function: Callable[[], Any]) -> Any:
        self._go.acquire()
        try:
            return function()
        finally:
            self._done.release()

    def _read(self, function: Callable[[], Any]) -> Any:
        with self._reading:  # a reader that asks several things at once asks them one after another
            for _ in range(next(self._schedule)):
                self._give()
            return function()

    def _give(self) -> None:
        if not self._ended:
            self._go.release()
            self._done.acquire()


class _Taking:
    def __init__(self, port: Any, take: Callable[[Callable[[], Any]], Any]) -> None:
        self._port = port
        self._take = take

    def __getattr__(self, attribute: str) -> Any:
        function = getattr(self._port, attribute)
        return lambda *args, **kwargs: self._take(lambda: function(*args, **kwargs))
