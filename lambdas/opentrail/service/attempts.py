"""What every delivery to a destination of a user begins and may end with."""

from datetime import UTC, datetime
from typing import Protocol

from opentrail.domain.backlog import RELEASE_PAUSE, worse
from opentrail.domain.delivery import DISCARDED, PENDING, Manifest, ManifestRef
from opentrail.domain.trail import Trail
from opentrail.ports.clock import Clock
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Delivered, Ledger
from opentrail.ports.trails import TrailStore
from opentrail.ports.wakeups import WakeUps


class AttemptPorts(Protocol):
    """What an attempt needs of a bundle."""

    @property
    def clock(self) -> Clock:
        """Now."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Where it is written down."""
        ...

    @property
    def wakeups(self) -> WakeUps:
        """Who is told when to look again."""
        ...


def pending(ref: ManifestRef, ledger: Ledger) -> Manifest | None:
    """The delivery, unless it is settled."""
    manifest = ledger.manifest(ref)
    return manifest if manifest is not None and manifest.state == PENDING else None


def trail_of(destination: str, trails: TrailStore) -> Trail | None:
    """The trail a destination names, unless it was deleted, perhaps to be made anew under the same name."""
    parts = destination.split("/")
    if len(parts) != 5:
        raise AdapterError(f"No trail: {destination}", retryable=False)
    _kind, account_id, home_region, name, trail_id = parts
    trail = trails.get(account_id, home_region, name)
    return trail if trail is not None and trail.trail_id == trail_id else None


def is_wanted(destination: str, trails: TrailStore) -> bool:
    """Whether deliveries to it are still to be made: not those of a trail that is gone, nor those to a log
    group that its trail gave up.
    """
    kind = destination.partition("/")[0]
    if kind not in ("trail", "logs"):
        return True
    trail = trail_of(destination, trails)
    return trail is not None and (kind == "trail" or trail.log_group_destination is not None)


def failed(manifest: Manifest, code: str, ports: AttemptPorts) -> None:
    """The destination's other deliveries wait too; one of them is tried when its pause is over."""
    now = ports.clock.now()
    health = worse(ports.ledger.health(manifest.window.line), now)
    ports.ledger.failed(manifest, code=code, health=health, at=now)
    ports.wakeups.at(datetime.fromtimestamp(health.retry_at, UTC))


def delivered(manifest: Manifest, result: Delivered, ports: AttemptPorts) -> None:
    """Settled; what waited behind it goes next."""
    ports.ledger.delivered(manifest, result)
    if manifest.waits:
        ports.wakeups.at(result.at + RELEASE_PAUSE)


def discarded(manifest: Manifest, ports: AttemptPorts) -> None:
    """Nobody wants it any more."""
    now = ports.clock.now()
    ports.ledger.settle(manifest, DISCARDED, at=now)
    if manifest.waits:
        ports.wakeups.at(now)
