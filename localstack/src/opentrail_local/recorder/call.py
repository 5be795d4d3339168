"""One API call as the recorder keeps it: copied on the caller's thread, cheaply, for a thread of its own to
read.

Copying matters: providers and serializers change the dictionaries they were given, and bodies are streams
that are read once. Only what a record can hold is kept: no bodies, no bytes, and no more than a few hundred
kilobytes.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opentrail_local import tls
from opentrail_local.identity import Who
from opentrail_local.recorder.names import Names, service_of

MAX_TEXT = 300_000  # characters kept of the parameters or of the answer; beyond, the record says "omitted"
MAX_NODES = 20_000  # values kept of them
MAX_DEPTH = 60  # levels of nesting kept

NODE_COST = 200  # bytes a value takes beside its text, with its name: for bounding the queue
CALL_COST = 4_000  # bytes a call takes without parameters and answer, roughly

# Reading operations whose answer is recorded (real records).
ANSWERED_READS = frozenset({
    ("acm", "ListCertificates"), ("athena", "ListWorkGroups"), ("redshift", "DescribeClusters"),
    ("sts", "AssumeRole"), ("sts", "AssumeRoleWithSAML"), ("sts", "AssumeRoleWithWebIdentity"),
})  # fmt: skip

# Answers to other reading calls are not recorded and so not copied, but for what records take from these.
_ANSWERS_KEPT = frozenset({"kms", "sts"})

# Parameters that no record tells in full: how many of their levels are copied (names of tables, attributes).
_LEVELS_KEPT: dict[tuple[str, str], int] = {
    ("dynamodb", "RequestItems"): 1,
    ("dynamodb", "TransactItems"): 3,
    ("dynamodb", "Item"): 1,
    ("dynamodb", "ExpressionAttributeValues"): 0,
    ("kinesis", "Records"): 0,
    ("logs", "logEvents"): 0,
    ("cloudwatch", "MetricData"): 4,
}


class Omitted:
    """Stands for parameters or an answer too large to be kept."""


OMITTED = Omitted()


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call failed: what the client was told."""

    code: str
    message: str
    name: str  # of the exception class, for services that raise modelled exceptions
    status: int  # HTTP


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called, and the AWS service that made the call for them (its DNS name), or none."""

    who: Who
    service: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, by whom, and what came of it."""

    operation: Any  # botocore.model.OperationModel
    names: Names
    who: Who
    region: str
    partition: str
    parameters: Any  # dict, None, or OMITTED
    answer: Any  # dict, None when it is not recorded, or OMITTED
    failure: Failure | None
    request_id: str
    finished: float  # epoch seconds
    method: str
    path: str
    query: str
    headers: Mapping[str, str]  # of the request, names in lower case
    answer_headers: Mapping[str, str]  # names in lower case
    source_ip: str
    tls: dict[str, str] | None  # a record's tlsDetails
    invoked_by: str  # the AWS service that made the call: its DNS name; empty for ordinary calls
    cost: int  # bytes of memory, roughly

    @property
    def service(self) -> str:
        """The service's name in botocore."""
        return service_of(self.operation)


def capture(context: Any, response: Any, caller: Caller, names: Names) -> Call:
    """Copy a call out of LocalStack's context, when its response is complete."""
    budget = _Budget()
    request = context.request
    failure = _failure(context, response)
    service = service_of(context.operation)
    parameters = _copy(context.service_request, budget, service)
    is_read = names.read_only and (service, context.operation.name) not in ANSWERED_READS
    kept = failure is None and (not is_read or service in _ANSWERS_KEPT)
    answer = _copy(context.service_response, budget) if kept else None
    answer_headers = {name.lower(): value for name, value in response.headers.items()}
    return Call(
        operation=context.operation,
        names=names,
        who=caller.who,
        region=context.region or "us-east-1",
        partition=context.partition or "aws",
        parameters=parameters,
        answer=answer,
        failure=failure,
        request_id=_request_id(context, answer_headers),
        finished=time.time(),
        method=request.method,
        path=request.path,
        query=request.query_string.decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        answer_headers=answer_headers,
        source_ip=request.remote_addr or "127.0.0.1",
        tls=None if caller.service else tls.details(request),
        invoked_by=caller.service,
        cost=CALL_COST + budget.cost(),
    )


def _request_id(context: Any, answer_headers: Mapping[str, str]) -> str:
    found = answer_headers.get("x-amzn-requestid") or answer_headers.get("x-amz-request-id")
    return found or context.request_id or ""


def _failure(context: Any, response: Any) -> Failure | None:
    error = context.service_exception
    if error is None:
        return None
    message = getattr(error, "message", None)
    return Failure(
        code=str(getattr(error, "code", "") or type(error).__name__),
        message=message if isinstance(message, str) else str(message or ""),
        name=type(error).__name__,
        status=response.status_code or 0,
    )


class _Budget:
    """How much may still be copied. One for parameters and answer together would let one starve the other."""

    def __init__(self) -> None:
        self.spent = 0
        self.start()

    def start(self) -> None:
        self.text = MAX_TEXT
        self.nodes = MAX_NODES

    def take(self, text: int) -> None:
        self.text -= text
        self.nodes -= 1
        if self.text < 0 or self.nodes < 0:
            raise _TooLargeError

    def stop(self) -> None:
        self.spent += (MAX_TEXT - self.text) + (MAX_NODES - self.nodes) * NODE_COST

    def cost(self) -> int:
        return self.spent


class _TooLargeError(Exception):
    pass


def _copy(value: Any, budget: _Budget, service: str = "") -> Any:
    if not value or not isinstance(value, Mapping):
        return None
    budget.start()
    try:
        copied = {
            str(name): _node(item, budget, _LEVELS_KEPT.get((service, name), MAX_DEPTH))
            for name, item in value.items()
            if item is not None
        }
        budget.stop()
    except _TooLargeError:
        return OMITTED
    return copied


def _node(value: Any, budget: _Budget, depth: int) -> Any:
    """A copy down to some depth; what is deeper is left out."""
    if isinstance(value, str):
        budget.take(len(value))
        return value
    if value is None or isinstance(value, (bool, int, float)):
        budget.take(0)
        return value
    if isinstance(value, (dict, list, tuple, set)) and depth == 0:
        return None
    if isinstance(value, dict):
        budget.take(0)
        return {str(key): _node(item, budget, depth - 1) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple, set)):
        budget.take(0)
        return [_node(item, budget, depth - 1) for item in value]
    budget.take(0)
    return value if hasattr(value, "isoformat") else None  # times are kept; bytes, streams and others are not
