"""A clock that stands until it is moved."""

from datetime import UTC, datetime, timedelta

START = datetime(2023, 7, 10, 11, 42, 30, 250_000, tzinfo=UTC)


class FakeClock:
    """Tells the time it was given."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        """Later, by a timedelta's arguments."""
        self.moment += timedelta(**by)
