"""The recorder: a batch of the records queue in."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.recording import QueueMessage, record_messages
from opentrail.telemetry import report
from opentrail.wire.queue_batch import answer


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Record the batch; SQS deletes the messages that are not named in the answer."""
    messages = [
        QueueMessage(
            message_id=record["messageId"],
            body=record["body"],
            sender_id=record["attributes"]["SenderId"],
            receive_count=int(record["attributes"]["ApproximateReceiveCount"]),
        )
        for record in event["Records"]
    ]
    ports, rules = pipeline.recorder_ports(), pipeline.recording_rules()
    result = record_messages(messages, ports, rules)
    if messages:
        report("recorder", result, messages=len(messages))
    return answer(result.failed)
