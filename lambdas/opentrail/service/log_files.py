"""Delivering log files: one manifest in, one object in the trail's bucket out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from opentrail.domain import digest_file, log_file, record
from opentrail.domain.delivery import DISCARDED, PENDING, Manifest, ManifestRef, worse
from opentrail.domain.digest_file import DigestedLogFile
from opentrail.domain.trail import Trail
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Delivered
from opentrail.ports.log_buckets import LogBucketError
from opentrail.ports.pipeline import LogFilePorts
from opentrail.service.slices import deliverable


def deliver_log_file(ref: ManifestRef, ports: LogFilePorts) -> str:
    """Make one delivery; returns what came of it in one word.

    The trail's bucket, prefix and key are those of this moment; the file's name and bytes are the manifest's
    own, so that a retry writes the same object. A bucket that refuses costs an attempt, noted in the trail's
    status; the manifest waits in the ledger. AdapterError means that the message must come again.
    """
    manifest = ports.ledger.manifest(ref)
    if manifest is None or manifest.state != PENDING:
        return "settled"
    trail = _trail(ref.destination, ports)
    if trail is None:
        ports.ledger.settle(manifest, DISCARDED, at=ports.clock.now())
        return "discarded"
    lines, repeats = deliverable(manifest, ports.segments)
    key = log_file.key(
        prefix=trail.s3_key_prefix,
        account_id=manifest.window.account_id,
        region=manifest.window.region,
        window_end=manifest.window.end,
        digest=manifest.digest,
    )
    try:
        _put(trail, key, log_file.body(lines), ports)
    except LogBucketError as error:
        _failed(manifest, error.code, ports)
        return "failed"
    now = ports.clock.now()
    ports.ledger.delivered(
        manifest,
        Delivered(
            at=now,
            objects=(f"{trail.s3_bucket_name}/{key}",),
            repeats=repeats,
            undigested=_for_a_digest(trail, key, lines, now),
        ),
    )
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


def _put(trail: Trail, key: str, body: bytes, ports: LogFilePorts) -> None:
    ports.log_bucket.put_log_file(
        account_id=trail.account_id,
        bucket=trail.s3_bucket_name,
        key=key,
        body=body,
        kms_key_id=trail.kms_key_id,
        trail_arn=trail.arn,
        metadata={},
    )


def _trail(destination: str, ports: LogFilePorts) -> Trail | None:
    """The trail a destination names, unless it was deleted, perhaps to be made anew under the same name."""
    kind, account_id, home_region, name, trail_id = destination.split("/")
    if kind != "trail":
        raise AdapterError(f"No trail: {destination}", retryable=False)
    trail = ports.trails.get(account_id, home_region, name)
    return trail if trail is not None and trail.trail_id == trail_id else None


def _failed(manifest: Manifest, code: str, ports: LogFilePorts) -> None:
    """The destination's other deliveries wait too; one of them is tried when its pause is over."""
    health = worse(ports.ledger.health(manifest.window), ports.clock.now())
    ports.ledger.failed(manifest, code=code, health=health)
    ports.wakeups.at(datetime.fromtimestamp(health.retry_at, UTC))
