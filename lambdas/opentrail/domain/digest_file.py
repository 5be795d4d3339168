"""The digest file: its name, its place, its bytes, what is signed of it. Layout and field order are AWS's.

(CloudTrail user guide, "CloudTrail digest file structure"; what the AWS CLI's `validate-logs` demands.) A
digest lists the log files delivered in its span and names its predecessor, whose signature is part of what it
signs: whoever changes, removes or renames one of the files breaks what a verifier computes.
"""

import gzip
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opentrail.domain.moment import to_text

SIGNATURE_ALGORITHM = "SHA256withRSA"
HASH_ALGORITHM = "SHA-256"
NO_SIGNATURE = "null"  # what a starting digest signs in the place of its predecessor's signature


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestedLogFile:
    """A delivered log file as a digest lists it."""

    bucket: str
    key: str
    hash_value: str  # hex SHA-256 of the bytes before compression
    oldest: str  # eventTime, to the second
    newest: str
    delivered_at: int = 0  # epoch milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLink:
    """How a digest names its predecessor."""

    bucket: str
    key: str
    hash_value: str  # hex SHA-256 of its bytes before compression
    signature: str  # lower-case hex


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFile:
    """What a digest says. `end` names it."""

    account_id: str
    start: int  # epoch seconds
    end: int
    bucket: str
    key: str
    fingerprint: str  # of the public key
    previous: DigestLink | None
    log_files: tuple[DigestedLogFile, ...]


def log_file(
    *, bucket: str, key: str, text: bytes, times: Collection[int], delivered_at: datetime
) -> DigestedLogFile:
    """How a log file of these bytes and eventTimes (epoch seconds) is listed."""
    return DigestedLogFile(
        bucket=bucket,
        key=key,
        hash_value=hashlib.sha256(text).hexdigest(),
        oldest=_moment(min(times)),
        newest=_moment(max(times)),
        delivered_at=int(delivered_at.timestamp() * 1000),
    )


def marker_key(*, prefix: str | None, account_id: str) -> str:
    """The zero-byte object that a check of the bucket leaves."""
    start = f"{prefix}/" if prefix else ""
    return f"{start}AWSLogs/{account_id}/CloudTrail-Digest/"


def key(*, prefix: str | None, account_id: str, region: str, trail: str, home_region: str, end: int) -> str:
    """The object's key: folders and stamp are those of the digest's end."""
    stamp = datetime.fromtimestamp(end, UTC)
    name = f"{account_id}_CloudTrail-Digest_{region}_{trail}_{home_region}_{stamp:%Y%m%dT%H%M%SZ}.json.gz"
    return f"{marker_key(prefix=prefix, account_id=account_id)}{region}/{stamp:%Y/%m/%d}/{name}"


def text(digest: DigestFile) -> bytes:
    """The file before compression."""
    files, previous = digest.log_files, digest.previous
    members: dict[str, Any] = {
        "awsAccountId": digest.account_id,
        "digestStartTime": _moment(digest.start),
        "digestEndTime": _moment(digest.end),
        "digestS3Bucket": digest.bucket,
        "digestS3Object": digest.key,
        "digestPublicKeyFingerprint": digest.fingerprint,
        "digestSignatureAlgorithm": SIGNATURE_ALGORITHM,
        "newestEventTime": max((f.newest for f in files), default=None),
        "oldestEventTime": min((f.oldest for f in files), default=None),
        "previousDigestS3Bucket": previous.bucket if previous else None,
        "previousDigestS3Object": previous.key if previous else None,
        "previousDigestHashValue": previous.hash_value if previous else None,
        "previousDigestHashAlgorithm": HASH_ALGORITHM if previous else None,
        "previousDigestSignature": previous.signature if previous else None,
        "logFiles": [_listed(f) for f in files],
    }
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()


def body(digest: DigestFile) -> bytes:
    """The file as stored: one gzip member, the same bytes for the same digest."""
    return gzip.compress(text(digest), compresslevel=6, mtime=0)


def string_to_sign(digest: DigestFile) -> bytes:
    """End, place, hash, predecessor's signature; no newline at the end."""
    parts = (
        _moment(digest.end),
        f"{digest.bucket}/{digest.key}",
        hashlib.sha256(text(digest)).hexdigest(),
        digest.previous.signature if digest.previous else NO_SIGNATURE,
    )
    return "\n".join(parts).encode()


def metadata(signature: str) -> dict[str, str]:
    """The object's user metadata; `signature` in lower-case hex."""
    return {"signature": signature, "signature-algorithm": SIGNATURE_ALGORITHM}


def link(digest: DigestFile, signature: str) -> DigestLink:
    """How the next digest names this one."""
    return DigestLink(
        bucket=digest.bucket,
        key=digest.key,
        hash_value=hashlib.sha256(text(digest)).hexdigest(),
        signature=signature,
    )


def _listed(log_file: DigestedLogFile) -> dict[str, str]:
    return {
        "s3Bucket": log_file.bucket,
        "s3Object": log_file.key,
        "hashValue": log_file.hash_value,
        "hashAlgorithm": HASH_ALGORITHM,
        "newestEventTime": log_file.newest,
        "oldestEventTime": log_file.oldest,
    }


def _moment(seconds: int) -> str:
    return to_text(datetime.fromtimestamp(seconds, UTC))
