"""Public keys of digests: form, fingerprint, and when each one is valid.

Keys follow one another: each is valid until the next one is. What AWS shows are windows of about thirty days;
the key in use has no end, so it shows the end of the thirty days it is in.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=30)

_SEQUENCE, _BIT_STRING = 0x30, 0x03


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestKey:
    """A key: how the signer names it, its public half as DER of a PKCS#1 RSAPublicKey, its first moment."""

    name: str
    value: bytes
    valid_from: datetime

    @property
    def fingerprint(self) -> str:
        """Lower-case hex MD5 of the public key, as published keys have it: a name, no protection."""
        return hashlib.md5(self.value, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """A key and its window."""

    key: DigestKey
    start: datetime
    end: datetime


def key_at(keys: Sequence[DigestKey], moment: datetime) -> DigestKey:
    """The key for a digest that ends at `moment`; the first one for what was before all of them."""
    ordered = sorted(keys, key=lambda key: key.valid_from)
    return next((key for key in reversed(ordered) if key.valid_from <= moment), ordered[0])


def validities(keys: Sequence[DigestKey], now: datetime) -> list[Validity]:
    """The windows of all keys, the oldest first."""
    ordered = sorted(keys, key=lambda key: key.valid_from)
    ends = [key.valid_from for key in ordered[1:]]
    if ordered:
        first = ordered[-1].valid_from
        ends.append(first + WINDOW * (max(0, (now - first) // WINDOW) + 1))
    return [Validity(key=key, start=key.valid_from, end=end) for key, end in zip(ordered, ends, strict=True)]


def pkcs1_of_spki(spki: bytes) -> bytes:
    """The RSAPublicKey inside a SubjectPublicKeyInfo, both DER; ValueError when it is none."""
    tag, inner, rest = _read(spki)
    if tag != _SEQUENCE or rest:
        raise ValueError("not a SubjectPublicKeyInfo")
    _algorithm, _, after = _read(inner)
    tag, bits, rest = _read(after)
    if tag != _BIT_STRING or rest or bits[:1] != b"\0":
        raise ValueError("not a SubjectPublicKeyInfo")
    return bits[1:]


def _read(der: bytes) -> tuple[int, bytes, bytes]:
    """The first element's tag and content, and what follows it."""
    if len(der) < 2:
        raise ValueError("DER ends early")
    length, at = der[1], 2
    if length & 0x80:
        at += length & 0x7F
        length = int.from_bytes(der[2:at])
    if len(der) < at + length:
        raise ValueError("DER ends early")
    return der[0], der[at : at + length], der[at + length :]
