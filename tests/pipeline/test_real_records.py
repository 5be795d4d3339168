"""Real CloudTrail records, where they are beside the project: all of them through the whole pipeline."""

import hashlib
import json
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from opentrail.domain import record
from opentrail.domain.event import attributes
from opentrail.domain.record import RefusedRecordError
from opentrail.domain.record_category import MANAGEMENT

from opentrail_cli import replay
from tests.fakes.clock import START
from tests.pipeline.world import HISTORY_DAYS, World, store, trail

FILE = Path(__file__).resolve().parents[3] / "shared/data/records.jsonl.gz"
SPAN = timedelta(days=80)
RECORDS = 3235
UNOWNED = 3  # records whose account is not twelve digits
SAMPLED = 12  # of the attribute values in one account and Region: the most frequent and as many others

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
    world.send_lines(lines, replay=True)
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


def test_every_management_record_is_looked_up_by_each_of_its_attributes(
    world: World, lines: list[bytes]
) -> None:
    owned: dict[tuple[str, str], list[record.Record]] = defaultdict(list)
    oldest = int(START.timestamp()) - HISTORY_DAYS * 86_400
    for found in _owned(lines):
        if found.category == MANAGEMENT:
            assert found.event_time >= oldest
            owned[found.account_id, found.region].append(found)
    asked = 0
    for (account_id, region), found in owned.items():
        ordered = sorted(
            {one.line: one for one in found}.values(),
            key=lambda one: (-one.event_time, one.event_id, hashlib.sha256(one.line).hexdigest()),
        )
        assert world.looked_up(account_id, region) == [one.line for one in ordered]
        scan: dict[tuple[str, str], list[bytes]] = defaultdict(list)
        for one in ordered:
            for attribute in attributes(one.data):
                scan[attribute].append(one.line)
        for attribute in _sample(scan):
            assert world.looked_up(account_id, region, attribute) == scan[attribute], attribute
            asked += 1
    assert asked > 300


def _sample(scan: dict[tuple[str, str], list[bytes]]) -> list[tuple[str, str]]:
    frequent_first = sorted(scan, key=lambda attribute: (-len(scan[attribute]), attribute))
    rest = frequent_first[SAMPLED:]
    return frequent_first[:SAMPLED] + rest[:: max(1, len(rest) // SAMPLED)]
