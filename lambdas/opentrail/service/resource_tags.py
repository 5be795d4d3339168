"""Tags of trails and event data stores, found by ARN in their own Region. They lie in the resources."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from opentrail.domain import arn, tags, trail_name
from opentrail.domain.arn import Arn
from opentrail.domain.caller import Caller
from opentrail.domain.event_data_store import EventDataStore
from opentrail.domain.tags import Tags
from opentrail.domain.trail import Trail
from opentrail.errors import (
    ChannelARNInvalidException,
    ChannelNotFoundException,
    CloudTrailARNInvalidException,
    EventDataStoreARNInvalidException,
    EventDataStoreNotFoundException,
    InvalidTagParameterException,
    InvalidTokenException,
    InvalidTrailNameException,
    ResourceNotFoundException,
    ResourceTypeNotSupportedException,
    TagsLimitExceededException,
    ValidationException,
)
from opentrail.messages import common
from opentrail.messages import event_data_stores as store_messages
from opentrail.messages import resource_tags as messages
from opentrail.messages import trails as trail_messages
from opentrail.ports import Ports
from opentrail.service import found_event_data_stores
from opentrail.service.changes import change

type Request = Mapping[str, Any]
type Tagged = Trail | EventDataStore

_KINDS = frozenset({"trail", "eventdatastore", "channel", "dashboard"})
_ID = re.compile(r"[a-z0-9-]{36}")  # of event data stores and channels


def add_tags(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """AddTags: a key that is there already gets the new value. All of them, or none."""
    more = _given(request)

    def added(held: Tags) -> Tags:
        after = tags.added(held, more)
        if len(after) > tags.MAX_TAGS:
            raise TagsLimitExceededException(common.TOO_MANY_TAGS)
        return after

    _change(request["ResourceId"], added, caller, ports)
    return {}


def remove_tags(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """RemoveTags: by key alone. A key that is not there changes nothing."""
    keys = [key for key, _ in _given(request)]
    _change(request["ResourceId"], lambda held: tags.without(held, keys), caller, ports)
    return {}


def list_tags(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """ListTags: of up to 20 resources, in the order asked for, in one page: all of them or none."""
    asked = request["ResourceIdList"]
    if not 1 <= len(asked) <= messages.MAX_RESOURCES:
        raise ValidationException(messages.NUMBER_OF_RESOURCES)
    if request.get("NextToken"):
        raise InvalidTokenException(messages.TOKEN)  # reserved for future use (AWS documentation)
    try:
        found = [_find(text, caller, ports) for text in asked]
    except ChannelNotFoundException as error:  # which the model of ListTags does not list
        raise ResourceNotFoundException(error.message) from error
    return {
        "ResourceTagList": [
            {"ResourceId": resource.arn, "TagsList": tags.to_list(resource.tags)} for resource in found
        ]
    }


def _given(request: Request) -> Tags:
    given = tags.from_list(request["TagsList"])
    if (problem := tags.problem(given)) is not None:
        raise InvalidTagParameterException(problem)
    return given


def _change(text: str, changed: Callable[[Tags], Tags], caller: Caller, ports: Ports) -> None:
    def attempt(version: int) -> None:
        resource = _find(text, caller, ports)
        after = changed(resource.tags)
        if after == resource.tags:
            return
        if isinstance(resource, Trail):
            ports.trails.put(replace(resource, tags=after), version=version)
        else:
            ports.event_data_stores.put(replace(resource, tags=after), version=version)

    change(caller.account_id, ports, attempt)


def _find(text: str, caller: Caller, ports: Ports) -> Tagged:
    """The caller's own resource of that ARN. Another account's is as if it did not exist."""
    parts = arn.parse(text)
    if parts is None or parts.partition != caller.partition or parts.service != "cloudtrail":
        raise CloudTrailARNInvalidException(messages.arn_invalid(text))
    kind, _, name = parts.resource.partition("/")
    if kind not in _KINDS:
        raise ResourceTypeNotSupportedException(messages.type_not_supported(text))
    if parts.region != caller.region:
        raise CloudTrailARNInvalidException(trail_messages.region_in_arn(caller.region))
    if kind == "trail":
        return _trail(text, parts, name, caller, ports)
    if kind == "eventdatastore":
        return _store(text, parts, name, caller, ports)
    if kind == "channel" and not _ID.fullmatch(name):
        raise ChannelARNInvalidException(messages.channel_arn_invalid(text))
    # Nobody has a channel or a dashboard yet.
    refusal = ChannelNotFoundException if kind == "channel" else ResourceNotFoundException
    raise refusal(messages.not_found(text))


def _trail(text: str, parts: Arn, name: str, caller: Caller, ports: Ports) -> Trail:
    if (problem := trail_name.problem(name)) is not None:
        raise InvalidTrailNameException(problem)
    own = parts.account_id == caller.account_id
    trail = ports.trails.get(caller.account_id, caller.region, name) if own else None
    if trail is None:
        raise ResourceNotFoundException(messages.not_found(text))
    return trail


def _store(text: str, parts: Arn, store_id: str, caller: Caller, ports: Ports) -> EventDataStore:
    """InactiveEventDataStoreException for one that is pending deletion."""
    if not _ID.fullmatch(store_id):
        raise EventDataStoreARNInvalidException(store_messages.arn_invalid(text))
    if parts.account_id != caller.account_id:
        raise EventDataStoreNotFoundException(store_messages.not_found(text))
    return found_event_data_stores.find_active(text, caller, ports)
