"""The secret that signs page tokens."""

from typing import Protocol


class TokenKey(Protocol):
    """A key of this deployment."""

    def key(self) -> bytes:
        """At least 32 bytes, the same for every function instance."""
        ...
