"""Whom CloudFormation acts for: the caller of the stack's operation, or the stack's service role.

A stack is worked on by a thread of its own, long after its operation was answered. The caller is taken down
when the work is planned, on the thread of the operation, and said to `on_behalf` when the work begins.
A service role is assumed as AWS does it, under CloudFormation's session name, and stays the stack's for later
operations (AWS documentation, "AWS CloudFormation service role").
"""

import logging
import threading
from contextlib import nullcontext
from typing import Any

from localstack.utils.patch import patch

from opentrail_local import identity
from opentrail_local.identity import Who
from opentrail_local.recorder import on_behalf
from opentrail_local.recorder.on_behalf import Behalf

LOG = logging.getLogger(__name__)

SERVICE = "cloudformation.amazonaws.com"
ROLE_SESSION = "AWSCloudFormation"

_thread = threading.local()


def note(_chain: Any, context: Any, _response: Any) -> None:
    """A request handler: what CloudFormation is asked on this thread."""
    if context.service is not None and context.service.service_name == "cloudformation":
        _thread.asked = context


def apply() -> None:
    """Patch the engine and LocalStack's clients. Not to be called twice."""
    from localstack.aws.connect import InternalClientFactory
    from localstack.aws.handlers import serve_custom_service_request_handlers
    from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor
    from localstack.services.cloudformation.v2.entities import ChangeSet

    serve_custom_service_request_handlers.append(note)

    @patch(InternalClientFactory._get_client_post_hook)
    def client_made(fn: Any, self: Any, client: Any) -> Any:
        client.meta.events.register("before-call.*.*", on_behalf.add_header)
        return fn(self, client)

    @patch(ChangeSet.__init__)
    def change_set_made(
        fn: Any, self: Any, stack: Any, request_payload: Any, *more: Any, **named: Any
    ) -> None:
        fn(self, stack, request_payload, *more, **named)
        self.opentrail_role = request_payload.get("RoleARN")

    @patch(ChangeSetModelExecutor.__init__)
    def planned(fn: Any, self: Any, change_set: Any) -> None:
        fn(self, change_set)
        self.opentrail_caller = _caller(change_set)
        self.opentrail_role = _role(change_set)

    @patch(ChangeSetModelExecutor.execute)
    def executed(fn: Any, self: Any) -> Any:
        behalf = _behalf(self)
        with on_behalf.acting(behalf) if behalf is not None else nullcontext():
            return fn(self)


def _asked(change_set: Any) -> Any:
    """The operation this thread is answering, if it is about the stack's account."""
    context = getattr(_thread, "asked", None)
    return context if context is not None and context.account_id == change_set.stack.account_id else None


def _caller(change_set: Any) -> Who | None:
    """Who asked. A nested stack's maker is CloudFormation itself, on behalf of the outer stack's caller."""
    context = _asked(change_set)
    if context is None:
        return None
    if context.is_internal_call:
        behalf = on_behalf.behind(context)
        return behalf.who if behalf is not None else None
    return identity.who(context)


def _role(change_set: Any) -> str | None:
    """The service role: given now, given with the change set, or given to the stack before."""
    context = _asked(change_set)
    given = (context.service_request or {}).get("RoleARN") if context is not None else None
    role = given or getattr(change_set, "opentrail_role", None)
    if role:
        change_set.stack.opentrail_role = role
    return getattr(change_set.stack, "opentrail_role", None)


def _behalf(executor: Any) -> Behalf | None:
    if executor.opentrail_caller is None:
        return None
    role = executor.opentrail_role
    if role is None:
        return Behalf(executor.opentrail_caller, SERVICE)
    stack = executor._change_set.stack
    try:
        session = _assume(role, stack.region_name)
    except Exception:
        LOG.exception("cannot assume the service role of stack %s", stack.stack_name)
        return None
    found = identity.session(session, stack.account_id, role.split(":")[1])
    return Behalf(found, SERVICE) if found is not None else None


def _assume(role: str, region: str) -> str:
    """Open CloudFormation's session of the role; its access key id."""
    from localstack.aws.connect import connect_to

    sts = connect_to(region_name=region).sts.request_metadata(service_principal="cloudformation")
    answer = sts.assume_role(RoleArn=role, RoleSessionName=ROLE_SESSION)
    return str(answer["Credentials"]["AccessKeyId"])
