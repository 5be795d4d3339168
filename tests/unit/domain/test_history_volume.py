"""A volume's buckets and EventIds: what is put in is found, and ids of two days meet whatever their sizes."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain import history_ids, history_volume
from opentrail.domain.history import HistoryEvent, IndexItem, bucket_of, pages
from opentrail.domain.history_volume import Volume

A, REGION = "111111111111", "us-east-1"
NOW = 1_689_000_000
NAMES = tuple(map(str, range(61)))
KEYS = ("EventId", "Username")

Attribute = tuple[str, str]
Page = list[Attribute]

PAGES = st.lists(
    st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(NAMES)), min_size=1, max_size=60), max_size=5
)


class Encoded:
    """A volume of pages, each of one event for each of its attributes; where every attribute is."""

    def __init__(self, held: list[Page], exponent: int) -> None:
        self.where: dict[Attribute, dict[str, int]] = defaultdict(dict)
        items: list[IndexItem] = []
        for number, attributes in enumerate(held):
            lines = [b"%d %d" % (number, i) for i in range(len(attributes))]
            events = [
                HistoryEvent(NOW, line, frozenset([a])) for line, a in zip(lines, attributes, strict=True)
            ]
            (page,) = pages(A, REGION, events)
            items += page.index
            for attribute in attributes:
                self.where[attribute][page.page_id] = attributes.count(attribute)
        listed = history_volume.in_order(items)
        numbers = {page.page_id: number for number, page in enumerate(listed)}
        gathered, hashes = history_volume.gather([(numbers[item.page_id], item) for item in items], 0, 0)
        spread = dict(history_volume.buckets(gathered, exponent))
        self.buckets = [
            history_volume.encode(listed, spread.get(number, {}), exponent) for number in range(2**exponent)
        ]
        self.ids = [
            history_ids.encode([found for found in hashes if bucket_of(found, exponent) == part], exponent)
            for part in range(2**exponent)
        ]
        self.volume = Volume(
            account_id=A, region=REGION, day=NOW // 86_400, generation="g", exponent=exponent,
            id_exponent=exponent, days=(),
        )  # fmt: skip

    @property
    def names(self) -> list[str]:
        """The EventIds, those of several events as often."""
        return [
            name
            for (key, name), pages in self.where.items()
            for _ in range(sum(pages.values()))
            if key == "EventId"
        ]

    def decoded(self) -> list[int]:
        exponent = self.volume.id_exponent
        return [i for part, data in enumerate(self.ids) for i in history_ids.decode(data, exponent, part)]


@settings(deadline=None)
@given(PAGES, st.integers(0, 10))
def test_every_attribute_finds_its_pages_with_their_counts(held: list[Page], exponent: int) -> None:
    made = Encoded(held, exponent)
    for attribute in [(key, name) for key in KEYS for name in NAMES]:
        found = history_volume.find(made.buckets[made.volume.bucket(attribute)], attribute, made.volume)
        counted = {item.page_id: count for item, count in found.pages}
        wanted = made.where.get(attribute, {})
        assert counted.keys() == wanted.keys()
        if attribute[0] == "EventId":
            assert counted == wanted


@settings(deadline=None)
@given(PAGES, st.integers(0, 10), st.integers(32, 40))
def test_the_first_bits_of_a_hash_find_the_pages_too(held: list[Page], exponent: int, known: int) -> None:
    made = Encoded(held, exponent)
    for name in set(made.names):
        bits = history_ids.id_bits(name, known)
        data = made.buckets[bits >> known - exponent]
        found = history_volume.find_hash(data, bits, known, made.volume)
        assert found == history_volume.find(data, ("EventId", name), made.volume)


@settings(deadline=None)
@given(PAGES, st.integers(0, 10))
def test_event_ids_are_held_in_order_those_of_several_events_twice(held: list[Page], exponent: int) -> None:
    made = Encoded(held, exponent)
    known = history_ids.bits(exponent)
    several = {name for name in made.names if made.names.count(name) > 1}
    wanted = [*set(made.names), *several]
    assert made.decoded() == sorted(history_ids.id_bits(name, known) for name in wanted)
    assert history_ids.repeated(made.decoded()) == {history_ids.id_bits(name, known) for name in several}


@settings(deadline=None)
@given(PAGES, PAGES, st.integers(0, 10), st.integers(0, 10))
def test_event_ids_of_two_days_meet_in_however_many_parts_they_are(
    one: list[Page], other: list[Page], exponent: int, others: int
) -> None:
    ours, theirs = Encoded(one, exponent), Encoded(other, others)
    known = history_ids.bits(exponent)
    met = {
        found
        for part in history_ids.parts(ours.decoded(), known, others)
        for found in history_ids.common(ours.decoded(), known, theirs.ids[part], others, part)
    }
    both = set(ours.names) & set(theirs.names)
    assert met == {history_ids.id_bits(name, known) for name in both}


@pytest.mark.parametrize(("ids", "exponent"), [(0, 0), (1, 0), (2000, 0), (2001, 1), (4001, 2), (10**6, 9)])
def test_parts_hold_two_thousand_ids_at_most_on_average(ids: int, exponent: int) -> None:
    assert history_ids.exponent(ids) == exponent
