"""What a replay sends: reads CloudTrail records from files, moves their times, changes nothing else.

Pure but for reading the files; sending is `sending`'s. A record that nobody could own (no account, no time)
is sent too: the recorder sets it aside as a dead letter with its reason, and the counts here say so.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from opentrail.domain.record import RefusedRecordError, epoch_seconds
from opentrail.domain.record import read as read_record

GZIP = b"\x1f\x8b"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_SPAN = re.compile(r"([1-9]\d*)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

type Move = Callable[[int], int]  # epoch seconds to epoch seconds


@dataclass(slots=True)
class Counts:
    """What became of the records of a replay."""

    read: int = 0
    sent: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # not sent, by reason
    unowned: Counter[str] = field(default_factory=Counter)  # sent; the recorder sets them aside, by reason


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds where a record should be: the record and its text as it came, or why it is none."""

    record: dict[str, Any] | None = None
    text: bytes = b""  # empty when the record was inside something else
    refusal: str = ""


def read_file(path: Path) -> Iterator[Found]:
    """The records of a file: JSON lines (bare or in `record`) or a log file (`Records`), plain or gzip."""
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
        raw.seek(0)
        if packed:
            with gzip.open(raw) as unpacked:
                yield from _read(unpacked)  # type: ignore[arg-type]  # GzipFile reads like a binary file
        else:
            yield from _read(raw)


def lines(found: Iterable[Found], move: Move | None, counts: Counts) -> Iterator[bytes]:
    """What is sent: one JSON line a record, its eventTime moved; `counts` is kept as they pass."""
    for item in found:
        counts.read += 1
        try:
            line = _line(item, move)
        except RefusedRecordError as error:
            counts.refused[error.reason] += 1
            continue
        try:
            read_record(line)
        except RefusedRecordError as error:
            counts.unowned[error.reason] += 1
        counts.sent += 1
        yield line


def span_of_times(found: Iterable[Found]) -> tuple[int, int] | None:
    """The first and the last eventTime in epoch seconds; None when there is none."""
    first = last = None
    for item in found:
        try:
            time = epoch_seconds(item.record.get("eventTime")) if item.record else None
        except RefusedRecordError:
            continue
        if time is not None:
            first = time if first is None else min(first, time)
            last = time if last is None else max(last, time)
    return None if first is None or last is None else (first, last)


def shift(last: int, now: int) -> Move:
    """Move all times by the same amount, so that the last one is now."""
    return lambda time: time + now - last


def fit(first: int, last: int, now: int, span: timedelta) -> Move:
    """Map times into the `span` that ends now, in proportion: their order is kept, ties stay ties."""
    length, room = last - first, int(span.total_seconds())
    start = now - room
    return lambda time: start + (room if length == 0 else (time - first) * room // length)


def parse_span(text: str) -> timedelta:
    """`90s`, `15m`, `12h`, `80d` or `2w`; ValueError for anything else."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no span of time such as 80d or 12h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def batches(sent: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """Consecutive lines, `size` at a time."""
    batch: list[bytes] = []
    for line in sent:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(file: BinaryIO) -> Iterator[Found]:
    """JSON lines, unless the first line is no JSON value by itself but the file is one."""
    first = True
    for line in file:
        if not (text := line.strip()):
            continue
        value = _parse(text)
        if first and value is None:
            rest = file.read()
            value = _parse(text + b"\n" + rest)
            yield from _records(value, b"") if value is not None else _bad_lines([text, *rest.splitlines()])
            return
        first = False
        yield from _records(value, text)


def _bad_lines(texts: list[bytes]) -> Iterator[Found]:
    for text in texts:
        if text.strip():
            yield from _records(_parse(text), text.strip())


def _records(value: Any, text: bytes) -> Iterator[Found]:
    if not isinstance(value, dict):
        yield Found(refusal="NotJson" if value is None else "NotAnObject")
    elif isinstance(value.get("Records"), list):
        for inner in value["Records"]:
            yield Found(record=inner) if isinstance(inner, dict) else Found(refusal="NotAnObject")
    elif isinstance(value.get("record"), dict) and "eventName" not in value:
        yield Found(record=value["record"])
    else:
        yield Found(record=value, text=text)


def _parse(text: bytes) -> Any:
    """The JSON value; None when it is none (`null` is no record either)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _line(item: Found, move: Move | None) -> bytes:
    if item.record is None:
        raise RefusedRecordError(item.refusal)
    text = item.text or json.dumps(item.record, separators=(",", ":")).encode()
    record = item.record
    if not record.get("eventID"):
        text, record = _with_event_id(text, record)
    if move is None:
        return text
    moved = move(epoch_seconds(record.get("eventTime")))
    record = {**record, "eventTime": datetime.fromtimestamp(moved, UTC).strftime(TIME_FORMAT)}
    return json.dumps(record, separators=(",", ":")).encode()


def _with_event_id(text: bytes, record: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """The record with its identity, given before it is moved: the same one however often it is sent."""
    try:
        found = read_record(text)
    except RefusedRecordError:
        return text, record  # nobody's: the recorder says why
    return found.line, found.data
