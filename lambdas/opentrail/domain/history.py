"""Event history's pages: how events are packed for writing once and found by any attribute.

A page holds events of one account, Region and UTC hour: their bodies compressed together, under an identifier
made of the content. Beside it lie at most 2^k index items, the page's attributes spread over hash buckets; k
grows with the page, so that a big account's rare values are not buried under its frequent ones. An index item
is filed under the UTC day it is written on, whatever its events' times, in the order of its page's newest
event: once a day is over and settled, what is filed under it never changes, and a volume can replace it
(`history_volume`). A page never leaves its hour, which bounds how far a reader must look around a moment. An
attribute is held as a five-byte hash: a reader verifies every hit on the record itself.
"""

import hashlib
import lzma
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from opentrail.domain.history_dictionary import DICTIONARIES, NEWEST
from opentrail.domain.record_category import INSIGHT

HOUR = 3600
DAY = 86_400
SHARDS = 16  # an account's index keys in a day of so many pages that one key could get hot
SETTLED = 2 * HOUR  # after a day's end nothing is filed under it any more; writers stop an hour earlier
CLASSES = (0, 2, 5)  # the values k takes: a reader asks one bucket of each
SMALLEST = {
    0: 1,
    2: 25,
    5: 161,
}  # events in a page of each class at least, unless it was cut for its attributes
MAX_EVENTS = 1000  # events in one page
MAX_RAW = (
    2 * 1024 * 1024
)  # bytes of records in one page, before compression, unless one record alone is bigger
MAX_INDEX = 300 * 1024  # bytes of one index item's data, for the same reason as CHUNK
CHUNK = 350 * 1024  # bytes of a body in one item: DynamoDB items end at 400 KB
EVERYTHING = ("*", "")  # the attribute every event has: lookups by time alone
EVENT_ID = "EventId"  # the key of the attribute that is one event's own

