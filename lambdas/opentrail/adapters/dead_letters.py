"""Dead letters in S3."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from opentrail.adapters.dynamodb import translating


class S3DeadLetters:
    """One object per letter: its reason in the key, its source in the metadata, its bytes untouched."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    @translating
    def put(self, *, reason: str, source: Mapping[str, str], body: bytes) -> None:
        """The key is made of reason, source and bytes, so that the same letter is one object."""
        digest = hashlib.sha256(
            json.dumps([reason, dict(source)], sort_keys=True).encode() + b"\0" + body
        ).hexdigest()
        self._s3.put_object(
            Bucket=self._bucket,
            Key=f"{reason}/{digest}",
            Body=body,
            Metadata={"reason": reason, **{name: value[:200] for name, value in source.items()}},
        )
