"""Telemetry at the edges: one structured line per invocation, never a record, a parameter or a secret."""

from dataclasses import fields
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from opentrail.domain.event_conflict import MAX_ID, EventConflict
from opentrail.settings import EVENT_CONFLICT

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from opentrail.wire.gateway import Answered

_LOGGER = Logger(service="opentrail", use_rfc3339=True)


def report(function: str, result: "DataclassInstance", **more: Any) -> None:
    """The line of one invocation: the counts of its result. Errors in it are named by their words only."""
    counts = {f.name: _plain(getattr(result, f.name)) for f in fields(result)}
    level = _LOGGER.warning if counts.get("errors") else _LOGGER.info
    level(function, extra={**counts, **more})


def report_conflict(conflict: EventConflict) -> None:
    """The line of an eventID that was met with other content, which an alarm counts."""
    _LOGGER.warning(
        EVENT_CONFLICT,
        extra={
            "account": conflict.account_id,
            "region": conflict.region,
            "event_id": conflict.event_id[:MAX_ID],
            "contents": list(conflict.contents),
        },
    )


class RequestLog:
    """The API's observer: one line a request; a failure of ours with its cause."""

    def answered(self, request: "Answered") -> None:
        """The line of one request."""
        line = {
            "request_id": request.request_id,
            "operation": request.operation,
            "account": request.account_id,
            "region": request.region,
            "status": request.status,
            "code": request.code,
        }
        if request.cause is None:
            _LOGGER.info("api", extra=line)
        else:
            _LOGGER.error("api", extra=line | _without_words(request.cause))


def _without_words(error: BaseException) -> dict[str, Any]:
    """Kinds and places of an error and its causes. Their words are left out: they may repeat a parameter."""
    kinds: list[str] = []
    places: list[str] = []
    while True:
        kinds.append(f"{type(error).__name__} {getattr(error, 'code', '')}".strip())
        frames = extract_tb(error.__traceback__)
        places += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        cause = error.__cause__ or error.__context__
        if cause is None:
            break
        error = cause
    return {"errors": kinds, "stack": places}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return value if isinstance(value, str | int | float | bool) or value is None else repr(value)
