"""Asking to be woken."""

from datetime import datetime
from typing import Protocol


class WakeUps(Protocol):
    """Wakes the clock at a moment. A courtesy: the clock's sweep every minute alone suffices."""

    def at(self, moment: datetime) -> None:
        """Wake at `moment`, at most 15 minutes ahead (later ones are left to the sweep). Never raises."""
        ...
