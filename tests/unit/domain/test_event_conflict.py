"""One eventID with other content: what is a conflict, and what is only the same event again."""

import json
from typing import Any

from opentrail.domain.event_conflict import EventIds
from opentrail.domain.record import Record, read


def record(event_id: str = "e1", **members: Any) -> Record:
    data = {
        "eventTime": "2023-07-10T11:42:30Z",
        "eventName": "CreateUser",
        "awsRegion": "us-east-1",
        "eventID": event_id,
        "recipientAccountId": "111111111111",
        **members,
    }
    return read(json.dumps(data).encode())


TRUE, FORGED = record(), record(sourceIPAddress="203.0.113.9")


def test_other_content_under_one_id_is_a_conflict_in_either_order() -> None:
    for records in ([TRUE, FORGED], [FORGED, TRUE]):
        (conflict,) = EventIds().conflicts(records)
        assert (conflict.account_id, conflict.region, conflict.event_id) == (
            "111111111111",
            "us-east-1",
            "e1",
        )
        assert conflict.contents == tuple(sorted([TRUE.content, FORGED.content]))


def test_what_came_before_is_remembered_and_each_content_told_once() -> None:
    ids = EventIds()
    assert ids.conflicts([FORGED]) == []
    assert len(ids.conflicts([TRUE])) == 1
    assert ids.conflicts([TRUE, FORGED]) == []
    (third,) = ids.conflicts([record(eventName="DeleteUser")])
    assert len(third.contents) == 3


def test_another_time_is_other_content() -> None:
    assert len(EventIds().conflicts([TRUE, record(eventTime="2023-07-01T00:00:00Z")])) == 1


def test_the_same_event_again_and_the_same_id_elsewhere_are_none() -> None:
    elsewhere = [record(awsRegion="eu-west-1"), record(recipientAccountId="222222222222"), record("e2")]
    assert EventIds().conflicts([TRUE, TRUE, *elsewhere]) == []


def test_memory_is_bounded_and_forgets_what_came_first() -> None:
    ids = EventIds(most=3)
    ids.conflicts([record(f"e{n}") for n in range(1, 6)])
    assert len(ids.seen) == 3
    assert ids.conflicts([FORGED]) == []  # e1 is forgotten
    assert len(ids.conflicts([record("e5", forged=1)])) == 1
    many = [record("e9", forged=n) for n in range(100)]
    (conflict,) = ids.conflicts(many)
    assert len(conflict.contents) == 8


def test_an_id_that_is_no_text_for_a_terminal_or_a_table_does_no_harm() -> None:
    odd = [record("\ud800"), record("\ud800", forged=1)]
    (conflict,) = EventIds().conflicts(odd)
    assert conflict.event_id == "?"
