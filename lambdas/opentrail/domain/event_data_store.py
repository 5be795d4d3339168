"""An event data store: what it selects, how long it keeps it, in which state it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

PENDING_DELETION = "PENDING_DELETION"
SETTLING = timedelta(seconds=1)  # that a new store is shown as CREATED; it takes events at once
DELETED_AFTER = timedelta(days=7)  # of pending deletion (AWS documentation)
EXTENDABLE, FIXED = "EXTENDABLE_RETENTION_PRICING", "FIXED_RETENTION_PRICING"
DEFAULT_RETENTION = {EXTENDABLE: 366, FIXED: 2557}  # days
LONGEST_RETENTION = {EXTENDABLE: 3653, FIXED: 2557}  # days

DEFAULT_ADVANCED_EVENT_SELECTORS: tuple[dict[str, Any], ...] = (
    {
        "Name": "Default management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDataStore:
    """An event data store as configured. `updated_at` of one pending deletion is when that began."""

    store_id: str
    account_id: str
    region: str
    name: str
    status: str  # ENABLED, STOPPED_INGESTION, PENDING_DELETION
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

    def shown_status(self, now: datetime) -> str:
        """The status as answers show it."""
        is_new = self.status != PENDING_DELETION and now - self.created_at < SETTLING
        return "CREATED" if is_new else self.status

    def is_gone(self, now: datetime) -> bool:
        """Whether its deletion is complete: it is as if it had never been."""
        return self.status == PENDING_DELETION and now - self.updated_at >= DELETED_AFTER

    @property
    def destination(self) -> str:
        """The name of this store as a destination in plans, windows, manifests and counts."""
        return f"store/{self.account_id}/{self.region}/{self.store_id}"
