"""Volumes: one index over all pages that were filed on a day, for lookups over many days.

A volume of one account, Region and day maps attributes to pages, in 2^exponent buckets of a few kilobytes: a
reader asks one bucket of each day. Every bucket stands alone: a table of the pages its attributes are in,
the hashes of the attributes in order, those of EventIds first, for each the numbers of its pages, newest
first. Of an attribute that is in many pages only the newest are listed, enough for one answer; for older ones
the day's own index items are read, among which such an attribute is not rare.

Of a hash the 32 bits are held that follow those of the bucket, so that up to all its 40 bits are known: few
lookups read a page in vain, and what one volume holds is found in the buckets of any other. A count beside a
page says how many of its events the attribute finds, up to 255.
"""

import hashlib
import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from opentrail.domain.history import (
    CLASSES,
    DAY,
    EVENT_ID,
    SMALLEST,
    IndexItem,
    bucket,
    bucket_of,
    counts,
    hashed,
)

LISTED = 64  # pages of one attribute: more than LookupEvents' 50 events need
BUCKET_SIZE = 6 * 1024  # bytes a bucket has on average at most: two read units of DynamoDB, or less
MAX_BUCKET = 380 * 1024  # bytes one item of DynamoDB can hold, with its keys
MAX_EXPONENT = 14
MAX_PAGES = 500_000  # of a day; a busier one is left to its own index items

_HEAD = struct.Struct(">III")  # pages, EventIds, other attributes
_ROW = struct.Struct(">16s5sHHB")  # page id, newest event, seconds to the oldest, chunks, class and shard
_HASH_BITS = 40
_NAME_BITS = 32
_NAME = 4  # bytes
_MORE = 0x80  # in the byte of an attribute: pages beside those listed
_COUNTED = 0x40  # counts follow the pages' numbers; otherwise each is 1
_LISTED = 0x3F  # how many are listed, less one

_SIZES = {
    width: [((head & _LISTED) + 1) * (width + bool(head & _COUNTED)) for head in range(256)]
    for width in (1, 2)
}

