"""What every delivery to a destination of a user begins and may end with."""

from datetime import UTC, datetime
from typing import Protocol

from opentrail.domain.delivery import PENDING, Manifest, ManifestRef, worse
from opentrail.domain.trail import Trail
from opentrail.ports.clock import Clock
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Ledger
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


def failed(manifest: Manifest, code: str, ports: AttemptPorts) -> None:
    """The destination's other deliveries wait too; one of them is tried when its pause is over."""
    health = worse(ports.ledger.health(manifest.window), ports.clock.now())
    ports.ledger.failed(manifest, code=code, health=health)
    ports.wakeups.at(datetime.fromtimestamp(health.retry_at, UTC))
