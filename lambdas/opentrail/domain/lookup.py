"""A lookup in event history, as plain values: what is asked for, and where a page ended."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a page ended in the total order: eventTime descending, then eventID, then content ascending.

    `event_time` in epoch seconds; `content` is hexadecimal SHA-256 of the record's line, or a prefix of it.
    """

    event_time: int
    event_id: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupQuery:
    """Events of one account and Region between two moments (epoch seconds, both inclusive).

    `attribute` is (AttributeKey, AttributeValue), None for all events; `after` continues a former page;
    `now` is the moment of asking, for what is found in fewer reads when it is known.
    """

    account_id: str
    region: str
    attribute: tuple[str, str] | None
    start: int
    end: int
    limit: int
    after: Position | None
    now: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupPage:
    """The events found, newest first, and where to go on; None when there are no more."""

    lines: tuple[bytes, ...]
    position: Position | None
