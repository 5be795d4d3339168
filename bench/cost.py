"""Requests by kind and dollars per million events, end to end, from the requests really made.

Producers send messages, the recorder records them, the clock closes windows, the writers write log files and
the lake; each function runs as its handler runs it, with the real adapters. Lambda's own requests (receiving,
deleting, invoking) are made or counted as its event sources make them.
"""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from opentrail.adapters.dead_letters import S3DeadLetters
from opentrail.adapters.deliveries import SqsDeliveryQueue
from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.digests import DynamoDigests, SqsDigestQueue
from opentrail.adapters.event_conflicts import DynamoEventConflicts
from opentrail.adapters.event_data_stores import DynamoEventDataStores
from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.adapters.lake_files import S3LakeFiles
from opentrail.adapters.lake_states import DynamoDbLakeStates
from opentrail.adapters.late_histories import SqsHistoryQueue
from opentrail.adapters.ledger import DynamoLedger
from opentrail.adapters.log_buckets import S3LogBucket
from opentrail.adapters.record_queue import SqsRecordQueue
from opentrail.adapters.recording_configuration import DynamoRecordingConfiguration
from opentrail.adapters.segments import S3SegmentStore
from opentrail.adapters.topics import SnsTopics
from opentrail.adapters.trails import DynamoTrailStore
from opentrail.adapters.wakeups import SqsWakeUps
from opentrail.domain.event_data_store import EventDataStore
from opentrail.domain.trail import Trail
from opentrail.ports.pipeline import ClockPorts, LakePorts, LogFilePorts, RecorderPorts
from opentrail.service.deliveries import DeliveryMessage, make_deliveries
from opentrail.service.lake_delivery import deliver_to_lake
from opentrail.service.log_files import deliver_log_file
from opentrail.service.recording import QueueMessage, RecordingRules, record_messages
from opentrail.service.ticking import tick

from bench import prices
from bench.metering import Meter, item_size
from bench.tables import show
from tests.contract.cloud import Cloud, client, cloud, make_table, new_client
from tests.fakes.clock import FakeClock
from tests.records import generate, lines

ACCOUNT, REGION = "111111111111", "us-east-1"
SENDER = "000000000000"
TABLES = ("Resources", "History", "Ledger")
BUCKETS = ("segments", "dead-letters", "lake", "users-logs")
QUEUES = ("records", "trail", "store", "wakeups", "digests", "histories")
SEGMENTS, DEAD_LETTERS, LAKE, LOGS = BUCKETS
START = datetime(2023, 7, 10, 11, 45, tzinfo=UTC)
WINDOW = 300  # seconds
MANAGEMENT_ONLY = frozenset({"Management"})
MEMORY = {"recorder": 1769, "clock": 1024, "log file writer": 1024, "lake writer": 2048}  # MiB, as deployed
WHOLE_PROCESSOR = 1769  # MiB (AWS Lambda developer guide, "Configure Lambda function memory")
WAIT = 0.010  # seconds a function is assumed to wait for each request to AWS, one after another
ITEM_OVERHEAD = 100  # bytes DynamoDB counts for each stored item (developer guide, storage)


@dataclass(frozen=True)
class Load:
    """How much comes in one window, and how well it is packed."""

    name: str
    events: int
    events_a_message: int
    messages_a_batch: int


LOADS = (
    Load("busy: 33 events/s, 100 a message, 10 messages a batch", 10_000, 100, 10),
    Load("steady: 10 events/s, 20 a message, 5 messages a batch", 3_000, 20, 5),
    Load("quiet: 1 event/s, 5 a message, 1 message a batch", 300, 5, 1),
)


