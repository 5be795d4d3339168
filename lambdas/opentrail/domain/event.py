"""An event, as LookupEvents answers it, made of a record; and the attributes it is found by."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from opentrail.domain.event_resources import resources
from opentrail.domain.read_only import is_read_only
from opentrail.domain.record_category import INSIGHT, category

# Keys of LookupAttributes (service model).
ATTRIBUTE_KEYS = (
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
)

INSIGHT_KEYS = frozenset({"EventId", "EventName", "EventSource"})  # those Insights events are found by

_NAMELESS = frozenset({"AWSService", "AWSAccount"})  # identities whose events have no Username


def attributes(record: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Every (AttributeKey, AttributeValue) that finds the event."""
    subject = _subject(record)
    found = [
        ("EventId", record.get("eventID")),
        ("EventName", subject.get("eventName")),
        ("ReadOnly", _read_only(record)),
        ("Username", username(record)),
        ("EventSource", subject.get("eventSource")),
        ("AccessKeyId", _access_key_id(record)),
    ]
    for kind, name in resources(record):
        found += [("ResourceType", kind), ("ResourceName", name)]
    return frozenset((key, value) for key, value in found if isinstance(value, str) and value)


def to_event(record: Mapping[str, Any], line: str) -> dict[str, Any]:
    """The Event structure; CloudTrailEvent is `line`, the record as it was recorded. No member is null."""
    subject = _subject(record)
    event = {
        "EventId": record.get("eventID"),
        "EventName": _text(subject.get("eventName")),
        "ReadOnly": _read_only(record),
        "AccessKeyId": _access_key_id(record),
        "EventTime": _event_time(record),
        "EventSource": _text(subject.get("eventSource")),
        "Username": username(record),
        "Resources": [
            {"ResourceType": kind, "ResourceName": name} if kind else {"ResourceName": name}
            for kind, name in resources(record)
        ],
        "CloudTrailEvent": line,
    }
    return {member: value for member, value in event.items() if value is not None}


def username(record: Mapping[str, Any]) -> str | None:
    """Whom the event is listed under: a user's name, a role session's name, `root`; services have none."""
    identity = record.get("userIdentity")
    if not isinstance(identity, Mapping):
        return None
    kind = identity.get("type")
    if isinstance(kind, str) and kind in _NAMELESS:
        return None
    if kind == "Root":
        return "root"
    if kind in ("AssumedRole", "FederatedUser"):
        return _last_part(identity.get("arn"), "/") or _last_part(identity.get("principalId"), ":")
    return _text(identity.get("userName")) or (
        _last_part(identity.get("arn"), "/") if kind == "IAMUser" else None
    )


def parse(line: bytes) -> dict[str, Any]:
    """A recorded line as a record. Whoever recorded it saw to it that it is a JSON object."""
    record: dict[str, Any] = json.loads(line)
    return record


def _subject(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """What names the event: the record itself, or what an Insights event is about."""
    details = record.get("insightDetails")
    return details if category(record) == INSIGHT and isinstance(details, Mapping) else record


def _read_only(record: Mapping[str, Any]) -> str | None:
    if category(record) == INSIGHT:
        return None  # it tells of many calls
    return "true" if is_read_only(record) else "false"


def _access_key_id(record: Mapping[str, Any]) -> str | None:
    identity = record.get("userIdentity")
    return _text(identity.get("accessKeyId")) if isinstance(identity, Mapping) else None


def _event_time(record: Mapping[str, Any]) -> datetime | None:
    text = record.get("eventTime")
    if not isinstance(text, str):
        return None
    return datetime.fromisoformat(text).astimezone(UTC)


def _last_part(value: object, separator: str) -> str | None:
    if not isinstance(value, str) or separator not in value:
        return None
    return value.rpartition(separator)[2] or None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
