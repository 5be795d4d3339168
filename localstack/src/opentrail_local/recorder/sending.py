"""Takes calls, and brings their records to the records queue from a thread of its own.

Nobody waits for it: what finds no room is dropped and counted. Calls wait until something is deployed, as
calls first and then as records, both bounded by count and by bytes. A message that the queue does not take is
tried again with growing pauses, in order, and given up in the end, counted as failed.
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from opentrail.domain import record_message

from opentrail_local.recorder.call import Call
from opentrail_local.recorder.record import lines_of
from opentrail_local.recorder.status import Counters

LOG = logging.getLogger(__name__)

# Callers and this module's thread share one interpreter: sending seldom and much costs them least.
QUIET = 0.06  # seconds without another call after which what is there goes
LINGER = 0.4  # seconds a first call waits at most for others to share a message
PAUSE = 0.0002  # seconds between two records that are written, for callers to go on
LOOK_INTERVAL = 0.5  # seconds between looks for a deployment, while records wait for one
RETRY_PAUSES = (0.1, 0.2, 0.5, 1, 2, 5, 5, 5, 5)  # seconds between tries of a message


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may wait, and how long a message is tried."""

    calls: int = 20_000
    call_bytes: int = 64 * 1024 * 1024
    records: int = 50_000
    record_bytes: int = 64 * 1024 * 1024
    pauses: tuple[float, ...] = RETRY_PAUSES


class RecordsQueueUrl:
    """Where records go: the deployment's outputs, read again when the file changes."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "outputs.json"
        self._read: tuple[int, int] | None = None
        self._url: str | None = None

    def __call__(self) -> str | None:
        """The queue's URL; None while nothing is deployed."""
        try:
            facts = self._path.stat()
            version = (facts.st_mtime_ns, facts.st_ino)
            if version != self._read:
                self._url = json.loads(self._path.read_text()).get("RecordsQueueUrl")
                self._read = version
        except (OSError, ValueError, AttributeError):
            self._read = self._url = None
        return self._url


class Sender:
    """The bounded queue and its thread. `send(url, text)` raises when the queue does not take a message;
    `lines` makes the records of a call that are to be recorded.
    """

    def __init__(
        self,
        queue_url: Callable[[], str | None],
        send: Callable[[str, str], None],
        counters: Counters,
        limits: Limits | None = None,
        lines: Callable[[Call], list[bytes]] = lines_of,
    ) -> None:
        self._queue_url = queue_url
        self._send = send
        self._counters = counters
        self._limits = limits or Limits()
        self._make = lines
        self._calls: deque[Call] = deque()
        self._call_bytes = 0
        self._lines: deque[bytes] = deque()
        self._line_bytes = 0
        self._in_work = 0
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="opentrail-recorder", daemon=True)
        counters.waiting = self._waiting

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, patience: float = 2.0) -> None:
        """Send what waits, for as long as patience lasts, and end."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(timeout=patience)

    def put(self, call: Call) -> None:
        """Take a call; never blocks for longer than a lock takes."""
        with self._changed:
            if len(self._calls) >= self._limits.calls:
                reason = "too many calls"
            elif self._call_bytes + call.cost > self._limits.call_bytes:
                reason = "too many bytes"
            else:
                self._calls.append(call)
                self._call_bytes += call.cost
                if len(self._calls) == 1:
                    self._changed.notify()
                return
        self._counters.dropped(reason)

    def _waiting(self) -> int:
        return len(self._calls) + len(self._lines) + self._in_work

    def _run(self) -> None:
        while True:
            self._await_calls()
            try:
                self._make_records()
                self._send_records()
            except Exception:
                # Nothing may end this thread: calls would be lost without being counted.
                LOG.exception("the recorder goes on after a failure")
                self._counters.failed("recorder")
            if self._stopping.is_set() and not self._calls:
                return

    def _await_calls(self) -> None:
        with self._changed:
            if not self._calls and not self._stopping.is_set():
                self._changed.wait(LOOK_INTERVAL if self._lines else None)
        self._linger()

    def _linger(self) -> None:
        """Return when calls pause, or make a full message, or the first has waited long enough."""
        deadline = time.monotonic() + LINGER
        before = 0
        while before < (count := len(self._calls)) < record_message.MAX_RECORDS:
            before = count
            if time.monotonic() >= deadline or self._stopping.wait(QUIET):
                return

    def _make_records(self) -> None:
        for call in self._take_calls():
            try:
                lines = self._make(call)
            except Exception:
                LOG.exception("cannot record %s %s", call.service, call.operation.name)
                self._counters.failed("record")
                continue
            size = sum(map(len, lines))
            if not lines:
                self._counters.skipped("selection")
            elif len(self._lines) + len(lines) > self._limits.records:
                self._counters.dropped("too many records")
            elif self._line_bytes + size > self._limits.record_bytes:
                self._counters.dropped("too many record bytes")
            else:
                self._counters.recorded(copies=len(lines) - 1)
                self._lines.extend(lines)
                self._line_bytes += size

    def _take_calls(self) -> Iterator[Call]:
        for _ in range(record_message.MAX_RECORDS):
            with self._changed:
                if not self._calls:
                    return
                call = self._calls.popleft()
                self._call_bytes -= call.cost
            yield call
            if not self._stopping.is_set():
                time.sleep(PAUSE)

    def _send_records(self) -> None:
        while self._lines and self._queue_url() is not None:
            batch = [self._lines.popleft() for _ in range(min(len(self._lines), record_message.MAX_RECORDS))]
            self._line_bytes -= sum(len(line) for line in batch)
            self._in_work = len(batch)
            try:
                for text in record_message.encode(batch):
                    count = len(record_message.decode(text))
                    self._send_message(text, count)
                    self._in_work -= count
            finally:
                self._in_work = 0

    def _send_message(self, text: str, count: int) -> None:
        for pause in (*self._limits.pauses, None):
            try:
                url = self._queue_url()
                if url is None:
                    raise LookupError("nothing is deployed any more")
                self._send(url, text)
            except Exception as error:  # noqa: BLE001 - whatever the client raises, the record is tried again
                if pause is None or self._stopping.wait(pause):
                    LOG.warning("%d records are lost: %s", count, error)
                    self._counters.failed("send", count)
                    return
            else:
                self._counters.sent(count)
                return
