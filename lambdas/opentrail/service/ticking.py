"""The clock's work: close windows that ended, send deliveries again that are due, give up those too old, hand
on digests and late event history that are due.

Everything due lies in the ledger, so a sweep finds it whoever died before; being woken in time only makes it
quick. Each piece of work stands alone: what fails is put off, and delays nothing else. Clocks may run side by
side: every step is conditional.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from opentrail.domain.backlog import UNANSWERED, pause, unanswered
from opentrail.domain.delivery import PENDING, BacklogKey, ManifestRef, Window, expired, manifests
from opentrail.domain.history_due import HistoryDue
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Due
from opentrail.ports.pipeline import ClockPorts
from opentrail.service.backlogs import give_up, work_off

ROUNDS = 10  # answers of the ledger in one tick
LONGEST = timedelta(seconds=12)  # of one tick, before the shortest time a stage gives the function: 20 s
GIVE_UPS = 12  # deliveries dead-lettered in one tick: each is read, and 45 MB take about a second
CLOSING_TRIES = 3  # of a window whose entries another clock takes, or that a slow commit joins
HISTORY_LEASE = timedelta(minutes=5)  # longer than the recorder may take
DIGEST_LEASE = timedelta(minutes=2)  # longer than the digester may take


@dataclass(slots=True)
class TickResult:
    """Counts for telemetry."""

    closed: int = 0
    sent: int = 0
    put_off: int = 0  # deliveries that joined a line
    given_up: int = 0
    discarded: int = 0
    histories: int = 0  # slices handed to the recorder
    digests: int = 0  # trails handed to the digester
    errors: list[Exception] = field(default_factory=list)


def tick(ports: ClockPorts) -> TickResult:
    """See to everything due; what is left after some rounds, or some seconds, is left to the next tick, at
    once.
    """
    result = TickResult()
    ends = ports.clock.now() + LONGEST
    _alone(result, partial(_hand_out_digests, ports, result))
    for _ in range(ROUNDS):
        try:
            due = ports.ledger.due(ports.clock.now())
        except AdapterError as error:
            result.errors.append(error)
            return result
        for work in _pieces(due, ports, result):
            if ports.clock.now() > ends:
                ports.wakeups.at(ports.clock.now())
                return result
            _alone(result, work)
        if not due.more:
            return result
    ports.wakeups.at(ports.clock.now())
    return result


def _pieces(due: Due, ports: ClockPorts, result: TickResult) -> Iterator[Callable[[], None]]:
    """What is quick first; each moves what it is about out of the way, so that no tick finds it again."""
    for window in due.windows:
        yield partial(_close, window, ports, result)
    for ref in due.manifests:
        yield partial(_send_again, ref, ports, result)
    for key in due.backlogs:
        yield partial(_work_off, key, ports, result)
    for history in due.histories:
        yield partial(_hand_on, history, ports, result)


def _alone(result: TickResult, work: Callable[[], None]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - a bug met by one piece of work must not stop the clock for all
        result.errors.append(error)


def _close(window: Window, ports: ClockPorts, result: TickResult) -> None:
    """Make manifests of a window's entries and hand them out, unless their destination fails, or others wait
    for it: then they join the line. Late entries make manifests of their own.
    """
    waits = ports.ledger.health(window.line).to_wait
    for _ in range(CLOSING_TRIES):
        found = [replace(m, waits=waits) for m in manifests(window, ports.ledger.entries(window))]
        now = ports.clock.now()
        next_look = now if waits else now + pause(0)
        closed = [m.ref for m in found if ports.ledger.close(m, next_look=next_look)]
        result.closed += len(closed)
        if closed and not waits:
            ports.deliveries.send(closed)
            result.sent += len(closed)
        if len(closed) == len(found):
            return


def _hand_out_digests(ports: ClockPorts, result: TickResult) -> None:
    """Each trail whose digests are due goes to the digester, once until the lease is over."""
    now = ports.clock.now()
    for trail in ports.digests.due(now):
        if ports.digests.lease(trail, now=now, until=now + DIGEST_LEASE):
            ports.digest_queue.send([trail])
            result.digests += 1


def _send_again(ref: ManifestRef, ports: ClockPorts, result: TickResult) -> None:
    """A due delivery goes once more, unless its destination fails meanwhile: then it joins the line."""
    manifest = ports.ledger.manifest(ref)
    now = ports.clock.now()
    if manifest is None or manifest.state != PENDING or manifest.waits:
        return
    if unanswered(manifest) < UNANSWERED and ports.ledger.health(manifest.window.line).to_wait:
        ports.ledger.wait(manifest, at=now)
        result.put_off += 1
        return
    if not ports.ledger.lease(ref, now=now, until=now + pause(manifest.sends + 1)):
        return
    if expired(ref, now):
        give_up(manifest, now, ports)
        result.given_up += 1
        return
    ports.deliveries.send([ref])
    result.sent += 1


def _work_off(key: BacklogKey, ports: ClockPorts, result: TickResult) -> None:
    worked = work_off(key, ports, may_give_up=max(0, GIVE_UPS - result.given_up))
    result.sent += worked.sent
    result.given_up += worked.given_up
    result.discarded += worked.discarded


def _hand_on(due: HistoryDue, ports: ClockPorts, result: TickResult) -> None:
    """A slice due for event history goes to the recorder, once until the lease is over."""
    now = ports.clock.now()
    until = now + HISTORY_LEASE
    if ports.ledger.lease_history(due, now=now, until=until):
        ports.histories.send(due, until=until)
        result.histories += 1
