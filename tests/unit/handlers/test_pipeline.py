"""Entry points of the pipeline: events as AWS hands them over, answers as SQS understands them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from handlers import (
    clock,
    dead_letter_keeper,
    digester,
    history_indexer,
    lake_writer,
    log_file_writer,
    output_sender,
    recorder,
)
from opentrail.bootstrap import clients, pipeline
from opentrail.domain import record_message
from opentrail.domain.history_due import HistoryDue, to_text
from opentrail.domain.segment import Segment, SliceContent, build
from opentrail.service.late_history import StrangeSliceError
from opentrail.settings import (
    ClockSettings,
    DeadLetterKeeperSettings,
    DigesterSettings,
    HistoryIndexerSettings,
    LakeWriterSettings,
    LogFileWriterSettings,
    OutputSenderSettings,
    RecorderSettings,
)

from tests.contract.cloud import BUCKET, TABLE, Cloud, cloud
from tests.records import MANAGEMENT, generate, lines

HANDLERS = (
    recorder,
    clock,
    log_file_writer,
    output_sender,
    digester,
    lake_writer,
    dead_letter_keeper,
    history_indexer,
)
OWNER, OTHER = "1" * 12, "2" * 12
RECORDS = "arn:aws:sqs:us-east-1:000000000000:Records"
HISTORIES = "arn:aws:sqs:us-east-1:000000000000:Histories"
EMPTY: dict[str, Any] = {"Records": []}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """A deployment: the environment of every function at once, and nothing kept from another test."""
    with cloud() as made:
        url = made.queue("queue")
        tables = {"history_table": TABLE, "ledger_table": TABLE}
        buckets = {"segments_bucket": BUCKET, "dead_letters_bucket": BUCKET}
        queues = {"wakeups_queue_url": url}
        delivery = {"ledger_table": TABLE, "segments_bucket": BUCKET, **queues}
        few = {"resources_table": TABLE, "delivery_role_arn": "arn:aws:iam::123456789012:role/d", **delivery}
        sources = {"000000000000": {"name": "local", "accounts": ["*"]}}
        for settings in (
            RecorderSettings(
                stage="test",
                resources_table=TABLE,
                record_sources=sources,
                histories_queue_arn=HISTORIES,
                **tables,
                **buckets,
                **queues,
            ),
            ClockSettings(
                stage="test",
                resources_table=TABLE,
                deliveries_queue_url=url,
                lake_queue_url=url,
                outputs_queue_url=url,
                digests_queue_url=url,
                histories_queue_url=url,
                ledger_table=TABLE,
                **buckets,
                **queues,
            ),
            DigesterSettings(
                stage="test",
                resources_table=TABLE,
                ledger_table=TABLE,
                dead_letters_bucket=BUCKET,
                delivery_role_arn="arn:aws:iam::123456789012:role/d",
                digest_key_arn="arn:aws:kms:us-east-1:123456789012:key/d",
                **queues,
            ),
            LogFileWriterSettings(stage="test", records_queue_url=url, **few),
            OutputSenderSettings(stage="test", **few),
            LakeWriterSettings(stage="test", lake_bucket=BUCKET, **delivery),
            DeadLetterKeeperSettings(stage="test", dead_letters_bucket=BUCKET),
            HistoryIndexerSettings(stage="test", seconds=60, **tables),
        ):
            for name, value in settings.to_env().items():
                monkeypatch.setenv(name, value)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        _forget()
        yield made
        _forget()


def _forget() -> None:
    for module in (pipeline, clients):
        for built in vars(module).values():
            if hasattr(built, "cache_clear"):
                built.cache_clear()


def message(body: str, *, name: str = "m-1", receives: int = 1, queue: str = RECORDS) -> dict[str, Any]:
    return {
        "messageId": name,
        "receiptHandle": "handle",
        "body": body,
        "attributes": {
            "SenderId": "000000000000",
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": "1688989356000",
        },
        "eventSourceARN": queue,
    }


@pytest.mark.parametrize("module", HANDLERS, ids=lambda module: module.__name__)
def test_an_empty_batch_only_warms(module: Any, aws: Cloud) -> None:
    assert module.handler(EMPTY, None) == {"batchItemFailures": []}
    assert aws.items() == []
    assert aws.object_keys() == []


def test_the_recorder_records_what_it_is_handed(aws: Cloud) -> None:
    (text,) = record_message.encode(lines(generate(1, 5)))
    assert recorder.handler({"Records": [message(text)]}, None) == {"batchItemFailures": []}
    assert any(key.startswith("segments/") for key in aws.object_keys())
    assert any(item["pk"]["S"].startswith("commit|") for item in aws.items())


def test_the_recorder_names_what_must_come_again(aws: Cloud) -> None:
    aws.dynamodb.delete_table(TableName=TABLE)
    (text,) = record_message.encode(lines(generate(1, 5)))
    answer = recorder.handler({"Records": [message(text, name="a"), message("bad", name="b")]}, None)
    assert {failure["itemIdentifier"] for failure in answer["batchItemFailures"]} == {"a", "b"}


def segment() -> Segment:
    """A segment of one slice."""
    drawn = generate(
        1, 3, accounts=(OWNER,), regions=("us-east-1",), start=datetime.now(UTC) - timedelta(hours=2), odd=0,
        categories=frozenset({MANAGEMENT}),
    )  # fmt: skip
    content = SliceContent(account_id=OWNER, region="us-east-1", lines=tuple(lines(drawn)), matches={})
    return build([content], sources={}, versions={})


def late(made: Segment, *, minutes: float = 5, account: str = OWNER) -> str:
    due = HistoryDue(account_id=account, region="us-east-1", slice=made.slices[0])
    return to_text(due, datetime.now(UTC) + timedelta(minutes=minutes))


def test_the_recorder_tells_late_event_history_from_records_by_the_queue(aws: Cloud) -> None:
    made = segment()
    aws.s3.put_object(Bucket=BUCKET, Key=made.key, Body=made.body)
    for queue in (RECORDS, HISTORIES):
        batch = {"Records": [message(late(made), queue=queue)]}
        assert recorder.handler(batch, None) == {"batchItemFailures": []}
    kinds = {item["pk"]["S"].partition("|")[0] for item in aws.items()}
    assert kinds == {"page", "index", "days", "filed"}
    (letter,) = [key for key in aws.object_keys() if key != made.key]
    assert letter.startswith("MalformedMessage/")  # what it is on the records queue
    (text,) = record_message.encode(lines(generate(1, 5)))
    answer = recorder.handler({"Records": [message(text, queue=HISTORIES)]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}


def test_late_event_history_that_fails_outside_is_done_with_and_a_bug_fails_the_function(aws: Cloud) -> None:
    def batch(text: str) -> dict[str, Any]:
        return {"Records": [message(text, queue=HISTORIES)]}

    made = segment()
    assert recorder.handler(batch(late(made)), None) == {"batchItemFailures": []}  # no such segment
    aws.s3.put_object(Bucket=BUCKET, Key=made.key, Body=made.body)
    with pytest.raises(StrangeSliceError):
        recorder.handler(batch(late(made, account=OTHER)), None)
    assert recorder.handler(batch(late(made, minutes=-1, account=OTHER)), None) == {"batchItemFailures": []}
    assert aws.items() == []


def test_the_clock_runs_whatever_woke_it(aws: Cloud) -> None:
    for event in (
        {"Records": [message("wake 1")]},
        {"source": "aws.events", "detail-type": "Scheduled Event"},
    ):
        assert clock.handler(event, None) == {"batchItemFailures": []}


@pytest.mark.parametrize("module", [log_file_writer, lake_writer], ids=lambda module: module.__name__)
def test_a_delivery_nobody_knows_is_settled_and_no_delivery_is_left_to_the_queue(
    module: Any, aws: Cloud
) -> None:
    known = message("1 trail/1/us-east-1/name/id 000000000300|1|us-east-1|ab", name="settled")
    answer = module.handler({"Records": [message("nonsense", name="malformed"), known]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "malformed"}]}


def test_a_trail_without_digests_is_nothing_to_do_and_no_trail_is_left_to_the_queue(aws: Cloud) -> None:
    known = message("1 trail/1/us-east-1/name/id", name="nothing due")
    answer = digester.handler({"Records": [message("nonsense", name="malformed"), known]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "malformed"}]}


def test_a_failing_delivery_is_let_go_in_the_end(aws: Cloud) -> None:
    aws.dynamodb.delete_table(TableName=TABLE)
    body = "1 trail/1/us-east-1/name/id 000000000300|1|us-east-1|ab"
    # ResourceNotFoundException will not pass by itself: the message would only come again.
    answers = [log_file_writer.handler({"Records": [message(body, receives=n)]}, None) for n in (1, 3)]
    assert answers[1] == {"batchItemFailures": []}


def test_the_keeper_keeps_a_message_with_where_it_came_from(aws: Cloud) -> None:
    event = {"Records": [message("the body")]}
    for _ in range(2):
        assert dead_letter_keeper.handler(event, None) == {"batchItemFailures": []}
    (key,) = aws.object_keys()
    kept = aws.s3.get_object(Bucket=BUCKET, Key=key)
    assert kept["Body"].read() == b"the body"
    assert kept["Metadata"] == {
        "reason": "QueueGaveUp",
        "queue": "Records",
        "sender": "000000000000",
        "sent": "1688989356000",
        "message": "m-1",
    }


def test_the_keeper_leaves_what_it_cannot_keep(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEAD_LETTERS_BUCKET", "missing-bucket")
    _forget()
    answer = dead_letter_keeper.handler({"Records": [message("the body")]}, None)
    assert json.dumps(answer) == '{"batchItemFailures": [{"itemIdentifier": "m-1"}]}'
