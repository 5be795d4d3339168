"""Trails in the resources table."""

from dataclasses import replace
from typing import Any

from opentrail.adapters.configuration_items import ConfigurationTable, trail_item, trail_key, trail_of
from opentrail.adapters.digest_items import touching
from opentrail.adapters.dynamodb import translating
from opentrail.domain.trail import Trail


class DynamoTrailStore:
    """Each write is one transaction with the account's version; it makes the trail's digests due as well."""

    def __init__(self, dynamodb: Any, table: str, ledger_table: str) -> None:
        self._table = ConfigurationTable(dynamodb, table)
        self._ledger_table = ledger_table

    @translating
    def get(self, account_id: str, home_region: str, name: str) -> Trail | None:
        """Read consistently."""
        item = self._table.get(trail_key(account_id, home_region, name))
        return trail_of(item) if item else None

    @translating
    def list(self, account_id: str) -> list[Trail]:
        """By home Region, then name: the order of the sort keys."""
        return [trail_of(item) for item in self._table.items(account_id, "trail|")]

    @translating
    def put(self, trail: Trail, *, version: int) -> None:
        """ConflictError when the account has another version."""
        also = [touching(self._ledger_table, trail)] if trail.has_digests else []
        self._table.put(trail.account_id, trail_item(trail), version=version, also=also)

    @translating
    def delete(self, trail: Trail, *, version: int) -> None:
        """ConflictError when the account has another version."""
        key = trail_key(trail.account_id, trail.home_region, trail.name)
        # What digests need of it. Its selectors would not fit into an item.
        body = trail_item(replace(trail, event_selectors=None, advanced_event_selectors=None))["body"]
        also = [touching(self._ledger_table, trail, deleted=body)] if trail.has_digests else []
        self._table.delete(trail.account_id, key, version=version, also=also)
