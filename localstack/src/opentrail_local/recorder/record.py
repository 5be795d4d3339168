"""The record of a call, in the order of members that real records have.

Without `tlsDetails`: LocalStack ends TLS itself and tells nobody of its version and cipher. Without
`vpcEndpointId`: nothing comes through one. Without `sharedEventID`: one record is made of a call, the
caller's.
"""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from opentrail_local.recorder import failures, parameters, resources, s3_members
from opentrail_local.recorder.call import Call

EVENT_VERSION = "1.11"
MAX_USER_AGENT = 1024  # characters CloudTrail keeps

MAX_LINE = 240 * 1024  # bytes of one record: CloudTrail's limit is 256 KB, and the queue's is near it


def line_of(call: Call, new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> bytes:
    """The record as compact JSON without a newline, at most MAX_LINE bytes."""
    record = build(call, new_id)
    line = _compact(record)
    for member in ("responseElements", "requestParameters"):
        if len(line) <= MAX_LINE:
            break
        record[member] = {"omitted": True}
        line = _compact(record)
    return line


def build(call: Call, new_id: Callable[[], str]) -> dict[str, Any]:
    """The record. `new_id` makes its eventID."""
    names = call.names
    moment = datetime.fromtimestamp(call.finished, UTC)
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": _identity(call),
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": names.event_source,
        "eventName": names.event_name,
        "awsRegion": _region(call),
        "sourceIPAddress": call.source_ip,
        "userAgent": _user_agent(call),
    }
    if call.failure is not None:
        record["errorCode"] = failures.code(call)
        if message := failures.message(call):
            record["errorMessage"] = message
    record["requestParameters"] = parameters.request_parameters(call)
    record["responseElements"] = parameters.response_elements(call)
    if call.service in ("s3", "s3control"):
        record["additionalEventData"] = s3_members.additional(call)
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
    return record


def _identity(call: Call) -> dict[str, Any]:
    """Calls that open a session with somebody else's word are unsigned: the provider's subject makes them."""
    sent = call.parameters if isinstance(call.parameters, dict) else {}
    kind = {"AssumeRoleWithWebIdentity": "WebIdentityUser", "AssumeRoleWithSAML": "SAMLUser"}.get(
        call.operation.name
    )
    if kind is None or call.service != "sts" or not call.who.is_anonymous:
        return call.who.user_identity
    answer = call.answer if isinstance(call.answer, dict) else {}
    provider = answer.get("Provider") or sent.get("ProviderId") or sent.get("PrincipalArn") or ""
    subject = answer.get("SubjectFromWebIdentityToken") or answer.get("Subject") or ""
    return {
        "type": kind,
        "principalId": f"{provider}:{subject}" if subject else str(provider),
        "userName": subject or str(sent.get("RoleSessionName", "")),
        "identityProvider": str(provider),
    }


def _recipient(call: Call) -> str:
    """The caller's account. An anonymous caller has none: the owner of what was asked for gets the record."""
    if call.who.is_anonymous and isinstance(call.parameters, dict):
        role = str(call.parameters.get("RoleArn", "")).split(":")
        if call.service == "sts" and len(role) > 4 and len(role[4]) == 12 and role[4].isdigit():
            return role[4]
        owner = resources.bucket_owner(str(call.parameters.get("Bucket", "")))
        if call.service == "s3" and owner is not None:
            return owner
    return call.who.account_id


def _region(call: Call) -> str:
    found = resources.bucket_region(call) if call.service == "s3" else None
    return found or call.names.region(call.region, call.partition)


def _user_agent(call: Call) -> str:
    agent = call.headers.get("user-agent", "")[:MAX_USER_AGENT]
    return f"[{agent}]" if call.service in ("s3", "s3control") else agent


def _compact(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=str).encode(
        "utf-8", "replace"
    )
