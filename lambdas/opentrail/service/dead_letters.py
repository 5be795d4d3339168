"""Sweeping queues' own dead-letter queues into the store of dead letters: a queue is no place to keep.

SQS keeps the original time of sending in a dead-letter queue, so what lies there may vanish any day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opentrail.ports.dead_letters import DeadLetters
from opentrail.ports.errors import AdapterError

REASON = "QueueGaveUp"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMessage:
    """A message found in a dead-letter queue; `source` says which queue, who sent it and when."""

    message_id: str
    body: str
    source: Mapping[str, str]


@dataclass(slots=True)
class KeepingResult:
    """What came of a batch: the messages that must come again, how many are kept."""

    failed: list[str] = field(default_factory=list)
    kept: int = 0
    errors: list[AdapterError] = field(default_factory=list)


def keep(messages: Sequence[DeadMessage], dead_letters: DeadLetters) -> KeepingResult:
    """Keep each message; one that could not be kept stays in its queue."""
    result = KeepingResult()
    for message in messages:
        try:
            dead_letters.put(reason=REASON, source=message.source, body=message.body.encode())
        except AdapterError as error:
            result.errors.append(error)
            result.failed.append(message.message_id)
        else:
            result.kept += 1
    return result
