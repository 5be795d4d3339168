"""Delivering log files: one manifest in, one object in the trail's bucket out, and its topic is told."""

from collections.abc import Sequence
from datetime import datetime

from opentrail.domain import digest_file, log_file, notification, record
from opentrail.domain.delivery import Manifest, ManifestRef
from opentrail.domain.delivery_call import LogFilePut
from opentrail.domain.digest_file import DigestedLogFile
from opentrail.domain.trail import Trail
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Delivered, Notified
from opentrail.ports.log_buckets import LogBucketError
from opentrail.ports.pipeline import LogFilePorts
from opentrail.ports.topics import TopicError
from opentrail.service import attempts
from opentrail.service.delivery_records import record_put
from opentrail.service.slices import deliverable

NOTIFICATION_SENDS = 2  # of a delivery by the clock: from then on a topic that is away is told no more


def deliver_log_file(ref: ManifestRef, ports: LogFilePorts) -> str:
    """Make one delivery; returns what came of it in one word.

    The trail's bucket, prefix and key are those of this moment; the file's name and bytes are the manifest's
    own, so that a retry writes the same object. A bucket that refuses costs an attempt, noted in the trail's
    status; the manifest waits in the ledger. AdapterError means that the message must come again.
    """
    manifest = attempts.pending(ref, ports.ledger)
    if manifest is None:
        return "settled"
    trail = attempts.trail_of(ref.destination, ports.trails)
    if trail is None:
        attempts.discarded(manifest, ports)
        return "discarded"
    lines, repeats = deliverable(manifest, ports.segments)
    key = log_file.key(
        prefix=trail.s3_key_prefix,
        account_id=manifest.window.account_id,
        region=manifest.window.region,
        window_end=manifest.window.end,
        digest=manifest.digest,
    )
    body = log_file.body(lines)
    try:
        written = _put(trail, key, body, ports)
    except LogBucketError as error:
        attempts.failed(manifest, error.code, ports)
        return "failed"
    now = ports.clock.now()
    if written:
        record_put(LogFilePut(trail=trail, key=key, size=len(body), at=now), lines, ports)
    notified = _notify(trail, key, manifest, ports)
    result = Delivered(
        at=now,
        objects=(f"{trail.s3_bucket_name}/{key}",),
        repeats=repeats,
        undigested=_for_a_digest(trail, key, lines, now),
        notified=notified,
    )
    attempts.delivered(manifest, result, ports)
    return "delivered"


def _for_a_digest(trail: Trail, key: str, lines: Sequence[bytes], now: datetime) -> DigestedLogFile | None:
    """How a digest will list the file, if the trail wants digests."""
    if not trail.log_file_validation_enabled or not lines:
        return None
    return digest_file.log_file(
        bucket=trail.s3_bucket_name,
        key=key,
        text=log_file.text(lines),
        times=[record.read(line).event_time for line in lines],
        delivered_at=now,
    )


def _put(trail: Trail, key: str, body: bytes, ports: LogFilePorts) -> bool:
    return ports.log_bucket.put_log_file(
        account_id=trail.account_id,
        bucket=trail.s3_bucket_name,
        key=key,
        body=body,
        kms_key_id=trail.kms_key_id,
        trail_arn=trail.arn,
        metadata={},
    )


def _notify(trail: Trail, key: str, manifest: Manifest, ports: LogFilePorts) -> Notified | None:
    """Tell the trail's topic of the file that is there now: before the delivery is settled, so at least once.

    A topic that refuses is noted in the status and told nothing more of this file. One that is away is tried
    again with the delivery a few times; the file is not written again meanwhile.
    """
    if trail.sns_topic_arn is None:
        return None
    message = notification.of_log_file(trail.s3_bucket_name, key)
    try:
        ports.topics.publish(account_id=trail.account_id, topic_arn=trail.sns_topic_arn, message=message)
    except TopicError as error:
        return Notified(topic_arn=trail.sns_topic_arn, error=error.code)
    except AdapterError as error:
        if manifest.sends < NOTIFICATION_SENDS:
            raise
        return Notified(topic_arn=trail.sns_topic_arn, error=error.code or "ServiceUnavailable")
    return Notified(topic_arn=trail.sns_topic_arn)
