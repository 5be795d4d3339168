"""The token that continues a paged answer: opaque, signed, bound to what was asked and by whom.

Text: base64url of version, end of validity (epoch seconds, 0: none), MAC and position. The MAC (HMAC-SHA256,
its first 16 bytes) covers them and the scope, so that a token serves only its operation, account, Region and
filters. Its content is no secret: it says where the caller's own page ended.
"""

import base64
import binascii
import hashlib
import hmac
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = 1
_HEAD = struct.Struct(">BQ")
_MAC = 16  # bytes


class InvalidTokenError(ValueError):
    """The token is none of ours, is too old, or belongs to another request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a token is bound to. `filters`: what in the request decides on what is listed, as JSON values."""

    operation: str
    account_id: str
    region: str
    filters: Mapping[str, Any]


def issue(key: bytes, scope: Scope, position: Any, *, valid_until: int = 0) -> str:
    """A token for a position (a JSON value)."""
    head = _HEAD.pack(VERSION, valid_until)
    payload = json.dumps(position, separators=(",", ":")).encode()
    raw = head + _mac(key, scope, head, payload) + payload
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(key: bytes, scope: Scope, token: str, *, now: int) -> Any:
    """The position in a token of this scope; InvalidTokenError for anything else."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        version, valid_until = _HEAD.unpack_from(raw)
    except (binascii.Error, ValueError, struct.error) as error:
        raise InvalidTokenError("no token") from error
    head, mac, payload = raw[: _HEAD.size], raw[_HEAD.size : _HEAD.size + _MAC], raw[_HEAD.size + _MAC :]
    if version != VERSION or not hmac.compare_digest(mac, _mac(key, scope, head, payload)):
        raise InvalidTokenError("not issued for this request")
    if valid_until and now > valid_until:
        raise InvalidTokenError("expired")
    return json.loads(payload)


def _mac(key: bytes, scope: Scope, head: bytes, payload: bytes) -> bytes:
    bound = json.dumps(
        [scope.operation, scope.account_id, scope.region, scope.filters],
        sort_keys=True,
        separators=(",", ":"),
    ).encode()
    message = head + struct.pack(">I", len(bound)) + bound + payload
    return hmac.new(key, message, hashlib.sha256).digest()[:_MAC]