_LZMA_PRESET = 2
_LZMA = b"\xfd7zXZ\x00"  # how a body begins that LZMA made
_DICTIONARY = slice(2, 6)  # of a zlib stream: the dictionary it needs (RFC 1950)
_HASH = 5  # bytes of an attribute's hash
# Two bytes follow a hash: all events of the page, one event at a position, or how many positions follow.
# Those of an EventId say so, and never "all", so that who makes volumes tells its hash from the others.
_ALL = 0xFFFF
_ONE = 0x8000
_ID = 0x4000
_NUMBER = 0x3FFF


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One event to keep: when, what it answers to, its record."""

    event_time: int
    line: bytes
    attributes: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexItem:
    """One bucket of one page: `data` maps hashes of attributes to positions in the page."""

    account_id: str
    region: str
    k: int
    bucket: int
    page_id: str
    newest: int
    oldest: int
    chunks: int
    data: bytes | None  # None: known from a volume, and not read
    day: int = field(default=0, compare=False)  # filed under: days since the epoch
    shard: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Events of one hour, ready to be written."""

    account_id: str
    region: str
    page_id: str
    newest: int
    oldest: int
    body: bytes
    index: tuple[IndexItem, ...]

    @property
    def chunks(self) -> int:
        """How many items the body takes."""
        return max(1, -(-len(self.body) // CHUNK))


def pages(
    account_id: str, region: str, events: Iterable[HistoryEvent], *, max_index: int = MAX_INDEX
) -> Iterator[HistoryPage]:
    """Pack events of one account and Region into pages, hour by hour. The same events give the same pages."""
    hours: dict[int, list[HistoryEvent]] = defaultdict(list)
    for event in events:
        hours[event.event_time // HOUR].append(event)
    for hour in sorted(hours):
        group = sorted(hours[hour], key=lambda e: (e.event_time, e.line))
        for batch in _bounded(group):
            yield from _pages(account_id, region, batch, max_index)


def lines(body: bytes) -> list[bytes]:
    """The records of a page, by position."""
    if body.startswith(_LZMA):
        return lzma.decompress(body).split(b"\n")
    words = DICTIONARIES[int.from_bytes(body[_DICTIONARY])]
    unpacking = zlib.decompressobj(zdict=words)
    return (unpacking.decompress(body) + unpacking.flush()).split(b"\n")


def day_of(second: float) -> int:
    """The UTC day of a moment in epoch seconds, counted from the epoch."""
    return int(second // DAY)


def counts(data: bytes) -> Iterator[tuple[bytes, int | None, bool]]:
    """Every hash in an index item, how many events of the page it finds (None: all of them), and whether it
    is an EventId's.
    """
    offset = 0
    while offset < len(data):
        found = data[offset : offset + _HASH]
        (word,) = struct.unpack_from(">H", data, offset + _HASH)
        following = 0 if word & _ONE else word & _NUMBER
        yield found, None if word == _ALL else following or 1, word != _ALL and bool(word & _ID)
        offset += _HASH + 2 + 2 * following


def shelf(region: str, category: str) -> str:
    """The Region an event is kept under: Insights events lie apart, so that no lookup mixes them."""
    return f"{region}/insight" if category == INSIGHT else region


def bucket(attribute: tuple[str, str], k: int) -> int:
    """Which of 2^k buckets an attribute lies in."""
    return bucket_of(hashed(attribute), k)


def bucket_of(found: bytes, k: int) -> int:
    """The same, of an attribute's hash."""
    return int.from_bytes(found[:2], "big") >> (16 - k)


def hashed(attribute: tuple[str, str]) -> bytes:
    """What the index knows an attribute by."""
    key, value = attribute
    return hashlib.sha256(f"{key}\0{value}".encode("utf-8", "surrogatepass")).digest()[:_HASH]


def positions(data: bytes, attribute: tuple[str, str]) -> list[int] | None:
    """Positions of the events that may have the attribute; None means all of them, an empty list none."""
    wanted = hashed(attribute)
    offset = 0
    while offset < len(data):
        found = data[offset : offset + _HASH]
        (word,) = struct.unpack_from(">H", data, offset + _HASH)
        offset += _HASH + 2
        number = word & _NUMBER
        if found == wanted:
            if word == _ALL:
                return None
            return [number] if word & _ONE else list(struct.unpack_from(f">{number}H", data, offset))
        offset += 0 if word & _ONE else 2 * number
    return []


def _bounded(events: Sequence[HistoryEvent]) -> Iterator[list[HistoryEvent]]:
    batch: list[HistoryEvent] = []
    size = 0
    for event in events:
        if batch and (len(batch) == MAX_EVENTS or size + len(event.line) > MAX_RAW):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += len(event.line)
    if batch:
        yield batch


def _pages(
    account_id: str, region: str, batch: Sequence[HistoryEvent], max_index: int
) -> Iterator[HistoryPage]:
    """One page, unless so many attributes come together that an index item would outgrow its limit."""
    for k in CLASSES[CLASSES.index(_class(len(batch))) :]:
        data = _index(batch, k)
        if max(map(len, data.values())) <= max_index:
            yield _page(account_id, region, batch, k, data)
            return
    if len(batch) == 1:
        raise ValueError("an event answers to more attributes than event history can hold")
    middle = len(batch) // 2
    yield from _pages(account_id, region, batch[:middle], max_index)
    yield from _pages(account_id, region, batch[middle:], max_index)


def _page(
    account_id: str, region: str, batch: Sequence[HistoryEvent], k: int, buckets: Mapping[int, bytes]
) -> HistoryPage:
    raw = b"\n".join(event.line for event in batch)
    body = _compressed(raw, k)
    page_id = hashlib.sha256(f"{account_id}|{region}|".encode() + raw).hexdigest()[:32]
    newest, oldest = batch[-1].event_time, batch[0].event_time
    chunks = max(1, -(-len(body) // CHUNK))
    index = tuple(
        IndexItem(
            account_id=account_id, region=region, k=k, bucket=number, page_id=page_id,
            newest=newest, oldest=oldest, chunks=chunks, data=data,
        )
        for number, data in sorted(buckets.items())
    )  # fmt: skip
    return HistoryPage(
        account_id=account_id,
        region=region,
        page_id=page_id,
        newest=newest,
        oldest=oldest,
        body=body,
        index=index,
    )


def _compressed(raw: bytes, k: int) -> bytes:
    """A dictionary halves few records; of many, LZMA makes a fifth less, for 65 ms a thousand."""
    if k == CLASSES[-1]:
        return lzma.compress(raw, preset=_LZMA_PRESET, check=lzma.CHECK_CRC32)
    packing = zlib.compressobj(level=9, memLevel=9, zdict=NEWEST)
    return packing.compress(raw) + packing.flush()


def _class(events: int) -> int:
    """The more events, the more buckets: an index item stays near the one kilobyte that a write unit pays
    for.
    """
    return max(k for k in CLASSES if events >= SMALLEST[k])


def _index(batch: Sequence[HistoryEvent], k: int) -> dict[int, bytes]:
    held: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, event in enumerate(batch):
        for attribute in event.attributes:
            held[attribute].append(position)
    held[EVERYTHING] = list(range(len(batch)))
    buckets: dict[int, list[bytes]] = defaultdict(list)
    for attribute in sorted(held):
        where = held[attribute]
        entry = hashed(attribute)
        mark = _ID if attribute[0] == EVENT_ID else 0
        if len(where) == len(batch) and not mark:
            entry += struct.pack(">H", _ALL)
        elif len(where) == 1:
            entry += struct.pack(">H", _ONE | mark | where[0])
        else:
            entry += struct.pack(f">H{len(where)}H", mark | len(where), *where)
        buckets[bucket(attribute, k)].append(entry)
    return {number: b"".join(entries) for number, entries in buckets.items()}
