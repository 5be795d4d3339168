"""Event data stores in the resources table."""

from typing import Any

from opentrail.adapters.configuration_items import ConfigurationTable, store_item, store_key, store_of
from opentrail.adapters.dynamodb import translating
from opentrail.domain.event_data_store import EventDataStore


class DynamoEventDataStores:
    """Each write is one transaction with the account's version."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._table = ConfigurationTable(dynamodb, table)

    @translating
    def get(self, account_id: str, region: str, store_id: str) -> EventDataStore | None:
        """Read consistently."""
        item = self._table.get(store_key(account_id, region, store_id))
        return store_of(item) if item else None

    @translating
    def list(self, account_id: str, region: str) -> list[EventDataStore]:
        """By creation, then id."""
        stores = [store_of(item) for item in self._table.items(account_id, f"store|{region}|")]
        return sorted(stores, key=lambda store: (store.created_at, store.store_id))

    @translating
    def put(self, store: EventDataStore, *, version: int) -> None:
        """ConflictError when the account has another version."""
        self._table.put(store.account_id, store_item(store), version=version)
