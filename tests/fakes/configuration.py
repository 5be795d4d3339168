"""Accounts' configurations in memory: one state behind the ports of trails, stores and versions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from opentrail.domain.event_data_store import EventDataStore
from opentrail.domain.recording import AccountConfiguration
from opentrail.domain.trail import Trail
from opentrail.ports.errors import ConflictError

from tests.fakes.digests import FakeDigests


@dataclass
class _Account:
    version: int = 0
    trails: dict[tuple[str, str], Trail] = field(default_factory=dict)
    stores: dict[str, EventDataStore] = field(default_factory=dict)


class FakeConfiguration:
    """`before_write`, when set, runs once before the next write: somebody else is faster."""

    def __init__(self) -> None:
        self.accounts: dict[str, _Account] = {}
        self.before_write: Callable[[], None] | None = None
        self.digests: FakeDigests | None = None  # made due by changes of trails

    def account(self, account_id: str) -> _Account:
        return self.accounts.setdefault(account_id, _Account())

    def never_still(self, account_id: str) -> None:
        """From now on somebody else changes the account before every write."""

        def again() -> None:
            self.account(account_id).version += 1
            self.before_write = again

        self.before_write = again

    def moved(self, account_id: str, version: int) -> _Account:
        """The account, at its next version."""
        other, self.before_write = self.before_write, None
        if other is not None:
            other()
        account = self.account(account_id)
        if account.version != version:
            raise ConflictError("The configuration was changed")
        account.version += 1
        return account


class FakeConfigurationVersions:
    """Versions by account."""

    def __init__(self, configuration: FakeConfiguration) -> None:
        self._configuration = configuration

    def current(self, account_id: str) -> int:
        return self._configuration.account(account_id).version


class FakeTrailStore:
    """Trails by account, home Region and name."""

    def __init__(self, configuration: FakeConfiguration) -> None:
        self._configuration = configuration

    def get(self, account_id: str, home_region: str, name: str) -> Trail | None:
        return self._configuration.account(account_id).trails.get((home_region, name))

    def list(self, account_id: str) -> list[Trail]:
        return [trail for _, trail in sorted(self._configuration.account(account_id).trails.items())]

    def put(self, trail: Trail, *, version: int) -> None:
        account = self._configuration.moved(trail.account_id, version)
        account.trails[trail.home_region, trail.name] = trail
        if self._configuration.digests:
            self._configuration.digests.touch(trail)

    def delete(self, trail: Trail, *, version: int) -> None:
        account = self._configuration.moved(trail.account_id, version)
        account.trails.pop((trail.home_region, trail.name), None)
        if self._configuration.digests:
            self._configuration.digests.touch(trail, deleted=True)


class FakeEventDataStores:
    """Stores by account and id."""

    def __init__(self, configuration: FakeConfiguration) -> None:
        self._configuration = configuration

    def get(self, account_id: str, region: str, store_id: str) -> EventDataStore | None:
        store = self._configuration.account(account_id).stores.get(store_id)
        return store if store is not None and store.region == region else None

    def list(self, account_id: str, region: str) -> list[EventDataStore]:
        stores = self._configuration.account(account_id).stores.values()
        mine = [store for store in stores if store.region == region]
        return sorted(mine, key=lambda store: (store.created_at, store.store_id))

    def put(self, store: EventDataStore, *, version: int) -> None:
        self._configuration.moved(store.account_id, version).stores[store.store_id] = store


class FakeRecordingConfiguration:
    """All of an account."""

    def __init__(self, configuration: FakeConfiguration) -> None:
        self._configuration = configuration

    def load(self, account_ids: Iterable[str]) -> Mapping[str, AccountConfiguration]:
        found = {}
        for account_id in account_ids:
            account = self._configuration.account(account_id)
            found[account_id] = AccountConfiguration(
                version=account.version,
                trails=tuple(trail for _, trail in sorted(account.trails.items())),
                stores=tuple(
                    sorted(account.stores.values(), key=lambda store: (store.region, store.store_id))
                ),
            )
        return found
