"""Event history's contract, on the fake and on DynamoDB."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.domain.history import (
    CHUNK,
    DAY,
    EVERYTHING,
    HistoryEvent,
    HistoryPage,
    IndexItem,
    bucket,
    pages,
)
from opentrail.ports.errors import AdapterError
from opentrail.ports.event_history import EventHistory, IndexRange

from tests.contract.cloud import TABLE, Cloud, cloud
from tests.fakes.clock import FakeClock
from tests.fakes.event_history import FakeEventHistory

A, REGION = "111111111111", "us-east-1"
START = 1_689_000_000
CLOCK = FakeClock(datetime.fromtimestamp(START + 60, UTC))
DAY_OF_WRITING = START // DAY


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture(params=["fake", "dynamodb"])
def history(request: pytest.FixtureRequest, aws: Cloud) -> EventHistory:
    return FakeEventHistory(CLOCK) if request.param == "fake" else real(aws.dynamodb)


def real(client: Any, table: str = TABLE) -> DynamoEventHistory:
    return DynamoEventHistory(client, table, clock=CLOCK)


def page(second: int, *names: str, body: bytes = b"", region: str = REGION) -> HistoryPage:
    """One page of events of one second."""
    events = [
        HistoryEvent(START + second, b'{"n":"%s"}' % name.encode() + body, frozenset({("EventName", name)}))
        for name in names
    ]
    (made,) = pages(A, region, events)
    return made


def asked(attribute: tuple[str, str] = EVERYTHING, **more: Any) -> IndexRange:
    defaults: dict[str, Any] = {
        "newest": START + 3600, "oldest": START, "k": 0, "day": DAY_OF_WRITING, "limit": 100,
    }  # fmt: skip
    found = defaults | more
    return IndexRange(account_id=A, region=REGION, bucket=bucket(attribute, found["k"]), **found)


def ranged(history: EventHistory, *ranges: IndexRange) -> list[list[IndexItem]]:
    return history.index(ranges)[0]


def bodies(history: EventHistory, items: Sequence[IndexItem]) -> list[bytes | None]:
    return [content and content.body for content in history.pages(items)]


def test_a_page_is_found_by_its_bucket_and_read(history: EventHistory) -> None:
    made = page(5, "a", "b")
    history.put([made])
    ((item,),) = ranged(history, asked(limit=10))
    assert item == made.index[0]
    assert bodies(history, [item]) == [made.body]


def test_a_page_put_again_stays_as_it_is(history: EventHistory) -> None:
    made = page(5, "a")
    history.put([made])
    history.put([made, page(6, "b")])
    history.put([replace(made, body=b"other", index=(replace(made.index[0], data=b"other"),))])
    ((newer, older),) = ranged(history, asked(limit=10))
    assert older == made.index[0]
    assert bodies(history, [older, newer])[0] == made.body


def test_items_come_newest_first_and_ties_by_page(history: EventHistory) -> None:
    made = [page(second, name) for second in (1, 2, 3) for name in ("a", "b", "c")]
    history.put(made)
    ((*found,),) = ranged(history, asked(limit=100))
    assert found == sorted((p.index[0] for p in made), key=lambda i: (i.newest, i.page_id), reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 4, 9, 10])
def test_a_limit_is_gone_on_from(history: EventHistory, limit: int) -> None:
    history.put([page(second, name) for second in (1, 2, 3) for name in ("a", "b", "c")])
    ((*wanted,),) = ranged(history, asked(limit=100))
    found = []
    below = None
    while True:
        ((*items,),) = ranged(history, asked(below=below, limit=limit))
        assert len(items) <= limit
        found += items
        if len(items) < limit:
            break
        below = (items[-1].newest, items[-1].page_id)
    assert found == wanted


def test_bounds_are_inclusive(history: EventHistory) -> None:
    history.put([page(second, "a") for second in range(5)])
    ((*found,),) = ranged(history, asked(oldest=START + 1, newest=START + 3, limit=100))
    assert [item.newest - START for item in found] == [3, 2, 1]


def test_several_ranges_are_answered_in_their_order(history: EventHistory) -> None:
    small = page(1, "a")
    big = page(2, *(f"n{n}" for n in range(30)))
    history.put([small, big, page(3, "a", region="eu-west-1")])
    ranges = [asked(("EventName", "n7"), k=2), asked(), asked(("EventName", "n7"), k=5)]
    found = ranged(history, *ranges)
    assert [[item.page_id for item in items] for items in found] == [[big.page_id], [small.page_id], []]


def test_a_body_of_several_items_is_read_whole(history: EventHistory) -> None:
    made = page(1, "a", body=random.Random(1).randbytes(700_000).hex().encode())
    assert made.chunks == 3
    assert len(made.body) > 2 * CHUNK
    other = page(2, "b")
    history.put([made, other])
    assert bodies(history, [other.index[0], made.index[0]]) == [other.body, made.body]


def test_a_body_that_is_gone_is_none(history: EventHistory) -> None:
    here, gone = page(1, "a"), page(2, "b")
    history.put([here])
    assert bodies(history, [gone.index[0], here.index[0]]) == [None, here.body]


def test_nothing_asked_is_nothing_answered(history: EventHistory) -> None:
    assert history.index([]) == ([], [])
    assert list(bodies(history, [])) == []
    assert history.open(A, REGION, []) == ([], [])


# What only the real one does.


def test_items_vanish_ninety_days_after_their_newest_event(aws: Cloud) -> None:
    DynamoEventHistory(aws.dynamodb, TABLE, clock=CLOCK, days=90).put([page(7, "a")])
    assert {item["expires"]["N"] for item in aws.items()} == {
        str(START + 7 + 90 * DAY),
        str((DAY_OF_WRITING + 92) * DAY),
    }


class Breaking:
    """A client whose n-th put fails."""

    def __init__(self, client: Any, fails: int) -> None:
        self._client = client
        self._left = fails

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **request: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")
        return self._client.put_item(**request)


@pytest.mark.parametrize("fails", [1, 3, 4, 5, 7])
def test_a_page_written_in_part_is_whole_after_another_try_and_never_half_shown(
    aws: Cloud, fails: int
) -> None:
    noise = random.Random(2)
    events = [
        HistoryEvent(START, noise.randbytes(14_000).hex().encode(), frozenset({("EventName", f"n{n}")}))
        for n in range(30)
    ]
    (made,) = pages(A, REGION, events)
    assert made.chunks == 2
    with pytest.raises(AdapterError):
        real(Breaking(aws.dynamodb, fails)).put([made])
    history = real(aws.dynamodb)
    found = [
        item
        for items in ranged(history, *(asked(("EventName", f"n{n}"), k=2) for n in range(30)))
        for item in items
    ]
    assert all(body == made.body for body in bodies(history, found))
    history.put([made])
    for n in range(30):
        ((item,),) = ranged(history, asked(("EventName", f"n{n}"), k=2, limit=9))
        assert bodies(history, [item]) == [made.body]


class Stingy:
    """A client whose BatchGetItem answers one key at a time."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - botocore's name
        ((table, asked),) = RequestItems.items()
        answer = self._client.batch_get_item(RequestItems={table: {**asked, "Keys": asked["Keys"][:1]}})
        rest = asked["Keys"][1:]
        answer["UnprocessedKeys"] = {table: {**asked, "Keys": rest}} if rest else {}
        return answer


def test_keys_that_were_not_processed_are_asked_for_again(aws: Cloud) -> None:
    made = [page(second, "a") for second in range(4)]
    real(aws.dynamodb).put(made)
    found = bodies(real(Stingy(aws.dynamodb)), [p.index[0] for p in made])
    assert found == [p.body for p in made]


def test_more_bodies_than_one_request_takes(aws: Cloud) -> None:
    made = [page(second, "a") for second in range(130)]
    history = real(aws.dynamodb)
    history.put(made)
    assert bodies(history, [p.index[0] for p in made]) == [p.body for p in made]


def test_a_table_that_is_away_is_an_adapters_error(aws: Cloud) -> None:
    history = real(aws.dynamodb, "missing")
    for call in (
        lambda: history.put([page(1, "a")]),
        lambda: history.index([asked()]),
        lambda: bodies(history, [page(1, "a").index[0]]),
    ):
        with pytest.raises(AdapterError):
            call()
