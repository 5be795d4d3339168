"""The configuration records are matched with, from the resources table."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

from opentrail.adapters.configuration_items import ConfigurationTable, store_of, trail_of, version_key
from opentrail.adapters.dynamodb import from_item, to_item, translating
from opentrail.domain.recording import AccountConfiguration

KEYS_PER_GET = 100  # of one BatchGetItem (DynamoDB)
REMEMBERED = 1000  # accounts whose configuration is kept between loads


class DynamoRecordingConfiguration:
    """Reads each account's version consistently, and the rest only when the version is not the last one.

    The version is read first: what is read after it may be newer, never older; next time it is read again.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._name = table
        self._table = ConfigurationTable(dynamodb, table)
        self._known: dict[str, AccountConfiguration] = {}

    @translating
    def load(self, account_ids: Iterable[str]) -> Mapping[str, AccountConfiguration]:
        """An entry for each account asked for."""
        found: dict[str, AccountConfiguration] = {}
        for batch in batched(sorted(set(account_ids)), KEYS_PER_GET, strict=False):
            for account_id, version in self._versions(batch).items():
                found[account_id] = self._at(account_id, version)
        return found

    def _at(self, account_id: str, version: int) -> AccountConfiguration:
        if version == 0:
            return AccountConfiguration()
        known = self._known.pop(account_id, None)
        configuration = known if known and known.version == version else self._read(account_id, version)
        self._known[account_id] = configuration
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return configuration

    def _read(self, account_id: str, version: int) -> AccountConfiguration:
        items = self._table.items(account_id)
        return AccountConfiguration(
            version=version,
            trails=tuple(trail_of(item) for item in items if item["sk"].startswith("trail|")),
            stores=tuple(store_of(item) for item in items if item["sk"].startswith("store|")),
        )

    def _versions(self, account_ids: Sequence[str]) -> dict[str, int]:
        versions = dict.fromkeys(account_ids, 0)
        keys = [to_item(version_key(account_id)) for account_id in account_ids]
        asked: dict[str, Any] = {self._name: {"Keys": keys, "ConsistentRead": True}}
        while asked:
            answer = self._dynamodb.batch_get_item(RequestItems=asked)
            for item in map(from_item, answer["Responses"].get(self._name, [])):
                versions[item["pk"].partition("|")[2]] = item["version"]
            asked = answer.get("UnprocessedKeys") or {}
        return versions
