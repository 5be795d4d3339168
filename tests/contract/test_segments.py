"""The segment store's contract, on the fake and on S3."""

from collections.abc import Iterator

import pytest
from opentrail.adapters.segments import S3SegmentStore
from opentrail.domain.record_message import MAX_INFLATED, Pointer
from opentrail.domain.segment import Segment, SliceContent, SliceRef, build
from opentrail.ports.errors import AdapterError
from opentrail.ports.segments import SegmentStore

from tests.contract.cloud import BUCKET, Cloud, cloud
from tests.fakes.segments import FakeSegmentStore


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture(params=["fake", "s3"])
def segments(request: pytest.FixtureRequest, aws: Cloud) -> SegmentStore:
    return FakeSegmentStore(BUCKET) if request.param == "fake" else S3SegmentStore(aws.s3, BUCKET)


def segment(*slices: tuple[bytes, ...]) -> Segment:
    contents = [
        SliceContent(account_id="111111111111", region="us-east-1", lines=lines, matches={})
        for lines in slices
    ]
    return build(contents, sources={}, versions={})


def leave(segments: SegmentStore, aws: Cloud, key: str, body: bytes) -> Pointer:
    """Put a text where a message may point."""
    if isinstance(segments, FakeSegmentStore):
        segments.objects[key] = body
    else:
        aws.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    return Pointer(BUCKET, key)


def test_each_slice_is_read_alone(segments: SegmentStore) -> None:
    made = segment((b'{"n":1}', b'{"n":2}'), ('{"n":"ü"}'.encode(),))
    segments.put(made)
    assert [segments.read(ref) for ref in made.slices] == [
        [b'{"n":1}', b'{"n":2}'],
        ['{"n":"ü"}'.encode()],
    ]


def test_a_segment_put_again_is_the_same(segments: SegmentStore) -> None:
    made = segment((b"{}",))
    segments.put(made)
    segments.put(made)
    assert segments.read(made.slices[0]) == [b"{}"]


def test_a_segment_that_is_not_there_is_an_error(segments: SegmentStore) -> None:
    with pytest.raises(AdapterError):
        segments.read(SliceRef(segment="segments/00/none.jsonl.gz", offset=0, length=10))


def test_a_message_is_read_from_the_deployments_messages(segments: SegmentStore, aws: Cloud) -> None:
    assert segments.message(leave(segments, aws, "messages/abc", b"1text")) == "1text"


def test_what_is_no_text_becomes_text_that_no_message_is(segments: SegmentStore, aws: Cloud) -> None:
    assert segments.message(leave(segments, aws, "messages/abc", b"1\xff")) == "1\ufffd"


@pytest.mark.parametrize("key", ["segments/00/x", "message", "messages", "other/messages/abc", ""])
def test_nothing_else_is_read(segments: SegmentStore, aws: Cloud, key: str) -> None:
    pointer = leave(segments, aws, key, b"1text") if key else Pointer(BUCKET, "messages/none")
    assert segments.message(pointer) is None


def test_no_other_bucket_is_read(segments: SegmentStore, aws: Cloud) -> None:
    leave(segments, aws, "messages/abc", b"1text")
    aws.s3.create_bucket(Bucket="foreign-bucket")
    aws.s3.put_object(Bucket="foreign-bucket", Key="messages/abc", Body=b"1text")
    assert segments.message(Pointer("foreign-bucket", "messages/abc")) is None


def test_a_text_beyond_the_limit_is_not_read(segments: SegmentStore, aws: Cloud) -> None:
    assert segments.message(leave(segments, aws, "messages/big", b"1" * (MAX_INFLATED + 1))) is None


def test_a_bucket_that_is_away_is_an_adapters_error(aws: Cloud) -> None:
    segments = S3SegmentStore(aws.s3, "missing-bucket")
    for call in (
        lambda: segments.put(segment((b"{}",))),
        lambda: segments.message(Pointer("missing-bucket", "messages/a")),
    ):
        with pytest.raises(AdapterError):
            call()
