"""Records as log events: the stream's name, and what one request holds."""

from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain import log_stream
from opentrail.domain.log_stream import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_EVENT, OVERHEAD


def test_the_stream_is_of_the_trails_account_and_home() -> None:
    assert log_stream.name("111111111111", "eu-west-1") == "111111111111_CloudTrail_eu-west-1"


def test_a_record_beyond_the_limit_is_left_out_and_one_at_the_limit_is_not() -> None:
    fits, big = b"x" * (MAX_EVENT - OVERHEAD), b"y" * (MAX_EVENT - OVERHEAD + 1)
    assert list(log_stream.batches([b"a", big, fits, b"b"])) == [["a", fits.decode(), "b"]]
    assert list(log_stream.batches([big])) == []


def test_no_request_holds_more_events_than_cloudwatch_takes() -> None:
    found = [len(batch) for batch in log_stream.batches([b"x"] * (MAX_BATCH_EVENTS * 2 + 1))]
    assert found == [MAX_BATCH_EVENTS, MAX_BATCH_EVENTS, 1]


@settings(max_examples=40)
@given(st.lists(st.integers(1, MAX_EVENT - OVERHEAD), max_size=30))
def test_requests_hold_everything_in_order_within_the_limits(sizes: list[int]) -> None:
    lines = [b"x" * size for size in sizes]
    batches = list(log_stream.batches(lines))
    assert [text.encode() for batch in batches for text in batch] == lines
    assert all(sum(len(t) + OVERHEAD for t in batch) <= MAX_BATCH_BYTES for batch in batches)
