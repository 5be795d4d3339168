"""Trails: creating, showing, listing and deleting them.

What is not checked yet (keys of KMS) is refused when a trail asks for it, never accepted in silence.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from opentrail.domain import digest_file, log_file, tags, trail_name
from opentrail.domain.caller import Caller
from opentrail.domain.moment import to_milliseconds
from opentrail.domain.trail import Trail
from opentrail.errors import (
    InsufficientS3BucketPolicyException,
    InvalidCloudWatchLogsLogGroupArnException,
    InvalidCloudWatchLogsRoleArnException,
    InvalidParameterCombinationException,
    InvalidS3BucketNameException,
    InvalidS3PrefixException,
    InvalidTagParameterException,
    MaximumNumberOfTrailsExceededException,
    OrganizationsNotInUseException,
    S3BucketDoesNotExistException,
    TagsLimitExceededException,
    TrailAlreadyExistsException,
    UnsupportedOperationException,
    ValidationException,
)
from opentrail.messages import common
from opentrail.messages import trails as messages
from opentrail.ports import Ports
from opentrail.ports.log_buckets import LogBucketError
from opentrail.service import found_trails
from opentrail.service.changes import change

type Request = Mapping[str, Any]
type Answer = dict[str, Any]


def create_trail(request: Request, caller: Caller, ports: Ports) -> Answer:
    """CreateTrail: a trail that does not log yet. The marker stays in the bucket even when it is refused."""
    name = str(request["Name"])
    found_trails.refuse_name(name)
    multi_region = request.get("IsMultiRegionTrail") is True
    _refuse_taken(name, caller, ports)
    _refuse_full(multi_region, caller, ports)
    _refuse_combinations(request)
    _refuse_not_built(request)
    trail = _made_of(request, caller, ports)
    _refuse_destination(trail)
    _check_bucket(trail, ports)

    def attempt(version: int) -> None:
        _refuse_taken(name, caller, ports)
        _refuse_full(multi_region, caller, ports)
        ports.trails.put(trail, version=version)

    change(caller.account_id, ports, attempt)
    return configuration(trail)


def get_trail(request: Request, caller: Caller, ports: Ports) -> Answer:
    """GetTrail: the trail with what only reads show."""
    return {"Trail": description(found_trails.to_read(request["Name"], caller, ports))}


def describe_trails(request: Request, caller: Caller, ports: Ports) -> Answer:
    """DescribeTrails: those named, or all that the Region has. Unknown ones are left out in silence."""
    shadows = request.get("includeShadowTrails") is not False
    asked = list(dict.fromkeys(request.get("trailNameList") or ()))
    if asked:
        references = [found_trails.reference(text, caller) for text in asked]
        found = [found_trails.find(referred, caller, ports) for referred in references]
        trails = list({trail.arn: trail for trail in found if trail is not None}.values())
    else:
        trails = [trail for trail in ports.trails.list(caller.account_id) if trail.is_in(caller.region)]
    return {
        "trailList": [description(trail) for trail in trails if shadows or trail.home_region == caller.region]
    }


def list_trails(request: Request, caller: Caller, ports: Ports) -> Answer:
    """ListTrails: the account's trails of all home Regions, in one page: an account has few."""
    if request.get("NextToken"):
        # No page ever ends with a token, and the model lists no error for a wrong one.
        raise ValidationException(messages.LIST_TOKEN)
    trails = ports.trails.list(caller.account_id)
    return {
        "Trails": [{"TrailARN": t.arn, "Name": t.name, "HomeRegion": t.home_region} for t in trails],
    }


def delete_trail(request: Request, caller: Caller, ports: Ports) -> Answer:
    """DeleteTrail: also while it logs. The bucket and what lies in it stay."""

    def attempt(version: int) -> None:
        trail = found_trails.to_change(request["Name"], caller, ports)
        if trail.is_logging:
            trail = replace(trail, is_logging=False, stop_logging_time=to_milliseconds(ports.clock.now()))
        ports.trails.delete(trail, version=version)

    change(caller.account_id, ports, attempt)
    return {}


