"""DynamoDB and its streams for LocalStack, answered by moto: every operation of the model, one at a time.

moto has no locks and LocalStack's gateway has many threads: without the lock, a check and the write that
depends on it race.
"""

from threading import RLock
from typing import Any

from localstack.aws.api import RequestContext, ServiceRequest
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service
from localstack.services.providers import aws_provider

from opentrail_local.dynamodb import patches

_lock = RLock()


def _one_at_a_time(context: RequestContext, request: ServiceRequest) -> Any:
    with _lock:
        return call_moto(context)


def _service(name: str) -> Service:
    model = load_service(name)
    table = dict.fromkeys(model.operation_names, _one_at_a_time)
    return Service(name=name, skeleton=Skeleton(model, table))


@aws_provider(api="dynamodb", name="moto")
def dynamodb_moto() -> Service:
    """The data and control plane."""
    patches.patch()
    return _service("dynamodb")


@aws_provider(api="dynamodbstreams", name="moto")
def dynamodbstreams_moto() -> Service:
    """Streams, read from the same backend."""
    patches.patch()
    return _service("dynamodbstreams")
