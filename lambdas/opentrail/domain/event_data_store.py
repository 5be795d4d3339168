"""An event data store: what it selects, how long it keeps it, in which state it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

DEFAULT_ADVANCED_EVENT_SELECTORS: tuple[dict[str, Any], ...] = (
    {
        "Name": "Default management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDataStore:
    """An event data store as configured."""

    store_id: str
    account_id: str
    region: str
    name: str
    status: str  # CREATED, ENABLED, STOPPED_INGESTION, PENDING_DELETION, ...
    created_at: datetime
    updated_at: datetime
    partition: str = "aws"
    advanced_event_selectors: tuple[dict[str, Any], ...] = DEFAULT_ADVANCED_EVENT_SELECTORS
    multi_region_enabled: bool = True
    organization_enabled: bool = False
    retention_period: int = 366
    termination_protection_enabled: bool = True
    billing_mode: str = "EXTENDABLE_RETENTION_PRICING"
    kms_key_id: str | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def arn(self) -> str:
        """The store's ARN."""
        return (
            f"arn:{self.partition}:cloudtrail:{self.region}:{self.account_id}:eventdatastore/{self.store_id}"
        )

    @property
    def destination(self) -> str:
        """The name of this store as a destination in plans, windows, manifests and counts."""
        return f"store/{self.account_id}/{self.region}/{self.store_id}"
