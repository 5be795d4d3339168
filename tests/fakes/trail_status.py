"""Delivery status in memory."""

from opentrail.domain.trail import DeliveryStatus


class FakeTrailStatuses:
    """Status by destination and Region."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], DeliveryStatus] = {}

    def get(self, destination: str, region: str) -> DeliveryStatus:
        return self.held.get((destination, region), DeliveryStatus())
