"""A volume's buckets: what is put in is found, and EventIds of two volumes meet whatever their sizes."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain import history_volume
from opentrail.domain.history import HistoryEvent, IndexItem, pages
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
        self.volume = Volume(
            account_id=A, region=REGION, day=NOW // 86_400, generation="g", exponent=exponent, days=()
        )
        listed = history_volume.in_order(items)
        numbers = {page.page_id: number for number, page in enumerate(listed)}
        gathered = history_volume.gather([(numbers[item.page_id], item) for item in items], 0, 0)
        spread = dict(history_volume.buckets(gathered, exponent))
        self.buckets = [
            history_volume.encode(listed, spread.get(number, {}), exponent) for number in range(2**exponent)
        ]

    @property
    def ids(self) -> set[str]:
        return {name for key, name in self.where if key == "EventId"}


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


@given(PAGES, st.integers(0, 10))
def test_event_ids_are_listed_and_those_of_several_events_known(held: list[Page], exponent: int) -> None:
    made = Encoded(held, exponent)
    bits = made.volume.bits
    found = [i for n, data in enumerate(made.buckets) for i in history_volume.ids(data, made.volume, n)]
    again = [i for n, data in enumerate(made.buckets) for i in history_volume.repeated(data, made.volume, n)]
    assert found == sorted(history_volume.id_bits(name, bits) for name in made.ids)
    several = {name for name in made.ids if sum(made.where["EventId", name].values()) > 1}
    assert again == sorted(history_volume.id_bits(name, bits) for name in several)


@given(PAGES, PAGES, st.integers(0, 10), st.integers(0, 10))
def test_event_ids_of_two_volumes_meet_whatever_their_sizes(
    one: list[Page], other: list[Page], exponent: int, others: int
) -> None:
    ours, theirs = Encoded(one, exponent), Encoded(other, others)
    bits = ours.volume.bits
    met: dict[int, dict[str, int]] = {}
    for number, data in enumerate(ours.buckets):
        ids = history_volume.ids(data, ours.volume, number)
        for there in history_volume.numbers(ids, bits, theirs.volume):
            for found, at in history_volume.meet(ids, bits, theirs.buckets[there], theirs.volume, there):
                met[found] = {item.page_id: count for item, count in at.pages}
    assert met == {
        history_volume.id_bits(name, bits): theirs.where["EventId", name] for name in ours.ids & theirs.ids
    }