@dataclass
class Deployment:
    """All functions over AWS in process."""

    aws: Cloud
    meter: Meter
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    seconds: Counter[str] = field(default_factory=Counter)
    invocations: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for table in TABLES:
            make_table(self.aws.dynamodb, table)
        for bucket in BUCKETS:
            self.aws.s3.create_bucket(Bucket=bucket)
        self.urls = {name: self.aws.queue(name) for name in QUEUES}
        role = "arn:aws:iam::123456789012:role/delivery"
        self._configure()
        dynamodb, s3, sqs, sts = (new_client(name) for name in ("dynamodb", "s3", "sqs", "sts"))
        self.meter.attach(dynamodb, s3, sqs, sts)
        self.sqs = sqs
        ledger = DynamoLedger(dynamodb, "Ledger")
        segments = S3SegmentStore(s3, SEGMENTS)
        history = DynamoEventHistory(dynamodb, "History", clock=self.clock)
        wakeups = SqsWakeUps(sqs, self.urls["wakeups"], self.clock)
        common: dict[str, Any] = {
            "clock": self.clock,
            "ledger": ledger,
            "segments": segments,
            "wakeups": wakeups,
        }
        letters = S3DeadLetters(s3, DEAD_LETTERS)
        self.producer = SqsRecordQueue(sqs, self.urls["records"], s3, SEGMENTS)
        configuration = DynamoRecordingConfiguration(dynamodb, "Resources")
        trails = DynamoTrailStore(dynamodb, "Resources", "Ledger")
        self.recorder = RecorderPorts(
            configuration=configuration,
            history=history, dead_letters=letters, **common,
            event_conflicts=DynamoEventConflicts(dynamodb, "Ledger", self.clock, lambda _: None),
        )  # fmt: skip
        self.ticker = ClockPorts(
            trails=trails,
            deliveries=SqsDeliveryQueue(sqs, self.urls),
            histories=SqsHistoryQueue(sqs, self.urls["histories"]),
            digests=DynamoDigests(dynamodb, "Ledger"),
            digest_queue=SqsDigestQueue(sqs, self.urls["digests"]),
            dead_letters=letters,
            **common,
        )
        delivery_role = DeliveryRole(sts, role, lambda *_: s3, self.clock)
        self.log_files = LogFilePorts(
            configuration=configuration,
            records=self.producer,
            trails=trails,
            log_bucket=S3LogBucket(delivery_role),
            topics=SnsTopics(delivery_role),
            **common,
        )
        states = DynamoDbLakeStates(dynamodb, "Ledger")
        self.lake = LakePorts(lake_files=S3LakeFiles(s3, LAKE, states), **common)

    def _configure(self) -> None:
        """One trail and one event data store, of all management events."""
        trail = Trail(
            trail_id="1", account_id=ACCOUNT, home_region=REGION, name="audit", s3_bucket_name=LOGS,
            created_at=START, is_logging=True, is_multi_region_trail=True,
        )  # fmt: skip
        store = EventDataStore(
            store_id="11111111-2222-3333-4444-555555555555", account_id=ACCOUNT, region=REGION, name="lake",
            status="ENABLED", created_at=START, updated_at=START, retention_period=3653,
        )  # fmt: skip
        DynamoTrailStore(self.aws.dynamodb, "Resources", "Ledger").put(trail, version=0)
        DynamoEventDataStores(self.aws.dynamodb, "Resources").put(store, version=1)

    def run(self, load: Load) -> None:
        """One window's load, then everything that becomes of it."""
        drawn = generate(
            1, load.events, accounts=(ACCOUNT,), start=START, span=timedelta(seconds=WINDOW), odd=0,
            categories=MANAGEMENT_ONLY,
        )  # fmt: skip
        messages = [list(batch) for batch in batched(lines(drawn), load.events_a_message, strict=False)]
        pause = WINDOW / (len(messages) / load.messages_a_batch + 1)
        for batch in batched(messages, load.messages_a_batch, strict=False):
            for message in batch:
                self.producer.send(message)
            self._record(load.messages_a_batch)
            self.clock.move(seconds=pause)
        self.clock.move(seconds=WINDOW)
        for _ in range(2 + WINDOW // 60):  # the wake-ups, and every minute of the window
            self._invoke("clock", lambda: tick(self.ticker))
            self.clock.move(seconds=1)
        self._deliver("log file writer", "trail", lambda ref: deliver_log_file(ref, self.log_files))
        self._deliver("lake writer", "store", lambda ref: deliver_to_lake(ref, self.lake))

    def _record(self, messages: int) -> None:
        rules = RecordingRules(
            sources={SENDER: {"name": "producer", "accounts": ["*"]}}, window_seconds=WINDOW, history_days=90
        )
        for batch in self._receive("records", messages):
            given = [
                QueueMessage(message_id=m["MessageId"], body=m["Body"], sender_id=SENDER, receive_count=1)
                for m in batch
            ]
            result = self._invoke(
                "recorder", lambda given=given: record_messages(given, self.recorder, rules)
            )
            assert not result.failed
            assert not result.errors
            self._delete("records", batch)

    def _deliver(self, function: str, queue: str, make: Any) -> None:
        for batch in self._receive(queue, 5):
            given = [
                DeliveryMessage(message_id=m["MessageId"], body=m["Body"], receive_count=1) for m in batch
            ]
            result = self._invoke(function, lambda given=given: make_deliveries(given, make))
            assert set(result.outcomes) == {"delivered"}
            self._delete(queue, batch)

    def _invoke(self, function: str, work: Any) -> Any:
        before = self.meter.requests.total()
        with self.meter.processor(self.seconds, function):
            result = work()
        self.invocations[function] += 1
        self.waits[function] += self.meter.requests.total() - before
        return result

    def _receive(self, queue: str, count: int) -> Iterator[list[dict[str, Any]]]:
        asked = {"QueueUrl": self.urls[queue], "MaxNumberOfMessages": min(10, count)}
        while messages := self.sqs.receive_message(**asked).get("Messages"):
            yield messages

    def _delete(self, queue: str, batch: Sequence[Mapping[str, Any]]) -> None:
        entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(batch)]
        self.sqs.delete_message_batch(QueueUrl=self.urls[queue], Entries=entries)

    # What it comes to.

    def compute(self) -> float:
        """Dollars for Lambda: measured processor time and assumed waiting, at each function's memory."""
        dollars = 0.0
        for function, count in self.invocations.items():
            memory = MEMORY[function]
            lasting = (
                self.seconds[function] * max(1.0, WHOLE_PROCESSOR / memory) + self.waits[function] * WAIT
            )
            dollars += count * prices.LAMBDA_REQUEST + lasting * memory / 1024 * prices.LAMBDA_GB_SECOND
        return dollars

    def stored(self) -> float:
        """Dollars for keeping; log files lie in users' buckets."""
        items = self.aws.dynamodb.get_paginator("scan").paginate(TableName="History")
        history = sum(item_size(item) + ITEM_OVERHEAD for page in items for item in page["Items"])
        sizes = {bucket: self._size(bucket) for bucket in (SEGMENTS, LAKE)}
        return (
            history * 3 * prices.DYNAMODB_GB_MONTH
            + sizes[SEGMENTS] * 1.5 * prices.S3_GB_MONTH
            + sizes[LAKE] * 12 * prices.S3_GB_MONTH
        ) / 2**30

    def _size(self, bucket: str) -> int:
        return sum(o["Size"] for o in self.aws.s3.list_objects_v2(Bucket=bucket).get("Contents", ()))

    def check(self, load: Load) -> None:
        """Everything arrived: what is counted is a run that worked."""
        sums = self.ticker.ledger.totals().destinations
        assert len(sums) == 2
        assert all(sum_.agrees and sum_.delivered == load.events for sum_ in sums.values()), sums
        files = self.aws.s3.list_objects_v2(Bucket=LOGS)["Contents"]
        bodies = [self.aws.s3.get_object(Bucket=LOGS, Key=o["Key"])["Body"].read() for o in files]
        assert sum(gzip.decompress(body).count(b'"eventID":') for body in bodies) >= load.events


