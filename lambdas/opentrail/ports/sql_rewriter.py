"""Lake SQL as the engine takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from opentrail.domain.lake_state import LakeState


class InvalidStatementError(Exception):
    """The statement is refused; its sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreScope:
    """What a statement may see of a store: events from `oldest` (aware, UTC: where retention begins)."""

    store_id: str
    state: LakeState
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RewrittenQuery:
    """A statement for the engine.

    `column_names` are the keys of the result rows as the statement spells them; None where they are the
    engine's own. `store_ids` in the order of their first mention.
    """

    sql: str
    column_names: tuple[str, ...] | None
    store_ids: tuple[str, ...]


class SqlRewriter(Protocol):
    """Confines a statement to stores and says it in the engine's dialect."""

    def references(self, statement: str) -> tuple[str, ...]:
        """The stores a statement reads, as written (id or ARN), each once. Raises InvalidStatementError."""
        ...

    def rewrite(
        self, statement: str, *, scopes: Mapping[str, StoreScope], database: str, table: str
    ) -> RewrittenQuery:
        """The statement over `table` of `database`; `scopes` has an entry for each reference.

        InvalidStatementError when it is no single SELECT over these stores.
        """
        ...
