"""Event history that could not be written at first: slices that the clock found due and handed on.

A slice stays due in the ledger until its events are written, and is handed on again when its lease is over.
So a message is done with whatever comes of it, and one that is met after its lease is left alone. It only
says where records lie: what is written is what the recorder itself put into a segment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from opentrail.domain import record
from opentrail.domain.history_due import HistoryDue, from_text
from opentrail.domain.record import Record
from opentrail.ports.pipeline import RecorderPorts
from opentrail.service.history_writing import write_history
from opentrail.service.recording import QueueMessage, RecordingRules


class StrangeSliceError(Exception):
    """The slice holds records of another account or Region than it is due for: nothing of it was written."""


@dataclass(slots=True)
class LateHistoryResult:
    """What came of a batch: the messages that nobody can read, and counts for telemetry."""

    failed: list[str] = field(default_factory=list)
    written: int = 0
    outdated: int = 0  # messages whose lease was over
    errors: list[Exception] = field(default_factory=list)


def write_late_history(
    messages: Sequence[QueueMessage], ports: RecorderPorts, rules: RecordingRules
) -> LateHistoryResult:
    """Write the slices of a batch into event history. A message named in `failed` is left to the queue, which
    sets it aside.
    """
    result = LateHistoryResult()
    for message in messages:
        try:
            due, until = from_text(message.body)
        except ValueError:
            result.failed.append(message.message_id)
            continue
        if ports.clock.now() >= until:
            result.outdated += 1
            continue
        try:
            _write(due, ports, rules)
        except Exception as error:  # noqa: BLE001 - a bug met by one slice must not touch the others
            result.errors.append(error)
        else:
            result.written += 1
    return result


def _write(due: HistoryDue, ports: RecorderPorts, rules: RecordingRules) -> None:
    found = [record.read(line) for line in ports.segments.read(due.slice)]
    if any(_place(one) != (due.account_id, due.region) for one in found):
        raise StrangeSliceError(f"{due} holds records of {sorted({_place(one) for one in found})}")
    write_history(found, ports.history, rules.oldest(ports.clock.now()))
    ports.ledger.history_written(due)


def _place(one: Record) -> tuple[str, str]:
    return (one.account_id, one.region)
