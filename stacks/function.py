"""The one Lambda construct: what is common to every function, so that none can lack it.

Python 3.13, packages of one lock as a layer, environment from the function's settings class, a role that may
only what it is given, a log group with an end, structured logs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import AssetHashType, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct
from opentrail.settings import FunctionSettings

from stacks.findings import accept
from stacks.settings import Patience, StageSettings
from tools.build_function_package import Package, build_layer, build_source

_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}
RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    14: logs.RetentionDays.TWO_WEEKS,
    365: logs.RetentionDays.ONE_YEAR,
}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a function is.

    A role is given where others must know the function's identity before the function is there.
    """

    handler: str  # module under `handlers`
    settings: FunctionSettings  # what it is told
    packages: str  # the lock: "base", "api" or "lake"
    memory: int  # MiB; processor time grows with it, one whole processor at 1,769
    timeout: int  # seconds
    role: iam.Role | None = None
    dead_letters: sqs.IQueue | None = None  # for asynchronous calls that failed


class Function(Construct):
    """A function with its role, its log and its packages."""

    def __init__(self, scope: Construct, name: str, stage: StageSettings, shape: Shape) -> None:
        super().__init__(scope, name)
        self.log = log = logs.LogGroup(
            self, "Log", retention=RETENTION[stage.log_days], removal_policy=RemovalPolicy.DESTROY
        )
        self.role = shape.role or function_role(self, "Role")
        self._policy = iam.Policy(self, "Policy", roles=[self.role])
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log.log_group_arn])
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=_ARCHITECTURES[stage.architecture],
            handler=f"handlers.{shape.handler}.handler",
            code=_code(build_source()),
            layers=[_layer(Stack.of(self), shape.packages, stage.architecture)],
            memory_size=shape.memory,
            timeout=Duration.seconds(shape.timeout),
            environment=shape.settings.to_env(),
            role=self.role,
            log_group=log,
            dead_letter_queue=shape.dead_letters,
        )
        self.function.node.add_dependency(self._policy)
        accept(self, "L1", "Locks and wheels are for Python 3.13; a newer runtime comes with new locks.")

    @property
    def name(self) -> str:
        """The deployed function's name."""
        return str(self.function.function_name)

    def allow(
        self,
        actions: Sequence[str],
        resources: Sequence[str],
        conditions: Mapping[str, Any] | None = None,
    ) -> None:
        """Let the function do exactly this."""
        self._policy.add_statements(
            iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
        )

    def allow_objects(self, actions: Sequence[str], bucket: s3.Bucket, prefix: str, why_all: str) -> None:
        """Let the function do this to every object under a prefix; `why_all` is the reason for no less."""
        self.allow(actions, [bucket.arn_for_objects(f"{prefix}*")])
        imported = Stack.of(self).resolve(Stack.of(bucket).export_value(bucket.bucket_arn))
        accept(self, f"IAM5[Resource::{imported['Fn::ImportValue']}/{prefix}*]", why_all)

    def consume(
        self, name: str, queue: sqs.IQueue, patience: Patience, concurrency: int | None = None
    ) -> None:
        """Let a queue's messages call the function; it answers which of a batch failed.

        Concurrency is bounded here and not reserved: new accounts have none to reserve, and a mapping that is
        bounded leaves messages in the queue, where one that is throttled uses up their receives.
        """
        self.allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], [queue.queue_arn])
        lambda_.EventSourceMapping(
            self,
            name,
            target=self.function,
            event_source_arn=queue.queue_arn,
            batch_size=patience.batch,
            max_batching_window=Duration.seconds(patience.window),
            report_batch_item_failures=True,
            max_concurrency=concurrency,
        )


def function_role(scope: Construct, name: str) -> iam.Role:
    """A role for functions that may nothing yet."""
    return iam.Role(scope, name, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def _layer(stack: Stack, packages: str, architecture: str) -> lambda_.ILayerVersion:
    """One layer per stack and lock.

    Stacks share none: a layer's ARN changes with its content, and an export in use cannot change.
    """
    name = f"{packages.capitalize()}Packages"
    known = stack.node.try_find_child(name)
    if known is not None:
        return known
    return lambda_.LayerVersion(
        stack,
        name,
        code=_code(build_layer(packages, architecture)),
        compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
        compatible_architectures=[_ARCHITECTURES[architecture]],
        description=f"Packages of requirements/functions-{packages}.txt",
    )


def _code(package: Package) -> lambda_.Code:
    return lambda_.Code.from_asset(
        str(package.path), asset_hash=package.digest, asset_hash_type=AssetHashType.CUSTOM
    )
