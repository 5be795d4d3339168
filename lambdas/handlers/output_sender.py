"""The output sender: a batch of the outputs queue in."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.deliveries import make_deliveries
from opentrail.service.outputs import deliver_output
from opentrail.telemetry import report
from opentrail.wire.queue_batch import answer, deliveries


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Make each delivery; SQS deletes the messages that are not named in the answer."""
    messages = deliveries(event)
    ports = pipeline.output_ports()
    result = make_deliveries(messages, lambda ref: deliver_output(ref, ports))
    if messages:
        report("output sender", result, messages=len(messages))
    return answer(result.failed)
