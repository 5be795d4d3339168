"""Who calls, as the router of the local cloud vouches for it: only for the local stage.

What it signs is domain/vouching's; the settings of a stage that is not local refuse its key.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from opentrail.domain import vouching
from opentrail.domain.caller import Caller
from opentrail.domain.http import HttpRequest
from opentrail.errors import (
    ApiError,
    ExpiredTokenException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from opentrail.messages import requests as messages
from opentrail.ports.clock import Clock

_ACCOUNT = re.compile(r"[0-9]{12}")
_REFUSALS: Mapping[str, type[ApiError]] = {
    "ExpiredTokenException": ExpiredTokenException,
    "UnrecognizedClientException": UnrecognizedClientException,
}


class RouterIdentity:
    """Believes what carries the router's signature and is fresh, and nothing else."""

    def __init__(self, *, public_key: str, clock: Clock) -> None:
        """`public_key` is base64 of a raw Ed25519 public key; ValueError for anything else."""
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        self._clock = clock

    def authenticate(self, request: HttpRequest) -> Caller:
        """The caller vouched for."""
        headers = request.headers
        signature = headers.get(vouching.SIGNATURE_HEADER)
        if signature is None:
            raise MissingAuthenticationTokenException(messages.MISSING_TOKEN)
        refusal = headers.get(vouching.ERROR_HEADER)
        identity = headers.get(vouching.IDENTITY_HEADER, "")
        self._verify(request, signature, identity if refusal is None else refusal)
        if refusal is not None:
            expired = refusal == "ExpiredTokenException"
            error = _REFUSALS.get(refusal, UnrecognizedClientException)
            raise error(messages.EXPIRED_TOKEN if expired else messages.UNKNOWN_CLIENT)
        try:
            return _caller(vouching.decode_identity(identity), request)
        except (ValueError, KeyError, TypeError) as error:
            raise UnrecognizedClientException(messages.UNKNOWN_CLIENT) from error

    def _verify(self, request: HttpRequest, signature: str, identity: str) -> None:
        time = request.headers.get(vouching.TIME_HEADER, "")
        call = vouching.VouchedCall(
            method=request.method,
            path=request.path,
            query=request.query,
            target=request.headers.get("x-amz-target", ""),
            body=request.body,
        )
        try:
            signed = vouching.signed_bytes(call, time=time, identity=identity)
            self._key.verify(base64.b64decode(signature, validate=True), signed)
        except (InvalidSignature, binascii.Error, ValueError) as error:
            raise InvalidSignatureException(messages.SIGNATURE_MISMATCH) from error
        if not vouching.is_current(time, self._clock.now().timestamp()):
            raise InvalidSignatureException(messages.SIGNATURE_EXPIRED)


def _caller(identity: Mapping[str, Any], request: HttpRequest) -> Caller:
    """KeyError, TypeError or ValueError when the identity lacks something."""
    account_id = identity["account_id"]
    if not _ACCOUNT.fullmatch(account_id):
        raise ValueError("No account.")
    return Caller(
        account_id=account_id,
        region=str(identity["region"]),
        arn=str(identity["arn"]),
        user_identity=dict(identity["user_identity"]),
        request_id=request.request_id,
        source_ip=str(identity["source_ip"]),
        user_agent=str(identity["user_agent"]),
        service=str(identity["service"]),
        tls_details=dict(identity["tls_details"]) if identity.get("tls_details") else None,
    )
