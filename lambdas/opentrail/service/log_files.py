"""Delivering log files: one manifest in, an object for each folder in the trail's bucket out.

The trail's topic is told of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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

    The trail's bucket, prefix and key are those of this moment; the files' names and bytes are the manifest's
    own, so that a retry writes the same objects. A bucket that refuses costs an attempt, noted in the trail's
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
    files = [_File(_key(trail, manifest, folder), held) for folder, held in log_file.by_folder(lines).items()]
    try:
        for file in files:
            _write(trail, file, ports)
    except LogBucketError as error:
        attempts.failed(manifest, error.code, ports)
        return "failed"
    notified = _notify(trail, [file.key for file in files], manifest, ports)
    now = ports.clock.now()
    result = Delivered(
        at=now,
        objects=tuple(f"{trail.s3_bucket_name}/{file.key}" for file in files),
        repeats=repeats,
        undigested=tuple(_for_a_digest(trail, file, now) for file in files)
        if trail.log_file_validation_enabled
        else (),
        notified=notified,
    )
    attempts.delivered(manifest, result, ports)
    return "delivered"


@dataclass(frozen=True, slots=True)
class _File:
    key: str
    lines: Sequence[bytes]


def _key(trail: Trail, manifest: Manifest, folder: str) -> str:
    return log_file.key(
        prefix=trail.s3_key_prefix,
        account_id=manifest.window.account_id,
        region=manifest.window.region,
        window_end=manifest.window.end,
        digest=manifest.digest,
        folder=folder,
    )


def _write(trail: Trail, file: _File, ports: LogFilePorts) -> None:
    """One object, and its record if it was not there."""
    body = log_file.body(file.lines)
    if _put(trail, file.key, body, ports):
        put = LogFilePut(trail=trail, key=file.key, size=len(body), at=ports.clock.now())
        record_put(put, file.lines, ports)


def _for_a_digest(trail: Trail, file: _File, now: datetime) -> DigestedLogFile:
    """How a digest will list the file."""
    return digest_file.log_file(
        bucket=trail.s3_bucket_name,
        key=file.key,
        text=log_file.text(file.lines),
        times=[record.read(line).event_time for line in file.lines],
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


def _notify(trail: Trail, keys: Sequence[str], manifest: Manifest, ports: LogFilePorts) -> Notified | None:
    """Tell the trail's topic of each file that is there: before the delivery is settled, so at least once.

    A topic that refuses is noted in the status and told nothing more of this delivery. One that is away is
    tried again with the delivery a few times; the files are not written again meanwhile.
    """
    if trail.sns_topic_arn is None:
        return None
    topic = trail.sns_topic_arn
    try:
        for key in keys:
            message = notification.of_log_file(trail.s3_bucket_name, key)
            ports.topics.publish(account_id=trail.account_id, topic_arn=topic, message=message)
    except TopicError as error:
        return Notified(topic_arn=topic, error=error.code)
    except AdapterError as error:
        if manifest.sends < NOTIFICATION_SENDS:
            raise
        return Notified(topic_arn=topic, error=error.code or "ServiceUnavailable")
    return Notified(topic_arn=topic)
