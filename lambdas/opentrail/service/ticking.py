"""The clock's work: close windows that ended, send deliveries again that are due, give up those too old.

Everything due lies in the ledger, so a sweep finds it whoever died before; being woken in time only makes it
quick. Each piece of work stands alone: what fails is put off, and delays nothing else. Clocks may run side by
side: every step is conditional.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from opentrail.domain import record
from opentrail.domain.delivery import (
    DEAD_LETTERED,
    PENDING,
    Health,
    Manifest,
    ManifestRef,
    Window,
    expired,
    give_up_after,
    manifests,
    pause,
    worse,
)
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import HistoryDue
from opentrail.ports.pipeline import ClockPorts
from opentrail.service.recording import SECONDS_PER_DAY, write_history
from opentrail.service.slices import deliverable

ROUNDS = 10  # answers of the ledger in one tick
CLOSING_TRIES = 3  # of a window whose entries another clock takes, or that a slow commit joins
HISTORY_LEASE = timedelta(minutes=5)
DIGEST_LEASE = timedelta(minutes=2)  # longer than the digester may take


@dataclass(slots=True)
class TickResult:
    """Counts for telemetry."""

    closed: int = 0
    sent: int = 0
    put_off: int = 0
    given_up: int = 0
    histories: int = 0
    digests: int = 0  # trails handed to the digester
    errors: list[Exception] = field(default_factory=list)

    @property
    def bugs(self) -> list[Exception]:
        """Errors that nothing outside explains."""
        return [error for error in self.errors if not isinstance(error, AdapterError)]


def tick(ports: ClockPorts, *, history_days: int) -> TickResult:
    """See to everything due; what is left after some rounds is left to the next tick, at once."""
    result = TickResult()
    _alone(result, partial(_hand_out_digests, ports, result))
    for _ in range(ROUNDS):
        try:
            due = ports.ledger.due(ports.clock.now())
        except AdapterError as error:
            result.errors.append(error)
            return result
        for window in due.windows:
            _alone(result, partial(_close, window, ports, result))
        known: dict[tuple[str, str], Health] = {}
        for ref in due.manifests:
            _alone(result, partial(_send_again, ref, ports, known, result))
        for history in due.histories:
            _alone(result, partial(_write, history, ports, history_days, result))
        if not due.more:
            return result
    ports.wakeups.at(ports.clock.now())
    return result


def _alone(result: TickResult, work: Callable[[], None]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - a bug met by one piece of work must not stop the clock for all
        result.errors.append(error)


def _close(window: Window, ports: ClockPorts, result: TickResult) -> None:
    """Make manifests of a window's entries and hand them out. Late entries make manifests of their own."""
    for _ in range(CLOSING_TRIES):
        found = manifests(window, ports.ledger.entries(window))
        now = ports.clock.now()
        closed = [m.ref for m in found if ports.ledger.close(m, next_look=now + pause(0))]
        result.closed += len(closed)
        if closed:
            _hand_out(window, closed, ports, result)
        if len(closed) == len(found):
            return


def _hand_out(window: Window, refs: Sequence[ManifestRef], ports: ClockPorts, result: TickResult) -> None:
    """New deliveries go at once, unless their destination is failing: then they wait in the ledger."""
    if not ports.ledger.health(window).failures:
        ports.deliveries.send(refs)
        result.sent += len(refs)


def _hand_out_digests(ports: ClockPorts, result: TickResult) -> None:
    """Each trail whose digests are due goes to the digester, once until the lease is over."""
    now = ports.clock.now()
    for trail in ports.digests.due(now):
        if ports.digests.lease(trail, now=now, until=now + DIGEST_LEASE):
            ports.digest_queue.send([trail])
            result.digests += 1


def _send_again(
    ref: ManifestRef, ports: ClockPorts, known: dict[tuple[str, str], Health], result: TickResult
) -> None:
    """A due delivery goes once more; of those of a failing destination one goes, the others are put off."""
    manifest = ports.ledger.manifest(ref)
    now = ports.clock.now()
    if manifest is None or manifest.state != PENDING:
        return
    window = manifest.window
    key = (window.destination, window.region)
    health = known.get(key) or ports.ledger.health(window)
    known[key] = health
    if expired(window, now):
        if ports.ledger.lease(ref, now=now, until=now + pause(manifest.sends + 1)):
            _give_up(manifest, now, ports)
            result.given_up += 1
        return
    until = now + pause(manifest.sends + 1)
    if health.failures:
        probing, known[key] = _probe(window, health, now, ports)
        if not probing:
            ports.ledger.lease(ref, now=now, until=_moment(known[key].retry_at))
            result.put_off += 1
            return
        until = _moment(known[key].retry_at)
    if ports.ledger.lease(ref, now=now, until=until):
        ports.deliveries.send([ref])
        result.sent += 1


def _probe(window: Window, health: Health, now: datetime, ports: ClockPorts) -> tuple[bool, Health]:
    """Whether to try a failing destination now, and its health then: a probe counts as failed beforehand."""
    if health.failing(now):
        return False, health
    probed = worse(health, now)
    return ports.ledger.probe(window, health, probed), probed


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _give_up(manifest: Manifest, now: datetime, ports: ClockPorts) -> None:
    """Keep what could not be delivered for so long, then say so in the sums."""
    days = give_up_after(manifest.window.destination).days
    lines, _repeats = deliverable(manifest, ports.segments)
    ports.dead_letters.put(
        reason=f"NotDeliveredIn{days}Day{'s' if days > 1 else ''}",
        source={"destination": manifest.ref.destination, "manifest": manifest.ref.sort},
        body=b"\n".join(lines),
    )
    ports.ledger.settle(manifest, DEAD_LETTERED, at=now)


def _write(due: HistoryDue, ports: ClockPorts, history_days: int, result: TickResult) -> None:
    now = ports.clock.now()
    if not ports.ledger.lease_history(due, now=now, until=now + HISTORY_LEASE):
        return
    oldest = int(now.timestamp()) - history_days * SECONDS_PER_DAY
    write_history([record.read(line) for line in ports.segments.read(due.slice)], ports.history, oldest)
    ports.ledger.history_written(due)
    result.histories += 1
