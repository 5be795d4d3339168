"""What deliveries of a trail have come to, per Region."""

from typing import Protocol

from opentrail.domain.trail import DeliveryStatus


class TrailStatuses(Protocol):
    """Delivery status per destination and Region."""

    def get(self, destination: str, region: str) -> DeliveryStatus:
        """The status; an empty one when nothing was attempted yet."""
        ...
