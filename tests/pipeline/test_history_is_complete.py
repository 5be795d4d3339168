"""Event history after recording: every value of every attribute finds its events, however records came."""

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import batched, product

import pytest
from opentrail.domain import record
from opentrail.domain.event import ATTRIBUTE_KEYS
from opentrail.domain.history import SETTLED

from tests.history_proofs import Reader, by_attribute, expect_every_value
from tests.pipeline.world import AWAY, HOME, A, B, World, ago
from tests.records import generate, lines

SPAN = timedelta(days=80)
DAYS = 3
ACCOUNTS, REGIONS = (A, B), (HOME, AWAY)
PLACES = tuple(product(ACCOUNTS, REGIONS))


def records(count: int, span: timedelta = SPAN) -> list[bytes]:
    """Some of every kind, in several accounts and Regions, in the order of their times."""
    found = generate(31, count, accounts=ACCOUNTS, regions=REGIONS, start=ago(days=span.days), span=span)
    return list(lines(sorted(found, key=lambda r: str(r["eventTime"]))))


def recorded(groups: Sequence[Sequence[bytes]]) -> World:
    """Each group is one message, a third of them a day; then all settles, and the third day is over."""
    world = World()
    for part in batched(groups, -(-len(groups) // DAYS), strict=False):
        for group in part:
            world.send_lines(group)
            world.record()
        world.clock.move(days=1)
    world.settle()
    world.clock.move(seconds=SETTLED)
    return world


def in_time(sent: list[bytes]) -> list[list[bytes]]:
    """As a busy account sends them."""
    return [list(group) for group in batched(sent, 120, strict=False)]


def one_by_one(sent: list[bytes]) -> list[list[bytes]]:
    """As a quiet account sends them."""
    return [[line] for line in sent]


def disordered(sent: list[bytes]) -> list[list[bytes]]:
    """In groups of all sizes, days late, some of them again."""
    choose = random.Random(8)
    mixed = sent + choose.sample(sent, len(sent) // 5)
    choose.shuffle(mixed)
    groups = []
    while mixed:
        size = choose.choice((1, 2, 9, 30, 70, 200))
        groups.append(mixed[:size])
        del mixed[:size]
    return groups


@pytest.mark.parametrize(
    ("arrange", "count", "span"),
    [
        (in_time, 700, SPAN),
        (one_by_one, 150, SPAN),
        (disordered, 500, timedelta(days=1)),  # many events an hour
    ],
)
def test_every_value_of_every_attribute_finds_its_events_in_order_with_volumes_and_without(
    arrange: object, count: int, span: timedelta
) -> None:
    sent = records(count, span)
    assert callable(arrange)
    world = recorded(arrange(sent))
    reader, wanted = Reader.of(world.history, world.clock), [record.read(line) for line in sent]
    assert expect_every_value(reader, wanted) > 1.5 * count
    made = world.index_history()
    assert made
    assert made.volumes >= DAYS * len(PLACES)
    assert expect_every_value(reader, wanted) > 1.5 * count


def test_the_generated_history_has_values_of_every_attribute() -> None:
    world = recorded(in_time(records(300)))
    events = Reader.of(world.history, world.clock).events(A, HOME)
    assert {key for key, _ in by_attribute(events)} == set(ATTRIBUTE_KEYS)


def test_values_that_only_begin_alike_find_nothing() -> None:
    """An index of hashes or prefixes must not let through what merely resembles."""
    world = recorded(in_time(records(300)))
    reader = Reader.of(world.history, world.clock)
    values = list(by_attribute(reader.events(A, HOME)))
    known = set(values)
    for key, value in values[::5]:
        for other in (value[:-1], value + "x", value.swapcase(), f" {value}"):
            if other and (key, other) not in known and key != "ReadOnly":
                assert reader.events(A, HOME, (key, other)) == [], (key, other)
