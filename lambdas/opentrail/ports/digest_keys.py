"""The public halves of the keys that sign digests."""

from typing import Protocol

from opentrail.domain.digest_key import DigestKey


class DigestKeys(Protocol):
    """All keys the deployment ever signed with."""

    def list(self) -> list[DigestKey]:
        """The oldest first."""
        ...
