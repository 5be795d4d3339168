"""AWS::CloudTrail::Trail, made by calls to CloudTrail's API through the local cloud's endpoint.

Ref answers with the name; GetAtt knows Arn and, when the trail has a topic, SnsTopicArn. What the API refuses
fails the resource with the API's sentence. LocalStack does not roll stacks back: a trail that cannot be made
as its template says is not left behind, and one that cannot be changed is put back to what it was.
"""

from contextlib import suppress
from typing import Any

from localstack.services.cloudformation.resource_provider import (
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from opentrail_local.cloudformation.cloudtrail_schemas import TRAIL, problem
from opentrail_local.cloudformation.handler_errors import API_ERRORS, reason
from opentrail_local.cloudformation.providers import done, is_gone, physical_name, refused
from opentrail_local.cloudformation.trail_settings import Model, Setting, creation, to_change, to_finish

NAME_LENGTH = 128  # the longest name of a trail
PRINCIPAL = "cloudformation"  # the router records these calls as made through it


class Trail(ResourceProvider[Model]):
    """A trail with its selectors, tags, and whether it logs."""

    TYPE = "AWS::CloudTrail::Trail"
    SCHEMA = TRAIL

    def create(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        wanted = request.desired_state
        if text := problem(TRAIL, wanted):
            return refused({}, text)
        model = {**wanted, "TrailName": wanted.get("TrailName") or physical_name(request, NAME_LENGTH)}
        trails = _client(request)
        try:
            model = _with_attributes(model, trails.create_trail(**creation(model)))
        except API_ERRORS as error:
            return refused({}, reason(error, request))
        try:
            for setting in to_finish(model):
                _change(trails, setting, {}, model)
        except API_ERRORS as error:
            with suppress(*API_ERRORS):  # the first refusal is what is told
                trails.delete_trail(Name=model["TrailName"])
            return refused({}, reason(error, request))
        return done(model)

    def update(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        before = request.previous_state or {}
        if text := problem(TRAIL, request.desired_state):
            return refused(before, text)
        kept = {name: before[name] for name in ("TrailName", "Arn", "SnsTopicArn") if name in before}
        model = {**request.desired_state, **kept}
        trails, tried = _client(request), list[Setting]()
        try:
            for setting in to_change(before, model):
                tried.append(setting)
                model = _change(trails, setting, before, model)
        except API_ERRORS as error:
            if len(tried[-1].requests(before, model)) == 1:
                tried.pop()  # what is refused changed nothing
            left = _put_back(trails, tried, model, before)
            return refused(before, " ".join([reason(error, request), *left]))
        return done(model)

    def delete(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = request.desired_state
        if "Arn" not in model:
            return done({})  # it was never made: a trail of that name is somebody else's
        try:
            _client(request).delete_trail(Name=model["TrailName"])
        except API_ERRORS as error:
            if not is_gone(error, "TrailNotFoundException"):
                return refused(model, reason(error, request))
        return done({})


def _client(request: ResourceRequest[Model]) -> Any:
    return request.aws_client_factory.cloudtrail.request_metadata(service_principal=PRINCIPAL)


def _change(trails: Any, setting: Setting, before: Model, after: Model) -> Model:
    """Make a setting what the later model says; that model with what GetAtt may ask for."""
    for name, parameters in setting.requests(before, after):
        answer = getattr(trails, name)(**parameters)
        if name == "update_trail":
            after = _with_attributes(after, answer)
    return after


def _put_back(trails: Any, tried: list[Setting], after: Model, before: Model) -> list[str]:
    """Undo, the last first; what cannot be undone is said."""
    left = []
    for setting in reversed(tried):
        try:
            _change(trails, setting, after, before)
        except API_ERRORS as error:
            left.append(f"{', '.join(setting.properties)} could not be put back: {error}")
    return left


def _with_attributes(model: Model, answer: Model) -> Model:
    """With what GetAtt may ask for; a trail without a topic has no SnsTopicArn."""
    rest = {name: value for name, value in model.items() if name != "SnsTopicArn"}
    topic = {"SnsTopicArn": answer["SnsTopicARN"]} if answer.get("SnsTopicARN") else {}
    return {**rest, "Arn": answer["TrailARN"], **topic}
