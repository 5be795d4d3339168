"""The EventIds of a day's volume, apart from its buckets: hashes in order and nothing else, to compare days.

They lie in 2^exponent parts by the first bits of a hash; a part holds the 32 bits that follow, ascending, of
an id of several events twice. So of each hash the first 32 bits are known, or up to all 40 on a day of
many parts; two days are compared by as many as both know.
"""

import struct
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from opentrail.domain.history import EVENT_ID, hashed

FEW = 64  # ids that need no item of their own: it would be a write unit for them alone
MOST = 2000  # ids of a part on average at most: ninety days of a part fit one answer of DynamoDB

HASH = 40  # bits
HELD = 32
MASK = (1 << HELD) - 1


def exponent(ids: int) -> int:
    """How many parts, as a power of two, so many ids take."""
    return max(0, (ids - 1) // MOST).bit_length()


def bits(power: int) -> int:
    """How many bits of a hash are known where there are 2^power parts."""
    return min(HASH, HELD + power)


def held_of(found: bytes, power: int) -> int:
    """The bits of a hash that are held where there are 2^power parts."""
    return int.from_bytes(found) >> HASH - bits(power) & MASK


def encode(hashes: Iterable[bytes], power: int) -> bytes:
    """A part."""
    times = Counter(held_of(found, power) for found in hashes)
    held = [name for name, count in sorted(times.items()) for _ in range(min(2, count))]
    return struct.pack(f">{len(held)}I", *held)


def decode(data: bytes, power: int, part: int) -> list[int]:
    """The first bits of each hash in a part, ascending."""
    above = part >> power - (bits(power) - HELD) << HELD
    return [above | held for held in struct.unpack(f">{len(data) // 4}I", data)]


def id_bits(event_id: str, known: int) -> int:
    """The first bits of an EventId's hash."""
    return int.from_bytes(hashed((EVENT_ID, event_id))) >> HASH - known


def parts(ids: Collection[int], known: int, power: int) -> set[int]:
    """The parts, of 2^power, that ids lie in, of whose hashes so many bits are known."""
    return {found >> known - power for found in ids}


def repeated(ids: Sequence[int]) -> set[int]:
    """Those of several events, of ids in order."""
    return {one for one, other in pairwise(ids) if one == other}


def common(ids: Collection[int], known: int, data: bytes, power: int, part: int) -> set[int]:
    """Which of the ids are in a part of another day, as far as the bits known of both say."""
    theirs = decode(data, power, part)
    ours_more, theirs_more = max(0, known - bits(power)), max(0, bits(power) - known)
    if theirs_more:
        theirs = [found >> theirs_more for found in theirs]
    if not ours_more:
        return set(ids).intersection(theirs)
    there = set(theirs)
    return {found for found in ids if found >> ours_more in there}
