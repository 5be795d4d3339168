"""Which records of a slice a destination takes: all of them, or a bitmap over their positions."""

from collections.abc import Iterable, Iterator, Sequence

ALL = "*"


def of(positions: Iterable[int], count: int) -> str:
    """A selection of `positions` out of `count` as text: `*`, or a hexadecimal bitmap, first lowest."""
    bits = 0
    for position in positions:
        bits |= 1 << position
    return ALL if bits == (1 << count) - 1 else format(bits, "x")


def chosen[T](selection: str, records: Sequence[T]) -> Iterator[T]:
    """The selected ones, in their order."""
    if selection == ALL:
        yield from records
        return
    bits = int(selection, 16)
    for position, record in enumerate(records):
        if bits >> position & 1:
            yield record
