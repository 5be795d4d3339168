"""The pipeline in process: queues that deliver again what nobody acknowledged, functions over fakes.

A function that is killed leaves its messages unacknowledged. Time is a value: `settle` moves it until
nothing waits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from opentrail.domain import record_message
from opentrail.domain.digest_chain import Pace
from opentrail.domain.event_data_store import EventDataStore
from opentrail.domain.lookup import LookupQuery
from opentrail.domain.record_category import MANAGEMENT
from opentrail.domain.recording import AccountConfiguration
from opentrail.domain.trail import Trail
from opentrail.ports.errors import AdapterError
from opentrail.ports.pipeline import (
    ClockPorts,
    DigestPorts,
    LakePorts,
    LogFilePorts,
    OutputPorts,
    RecorderPorts,
)
from opentrail.service.deliveries import DeliveryMessage, make_deliveries
from opentrail.service.digests import make_digests
from opentrail.service.event_history import look_up
from opentrail.service.history_conflicts import find_conflicts
from opentrail.service.history_volumes import VolumesResult, make_volumes
from opentrail.service.lake_delivery import deliver_to_lake
from opentrail.service.late_history import LateHistoryResult, write_late_history
from opentrail.service.log_files import deliver_log_file
from opentrail.service.outputs import deliver_output
from opentrail.service.recording import QueueMessage, RecordingResult, RecordingRules, record_messages
from opentrail.service.ticking import TickResult, tick

from tests.fakes.clock import START, FakeClock
from tests.fakes.dead_letters import FakeDeadLetters
from tests.fakes.deliveries import FakeDeliveryQueue
from tests.fakes.digests import FakeDigestKeys, FakeDigestQueue, FakeDigests, FakeDigestSigner
from tests.fakes.event_buses import FakeEventBuses
from tests.fakes.event_conflicts import FakeEventConflicts
from tests.fakes.event_history import FakeEventHistory
from tests.fakes.failures import Killed, Script
from tests.fakes.lake_files import FakeLakeFiles
from tests.fakes.late_histories import FakeHistoryQueue
from tests.fakes.ledger import FakeLedger
from tests.fakes.log_bucket import FakeLogBucket
from tests.fakes.log_groups import FakeLogGroups
from tests.fakes.record_queue import FakeRecordQueue
from tests.fakes.segments import FakeSegmentStore
from tests.fakes.topics import FakeTopics
from tests.fakes.wakeups import FakeWakeUps
from tests.records import generate, lines

A, B = "111111111111", "222222222222"
HOME, AWAY = "us-east-1", "eu-west-1"
SENDER = "000000000000"
SOURCES: Mapping[str, Mapping[str, Any]] = {SENDER: {"name": "local", "accounts": ["*"]}}
WINDOW = 5  # seconds
BUS_WINDOW = 2
HISTORY_DAYS = 90
BATCH = 10
PACE = Pace(interval=3600, window=WINDOW)
REGIONS = (HOME, AWAY)


def trail(name: str = "audit", account_id: str = A, **more: Any) -> Trail:
    """A trail that logs."""
    defaults: dict[str, Any] = {
        "trail_id": f"id-{name}",
        "home_region": HOME,
        "s3_bucket_name": f"{name}-logs",
        "created_at": START,
        "is_logging": True,
    }
    return Trail(account_id=account_id, name=name, **(defaults | more))


def store(store_id: str = "11111111-2222-3333-4444-555555555555", account_id: str = A) -> EventDataStore:
    """An event data store that takes management events of all Regions."""
    return EventDataStore(
        store_id=store_id,
        account_id=account_id,
        region=HOME,
        name="lake",
        status="ENABLED",
        created_at=START,
        updated_at=START,
        retention_period=3653,
    )


class Configured:
    """The configuration of all accounts, as the recorder and the log file writer read it."""

    def __init__(self, trails: Iterable[Trail], stores: Iterable[EventDataStore]) -> None:
        self.trails = list(trails)
        self.stores = list(stores)

    def load(self, account_ids: Iterable[str]) -> dict[str, AccountConfiguration]:
        return {
            account_id: AccountConfiguration(
                version=1,
                trails=tuple(t for t in self.trails if t.account_id == account_id),
                stores=tuple(s for s in self.stores if s.account_id == account_id),
            )
            for account_id in account_ids
        }

    def get(self, account_id: str, home_region: str, name: str) -> Trail | None:
        wanted = (account_id, home_region, name)
        return next((t for t in self.trails if (t.account_id, t.home_region, t.name) == wanted), None)


@dataclass
class Waiting:
    """A message in a queue."""

    message_id: str
    body: str
    sender: str = SENDER
    receives: int = 0


@dataclass
class World:
    """All functions over one set of fakes; `script` fails their calls."""

    trails: Sequence[Trail] = ()
    stores: Sequence[EventDataStore] = ()
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: SOURCES)
    script: Script = field(default_factory=Script)
    clock: FakeClock = field(default_factory=FakeClock)
    event_buses: bool = False

    def __post_init__(self) -> None:
        self.configured = Configured(self.trails, self.stores)
        self.ledger, self.segments = FakeLedger(), FakeSegmentStore()
        self.history = FakeEventHistory(self.clock)
        self.event_conflicts = FakeEventConflicts()
        self.dead_letters, self.deliveries = FakeDeadLetters(), FakeDeliveryQueue()
        self.lake_files, self.log_bucket, self.wakeups = FakeLakeFiles(), FakeLogBucket(), FakeWakeUps()
        self.topics, self.log_groups, self.buses = FakeTopics(), FakeLogGroups(), FakeEventBuses()
        self.records = FakeRecordQueue()  # of records of deliveries' own calls
        self.digests, self.digest_queue = FakeDigests(self.ledger), FakeDigestQueue()
        self.histories = FakeHistoryQueue()
        self.digest_keys = FakeDigestKeys()
        for configured in self.trails:
            self.digests.touch(configured)
        self.queues: dict[str, list[Waiting]] = {
            kind: [] for kind in ("records", "histories", "trail", "store", "logs", "bus")
        }
        self._sent = 0
        wrap, clock, wakeups = self.script.wrap, self.clock, self.wakeups
        common = {"clock": clock, "ledger": wrap("ledger", self.ledger), "wakeups": wakeups}
        segments = wrap("segments", self.segments)
        self.recorder_ports = RecorderPorts(
            configuration=wrap("configuration", self.configured),
            segments=segments,
            history=wrap("history", self.history),
            event_conflicts=self.event_conflicts,
            dead_letters=wrap("dead_letters", self.dead_letters),
            **common,
        )
        self.clock_ports = ClockPorts(
            segments=segments,
            trails=wrap("trails", self.configured),
            deliveries=wrap("deliveries", self.deliveries),
            histories=wrap("histories", self.histories),
            digests=wrap("digests", self.digests),
            digest_queue=wrap("digest_queue", self.digest_queue),
            dead_letters=wrap("dead_letters", self.dead_letters),
            **common,
        )
        self.log_file_ports = LogFilePorts(
            configuration=wrap("configuration", self.configured),
            records=wrap("records", self.records),
            segments=segments,
            trails=wrap("trails", self.configured),
            log_bucket=wrap("log_bucket", self.log_bucket),
            topics=wrap("topics", self.topics),
            **common,
        )
        self.output_ports = OutputPorts(
            segments=segments,
            trails=wrap("trails", self.configured),
            log_groups=wrap("log_groups", self.log_groups),
            buses=wrap("buses", self.buses),
            source_prefix="aws.",
            **common,
        )
        self.digest_ports = DigestPorts(
            clock=clock,
            digests=wrap("digests", self.digests),
            signer=wrap("signer", FakeDigestSigner(self.digest_keys)),
            trails=wrap("trails", self.configured),
            log_bucket=wrap("log_bucket", self.log_bucket),
            dead_letters=wrap("dead_letters", self.dead_letters),
            wakeups=wakeups,
            regions=REGIONS,
        )
        self.lake_ports = LakePorts(
            segments=segments, lake_files=wrap("lake_files", self.lake_files), **common
        )

    # What comes in.

    def send(self, body: str, sender: str = SENDER) -> None:
        """Put a text on the records queue."""
        self._sent += 1
        self.queues["records"].append(Waiting(f"message-{self._sent}", body, sender))

    def send_lines(self, lines: Iterable[bytes], *, replay: bool = False) -> None:
        """Put records on the records queue."""
        for text in record_message.encode(lines, replay=replay):
            self.send(text)

    # What runs.

    def record(self) -> RecordingResult | None:
        """The recorder, once; None when it was killed."""
        if self.records.lines:
            self.send_lines(self.records.lines)
            self.records.lines.clear()
        return self._run_recorder("records", record_messages)

    def write_late_history(self) -> LateHistoryResult | None:
        """The recorder, once, with a batch of what the clock has handed on; None when it was killed."""
        self._move(self.histories.waiting, "histories")
        return self._run_recorder("histories", write_late_history)

    def _run_recorder[R: (RecordingResult, LateHistoryResult)](
        self, queue: str, work: Callable[[list[QueueMessage], RecorderPorts, RecordingRules], R]
    ) -> R | None:
        batch = self._receive(queue)
        messages = [
            QueueMessage(message_id=m.message_id, body=m.body, sender_id=m.sender, receive_count=m.receives)
            for m in batch
        ]
        rules = RecordingRules(
            sources=self.sources,
            window_seconds=WINDOW,
            history_days=HISTORY_DAYS,
            event_buses=self.event_buses,
            bus_window_seconds=BUS_WINDOW,
        )
        try:
            result = work(messages, self.recorder_ports, rules)
        except Killed:
            return None
        self._acknowledge(queue, batch, result.failed)
        return result

    def tick(self) -> TickResult | None:
        """The clock, once; None when it was killed."""
        try:
            return tick(self.clock_ports)
        except Killed:
            return None

    def index_history(self) -> VolumesResult | None:
        """The history indexer, once; None when it was killed."""
        volumes = self.script.wrap("volumes", self.history.volumes)
        until = self.clock.now() + timedelta(minutes=1)
        try:
            result = make_volumes(volumes, self.clock, until)
            find_conflicts(volumes, self.event_conflicts, self.clock, until)
        except Killed:
            return None
        return result

    def deliver(self) -> None:
        """Each writer, once, with a batch of what the clock has sent."""
        for kind, texts in self.deliveries.waiting.items():
            self._move(texts, kind)
        self._deliver("trail", lambda ref: deliver_log_file(ref, self.log_file_ports))
        self._deliver("store", lambda ref: deliver_to_lake(ref, self.lake_ports))
        for kind in ("logs", "bus"):
            self._deliver(kind, lambda ref: deliver_output(ref, self.output_ports))

    def digest(self) -> None:
        """The digester, once for each trail the clock has sent; what fails or is killed is due again."""
        while self.digest_queue.waiting:
            destination = self.digest_queue.waiting.pop(0)
            with suppress(AdapterError, Killed):
                make_digests(destination, self.digest_ports, PACE)

    def _deliver(self, kind: str, make: Any) -> None:
        batch = self._receive(kind)
        messages = [
            DeliveryMessage(message_id=m.message_id, body=m.body, receive_count=m.receives) for m in batch
        ]
        try:
            result = make_deliveries(messages, make)
        except Killed:
            return
        self._acknowledge(kind, batch, result.failed)

    def round(self, seconds: float = WINDOW + 2) -> None:
        """Each function once, then some time passes."""
        for work in (self.record, self.tick, self.write_late_history, self.deliver, self.digest):
            work()
            self.check_sums()
        self.clock.move(seconds=seconds)

    def settle(self, rounds: int = 200) -> None:
        """Go on until nothing waits anywhere."""
        for _ in range(rounds):
            self.round()
            if self.quiet:
                return
        raise AssertionError(f"never quiet: {self.ledger.totals()}")

    @property
    def quiet(self) -> bool:
        """Whether nothing waits."""
        totals = self.ledger.totals()
        pending = totals.histories_due or totals.lines or any(s.pending for s in totals.destinations.values())
        return not (pending or any(self.queues.values()) or any(self.deliveries.waiting.values()))

    def change(self, before: Trail, **members: Any) -> Trail:
        """Change a configured trail, as the API does."""
        after = replace(before, **members)
        self.configured.trails = [after if t == before else t for t in self.configured.trails]
        self.digests.touch(after)
        return after

    def delete(self, trail: Trail) -> None:
        """Delete a configured trail, as the API does."""
        self.configured.trails.remove(trail)
        now = self.clock.now()
        gone = replace(trail, is_logging=False, stop_logging_time=now) if trail.is_logging else trail
        self.digests.touch(gone, deleted=True)

    # What comes out.

    def check_sums(self) -> None:
        """matched = delivered + pending + dead-lettered + discarded, for every destination."""
        for destination, sum_ in self.ledger.totals().destinations.items():
            assert sum_.agrees, (destination, sum_)

    def looked_up(
        self, account_id: str, region: str, attribute: tuple[str, str] | None = None
    ) -> list[bytes]:
        """All events of an account and Region by paging through event history."""
        lines: list[bytes] = []
        after = None
        while True:
            now = int(self.clock.now().timestamp())
            query = LookupQuery(
                account_id=account_id,
                region=region,
                attribute=attribute,
                start=now - HISTORY_DAYS * 86_400,
                end=now,
                limit=50,
                after=after,
                now=now,
            )
            page = look_up(self.history, query)
            lines += page.lines
            after = page.position
            if after is None:
                return lines

    def _move(self, texts: list[str], queue: str) -> None:
        """What was sent becomes messages."""
        while texts:
            self._sent += 1
            self.queues[queue].append(Waiting(f"message-{self._sent}", texts.pop(0)))

    def _receive(self, queue: str) -> list[Waiting]:
        batch = self.queues[queue][:BATCH]
        for message in batch:
            message.receives += 1
        return batch

    def _acknowledge(self, queue: str, batch: Sequence[Waiting], failed: Iterable[str]) -> None:
        kept = set(failed)
        gone = {m.message_id for m in batch if m.message_id not in kept}
        self.queues[queue] = [m for m in self.queues[queue] if m.message_id not in gone]


def moment(seconds: int) -> datetime:
    """Epoch seconds as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def ago(**by: float) -> datetime:
    """Before the fakes' clock starts."""
    return START - timedelta(**by)


def drawn(seed: int, count: int) -> tuple[bytes, ...]:
    """Lines of management events of account `A` in its home Region, of the hour that is over."""
    made = generate(
        seed,
        count,
        accounts=(A,),
        regions=(HOME,),
        start=ago(hours=1),
        categories=frozenset({MANAGEMENT}),
        odd=0,
    )
    return tuple(lines(made))
