"""Waking the clock through SQS delays."""

import logging
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from opentrail.ports.clock import Clock

LONGEST_DELAY = 900  # seconds (SQS)
REMEMBERED = 1000  # moments

_log = logging.getLogger(__name__)


class SqsWakeUps:
    """One delayed message per moment and process; the clock's sweep covers what is lost here."""

    def __init__(self, sqs: Any, queue_url: str, clock: Clock) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._clock = clock
        self._asked: dict[int, None] = {}

    def at(self, moment: datetime) -> None:
        """Wake at `moment`, rounded up to a second; one that is past means now, each time."""
        now = int(self._clock.now().timestamp())
        second = max(now, -int(-moment.timestamp() // 1))
        delay = second - now
        if second in self._asked or delay > LONGEST_DELAY:
            return
        try:
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=f"wake {second}", DelaySeconds=delay)
        except (ClientError, BotoCoreError) as error:
            _log.warning("WakeUpNotSent", extra={"error": str(error)})
            return
        self._asked[second] = None
        while len(self._asked) > REMEMBERED:
            del self._asked[next(iter(self._asked))]
