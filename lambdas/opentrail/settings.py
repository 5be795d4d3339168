"""What a function is told at deployment: one frozen dataclass per function, read from the environment once.

`stacks/function.py` emits a function's environment from the same class, so a name cannot be spelled in two
ways. The environment name of a field is its name in capitals. Fields of another type than text are JSON.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Self

EVENT_CONFLICT = "one event id with other content"  # the log line that an alarm counts
NOT_COMPARED = ("unread", "without_volume")  # numbers in a log line that an alarm is raised for


class MissingSettingsError(RuntimeError):
    """Names every setting that the environment lacks."""


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """What every function is told."""

    stage: str
    log_level: str = "INFO"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read all fields; MissingSettingsError names all that are missing at once."""
        source = os.environ if environ is None else environ
        missing = [
            f.name.upper()
            for f in fields(cls)
            if f.default is MISSING and f.default_factory is MISSING and f.name.upper() not in source
        ]
        if missing:
            raise MissingSettingsError(f"Missing settings: {', '.join(missing)}")
        values: dict[str, Any] = {}
        for f in fields(cls):
            text = source.get(f.name.upper())
            if text is not None:
                values[f.name] = text if f.type in ("str", str) else json.loads(text)
        return cls(**values)

    def to_env(self) -> dict[str, str]:
        """The environment that from_env reads back to an equal value."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            name.upper(): value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
            for name, value in values.items()
        }


@dataclass(frozen=True, kw_only=True)
class ApiSettings(FunctionSettings):
    """The API function."""

    resources_table: str
    history_table: str
    ledger_table: str
    records_queue_url: str
    segments_bucket: str
    delivery_role_arn: str
    token_secret_arn: str
    digest_key_arn: str
    lake_bucket: str
    lake_database: str
    lake_table: str
    lake_workgroup: str
    identity: str  # "sigv4" or "router"
    router_public_key: str = ""  # base64 of a raw Ed25519 public key; only a local stage may have one
    regions: list[str] = field(default_factory=list)  # the logical Regions this deployment serves
    window_seconds: int = 300
    lookups_per_second: float = 50  # of an account and Region, in one process; 0: any number
    check_destinations: bool = True  # whether a trail's are tried before it is made or changed

    def __post_init__(self) -> None:
        if (self.identity == "router" or self.router_public_key) and self.stage != "local":
            raise ValueError("Only the local stage may trust the local router.")


@dataclass(frozen=True, kw_only=True)
class RecorderSettings(FunctionSettings):
    """The recorder: records queue in; segments, event history and ledger out."""

    resources_table: str
    history_table: str
    ledger_table: str
    segments_bucket: str
    dead_letters_bucket: str
    wakeups_queue_url: str
    histories_queue_arn: str  # of the queue that the clock hands late event history on by
    # Sender id of a queue message (before its colon) -> {"name": source, "accounts": ["*"] or account ids}
    record_sources: dict[str, dict[str, Any]]
    regions: list[str] = field(default_factory=list)
    window_seconds: int = 300
    bus_window_seconds: int = 30
    history_days: int = 90
    event_buses: bool = False  # whether records go to accounts' event buses


@dataclass(frozen=True, kw_only=True)
class ClockSettings(FunctionSettings):
    """The clock: closes windows, retries, wakes what is due."""

    resources_table: str
    ledger_table: str
    segments_bucket: str
    dead_letters_bucket: str
    deliveries_queue_url: str
    lake_queue_url: str
    outputs_queue_url: str
    digests_queue_url: str
    histories_queue_url: str
    wakeups_queue_url: str
    window_seconds: int = 300


@dataclass(frozen=True, kw_only=True)
class LogFileWriterSettings(FunctionSettings):
    """The log file writer: one delivery in, one log file out."""

    records_queue_url: str
    resources_table: str
    ledger_table: str
    segments_bucket: str
    delivery_role_arn: str
    wakeups_queue_url: str


@dataclass(frozen=True, kw_only=True)
class OutputSenderSettings(FunctionSettings):
    """The output sender: one delivery in, log events or events on a bus out."""

    resources_table: str
    ledger_table: str
    segments_bucket: str
    delivery_role_arn: str
    wakeups_queue_url: str
    event_bus_role: str = ""  # name of the role in each account that has buses to be sent to; none: no buses
    event_source_prefix: str = "aws."


@dataclass(frozen=True, kw_only=True)
class DigesterSettings(FunctionSettings):
    """The digester: a trail whose digests are due in, digest files out."""

    resources_table: str
    ledger_table: str
    dead_letters_bucket: str
    delivery_role_arn: str
    digest_key_arn: str
    wakeups_queue_url: str
    regions: list[str] = field(default_factory=list)
    window_seconds: int = 300
    digest_seconds: int = 3600  # of a digest's span


@dataclass(frozen=True, kw_only=True)
class LakeWriterSettings(FunctionSettings):
    """The lake writer: one delivery in, ORC files out."""

    ledger_table: str
    segments_bucket: str
    lake_bucket: str
    wakeups_queue_url: str


@dataclass(frozen=True, kw_only=True)
class HistoryIndexerSettings(FunctionSettings):
    """The history indexer: makes volumes of days of event history that are over, and compares EventIds."""

    history_table: str
    ledger_table: str
    seconds: int  # that one run may begin new work in
    history_days: int = 90


@dataclass(frozen=True, kw_only=True)
class DeadLetterKeeperSettings(FunctionSettings):
    """The dead letter keeper: messages of dead-letter queues in, S3 objects out."""

    dead_letters_bucket: str
