"""A deployment that fails is undone, as CloudFormation does unless it is told not to.

LocalStack 4.14.0 leaves what a failed deployment made, deletes what a failed update would have replaced or
removed, and calls an update by UpdateStack complete whatever became of it. Here:

- a stack that cannot be created ends as ROLLBACK_COMPLETE without resources, but for those to be retained;
- one that cannot be updated ends as UPDATE_ROLLBACK_COMPLETE: additions are deleted, changes changed back,
  nothing is removed; the resource that was refused is left to its type;
- one whose resources cannot all be deleted ends as DELETE_FAILED, and says which.

CreateStack's DisableRollback and OnFailure=DO_NOTHING are heeded; those of other requests LocalStack forgets.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localstack.aws.api.cloudformation import ChangeAction, ResourceStatus, StackStatus
from localstack.services.cloudformation.engine.v2.change_set_model import is_nothing
from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
    ChangeSetModelExecutor,
    ChangeSetModelExecutorResult,
    TriggerRollback,
)
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import (
    DeletionPolicy,
    PreprocProperties,
)
from localstack.services.cloudformation.resource_provider import OperationStatus
from localstack.services.cloudformation.v2.entities import Stack

# What LocalStack says of a whole stack when one resource fails, and when its own thread ends.
_OF_RESOURCES = frozenset({StackStatus.CREATE_FAILED, StackStatus.UPDATE_FAILED, StackStatus.DELETE_FAILED})
_OF_THREADS = _OF_RESOURCES | {StackStatus.CREATE_COMPLETE, StackStatus.UPDATE_COMPLETE}

_MADE = (ResourceStatus.CREATE_COMPLETE, ResourceStatus.UPDATE_COMPLETE)


@dataclass(frozen=True, slots=True)
class _Change:
    """What a deployment does to one resource. `before` and `after` as its template has it, or nothing."""

    name: str
    before: Any
    after: Any


def patch() -> None:
    """Replace how LocalStack executes a change set."""
    execute, change = ChangeSetModelExecutor.execute, ChangeSetModelExecutor._execute_resource_change
    set_status = Stack.set_stack_status

    @functools.wraps(execute)  # others patch it too, and find it by its name
    def executed(self: ChangeSetModelExecutor) -> ChangeSetModelExecutorResult:
        return _execute(self, execute)

    @functools.wraps(change)
    def noted(self: ChangeSetModelExecutor, name: str, before: Any, after: Any) -> None:
        self.opentrail_changes.append(_Change(name, before, after))
        change(self, name, before, after)

    @functools.wraps(set_status)
    def set_stack_status(self: Stack, status: StackStatus, reason: str | None = None) -> None:
        """Not while somebody who knows better holds it."""
        if status not in getattr(self, "opentrail_ignores", ()):
            self.opentrail_ignores = frozenset()
            set_status(self, status, reason)

    ChangeSetModelExecutor.execute = executed
    ChangeSetModelExecutor._execute_resource_change = noted
    Stack.set_stack_status = set_stack_status


def _execute(
    executor: ChangeSetModelExecutor, original: Callable[[ChangeSetModelExecutor], Any]
) -> ChangeSetModelExecutorResult:
    stack = executor._change_set.stack
    executor.opentrail_changes, executor.opentrail_states = [], dict(stack.resource_states)
    status = stack.status
    stack.opentrail_ignores = _OF_RESOURCES
    if status == StackStatus.DELETE_IN_PROGRESS:
        return _delete(executor, original)
    failed, reason = "", ""
    try:
        executor.process()
    except TriggerRollback as trigger:
        failed, reason = trigger.logical_resource_id, str(trigger.reason)
    except Exception as error:  # noqa: BLE001 - whatever it is, the stack is undone and says why
        failed = reason = str(error) or type(error).__name__
    creating = status == StackStatus.CREATE_IN_PROGRESS
    if not failed:
        _clean_up(executor)
    elif not creating or _rolls_back(stack.request_payload):
        return _roll_back(executor, failed, reason, creating=creating)
    stack.opentrail_ignores = frozenset()
    return ChangeSetModelExecutorResult(executor.resources, executor.outputs, reason or None)


def _rolls_back(request: Any) -> bool:
    return not request.get("DisableRollback") and request.get("OnFailure") != "DO_NOTHING"


def _delete(
    executor: ChangeSetModelExecutor, original: Callable[[ChangeSetModelExecutor], Any]
) -> ChangeSetModelExecutorResult:
    result: ChangeSetModelExecutorResult = original(executor)
    stack = executor._change_set.stack
    stack.opentrail_ignores = frozenset()
    left = [
        name
        for name, resource in executor.resources.items()
        if resource.get("ResourceStatus") == ResourceStatus.DELETE_FAILED
    ]
    if left:
        reason = f"The following resource(s) failed to delete: [{', '.join(left)}]. "
        stack.set_stack_status(StackStatus.DELETE_FAILED, reason)
        raise RuntimeError(reason)  # LocalStack's thread would call the stack deleted
    return result


def _clean_up(executor: ChangeSetModelExecutor) -> None:
    """Delete what was removed and what was replaced, in the reverse order."""
    stack = executor._change_set.stack
    if executor._deferred_actions:
        stack.set_stack_status(StackStatus.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)
        stack.opentrail_ignores = _OF_RESOURCES
        known = dict(stack.resource_states)
        for deferred in reversed(executor._deferred_actions):
            deferred.action()
        # The deletion of what was replaced has the name of what replaced it.
        for name in executor.resources:
            if name in known and _is_made(executor, name):
                stack.resource_states.setdefault(name, known[name])
    # UpdateStack forgets it: what an update added would outlive the stack.
    stack.processed_template = executor._change_set.processed_template


def _roll_back(
    executor: ChangeSetModelExecutor, failed: str, reason: str, *, creating: bool
) -> ChangeSetModelExecutorResult:
    change_set, stack = executor._change_set, executor._change_set.stack
    kind = "" if creating else "UPDATE_"
    verb = "create" if creating else "update"
    stack.set_stack_status(
        StackStatus(f"{kind}ROLLBACK_IN_PROGRESS"),
        f"The following resource(s) failed to {verb}: [{failed}]. Rollback requested by user.",
    )
    stack.opentrail_ignores = _OF_RESOURCES
    resources = dict(stack.resolved_resources)
    left = [change.name for change in reversed(executor.opentrail_changes) if not _undo(executor, change)]
    for change in executor.opentrail_changes:
        if change.name in left or (change.name in resources and _is_made(executor, change.name)):
            resources[change.name] = executor.resources[change.name]
    if creating:
        if not left:  # nothing is left to be deleted with the stack
            change_set.processed_template = {
                **(change_set.processed_template or {}),
                "Resources": {},
                "Outputs": {},
            }
    else:
        change_set.template, change_set.template_body = stack.template, stack.template_body
        change_set.processed_template = stack.processed_template
        change_set.resolved_parameters = stack.resolved_parameters
        states = {name: state for name, state in stack.resource_states.items() if name in left}
        stack.resource_states = executor.opentrail_states | states
    stack.set_stack_status(StackStatus(f"{kind}ROLLBACK_{'FAILED' if left else 'COMPLETE'}"))
    stack.opentrail_ignores = _OF_THREADS
    return ChangeSetModelExecutorResult(resources, list(stack.resolved_outputs), reason)


def _is_made(executor: ChangeSetModelExecutor, name: str) -> bool:
    return executor.resources.get(name, {}).get("ResourceStatus") in _MADE


def _undo(executor: ChangeSetModelExecutor, change: _Change) -> bool:
    """Whether a resource is as it was before the deployment."""
    if is_nothing(change.after) or not _is_made(executor, change.name):
        return True  # its removal was still to come, or it was never made
    made = executor.resources[change.name]
    if is_nothing(change.before):
        return _remove(executor, change.name, change.after, made)
    if change.after.requires_replacement or change.before.resource_type != change.after.resource_type:
        _remove(executor, change.name, change.after, made)
        return True  # what it was to replace is still there
    event = _act(
        executor,
        ChangeAction.Modify,
        change.name,
        resource_type=change.before.resource_type,
        before_properties=PreprocProperties(properties=made["Properties"]),
        after_properties=change.before.properties,
    )
    return bool(event.status == OperationStatus.SUCCESS)


def _remove(executor: ChangeSetModelExecutor, name: str, after: Any, made: Any) -> bool:
    if after.deletion_policy == DeletionPolicy.Retain:
        executor._process_event(
            action=ChangeAction.Remove,
            logical_resource_id=name,
            event_status=OperationStatus.SUCCESS,
            resource_type=after.resource_type,
            custom_status=ResourceStatus.DELETE_SKIPPED,
        )
        return True
    event = _act(
        executor,
        ChangeAction.Remove,
        name,
        resource_type=after.resource_type,
        before_properties=PreprocProperties(properties=made["Properties"]),
        after_properties=None,
    )
    return bool(event.status == OperationStatus.SUCCESS)


def _act(
    executor: ChangeSetModelExecutor,
    action: ChangeAction,
    name: str,
    *,
    resource_type: str,
    **properties: Any,
) -> Any:
    """One action on one resource, with its events."""
    told = {"action": action, "logical_resource_id": name, "resource_type": resource_type}
    executor._process_event(**told, event_status=OperationStatus.IN_PROGRESS)
    event = executor._execute_resource_action(**told, **properties)
    executor._process_event(**told, event_status=event.status, reason=event.message)
    return event
