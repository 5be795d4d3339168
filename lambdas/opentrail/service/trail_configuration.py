"""What a request makes of a trail, and what is refused before anything outside is asked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from opentrail.domain import arn, tags, trail_destination, trail_name
from opentrail.domain.caller import Caller
from opentrail.domain.moment import to_milliseconds
from opentrail.domain.trail import Trail
from opentrail.errors import (
    InvalidCloudWatchLogsLogGroupArnException,
    InvalidCloudWatchLogsRoleArnException,
    InvalidKmsKeyIdException,
    InvalidParameterCombinationException,
    InvalidS3BucketNameException,
    InvalidS3PrefixException,
    InvalidSnsTopicNameException,
    KmsKeyNotFoundException,
    OrganizationsNotInUseException,
)
from opentrail.messages import trails as messages
from opentrail.ports import Ports

type Request = Mapping[str, Any]

# Member of a request -> member of a trail. Text that is given empty removes what there was.
_TEXTS = {
    "S3BucketName": "s3_bucket_name",
    "S3KeyPrefix": "s3_key_prefix",
    "SnsTopicName": "sns_topic_name",
    "CloudWatchLogsLogGroupArn": "cloud_watch_logs_log_group_arn",
    "CloudWatchLogsRoleArn": "cloud_watch_logs_role_arn",
}
_FLAGS = {
    "IncludeGlobalServiceEvents": "include_global_service_events",
    "IsMultiRegionTrail": "is_multi_region_trail",
    "EnableLogFileValidation": "log_file_validation_enabled",
    "RecursiveLogging": "recursive_logging",
}
_LOG_GROUP, _ROLE = "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"


def created(request: Request, caller: Caller, ports: Ports) -> Trail:
    """The trail that CreateTrail asks for."""
    now = to_milliseconds(ports.clock.now())
    empty = Trail(
        trail_id=ports.ids.uuid(),
        account_id=caller.account_id,
        home_region=caller.region,
        name=request["Name"],
        partition=caller.partition,
        s3_bucket_name="",
        tags=tags.from_list(request.get("TagsList") or ()),
        created_at=now,
    )
    return replace(changed(empty, request, now), multi_region_changed_at=None)


def changed(trail: Trail, request: Request, now: datetime) -> Trail:
    """The trail as UpdateTrail asks for it: a member that is absent stays as it is."""
    members: dict[str, Any] = {
        name: request[member] for member, name in _FLAGS.items() if request.get(member) is not None
    }
    for member, name in _TEXTS.items():
        if request.get(member) is not None:
            members[name] = request[member] or None
    members["s3_bucket_name"] = request.get("S3BucketName", trail.s3_bucket_name)
    if (key := request.get("KmsKeyId")) is not None:
        members["kms_key_id"] = _key_arn(key, trail) if key else None
    if _removes_log_group(request):
        members |= {"cloud_watch_logs_log_group_arn": None, "cloud_watch_logs_role_arn": None}
    if request.get("SnsTopicName") is not None:
        members["sns_topic_set_at"] = now if request["SnsTopicName"] else None
    after = replace(trail, **members)
    if after.log_file_validation_enabled != trail.log_file_validation_enabled:
        after = replace(after, log_file_validation_changed_at=now)
    if after.is_multi_region_trail != trail.is_multi_region_trail:
        after = replace(after, multi_region_changed_at=now)
    return after


def refuse(trail: Trail, request: Request) -> None:
    """What is wrong with a request, and with the trail that it makes."""
    if request.get("IsOrganizationTrail") is True:
        raise OrganizationsNotInUseException(messages.ORGANIZATIONS_NOT_IN_USE)
    if trail.is_multi_region_trail and not trail.include_global_service_events:
        raise InvalidParameterCombinationException(messages.GLOBAL_EVENTS_NEEDED)
    _refuse_log_group(trail, request)
    topic = request.get("SnsTopicName")
    if topic and not trail_destination.is_topic(topic, trail.partition):
        raise InvalidSnsTopicNameException(messages.topic_name(topic))
    if not trail_name.is_bucket_name(trail.s3_bucket_name):
        raise InvalidS3BucketNameException(messages.bucket_name(trail.s3_bucket_name))
    if trail.s3_key_prefix is not None and not trail_name.is_key_prefix(trail.s3_key_prefix):
        raise InvalidS3PrefixException(messages.KEY_PREFIX)
    if key := request.get("KmsKeyId"):
        _refuse_key(key, trail)


def _removes_log_group(request: Request) -> bool:
    """Either member given empty removes both, while the other is absent or empty as well (measured)."""
    given = [request[member] for member in (_LOG_GROUP, _ROLE) if request.get(member) is not None]
    return bool(given) and not any(given)


def _key_arn(key: str, trail: Trail) -> str | None:
    return trail_destination.key_arn(key, trail.partition, trail.home_region, trail.account_id)


def _refuse_key(key: str, trail: Trail) -> None:
    """A malformed id or alias is a key not found (measured), a malformed ARN one that is not valid."""
    if _key_arn(key, trail) is None:
        refusal = InvalidKmsKeyIdException if arn.is_arn(key) else KmsKeyNotFoundException
        raise refusal(messages.key_malformed(key))


def _refuse_log_group(trail: Trail, request: Request) -> None:
    """Both members or neither, in the request itself: one of a pair that is configured does not do either."""
    group, role = request.get(_LOG_GROUP), request.get(_ROLE)
    if group and not role:
        raise InvalidCloudWatchLogsRoleArnException(messages.LOG_GROUP_AND_ROLE)
    if role and not group:
        raise InvalidCloudWatchLogsLogGroupArnException(messages.LOG_GROUP_AND_ROLE)
    if not group or not role:
        return
    found = trail_destination.log_group(group, trail.partition, trail.account_id)
    if found is None:
        raise InvalidCloudWatchLogsLogGroupArnException(messages.LOG_GROUP_ARN)
    if found != trail.home_region:
        raise InvalidCloudWatchLogsLogGroupArnException(messages.LOG_GROUP_REGION)
    if not trail_destination.is_role(role, trail.partition, trail.account_id):
        raise InvalidCloudWatchLogsRoleArnException(messages.ROLE_ARN)
