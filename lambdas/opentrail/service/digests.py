"""Making a trail's digests, one chain per account and Region, each step safe to be killed after.

A digest is decided (span, log files, predecessor, key, place) and stored under its sequence number; then its
log files wait no more; then it is signed and put; then the chain goes on. Whoever comes next finds how far it
was and goes on from there: signing again makes the same signature, putting again finds the object there.
A bucket that refuses is tried again with growing pauses for 30 days; the hours that pass meanwhile get their
digests afterwards, in order. So does one in which another object has a digest's name: a chain that went on
over what is not ours would not verify. It is in the trail's status, and goes on once that object is gone.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from opentrail.domain import digest_file
from opentrail.domain.backlog import pause
from opentrail.domain.delivery import GIVE_UP_AFTER
from opentrail.domain.digest_chain import (
    Activity,
    Chain,
    ChainKey,
    Digest,
    Pace,
    Span,
    activity,
    file_of,
    following,
    new_chain,
    next_step,
)
from opentrail.domain.digest_file import DigestedLogFile, DigestLink
from opentrail.domain.trail import Trail
from opentrail.ports.digests import DigestState
from opentrail.ports.log_buckets import LogBucketError
from opentrail.ports.pipeline import DigestPorts

AT_ONCE = 40  # digests of a trail in one go: the rest is due again at once
MAX_LOG_FILES = 2000  # in one digest, which is one item until it is delivered; more wait for the next one
NAME_TAKEN = (
    "PreconditionFailed"  # S3's word when an object is there, in the trail's status if it is not ours
)
LINGER = timedelta(days=1)  # after the end of all chains of a trail, for deliveries that were under way


@dataclass(slots=True)
class DigestsResult:
    """What came of one trail's digests."""

    delivered: int = 0
    given_up: int = 0
    refused: int = 0
    left: bool = False  # whether there is more to do now

    @property
    def word(self) -> str:
        """The outcome in one word."""
        if self.refused:
            return "refused"
        return "digested" if self.delivered or self.given_up else "nothing due"


@dataclass(frozen=True, slots=True)
class _Making:
    """What holds for all chains of one trail while its digests are made."""

    trail: Trail
    pace: Pace
    ports: DigestPorts
    waiting: dict[ChainKey, list[DigestedLogFile]]
    result: DigestsResult = field(default_factory=DigestsResult)


def make_digests(destination: str, ports: DigestPorts, pace: Pace) -> DigestsResult:
    """See to all chains of a trail, and say when to look again. AdapterError: it is due again by itself."""
    state = ports.digests.state(destination)
    if state is None:
        return DigestsResult()
    trail = _trail(destination, state, ports)
    if trail is None:
        ports.digests.forget(destination, state, at=ports.clock.now())
        return DigestsResult()
    making = _Making(trail, pace, ports, ports.digests.undigested(destination))
    chains = {chain.key: chain for chain in state.chains}
    home = next((c for c in state.chains if c.key.region == trail.home_region), None)
    for key in _regions(trail, making):
        chains.setdefault(key, new_chain(key, activity(trail, key.region), home))
    looks = [_go_on(chain, making) for _, chain in sorted(chains.items())]
    _rest(state, [look for look in looks if look is not None], making)
    return making.result


def _trail(destination: str, state: DigestState, ports: DigestPorts) -> Trail | None:
    """The trail as it is, or as it was when it was deleted."""
    _, account_id, home_region, name, trail_id = destination.split("/")
    found = ports.trails.get(account_id, home_region, name)
    return found if found is not None and found.trail_id == trail_id else state.deleted


def _regions(trail: Trail, making: _Making) -> set[ChainKey]:
    """Where the trail has digests even when nothing is delivered, and where something waits for one."""
    served = {region for region in making.ports.regions if trail.is_in(region)} | {trail.home_region}
    everywhere = {
        ChainKey(destination=trail.destination, account_id=trail.account_id, region=region)
        for region in served
    }
    return everywhere | set(making.waiting)


def _go_on(chain: Chain, making: _Making) -> datetime | None:
    """Make what is due of a chain; the moment to look again, None when nothing is to come."""
    digests, clock = making.ports.digests, making.ports.clock
    while True:
        now = clock.now()
        digest = digests.stored(chain.key, chain.sequence + 1)
        fresh = digest is None
        if digest is None:
            files = making.waiting.get(chain.key, [])
            wanted = activity(making.trail, chain.key.region)
            step = next_step(chain, wanted, making.pace, now=int(now.timestamp()), files=bool(files))
            if step is None:
                return None
            at = datetime.fromtimestamp(step.at, UTC)
            if at > now:
                return at
            digest = _decided(chain, step.span, files, making)
            if not digests.store(digest):
                return now  # somebody else makes it
        if making.result.delivered + making.result.given_up >= AT_ONCE:
            making.result.left = True
            return now
        after = _deliver(chain, digest, making, fresh=fresh)
        if after is None:
            return None
        chain = after


