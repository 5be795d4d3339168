"""Which rules hear an event, by their state.

LocalStack does not look at a rule's state when an event comes. On AWS a disabled rule hears nothing, and
read-only management events of CloudTrail are heard only by rules in the state
ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS (measured).
"""

from collections.abc import Mapping
from typing import Any

from localstack.services.events.provider import EventsProvider

DISABLED = "DISABLED"
ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def patch() -> None:
    """Ask a rule's state before its pattern."""
    original = EventsProvider._process_rules

    def process_rules(
        self: EventsProvider, rule: Any, region: str, account_id: str, event: Any, trace_header: Any
    ) -> None:
        if hears(rule.state, event):
            original(self, rule, region, account_id, event, trace_header)

    EventsProvider._process_rules = process_rules


def hears(state: str | None, event: Mapping[str, Any]) -> bool:
    """Whether a rule in that state is asked about an event at all."""
    if state == DISABLED:
        return False
    return state == ALL_MANAGEMENT_EVENTS or not is_read_only_management_event(event)


def is_read_only_management_event(event: Mapping[str, Any]) -> bool:
    """Whether it is one of CloudTrail's that only some rules hear."""
    detail = event.get("detail")
    if not str(event.get("detail-type", "")).endswith(" via CloudTrail") or not isinstance(detail, Mapping):
        return False
    return detail.get("readOnly") is True and detail.get("managementEvent") is not False
