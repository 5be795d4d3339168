"""How often one may look up events."""

from typing import Protocol


class LookupRate(Protocol):
    """Counts the lookups of every account and Region."""

    def admits(self, account_id: str, region: str) -> bool:
        """Count one lookup now; False when it is one too many."""
        ...
