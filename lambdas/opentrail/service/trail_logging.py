"""Whether a trail logs, and what its deliveries have come to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from opentrail.domain.caller import Caller
from opentrail.domain.moment import to_milliseconds, to_text
from opentrail.domain.trail import DeliveryStatus, Trail
from opentrail.ports import Ports
from opentrail.service import found_trails
from opentrail.service.changes import change


def start_logging(request: Mapping[str, Any], caller: Caller, ports: Ports) -> dict[str, Any]:
    """StartLogging: a call right after it counts. Repeated, it changes nothing, not even the time."""

    def attempt(version: int) -> None:
        trail = found_trails.to_change(request["Name"], caller, ports)
        if not trail.is_logging:
            now = to_milliseconds(ports.clock.now())
            ports.trails.put(replace(trail, is_logging=True, start_logging_time=now), version=version)

    change(caller.account_id, ports, attempt)
    return {}


def stop_logging(request: Mapping[str, Any], caller: Caller, ports: Ports) -> dict[str, Any]:
    """StopLogging: what was recorded before is still delivered. Repeated, it changes nothing."""

    def attempt(version: int) -> None:
        trail = found_trails.to_change(request["Name"], caller, ports)
        if trail.is_logging:
            now = to_milliseconds(ports.clock.now())
            ports.trails.put(replace(trail, is_logging=False, stop_logging_time=now), version=version)

    change(caller.account_id, ports, attempt)
    return {}


def get_trail_status(request: Mapping[str, Any], caller: Caller, ports: Ports) -> dict[str, Any]:
    """GetTrailStatus: of the calling Region, where a multi-Region trail has a delivery status of its own.

    Deliveries that failed do not move the times; their error is shown until the next success (measured), that
    of a notification until a topic is set, be it the same.
    """
    trail = found_trails.to_read(request["Name"], caller, ports)
    region = caller.region if trail.is_in(caller.region) else trail.home_region
    status = ports.trail_statuses.get(trail.destination, region)
    delivered = status.latest_delivery_time
    digests = trail.log_file_validation_enabled
    notified = status.latest_notification_time
    log_group = trail.log_group_destination
    logged = ports.trail_statuses.get(log_group, region) if log_group else DeliveryStatus()
    members = {
        "IsLogging": trail.is_logging,
        "StartLoggingTime": trail.start_logging_time,
        "StopLoggingTime": trail.stop_logging_time,
        "LatestDeliveryTime": delivered,
        "LatestDeliveryError": status.latest_delivery_error,
        "LatestNotificationTime": notified,
        "LatestNotificationError": _notification_error(trail, status),
        "LatestCloudWatchLogsDeliveryTime": logged.latest_delivery_time,
        "LatestCloudWatchLogsDeliveryError": logged.latest_delivery_error,
        "LatestDigestDeliveryTime": status.latest_digest_delivery_time if digests else None,
        "LatestDigestDeliveryError": status.latest_digest_delivery_error if digests else None,
        "LatestDeliveryAttemptTime": _text(status.latest_delivery_attempt_time or delivered),
        "LatestDeliveryAttemptSucceeded": _text(delivered),
        "LatestNotificationAttemptTime": _text(notified),
        "LatestNotificationAttemptSucceeded": _text(notified),
        "TimeLoggingStarted": _text(trail.start_logging_time),
        "TimeLoggingStopped": _text(trail.stop_logging_time),
    }
    return {name: value for name, value in members.items() if value is not None}


def _notification_error(trail: Trail, status: DeliveryStatus) -> str | None:
    """The error of the present topic, unless the topic was set after it (measured)."""
    at, since = status.notification_error_at, trail.sns_topic_set_at
    if status.notification_error_topic != trail.sns_topic_arn or (at and since and at <= since):
        return None
    return status.latest_notification_error


def _text(moment: datetime | None) -> str:
    """The form of the members older than timestamps: empty when it never was."""
    return to_text(moment) if moment else ""
