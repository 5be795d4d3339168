"""Where Lake queries are kept: who asked what, and the engine's own id of it."""

from typing import Protocol

from opentrail.domain.query import Query


class QueryStore(Protocol):
    """Lake queries of all accounts, kept for seven days."""

    def get(self, account_id: str, region: str, query_id: str) -> Query | None:
        """The query, or None when it is unknown, of another account or Region, or older than seven days."""
        ...

    def create(self, query: Query) -> None:
        """Keep a started query."""
        ...

    def list(self, account_id: str, region: str) -> list[Query]:
        """The account's queries of that Region, newest first."""
        ...
