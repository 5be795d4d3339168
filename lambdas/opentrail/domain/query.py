"""A Lake query: who asked what, when, and the engine's id of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A started query. `column_names` are the keys of its result rows, from the statement's SELECT list."""

    query_id: str
    account_id: str
    region: str
    statement: str
    execution_id: str
    created_at: datetime
    store_ids: tuple[str, ...]
    column_names: tuple[str, ...] | None = None
    delivery_s3_uri: str | None = None
