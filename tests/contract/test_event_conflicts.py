"""The contract of what notices one eventID with other content, on the fake and on DynamoDB."""

from collections.abc import Callable, Iterator

import pytest
from opentrail.adapters import event_conflicts
from opentrail.adapters.event_conflicts import DynamoEventConflicts
from opentrail.domain.event_conflict import EventConflict
from opentrail.ports.event_conflicts import EventConflicts

from tests.contract.cloud import TABLE, Cloud, cloud
from tests.fakes.clock import START, FakeClock
from tests.fakes.event_conflicts import FakeEventConflicts
from tests.unit.domain.test_event_conflict import FORGED, TRUE, record

Tell = Callable[[EventConflict], None]


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture
def told() -> list[EventConflict]:
    return []


@pytest.fixture(params=["fake", "dynamodb"])
def conflicts(request: pytest.FixtureRequest, aws: Cloud, told: list[EventConflict]) -> EventConflicts:
    return FakeEventConflicts(told.append) if request.param == "fake" else dynamo(aws, told.append)


def dynamo(aws: Cloud, tell: Tell, table: str = TABLE) -> DynamoEventConflicts:
    return DynamoEventConflicts(aws.dynamodb, table, FakeClock(), tell)


def test_a_conflict_is_told_once_and_kept(conflicts: EventConflicts, told: list[EventConflict]) -> None:
    conflicts.look_at([FORGED])
    assert told == []
    assert conflicts.known() == []
    conflicts.look_at([TRUE, record("e2")])
    assert [c.event_id for c in told] == ["e1"]
    conflicts.look_at([TRUE, FORGED])
    assert len(told) == 1
    assert conflicts.known() == told


def test_another_content_is_another_conflict(conflicts: EventConflicts, told: list[EventConflict]) -> None:
    conflicts.look_at([FORGED, TRUE])
    conflicts.look_at([record(eventName="DeleteUser")])
    assert [len(c.contents) for c in told] == [2, 3]
    assert set(conflicts.known()) == set(told)


# What only the real one does.


def test_what_another_process_noticed_is_not_told_again(aws: Cloud, told: list[EventConflict]) -> None:
    dynamo(aws, told.append).look_at([TRUE, FORGED])
    dynamo(aws, told.append).look_at([FORGED, TRUE])
    assert len(told) == 1
    assert dynamo(aws, told.append).known() == told


def test_a_conflict_is_kept_as_long_as_event_history(aws: Cloud) -> None:
    dynamo(aws, lambda _: None).look_at([TRUE, FORGED])
    (item,) = aws.items()
    assert item["expires"]["N"] == str(int(START.timestamp()) + 90 * 86_400)


def test_where_nothing_can_be_kept_it_is_told_all_the_same(aws: Cloud, told: list[EventConflict]) -> None:
    dynamo(aws, told.append, table="missing").look_at([TRUE, FORGED])
    assert [c.event_id for c in told] == ["e1"]


def test_a_flood_costs_only_so_much_and_long_ids_are_cut(aws: Cloud, told: list[EventConflict]) -> None:
    flood = [record(f"{'x' * 5000}{n}", forged=f) for n in range(50) for f in (0, 1)]
    dynamo(aws, told.append).look_at(flood)
    assert len(told) == len(aws.items()) == event_conflicts.AT_ONCE
    assert {len(c.event_id) for c in dynamo(aws, told.append).known()} == {event_conflicts.MAX_ID}
