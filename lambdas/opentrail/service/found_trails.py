"""Which trail a name or an ARN means. No identifier is trusted before it is matched with the caller."""

from dataclasses import dataclass

from opentrail.domain import arn, trail_name
from opentrail.domain.caller import Caller
from opentrail.domain.trail import Trail
from opentrail.errors import (
    CloudTrailARNInvalidException,
    InvalidHomeRegionException,
    InvalidTrailNameException,
    TrailNotFoundException,
)
from opentrail.messages import trails as messages
from opentrail.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailReference:
    """What a name or an ARN says: a trail of that account, home Region and name. It need not exist."""

    text: str
    account_id: str
    home_region: str
    name: str


def reference(text: str, caller: Caller) -> TrailReference:
    """Read a name (of the caller's account and Region) or an ARN; errors for malformed ones."""
    if not arn.is_arn(text):
        refuse_name(text)
        return TrailReference(text=text, account_id=caller.account_id, home_region=caller.region, name=text)
    found = arn.named(text, service="cloudtrail", kind="trail")
    if found is None or found[0].partition != caller.partition or trail_name.problem(found[1]) is not None:
        raise CloudTrailARNInvalidException(messages.arn_invalid(text))
    parts, name = found
    return TrailReference(text=text, account_id=parts.account_id, home_region=parts.region, name=name)


def refuse_name(name: str) -> None:
    """InvalidTrailNameException for what no trail may be called."""
    if (problem := trail_name.problem(name)) is not None:
        raise InvalidTrailNameException(problem)


def find(referred: TrailReference, caller: Caller, ports: Ports) -> Trail | None:
    """The caller's own trail; None for any other account's, existing or not."""
    if referred.account_id != caller.account_id:
        return None
    return ports.trails.get(referred.account_id, referred.home_region, referred.name)


def to_read(text: str, caller: Caller, ports: Ports) -> Trail:
    """The trail to be read, by name in its home Region, by ARN anywhere."""
    referred = reference(text, caller)
    trail = find(referred, caller, ports)
    if trail is None:
        # Reads show the bare name even where an ARN was passed (measured).
        raise TrailNotFoundException(messages.unknown(referred.name, caller.account_id))
    return trail


def to_change(text: str, caller: Caller, ports: Ports) -> Trail:
    """The trail to be changed: only in its home Region."""
    trail = find(reference(text, caller), caller, ports)
    if trail is None:
        raise TrailNotFoundException(messages.unknown(text, caller.account_id))
    if trail.home_region != caller.region:
        raise InvalidHomeRegionException(messages.home_region(trail.home_region))
    return trail
