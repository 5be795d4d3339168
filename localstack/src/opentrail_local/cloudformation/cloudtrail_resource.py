"""What resource types of CloudTrail share: their life, by calls to its API through the public endpoint.

What the API refuses fails the resource with the API's sentence. A resource that cannot be made as its
template says is not left, and one that cannot be changed is put back to what it was: a stack's rollback asks
for neither.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from localstack.services.cloudformation.resource_provider import (
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from opentrail_local.cloudformation.cloudtrail_schemas import problem
from opentrail_local.cloudformation.handler_errors import API_ERRORS, reason
from opentrail_local.cloudformation.providers import done, is_gone, refused
from opentrail_local.cloudformation.settings import Model, Setting, Values, spelled

PRINCIPAL = "cloudformation"  # the router records these calls as made through it


class CloudTrailResource(ResourceProvider[Model]):
    """A resource that one request makes and requests for its settings finish and change."""

    SCHEMA: ClassVar[dict[str, Any]]
    VALUES: ClassVar[Values]
    TO_FINISH: ClassVar[Sequence[Setting]]  # what the request that makes it leaves to do, in this order
    TO_CHANGE: ClassVar[Sequence[Setting]]
    KEPT: ClassVar[Sequence[str]]  # what a resource knows of itself and templates do not say
    MADE: ClassVar[str]  # of these, what only a resource has that was made
    GONE: ClassVar[Sequence[str]]  # codes of the API for what is not there any more

    def named(self, model: Model, request: ResourceRequest[Model]) -> Model:
        """What the template says of a new resource, with a name."""
        raise NotImplementedError

    def made(self, api: Any, model: Model) -> Model:
        """Make it; the model with what GetAtt may ask for."""
        raise NotImplementedError

    def removed(self, api: Any, model: Model) -> None:
        """Delete it."""
        raise NotImplementedError

    def kept(self, before: Model, model: Model) -> Model:
        """What the template says of the resource now, with what it knows of itself."""
        return {**model, **{name: before[name] for name in self.KEPT if name in before}}

    def shown(self, model: Model, request: str, answer: Mapping[str, Any]) -> Model:
        """The model after a request changed something that GetAtt may ask for."""
        return model

    def create(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        if text := problem(self.SCHEMA, request.desired_state):
            return refused({}, text)
        api, model = _client(request), self.named(_as_text(request.desired_state), request)
        try:
            model = self.made(api, model)
        except API_ERRORS as error:
            return refused({}, reason(error, request))
        try:
            for setting in self.TO_FINISH:
                if self.VALUES.differing({}, model, setting.properties):
                    model = self._set(api, setting, {}, model)
        except API_ERRORS as error:
            return refused({}, " ".join([reason(error, request), *self._undone(api, model)]))
        return done(model)

    def update(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        before = request.previous_state or {}
        if text := problem(self.SCHEMA, request.desired_state):
            return refused(before, text)
        model = self.kept(before, _as_text(request.desired_state))
        api, tried = _client(request), list[Setting]()
        try:
            for setting in self.TO_CHANGE:
                if self.VALUES.differing(before, model, setting.properties):
                    tried.append(setting)
                    model = self._set(api, setting, before, model)
        except API_ERRORS as error:
            if len(tried[-1].requests(before, model)) == 1:
                tried.pop()  # what is refused changed nothing
            left = self._put_back(api, tried, model, before)
            return refused(before, " ".join([reason(error, request), *left]))
        return done(model)

    def delete(self, request: ResourceRequest[Model]) -> ProgressEvent[Model]:
        model = request.desired_state
        if self.MADE not in model:
            return done({})  # it was never made: what has its name is somebody else's
        try:
            self.removed(_client(request), model)
        except API_ERRORS as error:
            if not is_gone(error, *self.GONE):
                return refused(model, reason(error, request))
        return done({})

    def _set(self, api: Any, setting: Setting, before: Model, after: Model) -> Model:
        for name, parameters in setting.requests(before, after):
            after = self.shown(after, name, getattr(api, name)(**parameters))
        return after

    def _put_back(self, api: Any, tried: list[Setting], after: Model, before: Model) -> list[str]:
        """The last first; what cannot be put back is said."""
        left = []
        for setting in reversed(tried):
            try:
                self._set(api, setting, after, before)
            except API_ERRORS as error:
                left.append(f"{', '.join(setting.properties)} could not be put back: {error}")
        return left

    def _undone(self, api: Any, model: Model) -> list[str]:
        try:
            self.removed(api, model)
        except API_ERRORS as error:
            return [f"What was made of it could not be deleted: {error}"]
        return []


def _client(request: ResourceRequest[Model]) -> Any:
    return request.aws_client_factory.cloudtrail.request_metadata(service_principal=PRINCIPAL)


def _as_text(model: Model) -> Model:
    selectors = "AdvancedEventSelectors"
    return {**model, selectors: spelled(model[selectors])} if selectors in model else dict(model)
