"""Volumes: one index over all pages that were filed on a day, for lookups over many days.

A volume of one account, Region and day maps attributes to pages, in 2^exponent buckets of a few kilobytes: a
reader asks one bucket of each day. Every bucket stands alone: a table of the pages its attributes are in, the
hashes of the attributes in order, for each the numbers of its pages, newest first. Of an attribute that is in
many pages only the newest are listed, enough for one answer; for older ones the day's own index items
are read, among which such an attribute is not rare.

Of a hash the 32 bits are held that follow those of the bucket, so that up to all its 40 bits are known: few
lookups read a page in vain. A count beside a page says how many of its events the attribute finds, up to 255.
"""

import hashlib
import struct
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from opentrail.domain import history_ids
from opentrail.domain.history import CLASSES, DAY, SMALLEST, IndexItem, bucket, bucket_of, counts, hashed
from opentrail.domain.history_cuts import Cut

# Pages of one attribute: 51 events are surely newer than all others though 45 pages overlap in time, and no
# more pages are read in one trip.
LISTED = 96
# Bytes a bucket has on average at most: one and a half read units of DynamoDB. With half of it up to three
# times as much would be written: the rows of pages come again in every bucket.
BUCKET_SIZE = 12 * 1024
MAX_BUCKET = 380 * 1024  # bytes one item of DynamoDB can hold, with its keys
MAX_EXPONENT = 14
MAX_PAGES = 500_000  # of a day; a busier one is left to its own index items

_HEAD = struct.Struct(">II")  # pages, attributes
_ROW = struct.Struct(">16s5sHHB")  # page id, newest event, seconds to the oldest, chunks, class and shard
_NAME = history_ids.HELD // 8  # bytes of a hash
_TOP = 16  # bits that choose the buckets of index items
# The byte of an attribute: twice the number of its pages, or `_MORE` where more than those listed have it.
_COUNTED = 1  # counts follow the pages' numbers; otherwise each is 1
_MORE = 2 * (LISTED + 1)

_SIZES = {
    width: [min(LISTED, head >> 1) * (width + (head & _COUNTED)) for head in range(256)] for width in (1, 2)
}

