"""What functions that SQS wakes share: a batch of messages in, those that must come again out."""

from collections.abc import Iterable
from typing import Any

from opentrail.service.deliveries import DeliveryMessage
from opentrail.service.recording import QueueMessage


def deliveries(event: dict[str, Any]) -> list[DeliveryMessage]:
    """The messages of a batch."""
    return [
        DeliveryMessage(
            message_id=record["messageId"],
            body=record["body"],
            receive_count=int(record["attributes"]["ApproximateReceiveCount"]),
        )
        for record in event["Records"]
    ]


def recorder_messages(event: dict[str, Any]) -> list[QueueMessage]:
    """The messages of a batch for the recorder, which looks at who sent them."""
    return [
        QueueMessage(
            message_id=record["messageId"],
            body=record["body"],
            sender_id=record["attributes"]["SenderId"],
            receive_count=int(record["attributes"]["ApproximateReceiveCount"]),
        )
        for record in event["Records"]
    ]


def queue_arn(event: dict[str, Any]) -> str | None:
    """The queue that a batch came from, always one; None of an empty batch."""
    return next((str(record["eventSourceARN"]) for record in event["Records"]), None)


def answer(failed: Iterable[str]) -> dict[str, Any]:
    """SQS deletes the messages that are not named here (AWS Lambda, ReportBatchItemFailures)."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
