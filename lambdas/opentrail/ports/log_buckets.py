"""The user's bucket that log files go to."""

from collections.abc import Mapping
from typing import Protocol


class LogBucketError(Exception):
    """The bucket refused: `code` is S3's or KMS's word (NoSuchBucket, AccessDenied, KMS.DisabledException,
    SlowDown, ...); RequestTimeout, too, when nobody answered.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class LogBucket(Protocol):
    """Writes into users' buckets as the delivery role, in a session tagged with the owner's account."""

    def check(
        self, *, account_id: str, bucket: str, keys: tuple[str, ...], kms_key_id: str | None, trail_arn: str
    ) -> None:
        """Read the bucket's ACL and write the zero-byte marker objects; LogBucketError with S3's code.
        AdapterError when the answer is of the moment only, or there is none.
        """
        ...

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
        """Write a gzip'd JSON object once. False when the key is there already. LogBucketError otherwise."""
        ...
