"""The ledger: what is committed, what is due, what has been delivered, and the sums that must agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from opentrail.domain.backlog import Backlog, Health
from opentrail.domain.delivery import BacklogKey, Entry, Manifest, ManifestRef, Window
from opentrail.domain.digest_file import DigestedLogFile
from opentrail.domain.history_due import HistoryDue


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Marker:
    """Names a commit unit: a message's records of one account and Region. It is committed once."""

    origin: str
    account_id: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """Everything that becomes true of one slice at once, at the moment `at`."""

    at: datetime
    markers: tuple[Marker, ...]
    entries: tuple[Entry, ...]
    history_due: HistoryDue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What the clock must see to, and whether there is more of it."""

    windows: tuple[Window, ...] = ()
    manifests: tuple[ManifestRef, ...] = ()  # that wait in no line
    backlogs: tuple[BacklogKey, ...] = ()
    histories: tuple[HistoryDue, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """What came of telling a topic of a log file: nothing wrong, or its word for what was."""

    topic_arn: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of a manifest that was delivered: the objects written, the repeats left out.

    `undigested`: the log files that a digest is to list. From then on they wait for one. `notified`: of a
    topic, if there is one to be told.
    """

    at: datetime
    objects: tuple[str, ...]
    repeats: int = 0
    undigested: tuple[DigestedLogFile, ...] = ()
    notified: Notified | None = None


@dataclass(slots=True, kw_only=True)
class Sum:
    """Records of one destination: matched = delivered + pending + dead_lettered + discarded."""

    matched: int = 0
    delivered: int = 0
    pending: int = 0
    dead_lettered: int = 0
    discarded: int = 0
    repeats: int = 0  # of the delivered ones, left out because the same delivery held them already

    @property
    def agrees(self) -> bool:
        """Whether every matched record is accounted for."""
        return self.matched == self.delivered + self.pending + self.dead_lettered + self.discarded


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Deliveries that wait in line: for what, since when that fails and with what code, if it does."""

    key: BacklogKey
    deliveries: int
    records: int
    oldest_window: datetime | None  # its end
    failing_since: datetime | None = None
    code: str | None = None
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of all destinations, the lines before some of them, and what waits for event history."""

    destinations: dict[str, Sum] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    histories_due: int = 0


class Ledger(Protocol):
    """Durable and conditional: each method happens whole or not at all."""

    def commit(self, commit: Commit) -> frozenset[Marker]:
        """Make markers, entries and counts true together. Returns the markers that were true already:
        if there are any, nothing was written."""
        ...

    def due(self, now: datetime) -> Due:
        """What is due, oldest first; perhaps not all of it, and not yet what was written just before."""
        ...

    def entries(self, window: Window) -> list[Entry]:
        """The entries waiting in a window, read consistently."""
        ...

    def close(self, manifest: Manifest, *, next_look: datetime) -> bool:
        """Turn entries into a manifest that is due again at `next_look`, or that joins the line when it
        `waits`, where it may be handed out from then on; False when some entries are taken.
        """
        ...

    def manifest(self, ref: ManifestRef) -> Manifest | None:
        """A manifest with its state, read consistently."""
        ...

    def lease(self, ref: ManifestRef, *, now: datetime, until: datetime) -> bool:
        """Put off a due manifest to `until`, counted as sent; False when others did, or it is settled."""
        ...

    def health(self, key: BacklogKey) -> Health:
        """How the destination does in the Region, read consistently."""
        ...

    def backlog(self, key: BacklogKey, *, at_most: int) -> Backlog | None:
        """The line with its first deliveries, read consistently; None when none is due any more."""
        ...

    def lease_backlog(self, backlog: Backlog, *, health: Health, until: datetime) -> bool:
        """Take it upon oneself to see to a line, which is due again at `until` with that health. False when
        another one did, or something became of its deliveries since it was read.
        """
        ...

    def rest(self, backlog: Backlog) -> None:
        """An empty line is due no more, unless something joined it since it was read."""
        ...

    def wait(self, manifest: Manifest, *, at: datetime) -> None:
        """Let a delivery join the line: it may be handed out from `at` on. Nothing when it is settled, or
        waits already.
        """
        ...

    def leave(self, manifest: Manifest, *, next_look: datetime) -> None:
        """Let a delivery out of the line, to be due by itself at `next_look`."""
        ...

    def failed(self, manifest: Manifest, *, code: str, health: Health, at: datetime) -> None:
        """Count a failed attempt and let the delivery join the line, which is due when its health says; note
        the code. Nothing when it was settled meanwhile.
        """
        ...

    def delivered(self, manifest: Manifest, result: Delivered) -> bool:
        """Settle as delivered, with counts and status; False when it was settled already, or joined or left
        the line since it was read. A line it was in is due again soon.
        """
        ...

    def settle(self, manifest: Manifest, state: str, *, at: datetime) -> bool:
        """Settle as dead-lettered or discarded, with counts; False as for `delivered`. A line it was in is
        due at once.
        """
        ...

    def lease_history(self, due: HistoryDue, *, now: datetime, until: datetime) -> bool:
        """Put off a slice due for event history to `until`; False when others did, or it is written."""
        ...

    def history_written(self, due: HistoryDue) -> None:
        """Forget a slice that was due for event history."""
        ...

    def totals(self) -> Totals:
        """The sums, as of now."""
        ...


class DeliveryQueue(Protocol):
    """Hands deliveries to whoever makes them."""

    def send(self, refs: Sequence[ManifestRef]) -> None:
        """Queue one message per delivery, by the kind of its destination. AdapterError when they are not
        queued.
        """
        ...


class HistoryQueue(Protocol):
    """Hands slices due for event history to the recorder, the only one who writes its pages."""

    def send(self, due: HistoryDue, *, until: datetime) -> None:
        """Queue one message: a slice that was put off to `until`. AdapterError when it is not queued."""
        ...


def markers(origins: Iterable[str], account_id: str, region: str) -> tuple[Marker, ...]:
    """The markers of a slice's commit units."""
    return tuple(Marker(origin=o, account_id=account_id, region=region) for o in origins)
