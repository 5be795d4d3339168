"""The system's clock: the one place that reads the time for decisions."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the time of this machine."""

    def now(self) -> datetime:
        """This moment, UTC."""
        return datetime.now(UTC)
