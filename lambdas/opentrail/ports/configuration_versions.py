"""The version of an account's configuration: what a decision was made on, and what a write depends on."""

from typing import Protocol


class ConfigurationVersions(Protocol):
    """A write of a trail or an event data store moves its account's version, in the same transaction."""

    def current(self, account_id: str) -> int:
        """The version now, read consistently; 0 for an account that never had anything."""
        ...
