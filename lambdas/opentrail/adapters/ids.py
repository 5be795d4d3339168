"""Random identifiers: the one place that makes them."""

import uuid


class RandomIds:
    """From the operating system's randomness."""

    def uuid(self) -> str:
        """A fresh UUID, version 4."""
        return str(uuid.uuid4())
