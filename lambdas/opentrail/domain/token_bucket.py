"""How many calls are let through: a bucket of tokens that fills evenly and holds a second's worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens there were at a moment (epoch seconds)."""

    tokens: float
    moment: float


def take(bucket: Bucket | None, rate: float, now: float) -> tuple[Bucket, bool]:
    """Take a token at `now`; the bucket after that, and whether there was one. None is a bucket never used.

    `rate` is tokens a second. A clock that goes back adds nothing and takes nothing away.
    """
    room = max(rate, 1.0)
    if bucket is None:
        bucket = Bucket(room, now)
    passed = max(now - bucket.moment, 0.0)
    tokens = min(room, bucket.tokens + passed * rate)
    moment = max(now, bucket.moment)
    return (Bucket(tokens - 1, moment), True) if tokens >= 1 else (Bucket(tokens, moment), False)


def is_full(bucket: Bucket, rate: float, now: float) -> bool:
    """Whether the bucket is as good as one never used."""
    return bucket.tokens + max(now - bucket.moment, 0.0) * rate >= max(rate, 1.0)
