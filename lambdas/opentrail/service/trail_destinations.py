"""Whether the destinations of a trail take what it will deliver: each is tried for real, as CloudTrail does.

What is tried leaves its traces even when the trail is refused: marker objects in the bucket, a message in the
topic, a stream in the log group (measured). The order is AWS's: bucket and key, topic, role and log group.
"""

from dataclasses import replace

from opentrail.domain import digest_file, log_file, log_stream
from opentrail.domain.trail import Trail
from opentrail.errors import (
    ApiError,
    CloudTrailInvalidClientTokenIdException,
    InsufficientEncryptionPolicyException,
    InsufficientS3BucketPolicyException,
    InsufficientSnsTopicPolicyException,
    InvalidCloudWatchLogsLogGroupArnException,
    InvalidCloudWatchLogsRoleArnException,
    KmsException,
    KmsKeyNotFoundException,
    S3BucketDoesNotExistException,
)
from opentrail.messages import trails as messages
from opentrail.ports import Ports
from opentrail.ports.encryption_keys import EncryptionKeyError
from opentrail.ports.log_buckets import LogBucketError
from opentrail.ports.log_groups import LogGroupError, LogRoleError
from opentrail.ports.topics import TopicError

VALIDATION_MESSAGE = "CloudTrail validation message."  # what a topic is told (measured)

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "NotFoundException", "KMS.NotFoundException"})


def check(trail: Trail, ports: Ports) -> Trail:
    """Refuse a trail whose destinations do not take its deliveries, unless the stage leaves that open. The
    trail with its key's own ARN: what an alias means is decided now, not at each delivery (measured).
    """
    if not ports.checks_destinations:
        return _resolved(trail, ports)
    checked = _check_bucket(trail, ports)
    _check_topic(checked, ports)
    _check_log_group(checked, ports)
    return checked


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


def _check_bucket(trail: Trail, ports: Ports) -> Trail:
    """Look at the bucket's ACL and write the markers, as every delivery will write.

    The key is tried apart, with the context that S3 will give it: not every platform's S3 asks it.
    """
    bucket, prefix, account_id = trail.s3_bucket_name, trail.s3_key_prefix, trail.account_id
    markers = [log_file.marker_key(prefix=prefix, account_id=account_id)]
    if trail.log_file_validation_enabled:
        markers.append(digest_file.marker_key(prefix=prefix, account_id=account_id))
    key, refused = _try_key(trail, markers[0], ports)
    try:
        ports.log_bucket.check(
            account_id=account_id,
            bucket=bucket,
            keys=tuple(markers),
            kms_key_id=key,
            trail_arn=trail.arn,
        )
    except LogBucketError as error:
        raise _bucket_refusal(error.code, trail, refused) from error
    if refused is not None:
        raise _key_refusal(refused, trail)
    return replace(trail, kms_key_id=key)


def _resolved(trail: Trail, ports: Ports) -> Trail:
    """With its key's own ARN, if there is such a key."""
    key, _ = _try_key(
        trail, log_file.marker_key(prefix=trail.s3_key_prefix, account_id=trail.account_id), ports
    )
    return replace(trail, kms_key_id=key)


def _try_key(trail: Trail, marker: str, ports: Ports) -> tuple[str | None, str | None]:
    """The key's own ARN, or the trail's word for it and KMS's word for what is wrong."""
    if trail.kms_key_id is None:
        return None, None
    context = trail.encryption_context(marker)
    try:
        key = ports.encryption_keys.try_out(
            account_id=trail.account_id, key_arn=trail.kms_key_id, context=context
        )
    except EncryptionKeyError as error:
        return trail.kms_key_id, error.code
    return key, None


def _bucket_refusal(code: str, trail: Trail, refused: str | None) -> ApiError:
    """What S3 refused, given what KMS itself said of the key."""
    bucket, key = trail.s3_bucket_name, trail.kms_key_id or ""
    if code == "NoSuchBucket":
        return S3BucketDoesNotExistException(messages.bucket_does_not_exist(bucket))
    if refused is not None:
        return _key_refusal(refused, trail)
    if code == "KMS.NotFoundException":  # though KMS knows it: S3 looks in the bucket's Region
        return KmsKeyNotFoundException(messages.key_elsewhere(key, bucket))
    if code.startswith("KMS."):
        return KmsException(messages.key_unusable(key))
    return InsufficientS3BucketPolicyException(messages.bucket_policy(bucket))


def _key_refusal(code: str, trail: Trail) -> ApiError:
    """What KMS refused."""
    key = trail.kms_key_id or ""
    if code in _DENIED:
        return InsufficientEncryptionPolicyException(messages.key_policy(trail.s3_bucket_name, key))
    return KmsException(messages.key_unusable(key))


def _check_topic(trail: Trail, ports: Ports) -> None:
    topic = trail.sns_topic_arn
    if topic is None:
        return
    try:
        ports.topics.publish(account_id=trail.account_id, topic_arn=topic, message=VALIDATION_MESSAGE)
    except TopicError as error:
        if error.code == "InvalidClientTokenId":
            raise CloudTrailInvalidClientTokenIdException(messages.TOPIC_ACCOUNT) from error
        if error.code == "KMSNotFound":
            raise KmsKeyNotFoundException(messages.topic_key(topic)) from error
        raise InsufficientSnsTopicPolicyException(messages.TOPIC_POLICY) from error


def _check_log_group(trail: Trail, ports: Ports) -> None:
    group, role = trail.cloud_watch_logs_log_group_arn, trail.cloud_watch_logs_role_arn
    if group is None or role is None:
        return
    stream = log_stream.name(trail.account_id, trail.home_region)
    try:
        ports.log_groups.check(account_id=trail.account_id, role_arn=role, log_group_arn=group, stream=stream)
    except LogRoleError as error:
        raise InvalidCloudWatchLogsRoleArnException(messages.ROLE_DENIED) from error
    except LogGroupError as error:
        raise InvalidCloudWatchLogsLogGroupArnException(messages.LOG_GROUP_DENIED) from error
