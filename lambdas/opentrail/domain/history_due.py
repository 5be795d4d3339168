"""A slice whose events could not be written into event history at first, and the message that hands it on."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from opentrail.domain.segment import PREFIX, SliceRef

# Segments alone: nothing else in their bucket has been looked at by the recorder.
_SEGMENT = rf"{PREFIX}[0-9a-f/]+\.jsonl\.gz"
_MESSAGE = re.compile(
    rf"1 ([0-9]{{12}}) ([a-z0-9-]+) ({_SEGMENT}) ([0-9]{{1,12}}) ([0-9]{{1,12}}) ([0-9]{{1,10}})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryDue:
    """A slice whose events are not in event history yet."""

    account_id: str
    region: str
    slice: SliceRef


def to_text(due: HistoryDue, until: datetime) -> str:
    """The message that hands a slice on, leased until then (whole seconds)."""
    where = due.slice
    parts = (due.account_id, due.region, where.segment, where.offset, where.length, int(until.timestamp()))
    return " ".join(("1", *map(str, parts)))


def from_text(text: str) -> tuple[HistoryDue, datetime]:
    """The slice a message names and the end of its lease; ValueError when it names none."""
    match = _MESSAGE.fullmatch(text)
    if match is None:
        raise ValueError("no message of a slice due for event history")
    account_id, region, segment, offset, length, until = match.groups()
    where = SliceRef(segment=segment, offset=int(offset), length=int(length))
    due = HistoryDue(account_id=account_id, region=region, slice=where)
    return due, datetime.fromtimestamp(int(until), UTC)
