"""The log file writer: a batch of the deliveries queue in."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.deliveries import make_deliveries
from opentrail.service.log_files import deliver_log_file
from opentrail.telemetry import report
from opentrail.wire.queue_batch import answer, deliveries


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Make each delivery; SQS deletes the messages that are not named in the answer."""
    messages = deliveries(event)
    ports = pipeline.log_file_ports()
    result = make_deliveries(messages, lambda ref: deliver_log_file(ref, ports))
    if messages:
        report("log file writer", result, messages=len(messages))
    return answer(result.failed)
