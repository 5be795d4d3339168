"""Which event data store an id or an ARN means. Another account's or Region's is as if it did not exist."""

from opentrail.domain import arn
from opentrail.domain.caller import Caller
from opentrail.domain.event_data_store import PENDING_DELETION, EventDataStore
from opentrail.errors import (
    EventDataStoreARNInvalidException,
    EventDataStoreNotFoundException,
    InactiveEventDataStoreException,
)
from opentrail.messages import event_data_stores as messages
from opentrail.ports import Ports


def find(text: str, caller: Caller, ports: Ports) -> EventDataStore:
    """The caller's own store in this Region, be it pending deletion."""
    store_id = text
    if arn.is_arn(text):
        found = arn.named(text, service="cloudtrail", kind="eventdatastore")
        if found is None or found[0].partition != caller.partition:
            raise EventDataStoreARNInvalidException(messages.arn_invalid(text))
        parts, store_id = found
        if (parts.account_id, parts.region) != (caller.account_id, caller.region):
            raise EventDataStoreNotFoundException(messages.not_found(text))
    store = ports.event_data_stores.get(caller.account_id, caller.region, store_id)
    if store is None or store.is_gone(ports.clock.now()):
        raise EventDataStoreNotFoundException(messages.not_found(text))
    return store


def find_active(text: str, caller: Caller, ports: Ports) -> EventDataStore:
    """The same, and InactiveEventDataStoreException for one pending deletion."""
    store = find(text, caller, ports)
    if store.status == PENDING_DELETION:
        raise InactiveEventDataStoreException(messages.inactive(text))
    return store