Refs = list[tuple[int, int]]  # a page's number among the day's, newest first; how many of its events


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A day's volume.

    `days` are the UTC days (from the epoch) of its events, ascending; `cuts` part the day's own index. Its
    EventIds lie in 2^id_exponent parts (`history_ids`), or in the volume itself where they are few.
    """

    account_id: str
    region: str
    day: int
    generation: str
    exponent: int
    id_exponent: int
    ids: bytes | None = None
    days: tuple[int, ...]
    cuts: tuple[Cut, ...] = ()

    def bucket(self, attribute: tuple[str, str]) -> int:
        """The bucket an attribute lies in."""
        return bucket(attribute, self.exponent)

    def newest(self, start: int, end: int) -> int:
        """The newest second of an event between two moments that may be in the volume; -1: none is."""
        last = next((day for day in reversed(self.days) if day <= end // DAY), None)
        if last is None or last < start // DAY:
            return -1
        return min(end, (last + 1) * DAY - 1)

    def reaches_over(self, start: int, end: int) -> bool:
        """Whether there may be events between two moments, and newer ones too."""
        return end < (self.days[-1] + 1) * DAY - 1 and self.newest(start, end) >= 0


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


def gather(
    pages: Iterable[tuple[int, IndexItem]], part: int, parts: int
) -> tuple[dict[bytes, Refs], list[bytes]]:
    """Which pages each attribute is in, and the hashes of EventIds, those of several events twice or more,
    for one of 2^parts parts of all hashes.
    """
    held: dict[bytes, Refs] = defaultdict(list)
    ids: list[bytes] = []
    for number, page in pages:
        for found, events, is_id in counts(page.data or b""):
            if bucket_of(found, parts) == part:
                held[found].append((number, min(255, SMALLEST[page.k] if events is None else events)))
                ids += min(2, events or 1) * [found] if is_id else ()
    return held, ids


def exponent(held: Mapping[bytes, Refs], parts: int, pages: int) -> int:
    """How many buckets, as a power of two, keep them small; judged by one of 2^parts parts."""
    listed = sum(min(LISTED, len(refs)) for refs in held.values()) << parts
    size = (len(held) << parts) * 5 + listed * 2
    for found in range(parts, MAX_EXPONENT):
        if (size >> found) + _ROW.size * min(pages, listed >> found) <= BUCKET_SIZE:
            return found
    return MAX_EXPONENT


def encode(pages: Sequence[IndexItem], held: Mapping[bytes, Refs], power: int) -> bytes:
    """One bucket of 2^power."""
    merged: dict[bytes, dict[int, int]] = defaultdict(dict)
    for found, refs in held.items():
        merged[history_ids.held_of(found, power).to_bytes(_NAME)].update(refs)
    listed = {name: sorted(refs.items())[:LISTED] for name, refs in sorted(merged.items())}
    used = sorted({number for refs in listed.values() for number, _ in refs})
    local = {number: i for i, number in enumerate(used)}
    width = _width(len(used))
    heads, tails = bytearray(), bytearray()
    for name, refs in listed.items():
        counted = any(count > 1 for _, count in refs)
        more = len(merged[name]) > len(refs)
        heads.append((_MORE if more else 2 * len(refs)) | (_COUNTED if counted else 0))
        for number, _ in refs:
            tails += local[number].to_bytes(width)
        if counted:
            tails += bytes(count for _, count in refs)
    rows = b"".join(_row(pages[number]) for number in used)
    return _HEAD.pack(len(used), len(listed)) + rows + b"".join(listed) + bytes(heads) + bytes(tails)


def find(data: bytes, attribute: tuple[str, str], volume: Volume) -> Found:
    """What a bucket says of an attribute."""
    return find_hash(data, int.from_bytes(hashed(attribute)), history_ids.HASH, volume)


def find_hash(data: bytes, found: int, bits: int, volume: Volume) -> Found:
    """What the bucket of a hash says of it, of which so many bits are known, the first ones (32 at least)."""
    known = history_ids.bits(volume.exponent)
    more, mask = max(0, known - bits), history_ids.MASK
    wanted = found >> max(0, bits - known)
    rows, names = _HEAD.unpack_from(data)
    first = _HEAD.size + rows * _ROW.size

    def name(place: int) -> int:
        return int.from_bytes(data[first + _NAME * place : first + _NAME * (place + 1)])

    low, high = wanted << more & mask, (wanted << more | (1 << more) - 1) & mask
    places = range(bisect_left(range(names), low, key=name), bisect_right(range(names), high, key=name))
    listed = [_listed(data, place, volume, found >> bits - _TOP) for place in places]
    return Found(tuple(page for one in listed for page in one.pages), more=any(one.more for one in listed))


def buckets(held: Mapping[bytes, Refs], power: int) -> Iterator[tuple[int, dict[bytes, Refs]]]:
    """What is held, bucket by bucket, those without anything left out."""
    spread: dict[int, dict[bytes, Refs]] = defaultdict(dict)
    for found, refs in held.items():
        spread[bucket_of(found, power)][found] = refs
    yield from sorted(spread.items(), key=itemgetter(0))


def _listed(data: bytes, place: int, volume: Volume, top: int) -> Found:
    """The pages of the attribute at a place; `top`: the first bits of its hash."""
    rows, names = _HEAD.unpack_from(data)
    heads = _HEAD.size + rows * _ROW.size + _NAME * names
    width = _width(rows)
    offset = heads + names + sum(map(_SIZES[width].__getitem__, data[heads : heads + place]))
    head = data[heads + place]
    length = min(LISTED, head >> 1)
    numbers = [int.from_bytes(data[offset + i * width : offset + (i + 1) * width]) for i in range(length)]
    offset += length * width
    events = list(data[offset : offset + length]) if head & _COUNTED else [1] * length
    pages = tuple(
        (_page(data, number, volume, top), count) for number, count in zip(numbers, events, strict=True)
    )
    return Found(pages, more=head >= _MORE)


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
        bucket=top >> _TOP - k,
        page_id=page_id.hex(),
        newest=newest,
        oldest=newest - span,
        chunks=chunks,
        data=None,
        day=volume.day,
        shard=shape & 0xF,
    )
