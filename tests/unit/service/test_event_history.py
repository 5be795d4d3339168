"""Lookups: the same events as a straight scan, in one total order, page by page, none skipped, none twice."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain import record
from opentrail.domain.event import ATTRIBUTE_KEYS, attributes
from opentrail.domain.history import HOUR
from opentrail.domain.lookup import LookupPage, LookupQuery
from opentrail.service.event_history import look_up
from opentrail.service.history_writing import write_history

from tests.fakes.event_history import FakeEventHistory
from tests.records import generate, lines

ACCOUNT, REGION = "111111111111", "us-east-1"
START = 1_689_000_000 - 1_689_000_000 % HOUR


def line(second: int, name: str, event_id: str, more: int = 0) -> bytes:
    moment = START + second
    data = {
        "eventTime": _iso(moment),
        "eventName": name,
        "eventID": event_id,
        "eventSource": "iam.amazonaws.com",
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "requestParameters": {"userName": f"user-{more}", "stamp": str(moment)},
    }
    return json.dumps(data, separators=(",", ":")).encode()


def _iso(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


# Few seconds around the turn of an hour and few ids, so that ties and whole repeats are frequent.
LINES = st.builds(
    line,
    second=st.sampled_from((0, 1, 2, HOUR - 1, HOUR, HOUR + 1, 3 * HOUR)),
    name=st.sampled_from(("CreateUser", "GetUser", "DeleteUser")),
    event_id=st.sampled_from("abcdef"),
    more=st.integers(0, 2),
)
SLICES = st.lists(st.lists(LINES, min_size=1, max_size=12), max_size=10)


def written(slices: Sequence[Sequence[bytes]]) -> FakeEventHistory:
    history = FakeEventHistory()
    for held in slices:
        write_history([record.read(one) for one in held], history, 0)
    return history


def in_order(found: set[bytes]) -> list[bytes]:
    """The total order, by its definition."""
    return sorted(
        found,
        key=lambda one: (
            -record.read(one).event_time,
            json.loads(one)["eventID"],
            hashlib.sha256(one).hexdigest(),
        ),
    )


def paged(history: FakeEventHistory, limit: int, work: int, **query: object) -> list[bytes]:
    """All pages, one after another; each is bounded and gets on."""
    shown: list[bytes] = []
    after = None
    for _ in range(500):
        asked = LookupQuery(account_id=ACCOUNT, region=REGION, limit=limit, after=after, **query)  # type: ignore[arg-type]
        page: LookupPage = look_up(history, asked, max_index_items=work)
        assert len(page.lines) <= limit
        shown += page.lines
        if page.position is None:
            return shown
        assert page.position != after
        after = page.position
    raise AssertionError("the pages have no end")


@settings(max_examples=200, deadline=None)
@given(
    SLICES,
    st.integers(1, 8),
    st.sampled_from((1, 2, 5, 20_000)),
    st.sampled_from((None, ("EventName", "GetUser"), ("ResourceName", "user-1"), ("EventId", "a"))),
    st.tuples(st.integers(-1, 3 * HOUR + 1), st.integers(-1, 3 * HOUR + 1)),
)
def test_pages_are_a_straight_scan_cut_to_size(
    slices: list[list[bytes]],
    limit: int,
    work: int,
    attribute: tuple[str, str] | None,
    span: tuple[int, int],
) -> None:
    history = written(slices)
    start, end = START + min(span), START + max(span)
    wanted = {
        one
        for held in slices
        for one in held
        if start <= record.read(one).event_time <= end
        and (attribute is None or attribute in attributes(json.loads(one)))
    }
    assert paged(history, limit, work, attribute=attribute, start=start, end=end) == in_order(wanted)


@pytest.fixture(scope="module")
def busy() -> tuple[FakeEventHistory, list[record.Record]]:
    """A day of an account, recorded in slices of many sizes: pages of all classes."""
    found = [
        record.read(one)
        for one in lines(
            generate(21, 2600, accounts=(ACCOUNT,), regions=(REGION,), categories=frozenset({"Management"}))
        )
    ]
    mine = [r for r in found if (r.account_id, r.region) == (ACCOUNT, REGION)]
    history = FakeEventHistory()
    position = 0
    for size in (1, 1, 3, 20, 30, 100, 200, 900, 5000):
        held = mine[position : position + size]
        write_history(held, history, 0)
        position += size
    return history, mine


def test_the_classes_of_pages_are_all_met(busy: tuple[FakeEventHistory, list[record.Record]]) -> None:
    assert {k for _, _, _, k, _ in busy[0].items} == {0, 2, 5}


def test_every_attribute_of_every_event_finds_it(
    busy: tuple[FakeEventHistory, list[record.Record]],
) -> None:
    history, mine = busy
    scan: dict[tuple[str, str], set[bytes]] = {}
    for r in mine:
        for attribute in attributes(r.data):
            scan.setdefault(attribute, set()).add(r.line)
    assert {key for key, _ in scan} == set(ATTRIBUTE_KEYS)
    frequent_first = sorted(scan, key=lambda attribute: (-len(scan[attribute]), attribute))
    for attribute in [*frequent_first[:40], *frequent_first[40::29]]:
        shown = paged(history, 50, 20_000, attribute=attribute, start=0, end=2**32)
        assert shown == in_order(scan[attribute])


def test_what_nothing_answers_to_finds_nothing(busy: tuple[FakeEventHistory, list[record.Record]]) -> None:
    for key in ATTRIBUTE_KEYS:
        assert paged(busy[0], 50, 20_000, attribute=(key, "nothing"), start=0, end=2**32) == []
    assert paged(busy[0], 50, 20_000, attribute=("EventName", "createuser"), start=0, end=2**32) == []
