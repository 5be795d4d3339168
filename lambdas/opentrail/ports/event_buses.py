"""The default event buses of accounts."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from opentrail.domain.bus_event import BusEvent


class Audience(Enum):
    """Who listens at a bus."""

    NOBODY = "nobody"
    RULES = "rules"
    RULES_FOR_ALL_MANAGEMENT_EVENTS = "rules for all management events"  # beside others, perhaps


class EventBusError(Exception):
    """The account refused: `code` is AWS's word (AccessDenied, ...)."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class EventBuses(Protocol):
    """Buses of any account and Region, through a role in that account: so the envelope names the account."""

    def audience(self, *, account_id: str, region: str) -> Audience:
        """Who would hear an event now. EventBusError when the account refuses."""
        ...

    def put(self, *, account_id: str, region: str, events: Sequence[BusEvent]) -> None:
        """Send events; all are taken when this returns. AdapterError or EventBusError: perhaps only some."""
        ...
