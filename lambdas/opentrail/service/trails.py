"""Trails: creating, showing, listing, changing and deleting them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from opentrail.domain import tags
from opentrail.domain.caller import Caller
from opentrail.domain.moment import to_milliseconds
from opentrail.domain.trail import Trail
from opentrail.errors import (
    InvalidTagParameterException,
    MaximumNumberOfTrailsExceededException,
    OperationNotPermittedException,
    TagsLimitExceededException,
    TrailAlreadyExistsException,
    ValidationException,
)
from opentrail.messages import common
from opentrail.messages import trails as messages
from opentrail.ports import Ports
from opentrail.service import found_trails, trail_configuration, trail_destinations
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
    trail = trail_configuration.created(request, caller, ports)
    trail_configuration.refuse(trail, request)
    if (problem := tags.problem(trail.tags)) is not None:
        raise InvalidTagParameterException(problem)
    if len(trail.tags) > tags.MAX_TAGS:
        raise TagsLimitExceededException(common.TOO_MANY_TAGS)
    trail = trail_destinations.check(trail, ports)

    def attempt(version: int) -> None:
        _refuse_taken(name, caller, ports)
        _refuse_full(multi_region, caller, ports)
        ports.trails.put(trail, version=version)

    change(caller.account_id, ports, attempt)
    return configuration(trail)


def update_trail(request: Request, caller: Caller, ports: Ports) -> Answer:
    """UpdateTrail: what is absent stays; every destination is tried again, even when nothing is to change.

    A refused update changes nothing of the trail; what the trials left in its destinations stays.
    """
    keys: dict[tuple[object, ...], str | None] = {}  # what was tried, and the key it came to

    def attempt(version: int) -> Trail:
        before = found_trails.to_change(request["Name"], caller, ports)
        trail = trail_configuration.changed(before, request, to_milliseconds(ports.clock.now()))
        if trail.is_multi_region_trail and not before.is_multi_region_trail:
            _refuse_shadows(trail, ports)
        trail_configuration.refuse(trail, request)
        destinations = trail_destinations.named(trail)
        if destinations not in keys:
            keys[destinations] = trail_destinations.check(trail, ports).kms_key_id
        trail = replace(trail, kms_key_id=keys[destinations])
        if trail != before:
            ports.trails.put(trail, version=version)
        return trail

    trail = change(caller.account_id, ports, attempt)
    # Right after its removal a topic is shown as empty text, later not at all (measured).
    removed = {"SnsTopicName": "", "SnsTopicARN": ""} if request.get("SnsTopicName") == "" else {}
    return configuration(trail) | removed


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
    others = [region for region in ports.regions if region != caller.region] if multi_region else []
    full = _full((caller.region, *others), caller.account_id, ports)
    if full is not None:
        raise MaximumNumberOfTrailsExceededException(messages.too_many(caller.account_id, full))


def _refuse_shadows(trail: Trail, ports: Ports) -> None:
    """The model of UpdateTrail lists no error for a quota; what code AWS has for this is not known."""
    others = tuple(region for region in ports.regions if region != trail.home_region)
    full = _full(others, trail.account_id, ports)
    if full is not None:
        raise OperationNotPermittedException(messages.too_many(trail.account_id, full))


def _full(regions: tuple[str, ...], account_id: str, ports: Ports) -> str | None:
    """The first of the Regions that has no room for another trail."""
    trails = ports.trails.list(account_id)
    return next((r for r in regions if sum(t.is_in(r) for t in trails) >= messages.TRAILS_PER_REGION), None)
