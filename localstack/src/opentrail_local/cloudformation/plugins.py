"""What LocalStack's CloudFormation finds through entry points: a plugin per resource type of ours."""

from typing import Any

from localstack.services.cloudformation.resource_provider import CloudFormationResourceProviderPlugin


class GlueDatabasePlugin(CloudFormationResourceProviderPlugin):
    """AWS::Glue::Database"""

    name = "AWS::Glue::Database"
    factory: type[Any] | None = None

    def load(self) -> None:
        from opentrail_local.cloudformation.glue import GlueDatabase

        self.factory = GlueDatabase


class GlueTablePlugin(CloudFormationResourceProviderPlugin):
    """AWS::Glue::Table"""

    name = "AWS::Glue::Table"
    factory: type[Any] | None = None

    def load(self) -> None:
        from opentrail_local.cloudformation.glue import GlueTable

        self.factory = GlueTable


class AthenaWorkGroupPlugin(CloudFormationResourceProviderPlugin):
    """AWS::Athena::WorkGroup"""

    name = "AWS::Athena::WorkGroup"
    factory: type[Any] | None = None

    def load(self) -> None:
        from opentrail_local.cloudformation.athena import AthenaWorkGroup

        self.factory = AthenaWorkGroup


class CloudTrailTrailPlugin(CloudFormationResourceProviderPlugin):
    """AWS::CloudTrail::Trail"""

    name = "AWS::CloudTrail::Trail"
    factory: type[Any] | None = None

    def load(self) -> None:
        from opentrail_local.cloudformation.trail import Trail

        self.factory = Trail


class CloudTrailEventDataStorePlugin(CloudFormationResourceProviderPlugin):
    """AWS::CloudTrail::EventDataStore"""

    name = "AWS::CloudTrail::EventDataStore"
    factory: type[Any] | None = None

    def load(self) -> None:
        from opentrail_local.cloudformation.event_data_store import EventDataStore

        self.factory = EventDataStore
