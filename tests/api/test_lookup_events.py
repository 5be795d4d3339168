"""LookupEvents by a real client: what is found, in which order, on which pages, and what is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.lookups import found, lines, record
from tests.fakes.clock import START
from tests.fakes.service import Service, answer, refusal

RETENTION = timedelta(days=90)


def test_an_event_shows_its_record_as_it_came(service: Service, trails: Any) -> None:
    [line] = lines(record("e1", START - timedelta(minutes=1)))
    service.remember(line)
    assert answer(trails.lookup_events) == {
        "Events": [
            {
                "EventId": "e1",
                "EventName": "CreateBucket",
                "ReadOnly": "false",
                "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
                "EventTime": (START - timedelta(minutes=1)).replace(microsecond=0),
                "EventSource": "s3.amazonaws.com",
                "Username": "alice",
                "Resources": [{"ResourceType": "AWS::S3::Bucket", "ResourceName": "photos"}],
                "CloudTrailEvent": line.decode(),
            }
        ]
    }


@pytest.mark.parametrize(
    ("key", "value", "other"),
    [
        ("EventId", "e1", "e3"),
        ("EventName", "CreateBucket", "createbucket"),
        ("ReadOnly", "false", "true"),
        ("Username", "alice", "alic"),
        ("ResourceType", "AWS::S3::Bucket", "AWS::S3::Nothing"),
        ("ResourceName", "photos", "photo"),
        ("EventSource", "s3.amazonaws.com", "s3"),
        ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7"),
    ],
)
def test_events_are_found_by_each_attribute_exactly(
    service: Service, trails: Any, key: str, value: str, other: str
) -> None:
    one = record("e1", START)
    two = record(
        "e2",
        START,
        eventName="ListUsers",
        eventSource="iam.amazonaws.com",
        readOnly=True,
        requestParameters=None,
        userIdentity={"type": "Root", "accountId": "111111111111"},
    )
    service.remember(*lines(one, two))
    assert found(trails, key, value) == ["e1"]
    assert found(trails, key, other) == (["e2"] if key == "ReadOnly" else [])


def test_events_come_newest_first_then_by_id(service: Service, trails: Any) -> None:
    ids = [("b", 3), ("a", 3), ("d", 1), ("c", 2)]
    service.remember(*lines(*(record(i, START - timedelta(seconds=s)) for i, s in ids)))
    assert found(trails) == ["d", "c", "a", "b"]


def test_both_bounds_of_time_are_inclusive(service: Service, trails: Any) -> None:
    base = START.replace(microsecond=0) - timedelta(hours=2)
    service.remember(*lines(*(record(str(n), base + timedelta(seconds=n)) for n in range(5))))
    start, end = base + timedelta(seconds=1), base + timedelta(seconds=3)
    assert found(trails, StartTime=start, EndTime=end) == ["3", "2", "1"]
    assert found(trails, StartTime=start, EndTime=start) == ["1"]
    half = timedelta(milliseconds=500)
    assert found(trails, StartTime=start + half, EndTime=end - half) == ["2"]


def test_history_reaches_back_ninety_days(service: Service, trails: Any) -> None:
    oldest = (START - RETENTION).replace(microsecond=0) + timedelta(seconds=1)
    service.remember(
        *lines(record("kept", oldest), record("lost", oldest - timedelta(seconds=1)), record("new", START))
    )
    for request in ({}, {"StartTime": datetime(2020, 1, 1, tzinfo=UTC)}):
        assert found(trails, **request) == ["new", "kept"]
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert found(trails, StartTime=long_ago, EndTime=long_ago + timedelta(days=1)) == []


def test_accounts_and_regions_do_not_mix(service: Service, trails: Any) -> None:
    service.remember(*lines(record("mine", START)))
    service.remember(*lines(record("there", START, awsRegion="eu-west-1")))
    service.remember(*lines(record("theirs", START, recipientAccountId="222222222222")))
    assert found(trails) == ["mine"]
    assert found(service.client(region="eu-west-1")) == ["there"]
    assert found(service.client(account="222222222222")) == ["theirs"]


def test_pages_show_every_event_once(service: Service, trails: Any) -> None:
    moments = [START - timedelta(minutes=n // 3) for n in range(123)]
    for first in range(0, 123, 40):
        some = [record(f"{n:03}", moments[n]) for n in range(first, min(first + 40, 123))]
        service.remember(*lines(*some))
    pages = trails.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 7})
    seen = [event["EventId"] for page in pages for event in page["Events"]]
    assert seen == [f"{n:03}" for n in range(123)]
    first = answer(trails.lookup_events)
    assert len(first["Events"]) == 50
    assert "NextToken" not in answer(trails.lookup_events, EndTime=moments[-1])


def test_a_page_of_big_events_ends_early_with_a_token(service: Service, trails: Any) -> None:
    big = {"blob": "x" * 900_000}
    records = [record(str(n), START - timedelta(seconds=n), requestParameters=big) for n in range(7)]
    service.remember(*lines(*records))
    first = answer(trails.lookup_events)
    assert [event["EventId"] for event in first["Events"]] == ["0", "1", "2"]
    pages = trails.get_paginator("lookup_events").paginate()
    assert [event["EventId"] for page in pages for event in page["Events"]] == [str(n) for n in range(7)]


def test_a_token_serves_only_its_own_request(service: Service, trails: Any) -> None:
    service.remember(*lines(*(record(str(n), START - timedelta(seconds=n)) for n in range(4))))
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "CreateBucket"}]
    asked = {"LookupAttributes": by_name, "StartTime": START - timedelta(days=1), "MaxResults": 1}
    token = answer(trails.lookup_events, **asked)["NextToken"]
    assert found(trails, **asked, NextToken=token) == ["1"]
    refused = "InvalidNextTokenException"
    other = [{"AttributeKey": "EventName", "AttributeValue": "DeleteBucket"}]
    for changed in (
        asked | {"LookupAttributes": other},
        asked | {"StartTime": START - timedelta(days=2)},
        asked | {"EndTime": START},
        {"MaxResults": 1},
    ):
        assert refusal(trails.lookup_events, **changed, NextToken=token)[0] == refused
    for client in (service.client(account="222222222222"), service.client(region="eu-west-1")):
        assert refusal(client.lookup_events, **asked, NextToken=token)[0] == refused
    for garbage in ("garbage", "", "A" * 64, token[:-2], ("B" if token[0] != "B" else "C") + token[1:]):
        assert refusal(trails.lookup_events, **asked, NextToken=garbage)[0] == refused
    service.wait(hours=2)
    assert refusal(trails.lookup_events, **asked, NextToken=token)[0] == refused


def test_events_that_come_meanwhile_do_not_disturb_the_pages(service: Service, trails: Any) -> None:
    service.remember(*lines(*(record(str(n), START - timedelta(seconds=n)) for n in range(4))))
    first = answer(trails.lookup_events, MaxResults=2)
    service.remember(*lines(record("late", START)))
    second = answer(trails.lookup_events, MaxResults=2, NextToken=first["NextToken"])
    assert [event["EventId"] for event in second["Events"]] == ["2", "3"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"EventCategory": "management"}, "InvalidEventCategoryException"),
        ({"StartTime": START, "EndTime": START - timedelta(seconds=1)}, "InvalidTimeRangeException"),
        ({"StartTime": START + timedelta(hours=1)}, "InvalidTimeRangeException"),
        (
            {"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "True"}]},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "Nothing", "AttributeValue": "x"}]},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": ""}]},
            "InvalidLookupAttributesException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2},
            "InvalidLookupAttributesException",
        ),
        (
            {
                "EventCategory": "insight",
                "LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "x"}],
            },
            "InvalidLookupAttributesException",
        ),
    ],
)
def test_what_cannot_be_looked_up_is_refused(trails: Any, request_: dict[str, Any], code: str) -> None:
    assert refusal(trails.lookup_events, **request_)[0] == code


def test_long_values_and_unknown_types_only_find_nothing(trails: Any) -> None:
    assert found(trails, "ResourceName", "x" * 3000) == []
    assert found(trails, "ResourceType", "AWS::No::Thing") == []


def test_an_end_in_the_future_finds_what_there_is(service: Service, trails: Any) -> None:
    service.remember(*lines(record("e1", START)))
    assert found(trails, StartTime=START - timedelta(hours=1), EndTime=START + timedelta(days=2)) == ["e1"]


def test_the_same_event_twice_is_shown_once_and_a_forged_one_beside_it(service: Service, trails: Any) -> None:
    true, forged = record("e1", START), record("e1", START, sourceIPAddress="203.0.113.9")
    service.remember(*lines(true))
    service.remember(*lines(forged, true))
    service.remember(*lines(true))
    shown = [json.loads(e["CloudTrailEvent"]) for e in answer(trails.lookup_events)["Events"]]
    assert sorted(map(str, shown)) == sorted(map(str, [true, forged]))


def test_looking_at_an_event_and_a_forged_copy_tells_of_them(service: Service, trails: Any) -> None:
    """Copies that other processes recorded meet when somebody looks, on one page or on two."""
    copies = [record("e1", START - timedelta(days=d), sourceIPAddress=f"203.0.113.{d}") for d in range(2)]
    for one in copies:
        service.remember(*lines(one, record(f"other{one['eventTime']}", START - timedelta(hours=1))))
    found(trails, "EventName", "DeleteBucket")
    assert service.event_conflicts.told == []
    for _ in range(2):
        first = answer(trails.lookup_events, MaxResults=1)
        while "NextToken" in first:
            first = answer(trails.lookup_events, MaxResults=1, NextToken=first["NextToken"])
        assert found(trails, "EventId", "e1") == ["e1", "e1"]
    assert [c.event_id for c in service.event_conflicts.told] == ["e1"]


def test_the_number_of_results_may_change_from_page_to_page(service: Service, trails: Any) -> None:
    service.remember(*lines(*(record(str(n), START - timedelta(seconds=n)) for n in range(6))))
    first = answer(trails.lookup_events, MaxResults=1)
    second = answer(trails.lookup_events, MaxResults=3, NextToken=first["NextToken"])
    assert [event["EventId"] for event in second["Events"]] == ["1", "2", "3"]


def test_lookups_are_limited_by_account_and_region() -> None:
    service = Service(lookups_per_second=2)
    mine, theirs = service.client(), service.client(account="222222222222")
    elsewhere = service.client(region="eu-west-1")
    for _ in range(2):
        mine.lookup_events()
    assert refusal(mine.lookup_events) == ("ThrottlingException", "Rate exceeded")
    assert refusal(mine.lookup_events, MaxResults=0) == ("ThrottlingException", "Rate exceeded")
    theirs.lookup_events()
    elsewhere.lookup_events()
    mine.list_trails()
    service.wait(seconds=0.5)
    mine.lookup_events()
    assert refusal(mine.lookup_events)[0] == "ThrottlingException"
    service.wait(seconds=60)
    for _ in range(2):
        mine.lookup_events()
    assert refusal(mine.lookup_events)[0] == "ThrottlingException"


def test_without_a_limit_any_number_of_lookups_is_answered(trails: Any) -> None:
    for _ in range(200):
        trails.lookup_events()
