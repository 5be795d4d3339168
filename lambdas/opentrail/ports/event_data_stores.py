"""Where event data stores are kept."""

from typing import Protocol

from opentrail.domain.event_data_store import EventDataStore


class EventDataStoreCatalog(Protocol):
    """The event data stores of all accounts. Every write moves the account's configuration version with it."""

    def get(self, account_id: str, region: str, store_id: str) -> EventDataStore | None:
        """The store, read consistently."""
        ...

    def list(self, account_id: str, region: str) -> list[EventDataStore]:
        """The account's stores of that Region by creation, then id; read consistently."""
        ...

    def create(self, store: EventDataStore) -> None:
        """Keep a new store; ConflictError when its id or its name is taken in that account and Region."""
        ...

    def update(self, store: EventDataStore, *, expected: EventDataStore) -> None:
        """Replace `expected`; ConflictError when another state is stored."""
        ...
