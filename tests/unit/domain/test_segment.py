"""Segments: every slice is read by its range alone, and the header says what the segment is."""

import gzip
import json
import zlib

from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain.segment import SliceContent, build, lines

LINE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n")).map(
    lambda text: json.dumps({"n": text}, ensure_ascii=False).encode()
)
SLICES = st.lists(
    st.builds(
        SliceContent,
        account_id=st.just("111111111111"),
        region=st.sampled_from(("us-east-1", "eu-west-1")),
        lines=st.lists(LINE, min_size=1, max_size=5).map(tuple),
        matches=st.dictionaries(st.text("abc/", max_size=9), st.sampled_from(("*", "1", "a")), max_size=2),
    ),
    min_size=1,
    max_size=5,
)


@given(SLICES)
def test_a_slice_is_read_by_its_range(slices: list[SliceContent]) -> None:
    segment = build(slices, sources={"m": "local"}, versions={"111111111111": 3})
    for content, ref in zip(slices, segment.slices, strict=True):
        assert ref.segment == segment.key
        assert lines(segment.body[ref.offset : ref.offset + ref.length]) == list(content.lines)
    assert build(slices, sources={"m": "local"}, versions={"111111111111": 3}) == segment


@given(SLICES)
def test_the_header_alone_suffices_to_find_every_slice(slices: list[SliceContent]) -> None:
    segment = build(slices, sources={"m": "local"}, versions={"111111111111": 3})
    inflater = zlib.decompressobj(wbits=31)
    header = json.loads(inflater.decompress(segment.body))
    assert header["sources"] == {"m": "local"}
    assert header["configuration"] == {"111111111111": 3}
    offset = len(segment.body) - len(inflater.unused_data)
    for content, found, ref in zip(slices, header["slices"], segment.slices, strict=True):
        assert (ref.offset, ref.length) == (offset, found["length"])
        assert (found["account"], found["region"]) == (content.account_id, content.region)
        assert (found["records"], found["matches"]) == (len(content.lines), dict(content.matches))
        offset += found["length"]
    assert offset == len(segment.body)


@given(SLICES)
def test_other_content_or_other_matches_have_another_key(slices: list[SliceContent]) -> None:
    one = build(slices, sources={}, versions={})
    assert build(slices, sources={"m": "x"}, versions={}).key != one.key
    assert build([*slices, slices[0]], sources={}, versions={}).key != one.key
    whole = b"".join(b"\n".join(c.lines) for c in slices)
    body = gzip.decompress(one.body)
    assert body.endswith(whole)
