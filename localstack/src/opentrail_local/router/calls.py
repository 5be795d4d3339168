"""Which requests are OpenTrail's. Pure: told from a request's line and headers alone."""

import re
from collections.abc import Mapping
from typing import Any

SERVICES = ("cloudtrail", "cloudtrail-data")
TARGETS = ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.", "CloudTrail_20131101.")
AUDIT_EVENTS = "/PutAuditEvents"

_SCOPE = re.compile(r"Credential=[^/,\s]*/[^/,\s]*/[^/,\s]*/([^/,\s]+)/aws4_request")


def signing_service(authorization: str) -> str:
    """The service in the credential scope of a SigV4 header; empty when there is none."""
    found = _SCOPE.search(authorization)
    return found.group(1) if found else ""


def service_of(method: str, path: str, headers: Mapping[str, str], *, signed: bool) -> str:
    """`cloudtrail` or `cloudtrail-data` when the request is for it, else an empty string.

    The credential scope decides. Without a signature, the target header and the path of the one operation of
    cloudtrail-data do.
    """
    scope = signing_service(headers.get("Authorization") or "") if signed else ""
    if scope:
        return scope if scope in SERVICES else ""
    if (headers.get("X-Amz-Target") or "").startswith(TARGETS):
        return "cloudtrail"
    if method == "POST" and path == AUDIT_EVENTS:
        return "cloudtrail-data"
    return ""


def circumstances(
    identity: Mapping[str, Any], *, source_ip: str, user_agent: str, service: str
) -> dict[str, Any]:
    """How a record tells of a caller. Calls that a service makes for somebody name the service instead.

    `service` is LocalStack's word for it (`cloudformation`), empty for calls of the client's own.
    """
    if not service:
        return {"user_identity": dict(identity), "source_ip": source_ip, "user_agent": user_agent}
    name = f"{service}.amazonaws.com"
    return {"user_identity": {**identity, "invokedBy": name}, "source_ip": name, "user_agent": name}
