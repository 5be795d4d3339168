"""Where the index of a day is cut, so that a reader asks for all parts of a busy day side by side.

Under one key a day's index items lie in the order of their pages' times, as unevenly as events came. So a few
pages, drawn by their identifiers, leave signs with the days, from which a reader learns how much lies where
before it asks for any of it. Signs lie `SIGN` bytes of index apart on average, whoever wrote the pages and
whenever; a quiet day has none.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from opentrail.domain.history import HistoryPage

SIGN = 64 * 1024  # bytes of index items of one key
# Signs from cut to cut: 192 KB on average. More than the megabyte of one answer once in 60,000 parts, since
# fewer than three of sixteen expected would have to be drawn.
SIGNS_APART = 3
LEAST = 1024  # bytes an index item counts for: its keys, and that a small one takes a reader as long


class Cut(NamedTuple):
    """A second at which the index of a class, in a shard, may be cut."""

    newest: int
    k: int
    shard: int


def leaves_sign(page: HistoryPage, sign: int = SIGN) -> bool:
    """Whether a page is one of those that are drawn: the more index it has, the more likely."""
    size = LEAST + max(len(item.data or b"") for item in page.index)
    return int(page.page_id[-8:], 16) * sign < size << 32


def cuts(signs: Iterable[Cut]) -> tuple[Cut, ...]:
    """Every third sign of each key, newest first."""
    passed: Counter[tuple[int, int]] = Counter()
    found = []
    for sign in sorted(signs, reverse=True):
        passed[sign.k, sign.shard] += 1
        if passed[sign.k, sign.shard] % SIGNS_APART == 0:
            found.append(sign)
    return tuple(found)
