"""What LocalStack's Lambda does slowly, leaves out or ignores, put right in memory."""

import logging
from typing import Any

from localstack.aws.api.lambda_ import InvocationType, RequestTooLargeException
from localstack.services.lambda_.invocation import version_manager
from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment
from localstack.services.lambda_.invocation.lambda_service import LambdaService

from opentrail_local.lambda_ import environments, sqs_poller

LIMITS = {  # bytes of an invocation's payload, Lambda's quotas
    InvocationType.RequestResponse: 6 * 1024 * 1024,
    InvocationType.Event: 1024 * 1024,
}


def patch() -> None:
    """Apply every patch; once, before functions exist."""
    _metrics_off()
    _log_group_of_logging_config()
    _payload_limits()
    environments.patch()
    sqs_poller.patch()
    # It warns for each function that logging configurations have no effect; here they have.
    logging.getLogger("localstack.services.lambda_.provider").addFilter(
        lambda record: "Advanced Lambda Logging" not in record.getMessage()
    )


def _metrics_off() -> None:
    """Two CloudWatch calls an invocation take longer than a warm invocation itself."""

    def nothing(*args: Any, **kwargs: Any) -> None: ...

    version_manager.record_cw_metric_invocation = nothing
    version_manager.record_cw_metric_error = nothing


def _log_group_of_logging_config() -> None:
    original = ExecutionEnvironment.get_log_group_name

    def get_log_group_name(self: ExecutionEnvironment) -> str:
        config = self.function_version.config.logging_config or {}
        return str(config.get("LogGroup") or original(self))

    ExecutionEnvironment.get_log_group_name = get_log_group_name


def _payload_limits() -> None:
    original = LambdaService.invoke

    def invoke(self: LambdaService, *args: Any, **kwargs: Any) -> Any:
        payload = kwargs.get("payload") or b""
        kind = kwargs.get("invocation_type") or InvocationType.RequestResponse
        limit = LIMITS.get(kind)
        if limit is not None and len(payload) > limit:
            raise RequestTooLargeException(
                f"{len(payload)} byte payload is too large for the {kind} invocation type "
                f"(limit {limit} bytes)",
                Type="User",
            )
        return original(self, *args, **kwargs)

    LambdaService.invoke = invoke
