"""The output sender: a batch of the outputs queue in."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.deliveries import DeliveryMessage, make_deliveries
from opentrail.service.outputs import deliver_output
from opentrail.telemetry import report


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Make each delivery; SQS deletes the messages that are not named in the answer."""
    messages = [
        DeliveryMessage(
            message_id=record["messageId"],
            body=record["body"],
            receive_count=int(record["attributes"]["ApproximateReceiveCount"]),
        )
        for record in event["Records"]
    ]
    ports = pipeline.output_ports()
    result = make_deliveries(messages, lambda ref: deliver_output(ref, ports))
    if messages:
        report("output sender", result, messages=len(messages))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in result.failed]}