def configuration(trail: Trail) -> Answer:
    """What the answers to CreateTrail and UpdateTrail show. Unset text is left out, booleans never are."""
    members = {
        "Name": trail.name,
        "S3BucketName": trail.s3_bucket_name,
        "S3KeyPrefix": trail.s3_key_prefix,
        "SnsTopicName": trail.sns_topic_name,
        "SnsTopicARN": trail.sns_topic_arn,
        "IncludeGlobalServiceEvents": trail.include_global_service_events,
        "IsMultiRegionTrail": trail.is_multi_region_trail,
        "TrailARN": trail.arn,
        "LogFileValidationEnabled": trail.log_file_validation_enabled,
        "CloudWatchLogsLogGroupArn": trail.cloud_watch_logs_log_group_arn,
        "CloudWatchLogsRoleArn": trail.cloud_watch_logs_role_arn,
        "KmsKeyId": trail.kms_key_id,
        "IsOrganizationTrail": trail.is_organization_trail,
        "RecursiveLogging": trail.recursive_logging,
    }
    return {name: value for name, value in members.items() if value is not None}


def description(trail: Trail) -> Answer:
    """What reads show."""
    return {
        **configuration(trail),
        "HomeRegion": trail.home_region,
        "HasCustomEventSelectors": trail.has_custom_event_selectors,
        "HasInsightSelectors": False,
    }


def _refuse_taken(name: str, caller: Caller, ports: Ports) -> None:
    if ports.trails.get(caller.account_id, caller.region, name) is not None:
        raise TrailAlreadyExistsException(messages.already_exists(name, caller.account_id))


def _refuse_full(multi_region: bool, caller: Caller, ports: Ports) -> None:
    """Each Region that would have the trail must have room for it; shadows count."""
    trails = ports.trails.list(caller.account_id)
    others = [region for region in ports.regions if region != caller.region] if multi_region else []
    for region in (caller.region, *others):
        if sum(trail.is_in(region) for trail in trails) >= messages.TRAILS_PER_REGION:
            raise MaximumNumberOfTrailsExceededException(messages.too_many(caller.account_id, region))


def _refuse_combinations(request: Request) -> None:
    if request.get("IsMultiRegionTrail") is True and request.get("IncludeGlobalServiceEvents") is False:
        raise InvalidParameterCombinationException(messages.GLOBAL_EVENTS_NEEDED)
    group, role = request.get("CloudWatchLogsLogGroupArn"), request.get("CloudWatchLogsRoleArn")
    if group and not role:
        raise InvalidCloudWatchLogsRoleArnException(messages.LOG_GROUP_AND_ROLE)
    if role and not group:
        raise InvalidCloudWatchLogsLogGroupArnException(messages.LOG_GROUP_AND_ROLE)


def _refuse_not_built(request: Request) -> None:
    if request.get("IsOrganizationTrail") is True:
        raise OrganizationsNotInUseException(messages.ORGANIZATIONS_NOT_IN_USE)
    if request.get("KmsKeyId"):
        raise UnsupportedOperationException(common.not_built("KmsKeyId"))


def _refuse_destination(trail: Trail) -> None:
    if not trail_name.is_bucket_name(trail.s3_bucket_name):
        raise InvalidS3BucketNameException(messages.bucket_name(trail.s3_bucket_name))
    if trail.s3_key_prefix is not None and not trail_name.is_key_prefix(trail.s3_key_prefix):
        raise InvalidS3PrefixException(messages.KEY_PREFIX)
    if len(trail.tags) > tags.MAX_TAGS:
        raise TagsLimitExceededException(common.TOO_MANY_TAGS)
    if (problem := tags.problem(trail.tags)) is not None:
        raise InvalidTagParameterException(problem)


def _made_of(request: Request, caller: Caller, ports: Ports) -> Trail:
    now = to_milliseconds(ports.clock.now())
    validation = request.get("EnableLogFileValidation") is True
    return Trail(
        trail_id=ports.ids.uuid(),
        account_id=caller.account_id,
        home_region=caller.region,
        name=request["Name"],
        partition=caller.partition,
        s3_bucket_name=request["S3BucketName"],
        s3_key_prefix=request.get("S3KeyPrefix") or None,
        sns_topic_name=request.get("SnsTopicName") or None,
        cloud_watch_logs_log_group_arn=request.get("CloudWatchLogsLogGroupArn") or None,
        cloud_watch_logs_role_arn=request.get("CloudWatchLogsRoleArn") or None,
        include_global_service_events=request.get("IncludeGlobalServiceEvents") is not False,
        is_multi_region_trail=request.get("IsMultiRegionTrail") is True,
        recursive_logging=request.get("RecursiveLogging") is not False,
        tags=tags.from_list(request.get("TagsList") or ()),
        created_at=now,
        log_file_validation_enabled=validation,
        log_file_validation_changed_at=now if validation else None,
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
