"""Digests as a verifier reads them: from objects and public keys alone, nothing shared with who made them."""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

FIELDS = [
    "awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object",
    "digestPublicKeyFingerprint", "digestSignatureAlgorithm", "newestEventTime", "oldestEventTime",
    "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue",
    "previousDigestHashAlgorithm", "previousDigestSignature", "logFiles",
]  # fmt: skip
LOG_FILE_FIELDS = ["s3Bucket", "s3Object", "hashValue", "hashAlgorithm", "newestEventTime", "oldestEventTime"]
NAME = re.compile(r".*/CloudTrail-Digest/([a-z0-9-]+)/(\d{4}/\d\d/\d\d)/\d{12}_.*_(\d{8}T\d{6}Z)\.json\.gz")
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")  # AlgorithmIdentifier of rsaEncryption


@dataclass(frozen=True)
class Read:
    """A digest object, verified."""

    bucket: str
    key: str
    said: dict[str, Any]
    text: bytes
    signature: str


class Digests:
    """All digests of some objects, each verified when it is read: format, name, place, signature, links."""

    def __init__(
        self,
        objects: Mapping[tuple[str, str], bytes],
        metadata: Mapping[tuple[str, str], Mapping[str, str]],
        public_keys: list[bytes],
    ) -> None:
        self._objects = objects
        self._metadata = metadata
        self._keys = {hashlib.md5(der).hexdigest(): _public_key(der) for der in public_keys}
        self.found = {
            place: self._read(*place) for place in sorted(objects) if "/CloudTrail-Digest/" in place[1]
        }

    def of(self, region: str, *, trail: str = "") -> list[Read]:
        """A Region's digests by the time in their names."""
        matches = [(NAME.fullmatch(read.key), read) for read in self.found.values()]
        mine = [(m[3], r) for m, r in matches if m and m[1] == region and f"_{trail}" in r.key]
        return [read for _, read in sorted(mine, key=lambda item: item[0])]

    def chains(self, region: str, *, trail: str = "") -> list[list[Read]]:
        """The same cut where a digest has no predecessor; within a chain each names the one before."""
        chains: list[list[Read]] = []
        for read in self.of(region, trail=trail):
            if read.said["previousDigestS3Object"] is None:
                chains.append([])
            else:
                before = chains[-1][-1]
                assert read.said["previousDigestS3Bucket"] == before.bucket
                assert read.said["previousDigestS3Object"] == before.key
                assert read.said["previousDigestHashValue"] == hashlib.sha256(before.text).hexdigest()
                assert read.said["previousDigestSignature"] == before.signature
            chains[-1].append(read)
        return chains

    def listed(self, region: str, *, trail: str = "") -> list[str]:
        """The keys of all log files in the Region's digests; each holds what its digest says of it."""
        found = []
        for read in self.of(region, trail=trail):
            for log_file in read.said["logFiles"]:
                assert list(log_file) == LOG_FILE_FIELDS
                text = gzip.decompress(self._objects[log_file["s3Bucket"], log_file["s3Object"]])
                assert log_file["hashValue"] == hashlib.sha256(text).hexdigest()
                assert log_file["hashAlgorithm"] == "SHA-256"
                times = [record["eventTime"] for record in json.loads(text)["Records"]]
                assert (log_file["oldestEventTime"], log_file["newestEventTime"]) == (min(times), max(times))
                found.append(log_file["s3Object"])
        return found

    def _read(self, bucket: str, key: str) -> Read:
        text = gzip.decompress(self._objects[bucket, key])
        said = json.loads(text)
        assert list(said) == FIELDS
        assert json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode() == text
        assert (said["digestS3Bucket"], said["digestS3Object"]) == (bucket, key)
        match = NAME.fullmatch(key)
        assert match is not None
        stamp = said["digestEndTime"].replace("-", "").replace(":", "")
        assert (match[2].replace("/", ""), match[3]) == (stamp[:8], stamp)
        assert said["digestSignatureAlgorithm"] == "SHA256withRSA"
        metadata = self._metadata[bucket, key]
        assert set(metadata) == {"signature", "signature-algorithm"}
        assert metadata["signature-algorithm"] == "SHA256withRSA"
        signature = metadata["signature"]
        assert re.fullmatch("[0-9a-f]{512}", signature)
        lines = (
            said["digestEndTime"],
            f"{bucket}/{key}",
            hashlib.sha256(text).hexdigest(),
            said["previousDigestSignature"] or "null",
        )
        self._keys[said["digestPublicKeyFingerprint"]].verify(
            bytes.fromhex(signature), "\n".join(lines).encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        files = said["logFiles"]
        assert said["newestEventTime"] == max((f["newestEventTime"] for f in files), default=None)
        assert said["oldestEventTime"] == min((f["oldestEventTime"] for f in files), default=None)
        return Read(bucket, key, said, text, signature)


def _public_key(pkcs1: bytes) -> rsa.RSAPublicKey:
    """A PKCS#1 RSAPublicKey put into the form that cryptography reads."""
    bits = b"\x03\x82" + (len(pkcs1) + 1).to_bytes(2) + b"\0" + pkcs1
    body = _RSA + bits
    key = load_der_public_key(b"\x30\x82" + len(body).to_bytes(2) + body)
    assert isinstance(key, rsa.RSAPublicKey)
    return key
