"""When a trail's digests are due and what spans they have: one chain per account and Region.

A chain starts with a digest of the hour before the trail's activation, goes on with one each hour, empty
hours included, and ends with a final one when the trail stops, is deleted, or no longer wants digests. Log
files that arrive after that are listed too: by a digest of the same chain at one of its later boundaries. A
new activation starts a new chain.
"""

from dataclasses import dataclass
from datetime import datetime

from opentrail.domain.digest_file import DigestedLogFile, DigestFile, DigestLink
from opentrail.domain.trail import Trail

# Seconds from the end of a span until its digest is made: deliveries under way at the end are in it.
SETTLING = 2
# Seconds beside a window's length until the final digest: what was recorded before is delivered then.
LAST_DELIVERIES = 10

MESSAGE_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What the stage decides: how long a span is, and a window of deliveries, both in seconds."""

    interval: int = 3600
    window: int = 300


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class ChainKey:
    """Names the digests of a trail for one account and Region."""

    destination: str
    account_id: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How far the digests have come. `sequence` counts over all chains of the key."""

    key: ChainKey
    sequence: int = 0  # of the last digest that was delivered, or given up
    activation: int = 0  # epoch seconds; which activation of the trail the present chain is of
    end: int = 0  # of the last digest
    ended: bool = True
    last: DigestLink | None = None  # the last delivered digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Whether a trail wants digests: since when, or since when not any more (epoch seconds)."""

    active_since: int | None = None
    inactive_since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The next digest's span, and what it makes of the chain."""

    start: int
    end: int
    starting: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A digest, and the moment from which on it may be made."""

    at: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest as it was decided: from then on it only ever moves to another place that takes it."""

    key: ChainKey
    sequence: int
    activation: int
    span: Span
    bucket: str
    object_key: str
    signing_key: str  # how the signer names the key
    fingerprint: str
    previous: DigestLink | None
    log_files: tuple[DigestedLogFile, ...]
    name_taken: bool = False  # by an object that is not ours


def activity(trail: Trail, region: str) -> Activity:
    """Active in a Region since the latest of starting to log, wanting digests and having the trail there;
    inactive since the first of these that ended and did not begin anew.

    A trail made and started within one second is active from the next: a trail of the same name, deleted in
    that second, has a digest named by it.
    """
    stopped, made = trail.stop_logging_time, trail.created_at
    conditions = [
        (trail.log_file_validation_enabled, trail.log_file_validation_changed_at or made),
        (trail.is_logging, (trail.start_logging_time if trail.is_logging else stopped) or made),
    ]
    if region != trail.home_region:
        conditions.append((trail.is_in(region), trail.multi_region_changed_at or made))
    ended = [since for holds, since in conditions if not holds]
    if ended:
        return Activity(inactive_since=_second(min(ended)))
    since = _second(max(since for _, since in conditions))
    since += since == _second(made)
    return Activity(active_since=since, inactive_since=_second(stopped) if stopped else 0)


def new_chain(key: ChainKey, wanted: Activity, home: Chain | None) -> Chain:
    """A chain nothing is known of yet. In a Region that is served only since the trail became active it
    begins where the home Region's chain is, so that it does not tell of all the hours before.
    """
    joins = home is not None and not home.ended and home.activation == wanted.active_since
    return Chain(key=key, end=home.end - 1) if home is not None and joins else Chain(key=key)


def next_step(chain: Chain, wanted: Activity, pace: Pace, *, now: int, files: bool) -> Step | None:
    """The next digest of a chain; None when there is nothing to come. `files`: whether any wait for one."""
    active = wanted.active_since
    if chain.ended and active is not None:
        end = max(active, chain.end + 1)
        return Step(at=end, span=Span(start=end - pace.interval, end=end, starting=True))
    if chain.ended:
        return _late(chain, pace, now) if files and chain.sequence else None
    boundary = chain.end + pace.interval
    going_on = Step(at=boundary + SETTLING, span=Span(start=chain.end, end=boundary))
    if active == chain.activation:
        return going_on
    stopped = wanted.inactive_since
    if active is not None and stopped <= chain.activation:
        stopped = active  # digests were not wanted for a while, and logging went on
    stopped = max(stopped, chain.end + 1)
    if boundary < stopped:
        return going_on
    wait = pace.window + LAST_DELIVERIES if active is None else 0
    return Step(at=stopped + wait, span=Span(start=chain.end, end=stopped, final=True))


def _late(chain: Chain, pace: Pace, now: int) -> Step:
    """The latest boundary that is over; hours in which nothing waited are not told one by one."""
    passed = max(1, (now - SETTLING - chain.end) // pace.interval)
    end = chain.end + passed * pace.interval
    return Step(at=end + SETTLING, span=Span(start=chain.end, end=end, final=True))


def following(chain: Chain, digest: Digest, link: DigestLink | None) -> Chain:
    """The chain after a digest; without a link it was given up, and the next one names the one before."""
    before = None if digest.span.starting else chain.last
    return Chain(
        key=chain.key,
        sequence=digest.sequence,
        activation=digest.activation,
        end=digest.span.end,
        ended=digest.span.final,
        last=link or before,
    )


def file_of(digest: Digest) -> DigestFile:
    """What the digest says."""
    return DigestFile(
        account_id=digest.key.account_id,
        start=digest.span.start,
        end=digest.span.end,
        bucket=digest.bucket,
        key=digest.object_key,
        fingerprint=digest.fingerprint,
        previous=digest.previous,
        log_files=digest.log_files,
    )


def to_text(destination: str) -> str:
    """The message that hands a trail's digests out."""
    return f"{MESSAGE_VERSION} {destination}"


def from_text(text: str) -> str:
    """The trail a message names; ValueError when it names none."""
    version, destination = text.split(" ")
    if version != MESSAGE_VERSION:
        raise ValueError("unknown version of a digest message")
    return destination


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
