"""A slice that is not in event history yet: the clock finds it, the recorder writes it."""

from datetime import UTC, datetime, timedelta

from opentrail.adapters.clock import SystemClock
from opentrail.adapters.ledger import DynamoLedger
from opentrail.adapters.segments import S3SegmentStore
from opentrail.adapters.wakeups import SqsWakeUps
from opentrail.domain.history_due import HistoryDue
from opentrail.domain.segment import SliceContent, build
from opentrail.ports.ledger import Commit, markers

from opentrail_cli.environment import REGION
from tests import records
from tests.localstack.support import Cloud, eventually


def test_what_is_due_for_event_history_is_found_soon_and_due_no_more(cloud: Cloud, account: str) -> None:
    start = datetime.now(UTC) - timedelta(hours=2)
    sent = records.generate(
        3, 40, accounts=(account,), regions=(REGION,), start=start, categories=frozenset({records.MANAGEMENT})
    )
    content = SliceContent(account_id=account, region=REGION, lines=tuple(records.lines(sent)), matches={})
    segment = build([content], sources={}, versions={})
    S3SegmentStore(cloud.client("s3"), cloud.outputs["SegmentsBucket"]).put(segment)
    ledger = DynamoLedger(cloud.client("dynamodb"), cloud.outputs["LedgerTable"])
    due = HistoryDue(account_id=account, region=REGION, slice=segment.slices[0])
    ledger.commit(Commit(at=start, markers=markers([account], account, REGION), entries=(), history_due=due))
    SqsWakeUps(cloud.client("sqs"), cloud.outputs["WakeupsQueueUrl"], SystemClock()).at(start)

    wanted = {str(record["eventID"]) for record in sent}

    def found() -> bool:
        return {event["EventId"] for event in cloud.events(account)} >= wanted

    eventually(found, within=30)
    eventually(lambda: ledger.totals().histories_due == 0, within=10)
    shown = [event["EventId"] for event in cloud.events(account) if event["EventId"] in wanted]
    assert sorted(shown) == sorted(wanted)
