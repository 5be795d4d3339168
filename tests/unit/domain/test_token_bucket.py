"""How many calls a bucket of tokens lets through."""

from hypothesis import given
from hypothesis import strategies as st
from opentrail.adapters import lookup_rate
from opentrail.adapters.lookup_rate import WarmLookupRate
from opentrail.domain.token_bucket import Bucket, take

from tests.fakes.clock import FakeClock


@given(
    st.floats(0.1, 100),
    st.lists(st.floats(-2, 5, allow_nan=False), min_size=1, max_size=200),
)
def test_never_more_than_the_rate_and_a_seconds_worth(rate: float, pauses: list[float]) -> None:
    now = latest = 1_000.0
    bucket: Bucket | None = None
    admitted = 0
    for pause in pauses:
        bucket, let_through = take(bucket, rate, now)
        admitted += let_through
        latest = max(latest, now)
        now += pause
    assert admitted <= max(rate, 1) + (latest - 1_000.0) * rate + 1e-6


def test_a_caller_at_the_rate_is_never_refused() -> None:
    bucket: Bucket | None = None
    for n in range(1000):
        bucket, let_through = take(bucket, 4, 1_000 + n * 0.25)
        assert let_through


def test_full_buckets_are_forgotten_and_empty_ones_are_not() -> None:
    clock = FakeClock()
    rate = WarmLookupRate(clock, 1)
    for n in range(lookup_rate.MAX_BUCKETS - 1):
        rate.admits(f"{n:012}", "us-east-1")
    clock.move(seconds=2)
    assert rate.admits("999999999999", "us-east-1")
    assert rate.admits("888888888888", "us-east-1")
    assert not rate.admits("999999999999", "us-east-1")
    assert len(rate.buckets) == 2
