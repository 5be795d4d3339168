"""The recorder: a batch of the records queue in, or of the queue of late event history."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.ports.errors import bugs
from opentrail.service.late_history import write_late_history
from opentrail.service.recording import record_messages
from opentrail.telemetry import report
from opentrail.wire.queue_batch import answer, queue_arn, recorder_messages


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """See to the batch of either queue; SQS deletes the messages that are not named in the answer."""
    late = queue_arn(event) == pipeline.recorder_settings().histories_queue_arn
    return _write_late_history(event) if late else _record(event)


def _record(event: dict[str, Any]) -> dict[str, Any]:
    messages = recorder_messages(event)
    result = record_messages(messages, pipeline.recorder_ports(), pipeline.recording_rules())
    if messages:
        report("recorder", result, messages=len(messages))
    return answer(result.failed)


def _write_late_history(event: dict[str, Any]) -> dict[str, Any]:
    """A bug fails the function, once everything else is done; what met it is due again in any case."""
    messages = recorder_messages(event)
    result = write_late_history(messages, pipeline.recorder_ports(), pipeline.recording_rules())
    report("recorder of late event history", result, messages=len(messages))
    if met := bugs(result.errors):
        raise met[0]
    return answer(result.failed)
