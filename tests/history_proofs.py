"""LookupEvents against a straight scan: every value of every attribute, event by event, in order.

The scan knows nothing of pages and indexes, and reads events' members from records by rules of its own (AWS
documentation, "LookupEvents" and "userIdentity element"). Which resources an event has is the table's
decision, tested elsewhere: here an event must be found by just those that it shows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opentrail.adapters.lookup_rate import WarmLookupRate
from opentrail.domain.caller import Caller
from opentrail.domain.read_only import is_read_only
from opentrail.domain.record import Record
from opentrail.domain.record_category import MANAGEMENT
from opentrail.ports import Ports
from opentrail.ports.clock import Clock
from opentrail.ports.event_history import EventHistory
from opentrail.service.lookup import lookup_events

from tests.fakes.event_conflicts import FakeEventConflicts
from tests.fakes.ports import ports
from tests.fakes.tokens import FakeTokenKey

PAGE_SIZES = (50, 7, 1, 17, 3)  # values take them in turn
MOST_PAGES = 6  # of a value: one with more events is read in pages of 50

Attribute = tuple[str, str]
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """LookupEvents over an event history, page by page."""

    bundle: Ports

    @classmethod
    def of(cls, history: EventHistory, clock: Clock) -> "Reader":
        """A reader that nothing throttles."""
        rate = WarmLookupRate(clock, 0)
        return cls(
            ports(
                clock=clock,
                event_history=history,
                event_conflicts=FakeEventConflicts(),
                lookup_rate=rate,
                token_key=FakeTokenKey(),
            )
        )

    def pages(self, account_id: str, region: str, size: int = 50, **request: Any) -> Iterator[list[Event]]:
        """The answers, one after another; each gets on, and none is bigger than was asked for."""
        caller = Caller(
            account_id=account_id,
            region=region,
            arn=f"arn:aws:iam::{account_id}:root",
            user_identity={},
            request_id="r",
            source_ip="192.0.2.1",
            user_agent="test",
        )
        tokens: set[str] = set()
        asked = request | {"MaxResults": size}
        while True:
            answer = lookup_events(asked, caller, self.bundle)
            assert len(answer["Events"]) <= size
            yield answer["Events"]
            token = answer.get("NextToken")
            if token is None:
                return
            assert token not in tokens
            tokens.add(token)
            asked["NextToken"] = token

    def events(
        self, account_id: str, region: str, attribute: Attribute | None = None, size: int = 50, **more: Any
    ) -> list[Event]:
        """All events of a lookup."""
        if attribute:
            more["LookupAttributes"] = [{"AttributeKey": attribute[0], "AttributeValue": attribute[1]}]
        return [event for page in self.pages(account_id, region, size, **more) for event in page]


def straight_scan(records: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    """The management records of each account and Region, each once, in the total order."""
    found: dict[tuple[str, str], dict[bytes, Record]] = defaultdict(dict)
    for record in records:
        if record.category == MANAGEMENT:
            found[record.account_id, record.region][record.line] = record
    return {place: sorted(held.values(), key=order) for place, held in found.items()}


def order(record: Record) -> tuple[int, str, str]:
    """Newest first; then by eventID, then by content."""
    return (-record.event_time, record.event_id, record.content)


def expect_members(event: Event, record: Record) -> None:
    """An event shows what its record says, no member more and none less."""
    data = record.data
    identity = data.get("userIdentity") or {}
    wanted = {
        "EventId": record.event_id,
        "EventName": data.get("eventName"),
        "ReadOnly": "true" if _reads(data) else "false",
        "AccessKeyId": identity.get("accessKeyId"),
        "EventTime": datetime.fromtimestamp(record.event_time, UTC),
        "EventSource": data.get("eventSource"),
        "Username": _user(identity),
        "CloudTrailEvent": record.line.decode(),
    }
    shown = {name: value for name, value in event.items() if name != "Resources"}
    assert shown == {name: value for name, value in wanted.items() if value}
    assert isinstance(event["Resources"], list)


def _reads(data: Mapping[str, Any]) -> bool:
    said = data.get("readOnly")
    return is_read_only(data) if said is None else str(said).lower() == "true"


def _user(identity: Mapping[str, Any]) -> str | None:
    match identity.get("type"):
        case "Root":
            return "root"
        case "AssumedRole" | "FederatedUser":
            return str(identity["arn"]).split("/")[-1]
        case "AWSService" | "AWSAccount":
            return None
    name = identity.get("userName")
    return str(name) if name else None


def attributes_of(event: Event) -> set[Attribute]:
    """Everything that must find the event: the members it shows."""
    found = {
        (key, event[key])
        for key in ("EventId", "EventName", "ReadOnly", "Username", "EventSource", "AccessKeyId")
        if key in event
    }
    for resource in event["Resources"]:
        found |= {(key, value) for key, value in resource.items()}
    return found


def by_attribute(events: Sequence[Event]) -> dict[Attribute, list[Event]]:
    """The events of each value of each attribute, order kept: a straight scan of what is shown."""
    found: dict[Attribute, list[Event]] = defaultdict(list)
    for event in events:
        for attribute in attributes_of(event):
            found[attribute].append(event)
    return dict(sorted(found.items()))


def expect_every_value(reader: Reader, records: Iterable[Record]) -> int:
    """Every value of every attribute finds exactly its events, in order. How many values were looked up."""
    asked = 0
    for (account_id, region), wanted in straight_scan(records).items():
        listing = reader.events(account_id, region)
        assert [event["CloudTrailEvent"] for event in listing] == [one.line.decode() for one in wanted]
        for event, record in zip(listing, wanted, strict=True):
            expect_members(event, record)
        for attribute, events in by_attribute(listing).items():
            size = PAGE_SIZES[asked % len(PAGE_SIZES)]
            size = size if len(events) <= size * MOST_PAGES else PAGE_SIZES[0]
            assert reader.events(account_id, region, attribute, size) == events, attribute
            asked += 1
    return asked
