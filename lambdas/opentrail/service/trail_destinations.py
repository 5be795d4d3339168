"""Whether the destinations of a trail take what it will deliver: tried for real, as CloudTrail does.

What is tried leaves its traces even when the trail is refused: the marker objects.
"""

from opentrail.domain import digest_file, log_file
from opentrail.domain.trail import Trail
from opentrail.errors import InsufficientS3BucketPolicyException, S3BucketDoesNotExistException
from opentrail.messages import trails as messages
from opentrail.ports import Ports
from opentrail.ports.log_buckets import LogBucketError


def check(trail: Trail, ports: Ports) -> None:
    """Refuse a trail whose destinations do not take its deliveries, unless the stage leaves that open."""
    if not ports.checks_destinations:
        return
    _check_bucket(trail, ports)


def named(trail: Trail) -> tuple[object, ...]:
    """What a check depends on."""
    return (
        trail.s3_bucket_name,
        trail.s3_key_prefix,
        trail.kms_key_id,
        trail.log_file_validation_enabled,
        trail.sns_topic_arn,
        trail.cloud_watch_logs_log_group_arn,
        trail.cloud_watch_logs_role_arn,
    )


def _check_bucket(trail: Trail, ports: Ports) -> None:
    """Look at the bucket's ACL and write the markers, as every delivery will write."""
    bucket = trail.s3_bucket_name
    prefix, account_id = trail.s3_key_prefix, trail.account_id
    markers = [log_file.marker_key(prefix=prefix, account_id=account_id)]
    if trail.log_file_validation_enabled:
        markers.append(digest_file.marker_key(prefix=prefix, account_id=account_id))
    try:
        ports.log_bucket.check(
            account_id=trail.account_id,
            bucket=bucket,
            keys=tuple(markers),
            kms_key_id=trail.kms_key_id,
            trail_arn=trail.arn,
        )
    except LogBucketError as error:
        if error.code == "NoSuchBucket":
            raise S3BucketDoesNotExistException(messages.bucket_does_not_exist(bucket)) from error
        raise InsufficientS3BucketPolicyException(messages.bucket_policy(bucket)) from error
