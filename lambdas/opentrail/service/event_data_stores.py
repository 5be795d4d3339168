"""Event data stores: creating, showing, listing and deleting them.

Stores of CloudTrail events only; those of organizations and with a key of their own are refused, never
accepted in silence.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from opentrail.domain import selector_rules, tags
from opentrail.domain.caller import Caller
from opentrail.domain.event_data_store import (
    DEFAULT_ADVANCED_EVENT_SELECTORS,
    DEFAULT_RETENTION,
    EXTENDABLE,
    LONGEST_RETENTION,
    PENDING_DELETION,
    EventDataStore,
)
from opentrail.domain.moment import to_milliseconds
from opentrail.errors import (
    EventDataStoreAlreadyExistsException,
    EventDataStoreMaxLimitExceededException,
    EventDataStoreTerminationProtectedException,
    InvalidEventSelectorsException,
    InvalidMaxResultsException,
    InvalidNextTokenException,
    InvalidParameterException,
    InvalidTagParameterException,
    OrganizationsNotInUseException,
    UnsupportedOperationException,
)
from opentrail.messages import common
from opentrail.messages import event_data_stores as messages
from opentrail.ports import Ports
from opentrail.service import paging
from opentrail.service.changes import change
from opentrail.service.found_event_data_stores import find, find_active

MAX_RESULTS = 1000

type Request = Mapping[str, Any]


def create_event_data_store(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """CreateEventDataStore: it takes events at once, and shows as CREATED for a moment."""
    _refuse_not_built(request)
    store = _made_of(request, caller, ports)
    _refuse_selectors(store)
    _refuse_tags(store)

    def attempt(version: int) -> None:
        now = ports.clock.now()
        held = ports.event_data_stores.list(caller.account_id, caller.region)
        stores = [other for other in held if not other.is_gone(now)]
        if any(other.name == store.name for other in stores):
            raise EventDataStoreAlreadyExistsException(messages.already_exists(store.name))
        if len(stores) >= messages.STORES_PER_REGION:
            raise EventDataStoreMaxLimitExceededException(messages.too_many(caller.account_id, caller.region))
        ports.event_data_stores.put(store, version=version)

    change(caller.account_id, ports, attempt)
    return {**description(store, "CREATED"), "TagsList": tags.to_list(store.tags)}


def get_event_data_store(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """GetEventDataStore: also of a store that is pending deletion."""
    store = find(request["EventDataStore"], caller, ports)
    return {**description(store, store.shown_status(ports.clock.now())), "FederationStatus": "DISABLED"}


def list_event_data_stores(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """ListEventDataStores: ARNs and names only (AWS documentation: the other members are not set)."""
    limit = request.get("MaxResults", MAX_RESULTS)
    if not 1 <= limit <= MAX_RESULTS:
        raise InvalidMaxResultsException(messages.MAX_RESULTS)
    scope = paging.scope("ListEventDataStores", caller)
    after = paging.position(
        request.get("NextToken"), scope, ports, lambda: InvalidNextTokenException(messages.NEXT_TOKEN)
    )
    now = ports.clock.now()
    held = ports.event_data_stores.list(caller.account_id, caller.region)
    stores, last = paging.page([store for store in held if not store.is_gone(now)], _order, after, limit)
    shown = [{"EventDataStoreArn": store.arn, "Name": store.name} for store in stores]
    return {"EventDataStores": shown, **paging.token(scope, last, ports)}


def delete_event_data_store(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """DeleteEventDataStore: it takes no more events, and is gone seven days later."""
    text = request["EventDataStore"]

    def attempt(version: int) -> None:
        store = find_active(text, caller, ports)
        if store.termination_protection_enabled:
            raise EventDataStoreTerminationProtectedException(messages.protected(text))
        now = to_milliseconds(ports.clock.now())
        ports.event_data_stores.put(replace(store, status=PENDING_DELETION, updated_at=now), version=version)

    change(caller.account_id, ports, attempt)
    return {}


def description(store: EventDataStore, status: str) -> dict[str, Any]:
    """What most answers show of a store."""
    return {
        "EventDataStoreArn": store.arn,
        "Name": store.name,
        "Status": status,
        "AdvancedEventSelectors": list(store.advanced_event_selectors),
        "MultiRegionEnabled": store.multi_region_enabled,
        "OrganizationEnabled": store.organization_enabled,
        "RetentionPeriod": store.retention_period,
        "TerminationProtectionEnabled": store.termination_protection_enabled,
        "CreatedTimestamp": store.created_at,
        "UpdatedTimestamp": store.updated_at,
        "BillingMode": store.billing_mode,
    }


def _order(store: EventDataStore) -> list[Any]:
    """Stores are listed by creation, then id; JSON, as a token carries it."""
    return [round(store.created_at.timestamp() * 1000), store.store_id]


def _refuse_not_built(request: Request) -> None:
    if request.get("OrganizationEnabled") is True:
        raise OrganizationsNotInUseException(messages.ORGANIZATIONS_NOT_IN_USE)
    if request.get("KmsKeyId"):
        raise UnsupportedOperationException(common.not_built("KmsKeyId"))


def _made_of(request: Request, caller: Caller, ports: Ports) -> EventDataStore:
    now = to_milliseconds(ports.clock.now())
    billing_mode = request.get("BillingMode") or EXTENDABLE
    retention = request.get("RetentionPeriod") or DEFAULT_RETENTION[billing_mode]
    if retention > LONGEST_RETENTION[billing_mode]:
        raise InvalidParameterException(messages.RETENTION_OF_FIXED)
    selectors = request.get("AdvancedEventSelectors")
    return EventDataStore(
        store_id=ports.ids.uuid(),
        account_id=caller.account_id,
        region=caller.region,
        partition=caller.partition,
        name=request["Name"],
        status="STOPPED_INGESTION" if request.get("StartIngestion") is False else "ENABLED",
        created_at=now,
        updated_at=now,
        advanced_event_selectors=DEFAULT_ADVANCED_EVENT_SELECTORS if selectors is None else tuple(selectors),
        multi_region_enabled=request.get("MultiRegionEnabled") is not False,
        retention_period=retention,
        termination_protection_enabled=request.get("TerminationProtectionEnabled") is not False,
        billing_mode=billing_mode,
        tags=tags.from_list(request.get("TagsList") or ()),
    )


def _refuse_selectors(store: EventDataStore) -> None:
    other = selector_rules.categories(store.advanced_event_selectors) & selector_rules.OTHER_STORE_CATEGORIES
    if other:
        raise UnsupportedOperationException(common.not_built(f"the eventCategory {min(other)}"))
    problem = selector_rules.store_problem(store.advanced_event_selectors)
    if problem is not None:
        raise InvalidEventSelectorsException(problem)


def _refuse_tags(store: EventDataStore) -> None:
    problem = common.TOO_MANY_TAGS if len(store.tags) > tags.MAX_TAGS else tags.problem(store.tags)
    if problem is not None:
        raise InvalidTagParameterException(problem)  # the model lists no TagsLimitExceededException here
