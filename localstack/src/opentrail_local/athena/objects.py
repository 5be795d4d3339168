"""Objects in S3 as the engine sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from opentrail_local.athena.errors import QueryError


@dataclass(frozen=True, slots=True)
class Stored:
    """An object: its size in bytes, and a tag that changes with its content."""

    bucket: str
    key: str
    size: int
    tag: str


class ObjectSource(Protocol):
    """A place with objects in it."""

    def list(self, bucket: str, prefix: str) -> Iterator[Stored]:
        """The objects whose keys begin with the prefix, by key."""
        ...

    def read(self, bucket: str, key: str, start: int, length: int) -> bytes:
        """Bytes of an object; fewer at its end."""
        ...

    def write(self, bucket: str, key: str, body: BinaryIO, content_type: str) -> None:
        """Put an object."""
        ...


class S3Objects:
    """Objects in S3, through a boto3 client of the account and Region whose query it is."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def list(self, bucket: str, prefix: str) -> Iterator[Stored]:
        """ListObjectsV2, page by page. HIVE_CURSOR_ERROR when the bucket is not there or not ours."""
        for page in self._pages(bucket, prefix):
            for found in page.get("Contents", ()):
                yield Stored(bucket, found["Key"], found["Size"], found.get("ETag", ""))

    def read(self, bucket: str, key: str, start: int, length: int) -> bytes:
        """A ranged GetObject."""
        if length <= 0:
            return b""
        answer = self._s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{start + length - 1}")
        body: bytes = answer["Body"].read()
        return body

    def write(self, bucket: str, key: str, body: BinaryIO, content_type: str) -> None:
        """PutObject."""
        self._s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)

    def _pages(self, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
        from botocore.exceptions import ClientError

        try:
            yield from self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        except ClientError as error:
            found = error.response.get("Error", {})
            raise QueryError(
                "HIVE_CANNOT_OPEN_SPLIT" if found.get("Code") != "NoSuchBucket" else "HIVE_METASTORE_ERROR",
                f"Failed to list directory: s3://{bucket}/{prefix} "
                f"({found.get('Code')}: {found.get('Message')})",
            ) from error
