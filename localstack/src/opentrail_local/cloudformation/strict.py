"""An unsupported resource type fails the deploy.

By default LocalStack "creates" such resources with the id `unknown`; told not to, it asks a catalogue on the
internet and then refuses every type. The question is simply whether somebody provides the type.
"""

from localstack.services.cloudformation.engine.v2 import change_set_resource_support_checker
from localstack.services.cloudformation.engine.v2.change_set_model import NodeResource
from localstack.services.cloudformation.engine.v2.change_set_resource_support_checker import (
    ChangeSetResourceSupportChecker,
)
from localstack.services.cloudformation.resource_provider import plugin_manager

CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")


def patch() -> None:
    """Replace LocalStack's check."""
    change_set_resource_support_checker.get_aws_catalog = lambda: None
    original = super(ChangeSetResourceSupportChecker, ChangeSetResourceSupportChecker).visit_node_resource

    def visit_node_resource(self: ChangeSetResourceSupportChecker, node_resource: NodeResource) -> None:
        kind = str(node_resource.type_.value)
        if not is_supported(kind):
            self._resource_failure_messages[kind] = f"The local cloud does not support {kind}."
        original(self, node_resource)

    ChangeSetResourceSupportChecker.visit_node_resource = visit_node_resource


def is_supported(kind: str) -> bool:
    """Whether a resource provider is there for a type."""
    return kind.startswith(CUSTOM) or plugin_manager.exists(kind)
