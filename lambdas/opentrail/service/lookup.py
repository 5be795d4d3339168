"""LookupEvents: what may be asked of event history, and the pages that answer it."""

import json
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from opentrail.domain import page_token, record
from opentrail.domain.caller import Caller
from opentrail.domain.event import ATTRIBUTE_KEYS, INSIGHT_KEYS, to_event
from opentrail.domain.history import shelf
from opentrail.domain.lookup import LookupPage, LookupQuery, Position
from opentrail.domain.record_category import INSIGHT, MANAGEMENT
from opentrail.errors import (
    InvalidEventCategoryException,
    InvalidLookupAttributesException,
    InvalidMaxResultsException,
    InvalidNextTokenException,
    InvalidTimeRangeException,
    ThrottlingException,
)
from opentrail.messages import lookup as messages
from opentrail.ports import Ports
from opentrail.service.event_history import look_up

KEPT = timedelta(days=90)
MAX_RESULTS = 50
MAX_ANSWER = 3_000_000  # bytes of events in one answer: API Gateway and Lambda end at about twice that
TOKEN_LIFE = timedelta(hours=1)  # AWS's is not known, but short

_OVERHEAD = 1000  # bytes of an event beside the record and its resources, generously


def lookup_events(request: Mapping[str, Any], caller: Caller, ports: Ports) -> dict[str, Any]:
    """The caller's events of this Region, newest first. A page may be short and still have a token."""
    if not ports.lookup_rate.admits(caller.account_id, caller.region):
        raise ThrottlingException(messages.RATE)
    insight = _is_insight(request)
    attribute = _attribute(request, insight=insight)
    now = ports.clock.now()
    start, end = _range(request, now.timestamp())
    scope = _scope(request, caller, attribute)
    query = LookupQuery(
        account_id=caller.account_id,
        region=shelf(caller.region, INSIGHT if insight else MANAGEMENT),
        attribute=attribute,
        start=start,
        end=end,
        limit=_limit(request),
        after=_position(request, scope, ports, int(now.timestamp())),
        now=int(now.timestamp()),
    )
    if start > end:
        return {"Events": []}  # it ended before history began
    page, events = _bounded(look_up(ports.event_history, query))
    ports.event_conflicts.look_at([record.read(line) for line in page.lines])
    if page.position is None:
        return {"Events": events}
    position = [page.position.event_time, page.position.event_id, page.position.content]
    valid_until = int((now + TOKEN_LIFE).timestamp())
    token = page_token.issue(ports.token_key.key(), scope, position, valid_until=valid_until)
    return {"Events": events, "NextToken": token}


def _is_insight(request: Mapping[str, Any]) -> bool:
    category = request.get("EventCategory")
    if category not in (None, "insight"):
        raise InvalidEventCategoryException(messages.EVENT_CATEGORY)
    return category is not None


def _attribute(request: Mapping[str, Any], *, insight: bool) -> tuple[str, str] | None:
    attributes = request.get("LookupAttributes") or ()
    if not attributes:
        return None
    if len(attributes) > 1:
        raise InvalidLookupAttributesException(messages.ONE_ATTRIBUTE)
    key, value = attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]
    if key not in ATTRIBUTE_KEYS or (insight and key not in INSIGHT_KEYS):
        raise InvalidLookupAttributesException(messages.attribute_key(key))
    if not value:
        raise InvalidLookupAttributesException(messages.EMPTY_VALUE)
    if key == "ReadOnly" and value not in ("true", "false"):
        raise InvalidLookupAttributesException(messages.READ_ONLY_VALUE)
    return (key, value)


def _range(request: Mapping[str, Any], now: float) -> tuple[int, int]:
    """Both ends in whole seconds, as eventTime is; the start no older than history is."""
    start, end = request.get("StartTime"), request.get("EndTime")
    first = start.timestamp() if start else now - KEPT.total_seconds()
    last = end.timestamp() if end else now
    if start and first > last:
        raise InvalidTimeRangeException(messages.TIME_RANGE)
    return math.ceil(max(first, now - KEPT.total_seconds())), math.floor(last)


def _limit(request: Mapping[str, Any]) -> int:
    limit = request.get("MaxResults")
    if limit is None:
        return MAX_RESULTS
    if not 1 <= limit <= MAX_RESULTS:
        raise InvalidMaxResultsException(messages.MAX_RESULTS)
    return int(limit)


def _scope(request: Mapping[str, Any], caller: Caller, attribute: tuple[str, str] | None) -> page_token.Scope:
    """A token goes with the range and the attribute it was issued for; the number of results may change."""
    start, end = request.get("StartTime"), request.get("EndTime")
    return page_token.Scope(
        operation="LookupEvents",
        account_id=caller.account_id,
        region=caller.region,
        filters={
            "attribute": attribute,
            "start": start.timestamp() if start else None,
            "end": end.timestamp() if end else None,
            "category": request.get("EventCategory"),
        },
    )


def _position(request: Mapping[str, Any], scope: page_token.Scope, ports: Ports, now: int) -> Position | None:
    token = request.get("NextToken")
    if token is None:
        return None
    try:
        event_time, event_id, content = page_token.read(ports.token_key.key(), scope, token, now=now)
    except page_token.InvalidTokenError as error:
        raise InvalidNextTokenException(messages.NEXT_TOKEN) from error
    return Position(event_time=event_time, event_id=event_id, content=content)


def _bounded(page: LookupPage) -> tuple[LookupPage, list[dict[str, Any]]]:
    """The page's events as far as they fit an answer, at least one of them, and the page as far as that."""
    events: list[dict[str, Any]] = []
    size = 0
    position: Position | None = None
    for line in page.lines:
        read = record.read(line)
        event = to_event(read.data, line.decode())
        size += _OVERHEAD + len(json.dumps(event["CloudTrailEvent"])) + len(json.dumps(event["Resources"]))
        if events and size > MAX_ANSWER:
            return LookupPage(lines=page.lines[: len(events)], position=position), events
        events.append(event)
        position = Position(event_time=read.event_time, event_id=read.event_id, content=read.content)
    return page, events
