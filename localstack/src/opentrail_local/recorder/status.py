"""The recorder's counters, and the file that shows them.

seen = skipped + dropped + failed records + recorded + what still waits as calls; recorded + copies = sent +
failed sends + what waits as records. Copies are the second records of calls across accounts.
"""

import json
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOG = logging.getLogger(__name__)

FILE = "recorder-status.json"
INTERVAL = 1.0  # seconds between looks at whether anything changed


class Counters:
    """Counts what became of calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen = 0
        self._recorded = 0
        self._copies = 0
        self._sent = 0
        self._skipped: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self.waiting: Callable[[], int] = lambda: 0

    def saw(self) -> None:
        """A call reached the recorder."""
        with self._lock:
            self._seen += 1

    def skipped(self, reason: str) -> None:
        """A call is none that is recorded."""
        with self._lock:
            self._skipped[reason] += 1

    def recorded(self, copies: int = 0) -> None:
        """A call became a record, and as many more for other accounts."""
        with self._lock:
            self._recorded += 1
            self._copies += copies

    def dropped(self, reason: str) -> None:
        """A call found no room."""
        with self._lock:
            self._dropped[reason] += 1

    def failed(self, reason: str, count: int = 1) -> None:
        """Calls that could not be recorded, or records that could not be sent."""
        with self._lock:
            self._failed[reason] += count

    def sent(self, count: int) -> None:
        """The records queue accepted records."""
        with self._lock:
            self._sent += count

    def snapshot(self) -> dict[str, Any]:
        """All counters."""
        with self._lock:
            counted = {
                "seen": self._seen,
                "recorded": self._recorded,
                "copies": self._copies,
                "sent": self._sent,
            }
            reasons = {
                "skipped": dict(self._skipped),
                "dropped": dict(self._dropped),
                "failed": dict(self._failed),
            }
        return {**counted, "waiting": self.waiting(), **reasons}


class StatusFile:
    """Writes the counters about every second, when they changed."""

    def __init__(self, counters: Counters, state_dir: Path) -> None:
        self._counters = counters
        self._path = state_dir / FILE
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="opentrail-recorder-status", daemon=True)
        self._written: dict[str, Any] | None = None

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    def stop(self) -> None:
        """Write once more and end."""
        self._stop.set()
        self._thread.join(timeout=2)

    def write(self) -> None:
        """Write the counters if they changed; readers never see half a file."""
        counted = self._counters.snapshot()
        if counted == self._written:
            return
        beside = self._path.with_name(f"{FILE}.new")
        try:
            beside.write_text(json.dumps(counted))
            os.replace(beside, self._path)
            self._written = counted
        except OSError as error:
            LOG.warning("cannot write %s: %s", self._path, error)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.write()
        self.write()
