"""What a replay reads from files, and how it moves times."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opentrail_cli import replay
from tests import records

RECORDS = list(records.generate(1, 20))
NOW = 1_800_000_000
times = st.lists(st.integers(min_value=1_400_000_000, max_value=NOW), min_size=1, max_size=30)


def _write(folder: Path, text: bytes, *, packed: bool) -> Path:
    path = folder / "file"
    path.write_bytes(gzip.compress(text) if packed else text)
    return path


def _texts() -> Iterator[tuple[str, bytes]]:
    lines = [json.dumps(r).encode() for r in RECORDS]
    yield "bare lines", b"\n".join(lines)
    yield "wrapped lines", b"\n".join(json.dumps({"_source": "x", "record": r}).encode() for r in RECORDS)
    yield "a log file", json.dumps({"Records": RECORDS}).encode()
    yield "a log file on many lines", json.dumps({"Records": RECORDS}, indent=2).encode()
    yield "log files, one a line", b"\n".join(json.dumps({"Records": [r]}).encode() for r in RECORDS)
    yield "blank lines between", b"\n\n".join(lines) + b"\n\n"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("kind", "text"), list(_texts()))
def test_every_form_of_file_gives_the_same_records(
    tmp_path: Path, kind: str, text: bytes, packed: bool
) -> None:
    counts = replay.Counts()
    path = _write(tmp_path, text, packed=packed)
    sent = [json.loads(line) for line in replay.lines(replay.read_file(path), None, counts)]
    assert sent == RECORDS, kind
    assert (counts.read, counts.sent) == (len(RECORDS), len(RECORDS))


def test_a_bare_line_is_sent_byte_for_byte(tmp_path: Path) -> None:
    line = json.dumps(RECORDS[0], indent=None, separators=(" ,", " : ")).encode()
    path = _write(tmp_path, line, packed=False)
    assert list(replay.lines(replay.read_file(path), None, replay.Counts())) == [line]


def test_what_is_no_record_is_counted_and_not_sent(tmp_path: Path) -> None:
    good = json.dumps(RECORDS[0]).encode()
    path = _write(tmp_path, good + b"\n{broken\n[1]\n" + good, packed=False)
    counts = replay.Counts()
    assert len(list(replay.lines(replay.read_file(path), None, counts))) == 2
    assert dict(counts.refused) == {"NotJson": 1, "NotAnObject": 1}


def test_a_record_nobody_owns_is_sent_and_foretold(tmp_path: Path) -> None:
    orphan = {k: v for k, v in RECORDS[0].items() if k != "recipientAccountId"} | {"userIdentity": {}}
    path = _write(tmp_path, json.dumps(orphan).encode(), packed=False)
    counts = replay.Counts()
    assert len(list(replay.lines(replay.read_file(path), None, counts))) == 1
    assert dict(counts.unowned) == {"NoAccount": 1}


@given(times)
def test_shift_keeps_every_distance_and_ends_now(found: list[int]) -> None:
    move = replay.shift(max(found), NOW)
    moved = [move(t) for t in found]
    assert max(moved) == NOW
    assert [a - b for a, b in pairwise(moved)] == [a - b for a, b in pairwise(found)]


@given(times, st.integers(min_value=1, max_value=90))
def test_fit_keeps_order_and_ties_and_stays_inside(found: list[int], days: int) -> None:
    span = timedelta(days=days)
    move = replay.fit(min(found), max(found), NOW, span)
    moved = [move(t) for t in sorted(found)]
    assert moved == sorted(moved)
    assert NOW - span.total_seconds() <= moved[0] <= moved[-1] == NOW
    assert all(move(t) == move(t) for t in found)


def test_only_the_time_changes(tmp_path: Path) -> None:
    path = _write(tmp_path, json.dumps(RECORDS[0]).encode(), packed=False)
    [line] = replay.lines(replay.read_file(path), lambda time: time + 86_400, replay.Counts())
    moved: dict[str, Any] = json.loads(line)
    assert moved.pop("eventTime") != RECORDS[0]["eventTime"]
    assert moved == {k: v for k, v in RECORDS[0].items() if k != "eventTime"}


def test_a_record_without_event_id_is_the_same_event_however_it_is_moved(tmp_path: Path) -> None:
    record = {name: value for name, value in RECORDS[0].items() if name != "eventID"}
    path = _write(tmp_path, json.dumps(record).encode(), packed=False)
    ids = set()
    for move in (None, lambda time: time + 60, lambda time: time + 86_400):
        [line] = replay.lines(replay.read_file(path), move, replay.Counts())
        sent = json.loads(line)
        ids.add(sent.pop("eventID"))
        assert {**sent, "eventTime": record["eventTime"]} == record
    assert len(ids) == 1


@pytest.mark.parametrize(("text", "span"), [("80d", timedelta(days=80)), ("12h", timedelta(hours=12))])
def test_spans_are_read(text: str, span: timedelta) -> None:
    assert replay.parse_span(text) == span


@pytest.mark.parametrize("text", ["", "80", "d", "-1d", "0d", "1y", "1.5h"])
def test_other_spans_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        replay.parse_span(text)
