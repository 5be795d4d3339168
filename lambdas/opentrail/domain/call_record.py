"""The record a call to OpenTrail leaves: CloudTrail's own API calls as events.

Members and their order as measured of `cloudtrail.amazonaws.com` (eventVersion 1.11). Calls that were not
authenticated and operations nobody knows leave none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opentrail.domain.caller import Caller
from opentrail.domain.moment import to_text
from opentrail.domain.read_only import is_read_only

EVENT_VERSION = "1.11"
DATA_SERVICE = "cloudtrail-data"  # its calls are data events of a channel
MAX_CONTENT = 100 * 1024  # bytes of requestParameters, and of responseElements (AWS documentation)
MAX_TEXT = 1024  # characters of userAgent, errorCode and errorMessage (AWS documentation)

# Refused before the request was understood, or before it was allowed: their records carry no parameters.
_WITHOUT_PARAMETERS = frozenset({"AccessDenied", "SerializationException", "ValidationException"})
_PAYLOAD = (
    "auditEvents"  # of PutAuditEvents: what is said in a channel is not told again in the record of the call
)
_RECORDED_CODES = {"AccessDeniedException": "AccessDenied"}  # wire -> record


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that ended. `parameters` and `elements` have a record's form already; the code is the wire's."""

    service: str
    operation: str
    event_id: str
    ended: datetime
    parameters: Mapping[str, Any] | None
    elements: Mapping[str, Any] | None = None
    error_code: str = ""
    error_message: str = ""


def call_record(call: Call, caller: Caller) -> dict[str, Any]:
    """The record in CloudTrail's order of members."""
    source = f"{call.service}.amazonaws.com"
    reading = is_read_only({"eventSource": source, "eventName": call.operation})
    error = _RECORDED_CODES.get(call.error_code, call.error_code)
    data_event = call.service == DATA_SERVICE
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": dict(caller.user_identity),
        "eventTime": to_text(call.ended),
        "eventSource": source,
        "eventName": call.operation,
        "awsRegion": caller.region,
        "sourceIPAddress": caller.source_ip,
        "userAgent": caller.user_agent[:MAX_TEXT],
        "errorCode": error[:MAX_TEXT] or None,
        "errorMessage": call.error_message[:MAX_TEXT] or None,
        "requestParameters": None if error in _WITHOUT_PARAMETERS else _bounded(_shown(call)),
        "responseElements": None if reading or error else _bounded(call.elements),
        "requestID": caller.request_id,
        "eventID": call.event_id,
        "readOnly": reading,
        "resources": _channel(call, caller) if data_event else None,
        "eventType": "AwsApiCall",
        "managementEvent": not data_event,
        "recipientAccountId": caller.account_id,
        "eventCategory": "Data" if data_event else "Management",
        "tlsDetails": dict(caller.tls_details) if caller.tls_details else None,
    }
    always = ("requestParameters", "responseElements")
    return {name: value for name, value in record.items() if value is not None or name in always}


def _shown(call: Call) -> dict[str, Any]:
    return {name: value for name, value in (call.parameters or {}).items() if name != _PAYLOAD}


def _bounded(content: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Content beyond CloudTrail's limit is left out and says so."""
    if content and len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()) > MAX_CONTENT:
        return {"omitted": True}
    return content or None


def _channel(call: Call, caller: Caller) -> list[dict[str, str]] | None:
    arn = (call.parameters or {}).get("channelArn")
    if not isinstance(arn, str):
        return None
    return [{"accountId": caller.account_id, "type": "AWS::CloudTrail::Channel", "ARN": arn}]
