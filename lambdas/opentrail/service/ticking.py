"""The clock's work: close windows that ended, send deliveries again that are due, give up those too old.

Everything due lies in the ledger, so a sweep finds it whoever died before; being woken in time only makes it
quick.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opentrail.domain import record
from opentrail.domain.delivery import DEAD_LETTERED, PENDING, ManifestRef, Window, expired, manifests, pause
from opentrail.ports.ledger import HistoryDue
from opentrail.ports.pipeline import ClockPorts
from opentrail.service.recording import write_history
from opentrail.service.slices import deliverable

SECONDS_PER_DAY = 86_400


@dataclass(slots=True)
class TickResult:
    """Counts for telemetry."""

    closed: int = 0
    sent: int = 0
    given_up: int = 0
    histories: int = 0


def tick(ports: ClockPorts, *, history_days: int, rounds: int = 20) -> TickResult:
    """See to everything due; what is left after `rounds` answers of the ledger waits for the next tick."""
    result = TickResult()
    for _ in range(rounds):
        due = ports.ledger.due(ports.clock.now())
        if not due:
            break
        for window in due.windows:
            _close(window, ports, result)
        _send_again(due.manifests, ports, result)
        for history in due.histories:
            _write(history, ports, history_days)
            result.histories += 1
    return result


def _close(window: Window, ports: ClockPorts, result: TickResult) -> None:
    """Make manifests of a window's entries and hand them out. Entries that come late make manifests of their
    own.
    """
    refs: list[ManifestRef] = []
    for manifest in manifests(window, ports.ledger.entries(window)):
        now = ports.clock.now()
        if ports.ledger.close(manifest, next_look=now + pause(0)):
            refs.append(manifest.ref)
    result.closed += len(refs)
    if refs:
        ports.deliveries.send(refs)


def _send_again(refs: Sequence[ManifestRef], ports: ClockPorts, result: TickResult) -> None:
    now = ports.clock.now()
    leased: list[ManifestRef] = []
    for ref in refs:
        manifest = ports.ledger.manifest(ref)
        if manifest is None or manifest.state != PENDING:
            continue
        if expired(manifest.window, now):
            _give_up(ref, now, ports)
            result.given_up += 1
        elif ports.ledger.lease(ref, now=now, until=now + pause(manifest.attempts + 1)):
            leased.append(ref)
    if leased:
        ports.deliveries.send(leased)
        result.sent += len(leased)


def _give_up(ref: ManifestRef, now: datetime, ports: ClockPorts) -> None:
    """Keep what could not be delivered for thirty days, then say so in the sums."""
    manifest = ports.ledger.manifest(ref)
    if manifest is None or manifest.state != PENDING:
        return
    lines, _repeats = deliverable(manifest, ports.segments)
    ports.dead_letters.put(
        reason="NotDeliveredIn30Days",
        source={"destination": ref.destination, "manifest": ref.sort, "at": now.isoformat()},
        body=b"\n".join(lines),
    )
    ports.ledger.settle(manifest, DEAD_LETTERED)


def _write(due: HistoryDue, ports: ClockPorts, history_days: int) -> None:
    oldest = int(ports.clock.now().timestamp()) - history_days * SECONDS_PER_DAY
    write_history([record.read(line) for line in ports.segments.read(due.slice)], ports.history, oldest)
    ports.ledger.history_written(due)
