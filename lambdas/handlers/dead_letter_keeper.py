"""The dead letter keeper: a batch of some queue's dead-letter queue in."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.dead_letters import DeadMessage, keep
from opentrail.telemetry import report
from opentrail.wire.queue_batch import answer


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Keep the batch; SQS deletes the messages that are not named in the answer."""
    messages = [
        DeadMessage(
            message_id=record["messageId"],
            body=record["body"],
            source={
                "queue": record["eventSourceARN"].rpartition(":")[2],
                "sender": record["attributes"]["SenderId"],
                "sent": record["attributes"]["SentTimestamp"],
                "message": record["messageId"],
            },
        )
        for record in event["Records"]
    ]
    result = keep(messages, pipeline.dead_letters())
    if messages:
        report("dead letter keeper", result, messages=len(messages))
    return answer(result.failed)
