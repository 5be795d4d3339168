"""What a store's part of the lake holds, as far as a query must know it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeState:
    """Days are UTC dates of eventTime, `YYYY-MM-DD`. No day is missing from the range that holds a row.

    `repeat_days`: days that may hold an event twice, until compaction has removed the repeat.
    """

    oldest_day: str | None = None
    newest_day: str | None = None
    repeat_days: frozenset[str] = frozenset()
