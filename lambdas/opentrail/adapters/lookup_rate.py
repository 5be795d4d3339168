"""The rate of lookups, counted in the memory of one warm process (docs/decisions: lookup rate).

Each process counts alone: an account whose calls run in n processes at a time can make up to n times as many.
"""

from opentrail.domain.token_bucket import Bucket, is_full, take
from opentrail.ports.clock import Clock

MAX_BUCKETS = 10_000  # before those that are full again are forgotten


class WarmLookupRate:
    """`per_second` lookups of each account and Region; 0 admits all."""

    def __init__(self, clock: Clock, per_second: float) -> None:
        self._clock = clock
        self._per_second = per_second
        self.buckets: dict[tuple[str, str], Bucket] = {}

    def admits(self, account_id: str, region: str) -> bool:
        """Take a token of the account and Region."""
        if not self._per_second:
            return True
        now = self._clock.now().timestamp()
        if len(self.buckets) >= MAX_BUCKETS:
            self._forget(now)
        key = (account_id, region)
        self.buckets[key], admitted = take(self.buckets.get(key), self._per_second, now)
        return admitted

    def _forget(self, now: float) -> None:
        self.buckets = {k: b for k, b in self.buckets.items() if not is_full(b, self._per_second, now)}
