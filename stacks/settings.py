"""What differs between stages. Stacks read these settings and never ask for a stage's name."""

from collections.abc import Mapping
from dataclasses import dataclass

from tools.build_function_package import host_architecture

DEFAULT_STAGE = "dev"
LOCAL_STAGE = "local"

# Regions that an AWS account has without opting in (AWS General Reference, "AWS Regions").
COMMERCIAL_REGIONS = (
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
)

# The account that the local cloud's deployment is in; SQS there names senders by account alone.
LOCAL_ACCOUNT = "000000000000"


@dataclass(frozen=True, kw_only=True)
class RecordSender:
    """Somebody beside OpenTrail's own API who may send to the records queue."""

    name: str  # of the source, as records carry it
    principal_arn: str  # of a role or user, as the queue's policy names it
    sender_id: str  # as SQS names it, without a session's name: AROA…, AIDA…
    accounts: tuple[str, ...]  # whose records it may send; ("*",) for every account's


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a function may take, and how its queue hands it messages."""

    timeout: int  # seconds
    visibility: (
        int  # seconds; at least six timeouts on AWS (AWS Lambda developer guide, "Using Lambda with SQS")
    )
    batch: int = 10  # messages
    window: int = 0  # seconds; AWS waits so long for a batch to fill; above 10 messages it must be 1 or more


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """One stage."""

    name: str
    on_aws: bool  # keeps data when stacks go, protects it, watches itself with alarms
    architecture: str  # of the functions: "arm64" or "x86_64"
    identity: str  # how callers are known: "sigv4" or "router"
    record_senders: tuple[RecordSender, ...]
    recorder: Patience
    clock: Patience
    log_file_writer: Patience
    output_sender: Patience
    digester: Patience
    lake_writer: Patience
    dead_letter_keeper: Patience
    history_indexer_timeout: int  # seconds; the index of a busy day takes minutes
    log_days: int  # of the functions' own logs; a number CloudWatch Logs knows
    log_level: str = "INFO"
    regions: tuple[str, ...] = COMMERCIAL_REGIONS  # the logical Regions that are served
    window_seconds: int = 300  # CloudTrail delivers log files about every 5 minutes
    bus_window_seconds: int = 30  # EventBridge is for who reacts: sooner than log files
    history_days: int = 90  # CloudTrail's event history
    digest_seconds: int = 3600  # CloudTrail delivers a digest file every hour
    # Whether CreateTrail and UpdateTrail try a trail's destinations, as CloudTrail does, and refuse those
    # that take nothing. Without it trails may be made before their buckets; what they record waits meanwhile.
    check_destinations: bool = True
    lookups_per_second: float = 50  # LookupEvents, per account and Region; CloudTrail allows 2; 0: any number

    # The role in each account through which its records go to its event buses; none: they do not. On AWS this
    # costs more than everything else together, and each account needs the role.
    event_bus_role: str = ""
    event_source_prefix: str = "opentrail.aws."  # AWS takes no source that begins with `aws.` from customers

    def __post_init__(self) -> None:
        if self.on_aws and (self.identity == "router" or self.name == LOCAL_STAGE):
            raise ValueError(f"Stage {self.name} is on AWS: it cannot trust the local router.")
        if self.on_aws and self.event_source_prefix.startswith("aws."):
            raise ValueError(f"Stage {self.name} is on AWS: event sources there may not begin with 'aws.'.")
        if self.on_aws and not self.check_destinations:
            raise ValueError(f"Stage {self.name} is on AWS: destinations of trails are checked there.")


def stage_settings(name: str) -> StageSettings:
    """The stage of that name; ValueError names those there are."""
    if name not in _STAGES:
        raise ValueError(f"There is no stage {name!r}: one of {', '.join(_STAGES)}")
    return _STAGES[name]


def _on_aws(name: str, *, log_days: int) -> StageSettings:
    return StageSettings(
        name=name,
        on_aws=True,
        architecture="arm64",
        identity="sigv4",
        record_senders=(),
        recorder=Patience(timeout=120, visibility=720, batch=50, window=2),
        clock=Patience(timeout=60, visibility=360),
        # One by one: a bucket that lets a writer wait keeps no other trail's file behind it.
        log_file_writer=Patience(timeout=60, visibility=360, batch=1),
        output_sender=Patience(timeout=120, visibility=720, batch=2),
        digester=Patience(timeout=110, visibility=660, batch=1),
        lake_writer=Patience(timeout=120, visibility=720, batch=5),
        dead_letter_keeper=Patience(timeout=60, visibility=360),
        history_indexer_timeout=840,
        log_days=log_days,
    )


def _local() -> StageSettings:
    # What a killed function held comes back when it is visible again: soon, where somebody waits for it.
    # A window makes the local cloud wait for messages instead of asking again and again; it hands out the
    # first one at once.
    soon = Patience(timeout=20, visibility=20, window=10)
    return StageSettings(
        name=LOCAL_STAGE,
        on_aws=False,
        architecture=host_architecture(),
        identity="router",
        record_senders=(
            RecordSender(
                name="local",
                principal_arn=f"arn:aws:iam::{LOCAL_ACCOUNT}:root",
                sender_id=LOCAL_ACCOUNT,
                accounts=("*",),
            ),
        ),
        recorder=soon,
        clock=soon,
        log_file_writer=soon,
        output_sender=soon,
        digester=soon,
        lake_writer=Patience(timeout=30, visibility=30, window=10),
        dead_letter_keeper=soon,
        history_indexer_timeout=60,
        log_days=1,
        window_seconds=5,
        bus_window_seconds=2,
        event_bus_role="OpenTrailEventBuses",
        event_source_prefix="aws.",
        digest_seconds=60,
        lookups_per_second=500,  # on a laptop nobody pays by the read, and tests ask quickly
    )


_STAGES: Mapping[str, StageSettings] = {
    LOCAL_STAGE: _local(),
    "dev": _on_aws("dev", log_days=14),
    "prod": _on_aws("prod", log_days=365),
}
