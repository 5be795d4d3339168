"""Where trails are kept."""

from typing import Protocol

from opentrail.domain.trail import Trail


class TrailStore(Protocol):
    """The trails of all accounts.

    A write names the version of the account's configuration that it was decided on, and moves it.
    ConflictError when the account has another version by now: nothing was written. Whoever reads the version
    first, then what it decides on, then writes, has decided on what is true.
    """

    def get(self, account_id: str, home_region: str, name: str) -> Trail | None:
        """The trail, read consistently."""
        ...

    def list(self, account_id: str) -> list[Trail]:
        """All trails of the account in all home Regions, by Region, then name; read consistently."""
        ...

    def put(self, trail: Trail, *, version: int) -> None:
        """Keep a new trail, or replace the one of that account, home Region and name."""
        ...

    def delete(self, trail: Trail, *, version: int) -> None:
        """Remove it."""
        ...
