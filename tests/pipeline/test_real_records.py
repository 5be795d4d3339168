"""Real CloudTrail records, where they are beside the project: all of them through the whole pipeline."""

import json
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from opentrail.domain import record
from opentrail.domain.record import RefusedRecordError
from opentrail.domain.record_category import MANAGEMENT

from opentrail_cli import replay
from tests.fakes.clock import START
from tests.history_proofs import Reader, expect_every_value
from tests.pipeline.world import World, store, trail

FILE = Path(__file__).resolve().parents[3] / "shared/data/records.jsonl.gz"
SPAN = timedelta(days=80)
RECORDS = 3235
MESSAGES = (2, 150, 300)  # records in one: what is recorded together is found together, and quickly
UNOWNED = 3  # records whose account is not twelve digits

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="real records are not part of the project")


def sent() -> list[bytes]:
    """The records with their times mapped into the last days, order kept."""
    times = replay.span_of_times(replay.read_file(FILE))
    assert times is not None
    move = replay.fit(*times, int(START.timestamp()), SPAN)
    counts = replay.Counts()
    lines = list(replay.lines(replay.read_file(FILE), move, counts))
    assert (counts.read, counts.sent, counts.unowned) == (RECORDS, RECORDS, Counter(NoAccount=UNOWNED))
    return lines


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return sent()


@pytest.fixture(scope="module")
def world(lines: list[bytes]) -> World:
    """Every account has a trail and an event data store; everything has been delivered."""
    accounts = sorted({found.account_id for found in _owned(lines)})
    world = World(
        trails=[trail(f"audit-{a}", account_id=a, is_multi_region_trail=True) for a in accounts],
        stores=[store(f"store-{a}", account_id=a) for a in accounts],
    )
    left = iter(lines)
    for size in cycle(MESSAGES):
        if not (some := list(islice(left, size))):
            break
        world.send_lines(some, replay=True)
        world.record()
    world.settle()
    return world


def _owned(lines: list[bytes]) -> list[record.Record]:
    found = []
    for line in lines:
        try:
            found.append(record.read(line))
        except RefusedRecordError:
            continue
    return found


def _values(record_line: bytes | dict[str, Any]) -> str:
    data = json.loads(record_line) if isinstance(record_line, bytes) else record_line
    return json.dumps(data, sort_keys=True)


def test_three_records_are_nobodys(world: World, lines: list[bytes]) -> None:
    nobodys = set(lines) - {found.line for found in _owned(lines)}
    refused = [line for body in world.dead_letters.bodies("NoAccount") for line in body.split(b"\n")]
    assert world.dead_letters.reasons == ["NoAccount"] * len(world.dead_letters.kept)
    assert len(refused) == UNOWNED
    assert set(refused) <= nobodys


def test_every_management_record_is_delivered_value_for_value(world: World, lines: list[bytes]) -> None:
    wanted = Counter(
        (found.account_id, found.region, _values(found.line))
        for found in _owned(lines)
        if found.category == MANAGEMENT
    )
    delivered: Counter[tuple[str, str, str]] = Counter()
    for (bucket, key), _ in world.log_bucket.objects.items():
        account_id, region = key.split("/")[1], key.split("/")[3]
        assert bucket == f"audit-{account_id}-logs"
        delivered.update((account_id, region, _values(data)) for data in world.log_bucket.files(bucket)[key])
    assert delivered == wanted
    sums = world.ledger.totals().destinations
    assert sum(sum_.delivered for name, sum_ in sums.items() if name.startswith("trail/")) == wanted.total()
    assert all(sum_.matched == sum_.delivered for sum_ in sums.values())


def test_every_management_record_is_a_row_of_its_accounts_store(world: World, lines: list[bytes]) -> None:
    wanted: dict[str, Counter[bytes]] = defaultdict(Counter)
    for found in _owned(lines):
        if found.category == MANAGEMENT:
            wanted[f"store-{found.account_id}"][found.line] += 1
    assert {name: Counter(world.lake_files.rows(name)) for name in wanted} == wanted


def test_every_value_of_every_attribute_finds_its_events_in_order(world: World, lines: list[bytes]) -> None:
    owned = _owned(lines)
    asked = expect_every_value(Reader.of(world.history, world.clock), owned)
    assert asked > 4500
