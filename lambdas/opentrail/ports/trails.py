"""Where trails are kept."""

from typing import Protocol

from opentrail.domain.trail import Trail


class TrailStore(Protocol):
    """The trails of all accounts. Every write moves the account's configuration version with it, atomically."""

    def get(self, account_id: str, home_region: str, name: str) -> Trail | None:
        """The trail, read consistently."""
        ...

    def list(self, account_id: str) -> list[Trail]:
        """All trails of the account in all home Regions, by Region, then name; read consistently."""
        ...

    def create(self, trail: Trail) -> None:
        """Keep a new trail; ConflictError when its name is taken in that account and Region."""
        ...

    def update(self, trail: Trail, *, expected: Trail) -> None:
        """Replace `expected` by `trail`; ConflictError when another state is stored."""
        ...

    def delete(self, trail: Trail) -> None:
        """Remove it; ConflictError when another state is stored."""
        ...