def run(loads: Sequence[Load] = LOADS) -> None:
    """Measure and print."""
    for load in loads:
        with cloud() as aws:
            deployment = Deployment(aws, Meter(client("dynamodb")))
            deployment.run(load)
            metered, units = Counter(deployment.meter.requests), _units(deployment.meter)
            deployment.check(load)
            _show(load, deployment, metered, units)
    print(
        f"\n  Lambda: processor time of this machine, and {WAIT * 1000:.0f} ms assumed for each request."
        "\n  Not counted: empty polls of queues, receiving wake-ups, the API, users' buckets, KMS, the"
        "\n  history indexer (a tenth on top of event history's units, and its comparison, see above)."
    )


def _units(meter: Meter) -> dict[str, float]:
    writes = meter.write_units
    return {
        "write units, event history": float(writes.get("History", 0)),
        "write units, ledger": float(writes.get("Ledger", 0)),
        "read units": float(sum(meter.read_units.values())),
        "SQS, 64 KB each": float(meter.sqs_units),
    }


def _show(load: Load, deployment: Deployment, requests: Counter[str], units: Mapping[str, float]) -> None:
    scale = prices.MILLION / load.events
    s3 = {name.partition(".")[2]: count for name, count in requests.items() if name.startswith("s3.")}
    writes = sum(count for name, count in s3.items() if name.startswith(("Put", "List")))
    reads = sum(s3.values()) - writes
    show(
        f"Requests a million events — {load.name}",
        ("request", "count"),
        [(name, int(count * scale)) for name, count in sorted(requests.items())]
        + [(f"Lambda, {name}", int(count * scale)) for name, count in deployment.invocations.items()],
    )
    dollars = [
        ("DynamoDB: event history", units["write units, event history"] * prices.DYNAMODB_WRITE_UNIT),
        ("DynamoDB: ledger", units["write units, ledger"] * prices.DYNAMODB_WRITE_UNIT),
        ("DynamoDB: reads", units["read units"] * prices.DYNAMODB_READ_UNIT),
        ("S3: requests", writes * prices.S3_WRITE + reads * prices.S3_READ),
        ("SQS", units["SQS, 64 KB each"] * prices.SQS_REQUEST),
        ("Lambda", deployment.compute()),
        ("kept: history 90 days, segments 45, lake 365", deployment.stored()),
    ]
    total = sum(amount for _, amount in dollars)
    show(
        f"Dollars a million events — {load.name}",
        ("", "$"),
        [(name, float(amount * scale)) for name, amount in [*dollars, ("together", total)]],
    )
