"""Working off the lines of deliveries that wait for destinations.

Each line is one due thing of the clock's, however many deliveries stand in it, and each look at it does a
bounded piece of work and says when the next look is due: so no line delays another, or anything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from opentrail.domain.backlog import (
    DISCARD_AT_ONCE,
    GIVE_UP_AT_ONCE,
    UNANSWERED,
    Backlog,
    next_of_line,
    pause,
    unanswered,
    worse,
)
from opentrail.domain.delivery import (
    DEAD_LETTERED,
    DISCARDED,
    BacklogKey,
    Manifest,
    ManifestRef,
    expired,
    give_up_after,
)
from opentrail.ports.pipeline import ClockPorts
from opentrail.service.attempts import is_wanted
from opentrail.service.slices import deliverable


@dataclass(slots=True)
class Worked:
    """What came of one look at a line."""

    sent: int = 0
    given_up: int = 0
    discarded: int = 0


def work_off(key: BacklogKey, ports: ClockPorts, *, may_give_up: int) -> Worked:
    """Do what is due of a line: at most `may_give_up` of its deliveries are dead-lettered."""
    now, worked = ports.clock.now(), Worked()
    backlog = ports.ledger.backlog(key, at_most=DISCARD_AT_ONCE)
    if backlog is None or backlog.due > now.timestamp():
        return worked
    if not backlog.first:
        ports.ledger.rest(backlog)
        return worked
    old = [ref for ref in backlog.first if expired(ref, now)][: min(GIVE_UP_AT_ONCE, may_give_up)]
    wanted = is_wanted(key.destination, ports.trails)
    trying = wanted and not expired(backlog.first[0], now)
    if not _lease(backlog, now, ports, trying=trying):
        return worked
    if not wanted:
        worked.discarded = _discard(backlog.first, now, ports)
    elif not trying:
        worked.given_up = _give_up(old, now, ports)
    else:
        worked.sent = _hand_out(backlog, now, ports)
    if worked.discarded or worked.given_up:
        ports.wakeups.at(now)
    return worked


def _lease(backlog: Backlog, now: datetime, ports: ClockPorts, *, trying: bool) -> bool:
    """Put the line off. Trying one that fails counts as failed beforehand: the next try is later still."""
    health, until = backlog.health, now + pause(0)
    if trying and health.failures:
        health = worse(health, now)
        until = datetime.fromtimestamp(health.retry_at, UTC)
    if not ports.ledger.lease_backlog(backlog, health=health, until=until):
        return False
    ports.wakeups.at(until)
    return True


def _discard(refs: Sequence[ManifestRef], now: datetime, ports: ClockPorts) -> int:
    found = [m for m in map(ports.ledger.manifest, refs) if m is not None and m.waits]
    return sum(ports.ledger.settle(m, DISCARDED, at=now) for m in found)


def _give_up(refs: Sequence[ManifestRef], now: datetime, ports: ClockPorts) -> int:
    given_up = 0
    for manifest in filter(None, map(ports.ledger.manifest, refs)):
        if _is_mine(manifest, now, ports):
            give_up(manifest, now, ports)
            given_up += 1
    return given_up


def _hand_out(backlog: Backlog, now: datetime, ports: ClockPorts) -> int:
    """Of a destination that fails one delivery, else the next window's. Those under way stay so."""
    if backlog.health.failing(now):
        return 0
    next_ = next_of_line(backlog)
    at_most = 1 if backlog.health.failures else len(next_)
    sent: list[ManifestRef] = []
    for manifest in filter(None, map(ports.ledger.manifest, next_)):
        if _is_mine(manifest, now, ports):
            sent.append(manifest.ref)
        if len(sent) == at_most:
            break
    if sent:
        ports.deliveries.send(sent)
    return len(sent)


def _is_mine(manifest: Manifest, now: datetime, ports: ClockPorts) -> bool:
    """Whether this one sees to a delivery in line; one nobody can make leaves it, so that others pass."""
    silent = unanswered(manifest)
    if silent < UNANSWERED:
        return ports.ledger.lease(manifest.ref, now=now, until=now + pause(silent))
    ports.ledger.leave(manifest, next_look=now + pause(silent))
    return False


def give_up(manifest: Manifest, now: datetime, ports: ClockPorts) -> None:
    """Keep what could not be delivered for so long, then say so in the sums."""
    days = give_up_after(manifest.window.destination).days
    lines, _repeats = deliverable(manifest, ports.segments)
    ports.dead_letters.put(
        reason=f"NotDeliveredIn{days}Day{'s' if days > 1 else ''}",
        source={"destination": manifest.ref.destination, "manifest": manifest.ref.sort},
        body=b"\n".join(lines),
    )
    ports.ledger.settle(manifest, DEAD_LETTERED, at=now)
