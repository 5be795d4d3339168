"""Accounts' default event buses in memory."""

from collections.abc import Sequence

from opentrail.domain.bus_event import BusEvent
from opentrail.ports.event_buses import Audience, EventBusError


class FakeEventBuses:
    """What each bus took. An account in `refusing` answers with its code."""

    def __init__(self) -> None:
        self.listening = Audience.RULES_FOR_ALL_MANAGEMENT_EVENTS
        self.taken: dict[tuple[str, str], list[BusEvent]] = {}
        self.refusing: dict[str, str] = {}
        self.attempts = 0

    def audience(self, *, account_id: str, region: str) -> Audience:
        self.attempts += 1
        if account_id in self.refusing:
            raise EventBusError(self.refusing[account_id])
        return self.listening

    def put(self, *, account_id: str, region: str, events: Sequence[BusEvent]) -> None:
        if account_id in self.refusing:
            raise EventBusError(self.refusing[account_id])
        self.taken.setdefault((account_id, region), []).extend(events)
