"""The configuration that records are matched with."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from opentrail.domain.recording import AccountConfiguration


class RecordingConfiguration(Protocol):
    """Trails and event data stores per account, read consistently: a call right after StartLogging counts."""

    def load(self, account_ids: Iterable[str]) -> Mapping[str, AccountConfiguration]:
        """An entry for each account asked for, empty for one without any."""
        ...
