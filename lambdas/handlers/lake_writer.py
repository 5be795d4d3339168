"""The lake writer: a batch of the lake queue in."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.deliveries import make_deliveries
from opentrail.service.lake_delivery import deliver_to_lake
from opentrail.telemetry import report
from opentrail.wire.queue_batch import answer, deliveries


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Make each delivery; SQS deletes the messages that are not named in the answer."""
    messages = deliveries(event)
    ports = pipeline.lake_ports()
    result = make_deliveries(messages, lambda ref: deliver_to_lake(ref, ports))
    if messages:
        report("lake writer", result, messages=len(messages))
    return answer(result.failed)
