"""Deliveries that wait in line for a destination, in one Region of it.

A destination that fails is tried with one delivery, after pauses that grow to half an hour; all others wait,
and windows go on closing behind them. Once it takes something, the line is worked off: window after window,
the next when the one before is settled, so that what is late arrives in order and no faster than a rate.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from opentrail.domain.delivery import BacklogKey, Manifest, ManifestRef

FIRST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(minutes=30)

# Deliveries handed out together, all of one window, and the least time until the next ones. So a bucket that
# is back after 30 days gets at most ten files a second of each Region, and the writers stay free for others.
RELEASE_AT_ONCE = 10
RELEASE_PAUSE = timedelta(seconds=1)

GIVE_UP_AT_ONCE = 3  # deliveries of one line that are dead-lettered in one go: each is read, up to 45 MB
DISCARD_AT_ONCE = 50  # deliveries of a deleted trail that are discarded in one go

# Sends in a row of which nobody said what became. Then the delivery leaves the line and is tried by itself,
# so that one which nobody can make does not keep all others from their destination.
UNANSWERED = 5

TIMED_OUT = "RequestTimeout"  # S3's word; also said of a destination that did not answer at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a destination does in one Region: failures since it last took something, when to try it next;
    whether deliveries wait in line for it.
    """

    failures: int = 0
    retry_at: int = 0  # epoch seconds
    waits: bool = False

    def failing(self, now: datetime) -> bool:
        """Whether nothing is tried now."""
        return self.failures > 0 and now.timestamp() < self.retry_at

    @property
    def to_wait(self) -> bool:
        """Whether a new delivery has to join the line."""
        return self.failures > 0 or self.waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """A line as it was read: when it is due (epoch seconds), how many ever joined it, its first deliveries in
    the order of their windows.
    """

    key: BacklogKey
    health: Health
    due: int
    joined: int
    first: tuple[ManifestRef, ...]


def pause(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts: doubling, at most 30 minutes."""
    return min(FIRST_PAUSE * (1 << min(attempts, 10)), LONGEST_PAUSE)


def worse(health: Health, now: datetime) -> Health:
    """A destination's health after another failure; failures side by side are one."""
    if health.failing(now):
        return health
    retry_at = int((now + pause(health.failures)).timestamp())
    return Health(failures=health.failures + 1, retry_at=retry_at, waits=health.waits)


def unanswered(manifest: Manifest) -> int:
    """How often it was sent again without a word of what became of it."""
    return max(0, manifest.sends - manifest.attempts)


def next_of_line(backlog: Backlog) -> tuple[ManifestRef, ...]:
    """What may be handed out together: of the oldest window, so that windows stay in order."""
    return tuple(ref for ref in backlog.first if ref.end == backlog.first[0].end)[:RELEASE_AT_ONCE]
