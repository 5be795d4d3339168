"""Versions of accounts' configurations, in the resources table."""

from typing import Any

from opentrail.adapters.configuration_items import ConfigurationTable, version_key
from opentrail.adapters.dynamodb import translating


class DynamoConfigurationVersions:
    """One item an account."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._table = ConfigurationTable(dynamodb, table)

    @translating
    def current(self, account_id: str) -> int:
        """Read consistently."""
        item = self._table.get(version_key(account_id))
        return int(item["version"]) if item else 0
