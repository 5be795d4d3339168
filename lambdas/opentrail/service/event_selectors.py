"""What a trail selects: putting and getting its event selectors, of one family at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from opentrail.domain import selector_rules
from opentrail.domain.caller import Caller
from opentrail.domain.recording import DEFAULT_EVENT_SELECTORS
from opentrail.domain.trail import Trail
from opentrail.errors import InvalidEventSelectorsException
from opentrail.messages import event_selectors as messages
from opentrail.ports import Ports
from opentrail.service import found_trails
from opentrail.service.changes import change


def put_event_selectors(request: Mapping[str, Any], caller: Caller, ports: Ports) -> dict[str, Any]:
    """PutEventSelectors: replaces all there were; the other family is dropped."""
    basic, advanced = request.get("EventSelectors"), request.get("AdvancedEventSelectors")

    def attempt(version: int) -> Trail:
        trail = found_trails.to_change(request["TrailName"], caller, ports)
        _refuse(basic, advanced)
        changed = replace(
            trail,
            event_selectors=None if basic is None else tuple(map(selector_rules.normalised, basic)),
            advanced_event_selectors=None if advanced is None else tuple(advanced),
        )
        ports.trails.put(changed, version=version)
        return changed

    trail = change(caller.account_id, ports, attempt)
    if trail.advanced_event_selectors is not None:
        # The answer shows fields in the order they came, a later read by name (measured).
        return {"TrailARN": trail.arn, "AdvancedEventSelectors": list(trail.advanced_event_selectors)}
    return {"TrailARN": trail.arn, "EventSelectors": list(trail.event_selectors or ())}


def get_event_selectors(request: Mapping[str, Any], caller: Caller, ports: Ports) -> dict[str, Any]:
    """GetEventSelectors: the family in use only."""
    trail = found_trails.to_read(request["TrailName"], caller, ports)
    if trail.advanced_event_selectors is not None:
        shown = [selector_rules.sorted_fields(selector) for selector in trail.advanced_event_selectors]
        return {"TrailARN": trail.arn, "AdvancedEventSelectors": shown}
    return {"TrailARN": trail.arn, "EventSelectors": list(trail.event_selectors or DEFAULT_EVENT_SELECTORS)}


def _refuse(basic: Sequence[Any] | None, advanced: Sequence[Any] | None) -> None:
    if basic is not None and advanced is not None:
        raise InvalidEventSelectorsException(messages.BOTH_FAMILIES)
    if basic is None and advanced is None:
        raise InvalidEventSelectorsException(messages.NO_FAMILY)
    problem = (
        selector_rules.basic_problem(basic)
        if basic is not None
        else selector_rules.trail_problem(advanced or ())
    )
    if problem is not None:
        raise InvalidEventSelectorsException(problem)
