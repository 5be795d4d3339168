"""Record messages: everything packed comes out again, within the limits."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain.record_message import (
    MAX_RECORDS,
    QUEUE_LIMIT,
    SOFT_LIMIT,
    MalformedMessageError,
    Pointer,
    decode,
    encode,
    encode_pointer,
    may_repeat,
)

LINES = st.lists(
    st.binary(min_size=1, max_size=60).map(lambda b: b"{" + b.hex().encode() + b"}"), max_size=40
)


@given(LINES, st.booleans())
def test_lines_come_out_as_they_went_in(lines: list[bytes], replay: bool) -> None:
    texts = list(encode(lines, replay=replay))
    assert [line for text in texts for line in _lines(text)] == lines
    assert all(text.isascii() and may_repeat(text) == replay for text in texts)
    assert list(encode(lines, replay=replay)) == texts


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(10, 60_000), min_size=1, max_size=60), st.integers(0, 2**32))
def test_messages_of_several_records_stay_small(sizes: list[int], seed: int) -> None:
    noise = random.Random(seed)
    lines = [noise.randbytes(size // 2).hex().encode() + b"x" for size in sizes]
    texts = list(encode(lines))
    assert [line for text in texts for line in _lines(text)] == lines
    for text in texts:
        assert len(text) <= SOFT_LIMIT or len(_lines(text)) == 1


def test_a_message_holds_at_most_500_records() -> None:
    lines = [b"{%d}" % n for n in range(2 * MAX_RECORDS + 1)]
    assert [len(_lines(text)) for text in encode(lines)] == [MAX_RECORDS, MAX_RECORDS, 1]


def test_a_record_too_big_for_the_queue_goes_alone() -> None:
    big = random.Random(1).randbytes(QUEUE_LIMIT).hex().encode()
    texts = list(encode([b"{1}", big, b"{2}"]))
    assert [_lines(text) for text in texts] == [[b"{1}"], [big], [b"{2}"]]
    assert len(texts[1]) > QUEUE_LIMIT


@given(st.text(st.characters(exclude_characters="/"), min_size=1), st.text(min_size=1))
def test_pointers_come_out_as_they_went_in(bucket: str, key: str) -> None:
    assert decode(encode_pointer(Pointer(bucket, key))) == Pointer(bucket, key)


@given(st.text(max_size=60).filter(lambda text: text[:1] != "2"))
def test_any_other_text_is_refused_in_one_way(text: str) -> None:
    try:
        decode(text)
    except MalformedMessageError:
        return
    raise AssertionError(f"{text!r} was taken for a message")


@given(LINES.filter(bool), st.data())
def test_a_damaged_message_is_refused_or_reads_the_same(lines: list[bytes], data: st.DataObject) -> None:
    text = next(iter(encode(lines)))
    position = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:position] + data.draw(st.characters(codec="ascii")) + text[position + 1 :]
    try:
        found = decode(damaged)
    except MalformedMessageError:
        return
    # Gzip's checksum covers the lines; its header has bytes that say nothing, and version 3 reads like 1.
    assert isinstance(found, Pointer) or found == lines


def test_no_record_is_no_message() -> None:
    assert list(encode([])) == []
    with pytest.raises(MalformedMessageError):
        decode("")


def _lines(text: str) -> list[bytes]:
    found = decode(text)
    assert isinstance(found, list)
    return found