def _decided(chain: Chain, span: Span, files: list[DigestedLogFile], making: _Making) -> Digest:
    """The digest of a span: of the log files delivered in it, and of all that wait when it is the last."""
    end = span.end * 1000
    listed = [] if span.starting else [f for f in files if span.final or f.delivered_at < end]
    key = making.ports.signer.key_at(datetime.fromtimestamp(span.end, UTC))
    bucket, object_key = _place(chain.key, span, making.trail)
    return Digest(
        key=chain.key,
        sequence=chain.sequence + 1,
        activation=_activation(chain, activity(making.trail, chain.key.region)),
        span=span,
        bucket=bucket,
        object_key=object_key,
        signing_key=key.name,
        fingerprint=key.fingerprint,
        previous=None if span.starting else chain.last,
        log_files=tuple(listed[:MAX_LOG_FILES]),
    )


def _activation(chain: Chain, wanted: Activity) -> int:
    """A chain that ended begins anew with the trail's activation; one that goes on keeps its own."""
    if chain.ended and wanted.active_since is not None:
        return wanted.active_since
    return chain.activation


def _place(key: ChainKey, span: Span, trail: Trail) -> tuple[str, str]:
    """Where a digest goes by the trail's present configuration."""
    return trail.s3_bucket_name, digest_file.key(
        prefix=trail.s3_key_prefix,
        account_id=key.account_id,
        region=key.region,
        trail=trail.name,
        home_region=trail.home_region,
        end=span.end,
    )


def _deliver(chain: Chain, digest: Digest, making: _Making, *, fresh: bool) -> Chain | None:
    """Sign and put a digest that is stored; the chain after it, or None when that did not work out. Of a
    `fresh` one nobody can have put it before.
    """
    ports, result = making.ports, making.result
    ports.digests.take(digest)
    taken = {(f.bucket, f.key) for f in digest.log_files}
    waiting = making.waiting.get(chain.key, [])
    making.waiting[chain.key] = [f for f in waiting if (f.bucket, f.key) not in taken]
    try:
        digest, link = _put_somewhere(digest, making, fresh=fresh)
    except LogBucketError as error:
        if ports.clock.now().timestamp() <= digest.span.end + GIVE_UP_AFTER.total_seconds():
            ports.digests.refused(digest.key, error.code)
            result.refused += 1
            return None
        return _give_up(chain, digest, making)
    after = following(chain, digest, link)
    if not ports.digests.finish(digest, after, at=ports.clock.now()):
        return None
    result.delivered += 1
    return after


def _put_somewhere(digest: Digest, making: _Making, *, fresh: bool) -> tuple[Digest, DigestLink]:
    """Put it where it was decided to go; if that place refuses and the trail has another by now, there."""
    try:
        return digest, _put(digest, making, fresh=fresh)
    except LogBucketError:
        bucket, object_key = _place(digest.key, digest.span, making.trail)
        if (bucket, object_key) == (digest.bucket, digest.object_key):
            raise
        moved = replace(digest, bucket=bucket, object_key=object_key, name_taken=False)
        making.ports.digests.move(moved)
        return moved, _put(moved, making, fresh=True)


def _put(digest: Digest, making: _Making, *, fresh: bool) -> DigestLink:
    """An object that is there already is ours, put before we were killed, unless nobody can have put it."""
    trail, ports = making.trail, making.ports
    said = file_of(digest)
    signature = ports.signer.sign(digest.signing_key, digest_file.string_to_sign(said))
    written = ports.log_bucket.put_log_file(
        account_id=trail.account_id,
        bucket=digest.bucket,
        key=digest.object_key,
        body=digest_file.body(said),
        kms_key_id=trail.kms_key_id,
        trail_arn=trail.arn,
        metadata=digest_file.metadata(signature),
    )
    if not written and (fresh or digest.name_taken):
        ports.digests.name_taken(digest)
        raise LogBucketError(NAME_TAKEN)
    return digest_file.link(said, signature)


def _give_up(chain: Chain, digest: Digest, making: _Making) -> Chain | None:
    """Keep what nobody took for thirty days; the chain goes on from the last digest that was delivered."""
    ports = making.ports
    ports.dead_letters.put(
        reason="DigestNotDeliveredIn30Days",
        source={"destination": digest.key.destination, "region": digest.key.region, "key": digest.object_key},
        body=digest_file.text(file_of(digest)),
    )
    after = following(chain, digest, None)
    if not ports.digests.finish(digest, after, at=ports.clock.now()):
        return None
    making.result.given_up += 1
    return after


def _rest(state: DigestState, looks: list[datetime], making: _Making) -> None:
    """Look again when the next digest is due, or a refused one is tried; now and then at a stopped trail."""
    ports, trail = making.ports, making.trail
    now = ports.clock.now()
    failures = state.failures + 1 if making.result.refused else 0
    if making.result.refused:
        looks = [max(now, look) for look in looks] + [now + pause(failures - 1)]
    if not looks:
        if _is_over(state, making, now):
            ports.digests.forget(trail.destination, state, at=now)
            return
        looks = [now + timedelta(seconds=making.pace.interval)]
    until = min(looks)
    ports.digests.rest(trail.destination, state, until=until, failures=failures)
    ports.wakeups.at(until)


def _is_over(state: DigestState, making: _Making, now: datetime) -> bool:
    """Whether nothing can come any more that a digest should list: the trail is gone, or wants no digests."""
    gone = state.deleted is not None or not making.trail.log_file_validation_enabled
    wanted = activity(making.trail, making.trail.home_region)
    return gone and now > datetime.fromtimestamp(wanted.inactive_since, UTC) + LINGER
