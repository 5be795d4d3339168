"""The queue of slices due for event history, in memory."""

from datetime import datetime

from opentrail.domain.history_due import HistoryDue, to_text


class FakeHistoryQueue:
    """What was sent, in order, as message bodies."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def send(self, due: HistoryDue, *, until: datetime) -> None:
        self.waiting.append(to_text(due, until))