Refs = list[tuple[int, int]]  # a page's number among the day's, newest first; how many of its events
Held = dict[bytes, Refs]  # by hash, and a byte that is 1 for an EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A day's volume. `days` are the UTC days (from the epoch) of its events, ascending."""

    account_id: str
    region: str
    day: int
    generation: str
    exponent: int
    days: tuple[int, ...]

    @property
    def bits(self) -> int:
        """How many bits of a hash its buckets know, the first ones."""
        return min(_HASH_BITS, _NAME_BITS + self.exponent)

    def bucket(self, attribute: tuple[str, str]) -> int:
        """The bucket an attribute lies in."""
        return bucket(attribute, self.exponent)

    def newest(self, start: int, end: int) -> int:
        """The newest second of an event between two moments that may be in the volume; -1: none is."""
        last = next((day for day in reversed(self.days) if day <= end // DAY), None)
        if last is None or last < start // DAY:
            return -1
        return min(end, (last + 1) * DAY - 1)


@dataclass(frozen=True, slots=True)
class Found:
    """Pages an attribute is in, newest first, each with how many events to expect; whether there are more."""

    pages: tuple[tuple[IndexItem, int], ...]
    more: bool


def in_order(pages: Sequence[IndexItem]) -> list[IndexItem]:
    """A day's pages, each once, in the order they are numbered in."""
    once = {page.page_id: page for page in pages}
    return sorted(once.values(), key=lambda page: (page.newest, page.page_id), reverse=True)


def generation(pages: Sequence[IndexItem]) -> str:
    """A name for exactly these pages: what two runs write for the same pages is the same."""
    return hashlib.sha256("".join(page.page_id for page in pages).encode()).hexdigest()[:16]


def gather(pages: Iterable[tuple[int, IndexItem]], part: int, parts: int) -> Held:
    """Which pages each attribute is in, for one of 2^parts parts of all hashes."""
    held: Held = defaultdict(list)
    for number, page in pages:
        for found, events, is_id in counts(page.data or b""):
            if bucket_of(found, parts) == part:
                ref = (number, min(255, SMALLEST[page.k] if events is None else events))
                held[found + bytes((is_id,))].append(ref)
    return held


def exponent(held: Held, parts: int, pages: int) -> int:
    """How many buckets, as a power of two, keep them small; judged by one of 2^parts parts."""
    listed = sum(min(LISTED, len(refs)) for refs in held.values()) << parts
    size = (len(held) << parts) * 5 + listed * 2
    for found in range(parts, MAX_EXPONENT):
        if (size >> found) + _ROW.size * min(pages, listed >> found) <= BUCKET_SIZE:
            return found
    return MAX_EXPONENT


def buckets(held: Held, power: int) -> Iterator[tuple[int, Held]]:
    """What is held, bucket by bucket, those without anything left out."""
    spread: dict[int, Held] = defaultdict(dict)
    for found, refs in held.items():
        spread[bucket_of(found, power)][found] = refs
    yield from sorted(spread.items(), key=itemgetter(0))


def encode(pages: Sequence[IndexItem], held: Held, power: int) -> bytes:
    """One bucket of 2^power."""
    merged: dict[tuple[bool, bytes], dict[int, int]] = defaultdict(dict)
    for found, refs in held.items():
        merged[not found[-1], _name(found, power)].update(refs)
    listed = {name: sorted(refs.items())[:LISTED] for name, refs in sorted(merged.items())}
    used = sorted({number for refs in listed.values() for number, _ in refs})
    local = {number: i for i, number in enumerate(used)}
    width = _width(len(used))
    heads, tails = bytearray(), bytearray()
    for name, refs in listed.items():
        counted = any(count > 1 for _, count in refs)
        more = len(merged[name]) > len(refs)
        heads.append((_MORE if more else 0) | (_COUNTED if counted else 0) | len(refs) - 1)
        for number, _ in refs:
            tails += local[number].to_bytes(width)
        if counted:
            tails += bytes(count for _, count in refs)
    rows = b"".join(_row(pages[number]) for number in used)
    ids = sum(not other for other, _ in listed)
    names = b"".join(name for _, name in listed)
    return _HEAD.pack(len(used), ids, len(listed) - ids) + rows + names + bytes(heads) + bytes(tails)


def find(data: bytes, attribute: tuple[str, str], volume: Volume) -> Found:
    """What a bucket says of an attribute."""
    rows, ids, others = _HEAD.unpack_from(data)
    low, high = (0, ids) if attribute[0] == EVENT_ID else (ids, ids + others)
    first = _HEAD.size + rows * _ROW.size
    found = hashed(attribute)
    wanted = _name(found, volume.exponent)
    place = bisect_left(
        range(high), wanted, low, key=lambda i: data[first + _NAME * i : first + _NAME * (i + 1)]
    )
    if place == high or data[first + _NAME * place : first + _NAME * (place + 1)] != wanted:
        return Found((), more=False)
    return _found(data, place, volume, int.from_bytes(found[:2]))


def ids(data: bytes, volume: Volume, number: int) -> list[int]:
    """The EventIds in a bucket, ascending: of each hash the first `volume.bits`."""
    above = number >> volume.exponent - (volume.bits - _NAME_BITS) << _NAME_BITS
    return [above | name for name in _names(data)]


def repeated(data: bytes, volume: Volume, number: int) -> list[int]:
    """Those of `ids` that more than one event of the day answers to."""
    rows, known, others = _HEAD.unpack_from(data)
    heads = _HEAD.size + rows * _ROW.size + _NAME * (known + others)
    return [i for i, head in zip(ids(data, volume, number), data[heads : heads + known], strict=True) if head]


def id_bits(event_id: str, bits: int) -> int:
    """The first bits of an EventId's hash."""
    return int.from_bytes(hashed((EVENT_ID, event_id))) >> _HASH_BITS - bits


def numbers(held: Sequence[int], bits: int, volume: Volume) -> set[int]:
    """The buckets of a volume that EventIds lie in, given by the first bits of their hashes, ascending."""
    if not held:
        return set()
    rest = bits - volume.exponent
    if (first := held[0] >> rest) == held[-1] >> rest:
        return {first}
    return {found >> rest for found in held}


def meet(held: Sequence[int], bits: int, data: bytes, volume: Volume, number: int) -> list[tuple[int, Found]]:
    """Which EventIds, given by the first bits of their hashes, ascending, a bucket holds too, and its pages
    of each.
    """
    rest = bits - volume.exponent
    here = held[bisect_left(held, number << rest) : bisect_left(held, number + 1 << rest)]
    ours, theirs = max(0, bits - volume.bits), max(0, volume.bits - bits)
    mask = (1 << _NAME_BITS - theirs) - 1
    names = [name >> theirs for name in _names(data)] if theirs else _names(data)
    both = {found >> ours & mask for found in here}.intersection(names)
    if not both:
        return []
    return [
        (found, _found(data, place, volume, found >> bits - 16))
        for place, name in enumerate(names)
        if name in both
        for found in here
        if found >> ours & mask == name
    ]


def _name(found: bytes, power: int) -> bytes:
    """What a bucket of 2^power knows a hash by."""
    bits = int.from_bytes(found[: _HASH_BITS // 8])
    return (bits >> max(0, _HASH_BITS - _NAME_BITS - power) & (1 << _NAME_BITS) - 1).to_bytes(_NAME)


def _names(data: bytes) -> tuple[int, ...]:
    rows, known, _ = _HEAD.unpack_from(data)
    return struct.unpack_from(f">{known}I", data, _HEAD.size + rows * _ROW.size)


def _found(data: bytes, place: int, volume: Volume, top: int) -> Found:
    """The pages of the attribute at a place, of whose hash `top` are the first 16 bits."""
    rows, known, others = _HEAD.unpack_from(data)
    heads = _HEAD.size + rows * _ROW.size + _NAME * (known + others)
    width = _width(rows)
    offset = heads + known + others + sum(map(_SIZES[width].__getitem__, data[heads : heads + place]))
    head = data[heads + place]
    length = (head & _LISTED) + 1
    listed = [int.from_bytes(data[offset + i * width : offset + (i + 1) * width]) for i in range(length)]
    offset += length * width
    events = list(data[offset : offset + length]) if head & _COUNTED else [1] * length
    pages = tuple(
        (_page(data, number, volume, top), count) for number, count in zip(listed, events, strict=True)
    )
    return Found(pages, more=bool(head & _MORE))


def _width(rows: int) -> int:
    return 1 if rows <= 256 else 2


def _row(page: IndexItem) -> bytes:
    shape = CLASSES.index(page.k) << 4 | page.shard
    newest = page.newest.to_bytes(5)
    return _ROW.pack(bytes.fromhex(page.page_id), newest, page.newest - page.oldest, page.chunks, shape)


def _page(data: bytes, number: int, volume: Volume, top: int) -> IndexItem:
    page_id, newest_bytes, span, chunks, shape = _ROW.unpack_from(data, _HEAD.size + number * _ROW.size)
    newest, k = int.from_bytes(newest_bytes), CLASSES[shape >> 4]
    return IndexItem(
        account_id=volume.account_id,
        region=volume.region,
        k=k,
        bucket=bucket_of(top.to_bytes(2), k),
        page_id=page_id.hex(),
        newest=newest,
        oldest=newest - span,
        chunks=chunks,
        data=None,
        day=volume.day,
        shard=shape & 0xF,
    )
