"""The records queue in memory."""

import json
from collections.abc import Sequence
from typing import Any

from opentrail.ports.errors import AdapterError


class FakeRecordQueue:
    """Keeps what was sent; fails with `failure` while there is one."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.failure: AdapterError | None = None

    def send(self, lines: Sequence[bytes]) -> None:
        if self.failure is not None:
            raise self.failure
        self.lines.extend(lines)

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records, parsed, in the order they were sent."""
        return [json.loads(line) for line in self.lines]
