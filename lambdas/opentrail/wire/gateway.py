"""One request in, one answer out: the seam that Lambda, the local cloud and in-process clients share.

A request is routed, authenticated, read, validated and given to its operation; before the answer leaves, the
record of the call is durable on the records queue. Requests that name no operation or prove nobody leave no
record.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from opentrail.domain.call_record import Call, call_record
from opentrail.domain.caller import Caller
from opentrail.domain.http import HttpRequest, HttpResponse
from opentrail.errors import (
    COMMON_ERRORS,
    ApiError,
    InternalFailure,
    InvalidSignatureException,
    ServiceUnavailable,
    UnsupportedOperationException,
)
from opentrail.messages import requests as messages
from opentrail.ports import Ports
from opentrail.ports.errors import AdapterError
from opentrail.ports.identity import Identity
from opentrail.service.operations import OPERATIONS, Operation
from opentrail.wire import protocol
from opentrail.wire.model import OperationModel
from opentrail.wire.serialising import recorded_answer, recorded_request
from opentrail.wire.validation import validate

__all__ = ["Answered", "Gateway", "HttpRequest", "HttpResponse", "Observer", "UnmodelledError"]


class UnmodelledError(Exception):
    """A bug: an operation raised an error that its model does not list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What may be told of an answered request: no parameter, body or secret. No `code` means success."""

    request_id: str
    status: int
    code: str = ""
    operation: str = ""
    account_id: str = ""
    region: str = ""
    cause: Exception | None = None  # why it is an InternalFailure or ServiceUnavailable


class Observer(Protocol):
    """Is told of every answered request."""

    def answered(self, request: Answered) -> None:
        """Called once a request, before the answer leaves."""
        ...


@dataclass(slots=True)
class _Outcome:
    """How a call ended: with an output, or with an error and, for bugs and outages, its cause."""

    parameters: Mapping[str, Any] | None = None
    response: HttpResponse | None = None
    elements: Mapping[str, Any] | None = None
    error: ApiError | None = None
    cause: Exception | None = None


class Gateway:
    """Answers requests. `operations` is the table; other tables are for tests."""

    def __init__(
        self,
        *,
        ports: Ports,
        identity: Identity,
        observer: Observer,
        operations: Mapping[str, Operation] = OPERATIONS,
    ) -> None:
        self._ports = ports
        self._identity = identity
        self._observer = observer
        self._operations = operations

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer; never raises."""
        model: OperationModel | None = None
        caller: Caller | None = None
        outcome = _Outcome()
        try:
            model = protocol.route(request)
            caller = self._identity.authenticate(request)
            self._check_scope(model, caller)
        except ApiError as error:
            outcome.error, caller = error, None
        except Exception as error:  # noqa: BLE001 - the edge of the system: whatever fails has an answer
            outcome.error, outcome.cause, caller = InternalFailure(messages.INTERNAL), error, None
        if model is not None and caller is not None:
            outcome = self._perform(model, request, caller)
            self._record(model, caller, outcome)
        return self._answer(request, outcome, model, caller)

    def _check_scope(self, model: OperationModel, caller: Caller) -> None:
        """The credential is for this service and for a Region that is served."""
        if caller.service != model.service:
            raise InvalidSignatureException(messages.wrong_service(model.service))
        if caller.region not in self._ports.regions:
            raise InvalidSignatureException(messages.WRONG_REGION)

    def _perform(self, model: OperationModel, request: HttpRequest, caller: Caller) -> _Outcome:
        outcome = _Outcome()
        try:
            members = protocol.read(model, request)
            outcome.parameters = recorded_request(model.input, members)
            validate(model, members)
            output = self._run(model, members, caller)
            outcome.response = protocol.answer(model, output, request.request_id)
            outcome.elements = recorded_answer(model.output, output)
        except ApiError as error:
            outcome.error = error
        except AdapterError as error:
            again = error.retryable
            outcome.error = (
                ServiceUnavailable(messages.UNAVAILABLE) if again else InternalFailure(messages.INTERNAL)
            )
            outcome.cause = error
        except Exception as error:  # noqa: BLE001 - the edge of the system: a bug has an answer and a record too
            outcome.error, outcome.cause = InternalFailure(messages.INTERNAL), error
        return outcome

    def _run(self, model: OperationModel, members: Mapping[str, Any], caller: Caller) -> Mapping[str, Any]:
        function = self._operations[model.name].function
        if function is None:
            raise UnsupportedOperationException(messages.not_built(model.name))
        try:
            return function(members, caller, self._ports)
        except ApiError as error:
            if error.code in model.errors or error.code in COMMON_ERRORS:
                raise
            raise UnmodelledError(
                f"{model.name} raised {error.code}, which its model does not list"
            ) from error

    def _record(self, model: OperationModel, caller: Caller, outcome: _Outcome) -> None:
        """Make the record of the call durable; where that fails, nothing is acknowledged."""
        error = outcome.error
        call = Call(
            service=model.service,
            operation=model.name,
            event_id=self._ports.ids.uuid(),
            ended=self._ports.clock.now(),
            parameters=outcome.parameters,
            elements=outcome.elements,
            error_code=error.code if error else "",
            error_message=error.message if error else "",
        )
        line = json.dumps(call_record(call, caller), separators=(",", ":"), ensure_ascii=False)
        try:
            self._ports.records.send([line.encode("utf-8", "replace")])
        except AdapterError as failure:
            outcome.error, outcome.cause = ServiceUnavailable(messages.UNAVAILABLE), failure
        except Exception as failure:  # noqa: BLE001 - the edge of the system
            outcome.error, outcome.cause = InternalFailure(messages.INTERNAL), failure

    def _answer(
        self, request: HttpRequest, outcome: _Outcome, model: OperationModel | None, caller: Caller | None
    ) -> HttpResponse:
        error = outcome.error
        if error is not None or outcome.response is None:
            response = protocol.refusal(error or InternalFailure(messages.INTERNAL), request)
        else:
            response = outcome.response
        answered = Answered(
            request_id=request.request_id,
            status=response.status,
            code=error.code if error else "",
            operation=model.name if model else "",
            account_id=caller.account_id if caller else "",
            region=caller.region if caller else "",
            cause=outcome.cause,
        )
        self._observer.answered(answered)
        return response
