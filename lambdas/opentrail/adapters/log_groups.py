"""CloudWatch Logs through the role that a trail names."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.refusals import is_silence, refusing
from opentrail.domain import arn, log_stream
from opentrail.domain.backlog import TIMED_OUT
from opentrail.ports.errors import AdapterError
from opentrail.ports.log_groups import LogGroupError, LogRoleError

# As CloudTrail's own sessions are called (measured).
SESSION_NAME = "CLOUDWATCH_LOGS_DELIVERY_SESSION"
CHECK_SESSION_NAME = "CloudTrail"
# The moment of an event that CloudWatch Logs takes from nobody: it keeps none older than 14 days.
LONG_AGO = 1  # milliseconds since 1970
# Codes that say something of ourselves, not of the user's role and group.
_OURS = frozenset({"ExpiredToken", "ExpiredTokenException", "InternalFailure"})
# Codes that say something of the moment: a delivery waits for it, whoever makes a trail is to try again.
_PASSING = frozenset(
    {"ServiceUnavailable", "ServiceUnavailableException", "ThrottlingException", "Throttling"}
)
_call = partial(refusing, LogGroupError, _OURS)
_try = partial(refusing, LogGroupError, _OURS | _PASSING)


class CloudWatchLogGroups:
    """Groups of any account and Region, each in a client of its Region."""

    def __init__(self, role: DeliveryRole) -> None:
        self._role = role

    def check(self, *, account_id: str, role_arn: str, log_group_arn: str, stream: str) -> None:
        """An event of long ago is what one may put without leaving anything: it is answered as rejected."""
        region, where = _place(log_group_arn, stream)
        through = (role_arn, CHECK_SESSION_NAME)
        try:
            logs = _try(self._role.client_through, "logs", account_id, region=region, through=through)
        except LogGroupError as error:
            raise LogRoleError(error.code, str(error)) from error
        _make_stream(logs, where, _try)
        _try(logs.put_log_events, **where, logEvents=[{"timestamp": LONG_AGO, "message": "{}"}])

    def put(
        self,
        *,
        account_id: str,
        role_arn: str,
        log_group_arn: str,
        stream: str,
        lines: Sequence[bytes],
        at: datetime,
    ) -> None:
        """In as few requests as the limits allow, one after another: a stream takes them in order."""
        region, where = _place(log_group_arn, stream)
        through = (role_arn, SESSION_NAME)
        logs = _call(self._role.client_through, "logs", account_id, region=region, through=through)
        moment = int(at.timestamp() * 1000)
        for batch in log_stream.batches(lines):
            events = [{"timestamp": moment, "message": text} for text in batch]
            _put(logs, where, events)


def _place(log_group_arn: str, stream: str) -> tuple[str, dict[str, str]]:
    """The group's Region, and how requests name the stream in it."""
    parts = arn.parse(log_group_arn)
    if parts is None:
        raise LogGroupError("InvalidParameterException", f"No log group: {log_group_arn}")
    group = parts.resource.removeprefix("log-group:").removesuffix(":*")
    return parts.region, {"logGroupName": group, "logStreamName": stream}


def _put(logs: Any, where: dict[str, str], events: list[dict[str, Any]]) -> None:
    try:
        _put_or_refuse(logs, where, events)
    except AdapterError as error:
        if not is_silence(error):
            raise
        raise LogGroupError(TIMED_OUT, str(error)) from error


def _put_or_refuse(logs: Any, where: dict[str, str], events: list[dict[str, Any]]) -> None:
    try:
        _call(logs.put_log_events, **where, logEvents=events)
    except LogGroupError as error:
        if error.code != "ResourceNotFoundException":
            raise
        _make_stream(logs, where, _call)
        _call(logs.put_log_events, **where, logEvents=events)


def _make_stream(logs: Any, where: dict[str, str], call: Callable[..., Any]) -> None:
    """Its refusal says whether the group is missing, too."""
    try:
        call(logs.create_log_stream, **where)
    except LogGroupError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
