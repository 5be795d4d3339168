"""Lake queries in memory."""

from dataclasses import replace
from datetime import datetime

from opentrail.domain.query import KEPT, Query


class FakeQueryStore:
    """Queries by account, Region and id."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str, str], Query] = {}

    def get(self, account_id: str, region: str, query_id: str, *, now: datetime) -> Query | None:
        query = self.held.get((account_id, region, query_id))
        return query if query is not None and now - query.created_at < KEPT else None

    def create(self, query: Query) -> None:
        self.held[query.account_id, query.region, query.query_id] = query

    def settle(self, query: Query, status: str) -> None:
        key = (query.account_id, query.region, query.query_id)
        held = self.held.get(key)
        if held is not None and held.settled is None:
            self.held[key] = replace(held, settled=status)

    def unsettled(self, account_id: str, region: str) -> list[Query]:
        return [
            replace(query, statement="", column_names=None)
            for query in sorted(self._mine(account_id, region), key=_order)
            if query.settled is None
        ]

    def _mine(self, account_id: str, region: str) -> list[Query]:
        return [q for q in self.held.values() if (q.account_id, q.region) == (account_id, region)]

    def list(self, account_id: str, region: str, *, now: datetime) -> list[Query]:
        return [
            replace(query, statement="", column_names=None)
            for query in sorted(self._mine(account_id, region), key=_order, reverse=True)
            if now - query.created_at < KEPT
        ]


def _order(query: Query) -> tuple[datetime, str]:
    return (query.created_at, query.query_id)
