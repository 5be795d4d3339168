"""The lake writer: a batch of the lake queue in."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.deliveries import DeliveryMessage, make_deliveries
from opentrail.service.lake_delivery import deliver_to_lake
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
    ports = pipeline.lake_ports()
    result = make_deliveries(messages, lambda ref: deliver_to_lake(ref, ports))
    if messages:
        report("lake writer", result, messages=len(messages))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in result.failed]}
