"""What the local cloud's router signs when it vouches for who calls, and how that is written into headers.

The signature covers everything that decides what a request does and who answers for it, and the time, so that
it can be used neither for another request nor later. Signing (the router) and verifying (the API function)
share `signed_bytes`; the keys (Ed25519) are theirs.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

IDENTITY_HEADER = "x-opentrail-identity"  # base64url of the identity as JSON
TIME_HEADER = "x-opentrail-time"  # whole epoch seconds
SIGNATURE_HEADER = "x-opentrail-signature"  # base64 of the Ed25519 signature
ERROR_HEADER = "x-opentrail-identity-error"  # code of the error to answer; signed in the identity's place
HEADERS = (IDENTITY_HEADER, TIME_HEADER, SIGNATURE_HEADER, ERROR_HEADER)  # never taken from a client
VALID_SECONDS = 300  # before and after the time said

_PREFIX = "OPENTRAIL-ROUTER-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchedCall:
    """What of a request a signature covers. `query` may be encoded in any way; `target` may be empty."""

    method: str
    path: str
    query: str
    target: str
    body: bytes


def signed_bytes(call: VouchedCall, *, time: str, identity: str) -> bytes:
    """The bytes to sign. `time` and `identity` exactly as in their headers; an error's code as identity."""
    lines = (
        _PREFIX,
        call.method.upper(),
        _resource(call),
        call.target,
        hashlib.sha256(call.body).hexdigest(),
        time,
        identity,
    )
    return "\n".join(lines).encode()


def encode_identity(identity: Mapping[str, Any]) -> str:
    """The identity as a header value."""
    return base64.urlsafe_b64encode(json.dumps(identity, separators=(",", ":")).encode()).decode()


def decode_identity(text: str) -> dict[str, Any]:
    """The identity of a header value; ValueError when it is none."""
    try:
        identity = json.loads(base64.urlsafe_b64decode(text))
    except (binascii.Error, RecursionError) as error:
        raise ValueError("The identity is not base64url of JSON.") from error
    if not isinstance(identity, dict):
        raise ValueError("The identity is no object.")
    return identity


def is_current(time: str, now: float) -> bool:
    """Whether a time header (whole epoch seconds) is within the window around now (epoch seconds)."""
    return time.isascii() and time.isdigit() and len(time) < 16 and abs(now - int(time)) <= VALID_SECONDS


def _resource(call: VouchedCall) -> str:
    """Path and query in one spelling: API Gateway decodes a query and loses the order of its names."""
    path = call.path or "/"
    query = urlencode(sorted(parse_qsl(call.query, keep_blank_values=True)))
    return f"{path}?{query}" if query else path
