"""Recording: the recorder, the clock that closes windows, and the keeper of what SQS gave up."""

from dataclasses import replace

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct
from opentrail.settings import (
    ClockSettings,
    DeadLetterKeeperSettings,
    HistoryIndexerSettings,
    RecorderSettings,
)

from stacks.function import Function, Shape
from stacks.grants import (
    CONFLICTS,
    DEAD_LETTERS,
    EVERY_ITEM_ACTION,
    HISTORIES,
    MESSAGES,
    PAGES,
    SEGMENTS,
    VOLUMES,
    only_keys,
)
from stacks.outputs import publish
from stacks.settings import StageSettings
from stacks.storage import Storage

RECORDERS = 20  # at once
HISTORY_WRITERS = 2  # of them at once, the fewest SQS takes: records go first
CLOCKS = 2  # at once, the fewest SQS takes; what they do is conditional, so that two do no harm
SWEEP = Duration.minutes(1)
INDEXING = Duration.minutes(15)  # a run that has nothing to do makes three queries


class Recording(Stack):
    """Recorder, clock, dead letter keeper."""

    def __init__(self, scope: Construct, name: str, stage: StageSettings, storage: Storage) -> None:
        super().__init__(scope, name)
        self.recorder = self._make_recorder(stage, storage)
        self.clock = self._make_clock(stage, storage)
        self.keeper = self._make_keeper(stage, storage)
        self.indexer = self._make_indexer(stage, storage)
        publish(
            self,
            RecorderFunction=self.recorder.name,
            ClockFunction=self.clock.name,
            DeadLetterKeeperFunction=self.keeper.name,
            HistoryIndexerFunction=self.indexer.name,
        )

    def _make_recorder(self, stage: StageSettings, storage: Storage) -> Function:
        recorder = Function(
            self,
            "Recorder",
            stage,
            Shape(
                handler="recorder",
                packages="base",
                memory=1769,
                timeout=stage.recorder.timeout,
                settings=RecorderSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    resources_table=storage.resources.table_name,
                    history_table=storage.history.table_name,
                    ledger_table=storage.ledger.table_name,
                    segments_bucket=storage.segments.bucket_name,
                    dead_letters_bucket=storage.dead_letters.bucket_name,
                    wakeups_queue_url=storage.wakeups.queue_url,
                    histories_queue_arn=storage.histories.queue_arn,
                    record_sources=storage.record_sources(),
                    regions=list(stage.regions),
                    window_seconds=stage.window_seconds,
                    bus_window_seconds=stage.bus_window_seconds,
                    history_days=stage.history_days,
                    event_buses=bool(stage.event_bus_role),
                ),
            ),
        )
        recorder.consume("Records", storage.records, stage.recorder, concurrency=RECORDERS)
        # One by one: a slice that cannot be written keeps no other's events behind it.
        alone = replace(stage.recorder, batch=1)
        recorder.consume("Histories", storage.histories, alone, concurrency=HISTORY_WRITERS)
        recorder.allow(["dynamodb:BatchGetItem", "dynamodb:Query"], [storage.resources.table_arn])
        recorder.allow(["dynamodb:PutItem"], [storage.history.table_arn], only_keys(PAGES))
        recorder.allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], [storage.ledger.table_arn])
        recorder.allow(["dynamodb:DeleteItem"], [storage.ledger.table_arn], only_keys(HISTORIES))
        recorder.allow_objects(["s3:PutObject", "s3:GetObject"], storage.segments, "segments/", SEGMENTS)
        recorder.allow_objects(["s3:GetObject"], storage.segments, "messages/", MESSAGES)
        # Without it S3 answers 403, not 404, for a message that is not there.
        recorder.allow(["s3:ListBucket"], [storage.segments.bucket_arn])
        recorder.allow_objects(["s3:PutObject"], storage.dead_letters, "", DEAD_LETTERS)
        recorder.allow(["sqs:SendMessage"], [storage.wakeups.queue_arn])
        return recorder

    def _make_clock(self, stage: StageSettings, storage: Storage) -> Function:
        clock = Function(
            self,
            "Clock",
            stage,
            Shape(
                handler="clock",
                packages="base",
                memory=1024,
                timeout=stage.clock.timeout,
                settings=ClockSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    resources_table=storage.resources.table_name,
                    ledger_table=storage.ledger.table_name,
                    segments_bucket=storage.segments.bucket_name,
                    dead_letters_bucket=storage.dead_letters.bucket_name,
                    deliveries_queue_url=storage.deliveries.queue_url,
                    lake_queue_url=storage.lake_deliveries.queue_url,
                    outputs_queue_url=storage.outputs.queue_url,
                    digests_queue_url=storage.digests.queue_url,
                    histories_queue_url=storage.histories.queue_url,
                    wakeups_queue_url=storage.wakeups.queue_url,
                    window_seconds=stage.window_seconds,
                ),
                role=storage.clock_role,
                dead_letters=storage.dead_letter_queues()["Wakeups"],
            ),
        )
        clock.consume("WakeUps", storage.wakeups, stage.clock, concurrency=CLOCKS)
        clock.allow(EVERY_ITEM_ACTION, [storage.ledger.table_arn])
        # Whether a trail for which deliveries wait is still there.
        clock.allow(["dynamodb:GetItem"], [storage.resources.table_arn])
        clock.allow(["dynamodb:Query"], [f"{storage.ledger.table_arn}/index/due"])
        clock.allow_objects(["s3:GetObject"], storage.segments, "segments/", SEGMENTS)
        clock.allow_objects(["s3:PutObject"], storage.dead_letters, "", DEAD_LETTERS)
        kinds = (storage.deliveries, storage.lake_deliveries, storage.outputs)
        others = (storage.digests, storage.histories, storage.wakeups)
        clock.allow(["sqs:SendMessage"], [queue.queue_arn for queue in (*kinds, *others)])
        about = "Sees to what is due in OpenTrail's ledger, whoever forgot to wake the clock"
        _run_every(SWEEP, clock, "Sweep", about)
        return clock

    def _make_indexer(self, stage: StageSettings, storage: Storage) -> Function:
        indexer = Function(
            self,
            "HistoryIndexer",
            stage,
            Shape(
                handler="history_indexer",
                packages="base",
                memory=1769,
                timeout=stage.history_indexer_timeout,
                settings=HistoryIndexerSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    history_table=storage.history.table_name,
                    ledger_table=storage.ledger.table_name,
                    seconds=stage.history_indexer_timeout // 2,
                    history_days=stage.history_days,
                ),
            ),
        )
        history = [storage.history.table_arn]
        indexer.allow(["dynamodb:BatchGetItem", "dynamodb:Query"], history)
        indexer.allow(["dynamodb:PutItem"], history, only_keys(VOLUMES))
        indexer.allow(["dynamodb:UpdateItem"], [storage.ledger.table_arn], only_keys(CONFLICTS))
        about = "Indexes and compares the days of OpenTrail's event history that are over"
        _run_every(INDEXING, indexer, "Indexing", about)
        return indexer

    def _make_keeper(self, stage: StageSettings, storage: Storage) -> Function:
        keeper = Function(
            self,
            "DeadLetterKeeper",
            stage,
            Shape(
                handler="dead_letter_keeper",
                packages="base",
                memory=512,
                timeout=stage.dead_letter_keeper.timeout,
                settings=DeadLetterKeeperSettings(
                    stage=stage.name,
                    log_level=stage.log_level,
                    dead_letters_bucket=storage.dead_letters.bucket_name,
                ),
            ),
        )
        for name, queue in storage.dead_letter_queues().items():
            keeper.consume(name, queue, stage.dead_letter_keeper)
        keeper.allow_objects(["s3:PutObject"], storage.dead_letters, "", DEAD_LETTERS)
        return keeper


def _run_every(period: Duration, function: Function, name: str, about: str) -> None:
    """The next run does what a failed one left: it is not repeated, only kept to be looked at."""
    function.function.configure_async_invoke(retry_attempts=0, max_event_age=period)
    events.Rule(
        function,
        name,
        description=about,
        schedule=events.Schedule.rate(period),
        targets=[targets.LambdaFunction(function.function, retry_attempts=0, max_event_age=period)],
    )
