"""Where Lake queries are kept: who asked what, and the engine's own id of it."""

from datetime import datetime
from typing import Protocol

from opentrail.domain.query import Query


class QueryStore(Protocol):
    """Lake queries of all accounts, kept for seven days. `now` decides which are older."""

    def get(self, account_id: str, region: str, query_id: str, *, now: datetime) -> Query | None:
        """The query, read consistently; None when it is unknown, of another account or Region, or too old."""
        ...

    def create(self, query: Query) -> None:
        """Keep a started query."""
        ...

    def settle(self, query: Query, status: str) -> None:
        """Note how a query ended; the first word stands."""
        ...

    def unsettled(self, account_id: str, region: str) -> list[Query]:
        """The account's queries of that Region not known to have ended, oldest first; read consistently."""
        ...

    def list(self, account_id: str, region: str, *, now: datetime) -> list[Query]:
        """The account's queries of that Region, newest first, without their statements."""
        ...
