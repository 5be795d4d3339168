"""Delivery status: fake and DynamoDB, where the ledger wrote it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from opentrail.adapters.ledger import DynamoLedger
from opentrail.adapters.trail_status import DynamoTrailStatuses
from opentrail.domain.backlog import TIMED_OUT, Health
from opentrail.domain.delivery import Entry, Manifest, Window
from opentrail.domain.segment import SliceRef
from opentrail.domain.trail import DeliveryStatus
from opentrail.ports.ledger import Commit, Delivered, Marker, Notified

from tests.fakes.trail_status import FakeTrailStatuses

NOW = datetime(2023, 7, 10, 11, 42, 30, 250_000, tzinfo=UTC)
DESTINATION = "trail/111111111111/us-east-1/audit/t1"


def manifest(end: int) -> Manifest:
    window = Window(destination=DESTINATION, account_id="111111111111", region="us-east-1", end=end)
    ref = SliceRef(segment="segments/a", offset=0, length=10)
    return Manifest(
        window=window, entries=(Entry(window=window, slice=ref, selection="*", records=3, bytes=9),)
    )


def test_nothing_was_attempted_at_first(aws: Any) -> None:
    real = DynamoTrailStatuses(aws.client("dynamodb"), aws.table)
    for statuses in (real, FakeTrailStatuses()):
        assert statuses.get(DESTINATION, "us-east-1") == DeliveryStatus()


def test_the_status_is_what_the_ledger_wrote(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    ledger, statuses = DynamoLedger(dynamodb, aws.table), DynamoTrailStatuses(dynamodb, aws.table)
    first, second = manifest(300), manifest(600)
    for number, each in enumerate((first, second)):
        marker = Marker(origin=str(number), account_id="111111111111", region="us-east-1")
        ledger.commit(Commit(at=NOW, markers=(marker,), entries=each.entries))
        assert ledger.close(each, next_look=NOW)
    ledger.delivered(first, Delivered(at=NOW, objects=("logs/key",)))
    delivered = DeliveryStatus(latest_delivery_time=NOW, latest_delivery_attempt_time=NOW)
    assert statuses.get(DESTINATION, "us-east-1") == delivered
    assert statuses.get(DESTINATION, "eu-west-1") == DeliveryStatus()
    later = NOW + timedelta(minutes=5)
    ill = Health(failures=1, retry_at=int(later.timestamp()))
    for code in ("AccessDenied", TIMED_OUT):  # of what timed out GetTrailStatus does not tell
        ledger.failed(second, code=code, health=ill, at=NOW)
        failed = statuses.get(DESTINATION, "us-east-1")
        assert (failed.latest_delivery_time, failed.latest_delivery_error) == (NOW, "AccessDenied")
    (line,) = ledger.totals().lines
    assert line.code == TIMED_OUT
    waiting = ledger.manifest(second.ref)
    assert waiting is not None
    ledger.delivered(waiting, Delivered(at=later, objects=("logs/key2",)))
    assert statuses.get(DESTINATION, "us-east-1") == DeliveryStatus(
        latest_delivery_time=later, latest_delivery_attempt_time=later
    )


def test_a_notification_that_failed_moves_no_time_and_is_forgotten_by_the_next(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    ledger, statuses = DynamoLedger(dynamodb, aws.table), DynamoTrailStatuses(dynamodb, aws.table)
    told = Notified(topic_arn="arn:topic")
    outcomes = (told, Notified(topic_arn="arn:topic", error="AuthorizationError"), told)
    shown = []
    for number, notified in enumerate(outcomes):
        each, at = manifest(300 * (number + 1)), NOW + timedelta(minutes=number)
        marker = Marker(origin=str(number), account_id="111111111111", region="us-east-1")
        ledger.commit(Commit(at=NOW, markers=(marker,), entries=each.entries))
        assert ledger.close(each, next_look=NOW)
        assert ledger.delivered(each, Delivered(at=at, objects=("logs/key",), notified=notified))
        shown.append(statuses.get(DESTINATION, "us-east-1"))
    times = [status.latest_notification_time for status in shown]
    assert times == [NOW, NOW, NOW + timedelta(minutes=2)]
    errors = [(s.latest_notification_error, s.notification_error_topic) for s in shown]
    assert errors == [(None, None), ("AuthorizationError", "arn:topic"), (None, None)]
    assert [s.notification_error_at for s in shown] == [None, NOW + timedelta(minutes=1), None]
