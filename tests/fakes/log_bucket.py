"""Users' buckets in memory."""

import gzip
import json
from collections.abc import Mapping
from typing import Any

from opentrail.ports.log_buckets import LogBucketError


class FakeLogBucket:
    """Objects by (bucket, key). A bucket in `refusing` answers with its code."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.refusing: dict[str, str] = {}
        self.metadata: dict[tuple[str, str], dict[str, str]] = {}
        self.keys: list[str | None] = []  # KMS keys that objects were to be encrypted with, in order
        self.attempts = 0
        self.puts: list[tuple[str, str]] = []  # (bucket, key) of objects, in the order they were written
        self.markers: list[tuple[str, str]] = []  # (bucket, key) of the zero-byte objects checks left

    def check(
        self, *, account_id: str, bucket: str, keys: tuple[str, ...], kms_key_id: str | None, trail_arn: str
    ) -> None:
        self._refuse(bucket)
        self.keys.append(kms_key_id)
        self.markers += [(bucket, key) for key in keys]

    def put_log_file(
        self,
        *,
        account_id: str,
        bucket: str,
        key: str,
        body: bytes,
        kms_key_id: str | None,
        trail_arn: str,
        metadata: Mapping[str, str],
    ) -> bool:
        self.attempts += 1
        self._refuse(bucket)
        if (bucket, key) in self.objects:
            return False
        self.objects[bucket, key] = body
        self.keys.append(kms_key_id)
        self.metadata[bucket, key] = dict(metadata)
        self.puts.append((bucket, key))
        return True

    def _refuse(self, bucket: str) -> None:
        if bucket in self.refusing:
            raise LogBucketError(self.refusing[bucket])

    def files(self, bucket: str) -> dict[str, list[dict[str, Any]]]:
        """The records of each log file."""
        return {
            key: json.loads(gzip.decompress(body))["Records"]
            for (held_in, key), body in sorted(self.objects.items())
            if held_in == bucket and "/CloudTrail-Digest/" not in key
        }
