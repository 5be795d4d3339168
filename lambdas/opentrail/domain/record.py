"""A record in motion: whose it is, when and where it happened, and the very bytes it came as.

The bytes are kept as they came, so that what is delivered, looked up and queried is what was sent, unknown
members included. Only a record without eventID is written anew, with an eventID made of its content.
"""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from opentrail.domain.record_category import category

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+")
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)")
LATEST = 9_999_999_999  # epoch seconds (year 2286): moments are sorted as ten digits
_NAMESPACE = uuid.UUID("6f70656e-7472-5169-8c00-000000000001")  # of eventIDs made of content, fixed for ever


class RefusedRecordError(ValueError):
    """The record cannot be anybody's: `reason` is a short name for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Record:
    """A record that can be recorded."""

    line: bytes  # compact JSON without a newline
    data: dict[str, Any]
    account_id: str
    region: str
    event_id: str
    event_time: int  # epoch seconds
    category: str
    content: str  # hex of SHA-256 of the line

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Two records are the same event when this is equal."""
        return (self.account_id, self.region, self.event_id, self.content)


def read(line: bytes) -> Record:
    """Read one record; RefusedRecordError says why it cannot be recorded."""
    data = _parse(line)
    account_id = _account(data)
    region = data.get("awsRegion")
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        raise RefusedRecordError("NoRegion")
    event_time = epoch_seconds(data.get("eventTime"))
    event_id = data.get("eventID")
    if not isinstance(event_id, str) or not event_id:
        event_id = str(uuid.uuid5(_NAMESPACE, line.decode()))
        data = {**data, "eventID": event_id}
        line = _written(data)
    return Record(
        line=line,
        data=data,
        account_id=account_id,
        region=region,
        event_id=event_id,
        event_time=event_time,
        category=category(data),
        content=hashlib.sha256(line).hexdigest(),
    )


def epoch_seconds(text: object) -> int:
    """Seconds of an eventTime (`YYYY-MM-DDTHH:MM:SSZ`, fractions cut); RefusedRecordError when it is none."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise RefusedRecordError("NoEventTime")
    try:
        seconds = int(datetime.fromisoformat(match[1]).replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise RefusedRecordError("NoEventTime") from error
    if not 0 <= seconds <= LATEST:
        raise RefusedRecordError("NoEventTime")
    return seconds


def _parse(line: bytes) -> dict[str, Any]:
    try:
        # Decoded here: json.loads would take bytes in UTF-16 too, which are no line of a log file.
        data = json.loads(line.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedRecordError("NotJson") from error
    if not isinstance(data, dict):
        raise RefusedRecordError("NotAnObject")
    return data


def _written(data: dict[str, Any]) -> bytes:
    try:
        return json.dumps(data, separators=(",", ":"), allow_nan=False).encode()
    except ValueError as error:  # a number like 1e999, which reads as infinite
        raise RefusedRecordError("NotJson") from error


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _account(data: dict[str, Any]) -> str:
    """recipientAccountId, else userIdentity.accountId (older than eventVersion 1.02 lack the first)."""
    identity = data.get("userIdentity")
    owner = data.get("recipientAccountId") or (
        identity.get("accountId") if isinstance(identity, dict) else None
    )
    if not isinstance(owner, str) or not _ACCOUNT.fullmatch(owner):
        raise RefusedRecordError("NoAccount")
    return owner
