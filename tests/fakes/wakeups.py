"""Wake-ups in memory."""

from datetime import datetime


class FakeWakeUps:
    """The moments that were asked for."""

    def __init__(self) -> None:
        self.moments: list[datetime] = []

    def at(self, moment: datetime) -> None:
        self.moments.append(moment)
