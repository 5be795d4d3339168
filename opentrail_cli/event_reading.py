"""Reads events for `opentrail events`: page by page through LookupEvents, or on and on to follow them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from opentrail_cli.event_questions import FoundEvent, Question

PAGE = 50  # events LookupEvents gives at once
LATE = timedelta(minutes=15)  # how late an event may come into event history (CloudTrail user guide)
PAUSE = 2.0  # seconds between two looks: CloudTrail allows two lookups a second
NEAR = timedelta(minutes=1)  # how far back most looks go; every so many go as far as events may be late
FAR_LOOK = 30
LAST = 10  # events shown before those that are yet to come


@dataclass(slots=True)
class Looked:
    """How far reading has come; `changed` is called as it goes on."""

    changed: Callable[["Looked"], None] = lambda _: None
    events: int = 0
    found: int = 0
    at: datetime | None = None  # time of the event looked at last


def read(client: Any, question: Question, looked: Looked) -> Iterator[FoundEvent]:
    """Every event that is asked for, newest first."""
    asked = question.request()
    token: dict[str, str] = {}
    while True:
        answer = client.lookup_events(**asked, **token, MaxResults=PAGE)
        for event in answer["Events"]:
            found = FoundEvent(event=event)
            looked.events += 1
            looked.at = found.time
            if question.takes(found):
                looked.found += 1
                yield found
        looked.changed(looked)
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


@dataclass(slots=True)
class Following:
    """Events as they come. `mark` is in the user agent of the calls that look: these are left out."""

    client: Any
    question: Question
    mark: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    seen: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def events(self) -> Iterator[FoundEvent]:
        """Those since the question's start, else the last few; then new ones as they come. Oldest first."""
        first = self._look(LATE if self.question.start is None else None)
        yield from first if self.question.start else first[-LAST:]
        for look in count(1):
            self.sleep(PAUSE)
            yield from self._look(NEAR if look % FAR_LOOK else LATE)

    def _look(self, back: timedelta | None) -> list[FoundEvent]:
        """Events not seen before; `back` limits how far behind the present they may be."""
        start = self.question.start
        if back is not None:
            now = self.now()
            start = max(start, now - back) if start else now - back
            self.seen = {key: at for key, at in self.seen.items() if at >= now - 2 * LATE}
        question = replace(self.question, start=start)
        fresh = [f for f in read(self.client, question, Looked()) if _identity(f) not in self.seen]
        self.seen.update((_identity(found), found.time) for found in fresh)
        return [found for found in reversed(fresh) if not self._is_own(found)]

    def _is_own(self, found: FoundEvent) -> bool:
        return found.event.get("EventName") == "LookupEvents" and self.mark in str(
            found.record.get("userAgent", "")
        )


def _identity(found: FoundEvent) -> tuple[str, int]:
    """The same id with another content is another event."""
    return (found.event_id, hash(found.line))
