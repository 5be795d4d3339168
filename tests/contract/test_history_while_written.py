"""Paging through event history while it is written: calls of a writer and a reader in any order.

What was there when paging began is shown exactly once and in order; what comes meanwhile may be shown, once.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.domain.record import Record, read
from opentrail.ports.event_history import EventHistory
from opentrail.service.history_writing import write_history

from tests.contract.cloud import TABLE, cloud
from tests.fakes.clock import START, FakeClock
from tests.fakes.event_history import FakeEventHistory
from tests.fakes.turns import Turns
from tests.history_proofs import Reader, order

ACCOUNT, REGION = "111111111111", "us-east-1"
NOW = int(START.timestamp())
HOUR = 3600
SECONDS = (0, 1, 2, NOW % HOUR, NOW % HOUR + 1, NOW % HOUR + HOUR, 5 * HOUR, 30 * HOUR)  # ago: turns of hours


def event(ago: int, number: int, name: str) -> Record:
    moment = f"{FakeClock().moment.fromtimestamp(NOW - ago, START.tzinfo):%Y-%m-%dT%H:%M:%SZ}"
    data = {
        "eventTime": moment,
        "eventName": name,
        "eventID": f"{number:04}",
        "eventSource": "iam.amazonaws.com",
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    return read(json.dumps(data, separators=(",", ":")).encode())


EVENTS = st.builds(
    event, ago=st.sampled_from(SECONDS), number=st.integers(0, 99), name=st.sampled_from(("Get", "Put"))
)
SLICES = st.lists(st.lists(EVENTS, min_size=1, max_size=9), min_size=1, max_size=4)


def write(history: EventHistory, slices: Iterable[Sequence[Record]]) -> None:
    for held in slices:
        write_history(held, history, 0)


def of_name(records: Iterable[Record], name: str | None) -> list[bytes]:
    """A straight scan: the records' lines in the total order, each once."""
    kept = {r.line: r for r in records if name in (None, r.data["eventName"])}
    return [r.line for r in sorted(kept.values(), key=order)]


WRITES = {
    "before": SLICES,
    "meanwhile": SLICES,
    "schedule": st.lists(st.integers(0, 5), min_size=1, max_size=8),
    "size": st.integers(1, 5),
    "name": st.sampled_from((None, "Get")),
}


def check(
    writer: EventHistory,
    reader: EventHistory,
    turns: Turns,
    before: list[list[Record]],
    meanwhile: list[list[Record]],
    size: int,
    name: str | None,
) -> None:
    """Read page by page while it is written."""
    attribute = ("EventName", name) if name else None

    def shown() -> list[bytes]:
        events = Reader.of(reader, FakeClock()).events(ACCOUNT, REGION, attribute, size)
        return [event["CloudTrailEvent"].encode() for event in events]

    with turns.meanwhile(lambda: write(writer, meanwhile)):
        found = shown()
    there, all_ = of_name(chain(*before), name), of_name(chain(*before, *meanwhile), name)
    assert [line for line in all_ if line in set(found)] == found  # in order, none twice, none unknown
    assert [line for line in found if line in set(there)] == there
    assert shown() == all_


@settings(max_examples=150, deadline=None)
@given(**WRITES)
def test_paging_neither_repeats_nor_skips(schedule: list[int], **writes: Any) -> None:
    history, turns = FakeEventHistory(), Turns(schedule)
    write(history, writes["before"])
    check(turns.writing(history), turns.reading(history), turns, **writes)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(**WRITES)
def test_nor_does_it_where_every_item_is_put_alone(schedule: list[int], **writes: Any) -> None:
    turns = Turns(schedule)
    with cloud() as aws:
        write(DynamoEventHistory(aws.dynamodb, TABLE, clock=FakeClock()), writes["before"])
        writer = DynamoEventHistory(turns.writing(aws.dynamodb), TABLE, clock=FakeClock())
        check(
            writer, DynamoEventHistory(turns.reading(aws.dynamodb), TABLE, clock=FakeClock()), turns, **writes
        )
