"""The records of a call, in the order of members that real records have.

One for the caller's account, and one for each other account whose resource was used (`owners`): the copies
share requestID and sharedEventID, each has its own eventID and recipientAccountId, and the owner is told of
the caller no more than the account and the principal (AWS documentation, "sharedEventID").

`tlsDetails` are there when the call came over TLS (`tls`). Without `vpcEndpointId`: nothing comes through
one.
"""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from opentrail.domain.call_record import EVENT_VERSION

from opentrail_local.recorder import additional, failures, owners, parameters, resources
from opentrail_local.recorder.call import Call
from opentrail_local.recorder.selection import Selection

MAX_USER_AGENT = 1024  # characters CloudTrail keeps

MAX_LINE = 240 * 1024  # bytes of one record: CloudTrail's limit is 256 KB, and the queue's is near it

type NewId = Callable[[], str]


def _new_id() -> str:
    return str(uuid.uuid4())


def lines_of(call: Call, new_id: NewId = _new_id, chosen: Selection | None = None) -> list[bytes]:
    """The records that are selected, the caller's first: compact JSON without a newline, each at most
    MAX_LINE bytes.
    """
    made = records(call, new_id)
    return [_line(record) for record in made if chosen is None or chosen.takes(record)]


def line_of(call: Call, new_id: NewId = _new_id) -> bytes:
    """The caller's record."""
    return lines_of(call, new_id)[0]


def records(call: Call, new_id: NewId) -> list[dict[str, Any]]:
    """The records. `new_id` makes UUIDs."""
    own, others = build(call, new_id), owners.others(call)
    if not others and not owners.is_shared(call):
        return [own]
    shared = new_id()
    recipients = [(own["recipientAccountId"], own["userIdentity"])]
    recipients += [(account_id, owners.identity_seen(call)) for account_id in others]
    made = [_copy(own, shared, *recipient) for recipient in recipients]
    if "resources" in made[0]:
        made[0]["resources"] = owners.resources_seen(call, made[0]["resources"])
    return made


def build(call: Call, new_id: NewId) -> dict[str, Any]:
    """The caller's record."""
    names = call.names
    moment = datetime.fromtimestamp(call.finished, UTC)
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _identity(call),
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": names.event_source,
        "eventName": names.event_name,
        "awsRegion": _region(call),
        "sourceIPAddress": call.invoked_by or call.source_ip,
        "userAgent": _user_agent(call),
    }
    if call.failure is not None:
        record["errorCode"] = failures.code(call)
        if message := failures.message(call):
            record["errorMessage"] = message
    record["requestParameters"] = parameters.request_parameters(call)
    record["responseElements"] = parameters.response_elements(call)
    if (more := additional.data(call)) is not None:
        record["additionalEventData"] = more
    record["requestID"] = call.request_id
    record["eventID"] = new_id()
    record["readOnly"] = names.read_only
    if (touched := resources.resources(call)) is not None:
        record["resources"] = touched
    record["eventType"] = "AwsApiCall"
    if names.api_version:
        record["apiVersion"] = names.api_version
    record["managementEvent"] = names.is_management
    record["recipientAccountId"] = _recipient(call)
    record["eventCategory"] = names.category
    if call.tls is not None:
        record["tlsDetails"] = dict(call.tls)
    return record


def _copy(own: dict[str, Any], shared: str, account_id: str, identity: dict[str, Any]) -> dict[str, Any]:
    """One of the records that share an event. Their eventIDs follow from what they share (real records have
    UUIDs of version 3 there).
    """
    written: dict[str, Any] = {}
    for name, value in own.items():
        written[name] = value
        if name == "recipientAccountId":
            written[name] = account_id
            written["sharedEventID"] = shared
    written["userIdentity"] = identity
    written["eventID"] = str(uuid.uuid3(uuid.UUID(shared), account_id))
    return written


def _identity(call: Call) -> dict[str, Any]:
    """Calls that open a session with somebody else's word are unsigned: the provider's subject makes them."""
    kind = {"AssumeRoleWithWebIdentity": "WebIdentityUser", "AssumeRoleWithSAML": "SAMLUser"}.get(
        call.operation.name
    )
    if kind is None or call.service != "sts" or not call.who.is_anonymous:
        return call.who.user_identity
    sent = call.parameters if isinstance(call.parameters, dict) else {}
    answer = call.answer if isinstance(call.answer, dict) else {}
    if kind == "SAMLUser":
        provider = answer.get("NameQualifier") or sent.get("PrincipalArn") or ""
        subject = answer.get("Subject") or ""
    else:
        provider = answer.get("Provider") or sent.get("ProviderId") or ""
        subject = answer.get("SubjectFromWebIdentityToken") or ""
    return {
        "type": kind,
        "principalId": f"{provider}:{subject}" if subject else str(provider),
        "userName": subject or str(sent.get("RoleSessionName", "")),
        "identityProvider": str(provider),
    }


def _recipient(call: Call) -> str:
    """The caller's account. An anonymous caller has none: the owner of what was asked for gets the record."""
    if call.who.is_anonymous:
        return owners.of_what_nobody_asks_for(call.service, call.parameters) or call.who.account_id
    return call.who.account_id


def _region(call: Call) -> str:
    found = resources.bucket_region(call) if call.service == "s3" else None
    return found or call.names.region(call.region, call.partition)


def _user_agent(call: Call) -> str:
    if call.invoked_by:
        return call.invoked_by
    agent = call.headers.get("user-agent", "")[:MAX_USER_AGENT]
    return f"[{agent}]" if call.service in ("s3", "s3control") else agent


def _line(record: dict[str, Any]) -> bytes:
    line = _compact(record)
    for member in ("responseElements", "requestParameters"):
        if len(line) <= MAX_LINE:
            break
        record[member] = {"omitted": True}
        line = _compact(record)
    return line


def _compact(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=str).encode(
        "utf-8", "replace"
    )
