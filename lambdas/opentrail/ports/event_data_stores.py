"""Where event data stores are kept."""

from typing import Protocol

from opentrail.domain.event_data_store import EventDataStore


class EventDataStoreCatalog(Protocol):
    """The event data stores of all accounts. Writes name a version, as those of trails do."""

    def get(self, account_id: str, region: str, store_id: str) -> EventDataStore | None:
        """The store, read consistently."""
        ...

    def list(self, account_id: str, region: str) -> list[EventDataStore]:
        """The account's stores of that Region by creation, then id; read consistently."""
        ...

    def put(self, store: EventDataStore, *, version: int) -> None:
        """Keep a new store, or replace the one of that id. ConflictError when the version is another."""
        ...
