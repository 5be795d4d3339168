"""History pages: every attribute finds exactly its events, whatever the page's size."""

import gzip
import hashlib
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain import history_dictionary
from opentrail.domain.history import (
    CHUNK,
    CLASSES,
    EVERYTHING,
    HOUR,
    MAX_EVENTS,
    HistoryEvent,
    HistoryPage,
    bucket,
    lines,
    pages,
    positions,
)

from tests import records

KEYS = ("EventId", "EventName", "ResourceName", "Username")
EVENTS = st.lists(
    st.builds(
        HistoryEvent,
        event_time=st.integers(1_689_000_000, 1_689_000_000 + 3 * HOUR),
        line=st.integers(0, 10**9).map(lambda n: b'{"eventID":"%d"}' % n),
        attributes=st.frozensets(
            st.tuples(st.sampled_from(KEYS), st.sampled_from(("a", "b", "ü", "\ud800", ""))), max_size=4
        ),
    ),
    max_size=60,
    unique_by=lambda e: e.line,
)


def found(page: HistoryPage, attribute: tuple[str, str]) -> list[bytes]:
    """What a reader finds in a page: by the one bucket that its class says."""
    held = lines(page.body)
    for item in page.index:
        if item.bucket == bucket(attribute, item.k):
            where = positions(item.data, attribute)
            return held if where is None else [held[i] for i in where]
    return []


@given(EVENTS)
def test_every_attribute_finds_exactly_its_events(events: list[HistoryEvent]) -> None:
    made = list(pages("111111111111", "us-east-1", events))
    wanted: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    for event in events:
        wanted[EVERYTHING].add(event.line)
        for attribute in event.attributes:
            wanted[attribute].add(event.line)
    asked = {*wanted, *((key, value) for key in KEYS for value in ("a", "nowhere"))}
    for attribute in asked:
        hits = [line for page in made for line in found(page, attribute)]
        assert sorted(hits) == sorted(wanted[attribute])


@given(EVENTS)
def test_a_page_stays_in_its_hour_and_says_its_span(events: list[HistoryEvent]) -> None:
    times = {event.line: event.event_time for event in events}
    for page in pages("111111111111", "us-east-1", events):
        held = [times[line] for line in lines(page.body)]
        assert held == sorted(held)
        assert (page.oldest, page.newest) == (held[0], held[-1])
        assert page.oldest // HOUR == page.newest // HOUR
        assert all(
            (i.oldest, i.newest, i.page_id) == (page.oldest, page.newest, page.page_id) for i in page.index
        )


@given(EVENTS, st.randoms())
def test_the_same_events_make_the_same_pages_in_any_order(events: list[HistoryEvent], rng: object) -> None:
    made = list(pages("111111111111", "us-east-1", events))
    rng.shuffle(events)  # type: ignore[attr-defined]
    assert list(pages("111111111111", "us-east-1", events)) == made
    assert not {p.page_id for p in made} & {p.page_id for p in pages("111111111111", "eu-west-1", events)}


def many(count: int, attributes: int) -> list[HistoryEvent]:
    return [
        HistoryEvent(
            event_time=1_689_000_000 + n % 60,
            line=b'{"eventID":"%d"}' % n,
            attributes=frozenset(("ResourceName", f"{n}-{i}") for i in range(attributes)),
        )
        for n in range(count)
    ]


@settings(max_examples=20, deadline=None)
@given(st.sampled_from((1, 24, 25, 160, 161, 1000, 1001, 2500)))
def test_big_slices_are_spread_over_pages_and_buckets(count: int) -> None:
    events = many(count, 3)
    made = list(pages("111111111111", "us-east-1", events))
    assert len(made) == -(-count // MAX_EVENTS)
    for page in made:
        assert len({item.k for item in page.index}) == 1
        assert page.index[0].k in CLASSES
        assert len(page.index) <= 2 ** page.index[0].k
    for event in events[:: max(1, count // 50)]:
        for attribute in event.attributes:
            assert [line for page in made for line in found(page, attribute)] == [event.line]


@pytest.mark.parametrize(("limit", "count", "k"), [(10_000, 1, 0), (3_000, 1, 2), (1_000, 1, 5), (200, 2, 5)])
def test_an_index_item_never_outgrows_what_an_item_can_hold(limit: int, count: int, k: int) -> None:
    events = many(16, 60)
    made = list(pages("111111111111", "us-east-1", events, max_index=limit))
    assert len(made) == count
    assert {item.k for page in made for item in page.index} == {k}
    assert all(len(item.data) <= limit for page in made for item in page.index)
    assert sorted(line for page in made for line in lines(page.body)) == sorted(e.line for e in events)
    for event in events:
        for attribute in event.attributes:
            assert [line for page in made for line in found(page, attribute)] == [event.line]


def test_one_event_with_more_attributes_than_can_be_held_is_an_error() -> None:
    with pytest.raises(ValueError, match="more attributes"):
        list(pages("111111111111", "us-east-1", many(1, 60), max_index=20))


def test_a_body_says_how_many_items_it_takes() -> None:
    (page,) = pages("111111111111", "us-east-1", many(1, 1))
    assert page.chunks == 1
    assert all(item.chunks == 1 for item in page.index)
    assert len(page.body) < CHUNK


def body_of(count: int) -> tuple[HistoryPage, list[bytes]]:
    drawn = list(records.lines(records.generate(7, count, odd=0)))
    (page,) = pages(
        "111111111111", "us-east-1", [HistoryEvent(1_689_000_000, line, frozenset()) for line in drawn]
    )
    return page, sorted(drawn)


@pytest.mark.parametrize("count", [1, 24, 25, 160, 161, 1000])
def test_a_body_gives_back_its_records(count: int) -> None:
    page, drawn = body_of(count)
    assert lines(page.body) == drawn


@pytest.mark.parametrize(("count", "part"), [(1, 0.5), (10, 0.75)])
def test_few_records_take_far_less_with_the_dictionary(count: int, part: float) -> None:
    page, drawn = body_of(count)
    assert len(page.body) < part * len(gzip.compress(b"\n".join(drawn), 9))


def test_a_dictionary_that_was_used_is_never_changed() -> None:
    """Or no page made with it can be read again. A better one gets a row of its own here."""
    assert {
        number: hashlib.sha256(words).hexdigest() for number, words in history_dictionary.DICTIONARIES.items()
    } == {3844971904: "40130f7797697e32b1463f73dc24485a2890be01b7dca40cb4823234f8fc0d5e"}
