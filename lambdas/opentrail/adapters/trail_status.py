"""Delivery status, as the ledger writes it with each delivery."""

from datetime import UTC, datetime
from typing import Any

from opentrail.adapters.dynamodb import from_item, to_item, translating
from opentrail.adapters.ledger_items import status_key
from opentrail.domain.trail import DeliveryStatus


class DynamoTrailStatuses:
    """Reads the ledger's table."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    @translating
    def get(self, destination: str, region: str) -> DeliveryStatus:
        """Read consistently."""
        answer = self._dynamodb.get_item(
            TableName=self._table,
            Key=to_item(status_key(destination, region)),
            ConsistentRead=True,
        )
        values = from_item(answer.get("Item", {}))
        return DeliveryStatus(
            latest_delivery_time=_moment(values.get("latest_delivery_time")),
            latest_delivery_attempt_time=_moment(values.get("latest_delivery_attempt_time")),
            latest_delivery_error=values.get("latest_delivery_error"),
            latest_notification_time=_moment(values.get("latest_notification_time")),
            latest_notification_error=values.get("latest_notification_error"),
            notification_error_topic=values.get("notification_error_topic"),
            notification_error_at=_moment(values.get("notification_error_at")),
            latest_digest_delivery_time=_moment(values.get("latest_digest_delivery_time")),
            latest_digest_delivery_error=values.get("latest_digest_delivery_error"),
        )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
