"""What functions that SQS wakes share: a batch of deliveries in, the messages that must come again out."""

from collections.abc import Iterable
from typing import Any

from opentrail.service.deliveries import DeliveryMessage


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


def answer(failed: Iterable[str]) -> dict[str, Any]:
    """SQS deletes the messages that are not named here (AWS Lambda, ReportBatchItemFailures)."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
