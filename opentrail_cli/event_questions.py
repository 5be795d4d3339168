"""What `opentrail events` is asked for: conditions on events, and which of them LookupEvents answers itself.

LookupEvents takes one attribute with one exact value. The most selective such condition goes to it; all of
them are checked here on what comes back, where values may also hold wildcards, and be several.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from opentrail_cli.replay import parse_span

# By how few events usually share a value; the first that is asked for exactly goes to LookupEvents.
ATTRIBUTES = (
    "EventId",
    "ResourceName",
    "AccessKeyId",
    "EventName",
    "Username",
    "ResourceType",
    "EventSource",
    "ReadOnly",
)
INSIGHT_ATTRIBUTES = ("EventId", "EventName", "EventSource")
_RESOURCE = ("ResourceName", "ResourceType")
_WILDCARD = re.compile(r"[*?]")
_SOURCE_DOMAIN = ".amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class FoundEvent:
    """An event of an answer, and the record in it."""

    event: Mapping[str, Any]

    @cached_property
    def record(self) -> dict[str, Any]:
        """The record, parsed when it is first looked at."""
        record: dict[str, Any] = json.loads(self.line)
        return record

    @property
    def line(self) -> str:
        """The record as it came."""
        return str(self.event["CloudTrailEvent"])

    @property
    def event_id(self) -> str:
        return str(self.event.get("EventId", ""))

    @property
    def time(self) -> datetime:
        """When it happened, UTC."""
        time: datetime = self.event["EventTime"]
        return time.astimezone(UTC)

    @property
    def error(self) -> str:
        """The error's code; sign-ins fail with a message alone."""
        return str(self.record.get("errorCode") or self.record.get("errorMessage") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Events that meet every condition: an attribute's value is one of its patterns."""

    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: bool = False
    start: datetime | None = None
    end: datetime | None = None
    insight: bool = False

    def request(self) -> dict[str, Any]:
        """What LookupEvents is asked, without paging."""
        asked: dict[str, Any] = {}
        if (attribute := self.attribute()) is not None:
            asked["LookupAttributes"] = [{"AttributeKey": attribute[0], "AttributeValue": attribute[1]}]
        if self.start:
            asked["StartTime"] = self.start
        if self.end:
            asked["EndTime"] = self.end
        if self.insight:
            asked["EventCategory"] = "insight"
        return asked

    def attribute(self) -> tuple[str, str] | None:
        """The condition that LookupEvents checks; None when it can check none of them."""
        for key in INSIGHT_ATTRIBUTES if self.insight else ATTRIBUTES:
            patterns = self.conditions.get(key, ())
            if len(patterns) == 1 and not _WILDCARD.search(patterns[0]):
                return (key, patterns[0])
        return None

    def takes(self, found: FoundEvent) -> bool:
        """Whether an event meets every condition. Name and type are those of one resource."""
        for key, patterns in self.conditions.items():
            if key not in _RESOURCE and not _is_one_of(found.event.get(key), patterns):
                return False
        asked = [key for key in _RESOURCE if key in self.conditions]
        if asked and not any(
            all(_is_one_of(resource.get(key), self.conditions[key]) for key in asked)
            for resource in found.event.get("Resources", [])
        ):
            return False
        return not self.errors or bool(found.error)


def _is_one_of(value: object, patterns: tuple[str, ...]) -> bool:
    return isinstance(value, str) and any(_matches(value, pattern) for pattern in patterns)


def _matches(value: str, pattern: str) -> bool:
    """`*` any text, `?` any character, letters as they are; brackets are letters like others."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def event_source(text: str) -> str:
    """An event source, for which a service's prefix will do: `s3` is `s3.amazonaws.com`."""
    return text if "." in text or _WILDCARD.search(text) else text + _SOURCE_DOMAIN


def moment(text: str, now: datetime) -> datetime:
    """A moment: `90s`, `15m`, `12h`, `7d`, `2w` ago, or ISO 8601, UTC unless it says otherwise.

    ValueError for anything else.
    """
    try:
        return now - parse_span(text)
    except ValueError:
        pass
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long ago") from error
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is neither a time like 2026-01-31T09:00 nor a span like 2h") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
