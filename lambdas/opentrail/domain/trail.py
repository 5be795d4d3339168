"""A trail: what it is called, where it delivers, what it selects; and what its deliveries have come to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """A trail as configured. `trail_id` distinguishes trails that had the same name one after another."""

    trail_id: str
    account_id: str
    home_region: str
    name: str
    s3_bucket_name: str
    partition: str = "aws"
    s3_key_prefix: str | None = None
    sns_topic_name: str | None = None
    include_global_service_events: bool = True
    is_multi_region_trail: bool = False
    log_file_validation_enabled: bool = False
    cloud_watch_logs_log_group_arn: str | None = None
    cloud_watch_logs_role_arn: str | None = None
    kms_key_id: str | None = None
    is_organization_trail: bool = False
    recursive_logging: bool = True
    event_selectors: tuple[dict[str, Any], ...] | None = None
    advanced_event_selectors: tuple[dict[str, Any], ...] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    created_at: datetime
    is_logging: bool = False
    start_logging_time: datetime | None = None
    stop_logging_time: datetime | None = None
    log_file_validation_changed_at: datetime | None = None  # when it was last turned on or off, if ever
    multi_region_changed_at: datetime | None = None  # when it was last converted, if ever
    sns_topic_set_at: datetime | None = None  # when the topic was last named, be it the same

    @property
    def arn(self) -> str:
        """The trail's ARN, in its home Region."""
        return f"arn:{self.partition}:cloudtrail:{self.home_region}:{self.account_id}:trail/{self.name}"

    @property
    def sns_topic_arn(self) -> str | None:
        """The topic's ARN: a name alone is of the trail's account and home Region."""
        name = self.sns_topic_name
        if name is None or name.startswith("arn:"):
            return name
        return f"arn:{self.partition}:sns:{self.home_region}:{self.account_id}:{name}"

    @property
    def has_custom_event_selectors(self) -> bool:
        """Whether selectors were put, be they equal to the default ones."""
        return self.event_selectors is not None or self.advanced_event_selectors is not None

    def is_in(self, region: str) -> bool:
        """Whether the Region has this trail: as its home, or as a shadow."""
        return self.is_multi_region_trail or self.home_region == region

    @property
    def has_digests(self) -> bool:
        """Whether it has digests, or may have had some."""
        return self.log_file_validation_enabled or self.log_file_validation_changed_at is not None

    @property
    def destination(self) -> str:
        """The name of this trail as a destination in plans, windows, manifests and counts."""
        return f"trail/{self._path}"

    def encryption_context(self, key: str) -> dict[str, str]:
        """What KMS is told when an object of this key is encrypted for the trail (AWS documentation)."""
        return {
            "aws:cloudtrail:arn": self.arn,
            "aws:s3:arn": f"arn:{self.partition}:s3:::{self.s3_bucket_name}/{key}",
        }

    @property
    def log_group_destination(self) -> str | None:
        """The name of its log group as a destination; None when it has none."""
        return f"logs/{self._path}" if self.cloud_watch_logs_log_group_arn else None

    @property
    def _path(self) -> str:
        return f"{self.account_id}/{self.home_region}/{self.name}/{self.trail_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """Deliveries of one destination in one Region."""

    latest_delivery_time: datetime | None = None
    latest_delivery_attempt_time: datetime | None = None
    latest_delivery_error: str | None = None
    latest_notification_time: datetime | None = None
    latest_notification_error: str | None = None
    notification_error_topic: str | None = None  # the topic the error is of
    notification_error_at: datetime | None = None
    latest_digest_delivery_time: datetime | None = None
    latest_digest_delivery_error: str | None = None
