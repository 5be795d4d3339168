"""Which Insights a trail or an event data store logs: none yet, and that is told as CloudTrail tells it."""

from collections.abc import Mapping
from typing import Any, NoReturn

from opentrail.domain.caller import Caller
from opentrail.errors import (
    EventDataStoreARNInvalidException,
    EventDataStoreNotFoundException,
    InsightNotEnabledException,
    InvalidParameterCombinationException,
    InvalidParameterException,
)
from opentrail.messages import insights as messages
from opentrail.ports import Ports
from opentrail.service import found_event_data_stores, found_trails


def get_insight_selectors(request: Mapping[str, Any], caller: Caller, ports: Ports) -> NoReturn:
    """GetInsightSelectors: InsightNotEnabledException, as long as Insights cannot be enabled."""
    trail, store = request.get("TrailName"), request.get("EventDataStore")
    if (trail is None) == (store is None):
        raise InvalidParameterCombinationException(messages.TRAIL_OR_STORE)
    if trail is not None:
        found = found_trails.to_read(trail, caller, ports)
        raise InsightNotEnabledException(messages.trail_not_enabled(found.arn))
    try:
        arn = found_event_data_stores.find(str(store), caller, ports).arn
    except (EventDataStoreARNInvalidException, EventDataStoreNotFoundException) as error:
        # The model lists neither for this operation.
        raise InvalidParameterException(error.message) from error
    raise InsightNotEnabledException(messages.store_not_enabled(arn))
