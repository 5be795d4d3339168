"""From slices in a window to deliveries: windows, manifests and what identifies them.

A window is a span of arrival time of one destination, account and Region. Closing it turns its entries into
immutable manifests; a manifest is one delivery: what it holds decides the name and the bytes of what is
delivered.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from opentrail.domain.segment import SliceRef

MAX_BYTES = (
    45 * 1024 * 1024
)  # bytes of records in one manifest: AWS keeps log files under 50 MB before compression
MAX_ENTRIES = 90  # slices in one manifest: closing is one DynamoDB transaction of at most 100 items
MAX_SELECTIONS = 250 * 1024  # characters of selections in one manifest: DynamoDB items end at 400 KB
CLOSING_GRACE = 1  # seconds after its end that a window is closed: commits under way at the end still fall in
MAX_OUTPUT_BYTES = 8 * 1024 * 1024  # of one to CloudWatch Logs or a bus: what is sent again when one fails
GIVE_UP_AFTER = timedelta(days=30)  # of trying (AWS documentation: log files are redelivered for 30 days)
GIVE_UP_BUS_AFTER = timedelta(days=1)  # as EventBridge itself tries to reach a target

MESSAGE_VERSION = "1"

PENDING, DELIVERED, DEAD_LETTERED, DISCARDED = "pending", "delivered", "dead-lettered", "discarded"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class BacklogKey:
    """Names the line of deliveries that wait for a destination in one Region."""

    destination: str
    region: str


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Window:
    """A span of arrival time that ends at `end` (epoch seconds), for one destination, account and Region."""

    destination: str
    account_id: str
    region: str
    end: int

    @property
    def key(self) -> str:
        """The window as text; no part of it contains the separator."""
        return "|".join(("window", self.destination, self.account_id, self.region, str(self.end)))

    @property
    def line(self) -> BacklogKey:
        """Where its deliveries wait when they have to."""
        return BacklogKey(destination=self.destination, region=self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One slice waiting in a window: where it lies, what the destination takes of it, how much that is."""

    window: Window
    slice: SliceRef
    selection: str
    records: int
    bytes: int
    may_repeat: bool = False

    @property
    def sort_key(self) -> tuple[str, int]:
        """Entries are delivered in this order."""
        return (self.slice.segment, self.slice.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One delivery: immutable but for its state."""

    window: Window
    entries: tuple[Entry, ...]
    state: str = PENDING
    attempts: int = 0  # that failed
    sends: int = 0  # that the clock made, after the first
    waits: bool = False  # in line with others, for a destination that fails or failed

    @property
    def digest(self) -> str:
        """Hex SHA-256 of what it holds."""
        content = [self.window.key, [[*e.sort_key, e.slice.length, e.selection] for e in self.entries]]
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()

    @property
    def ref(self) -> "ManifestRef":
        """How to find it."""
        w = self.window
        return ManifestRef(
            destination=w.destination, sort=f"{w.end:012d}|{w.account_id}|{w.region}|{self.digest[:24]}"
        )

    @property
    def records(self) -> int:
        """How many records it delivers."""
        return sum(e.records for e in self.entries)

    @property
    def may_repeat(self) -> bool:
        """Whether one of its records may have been delivered before."""
        return any(e.may_repeat for e in self.entries)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class ManifestRef:
    """Names a manifest in the ledger and in a delivery message."""

    destination: str
    sort: str

    @property
    def end(self) -> int:
        """The end of its window, epoch seconds."""
        return int(self.sort.partition("|")[0])


def to_text(ref: ManifestRef) -> str:
    """The message that hands a delivery out."""
    return f"{MESSAGE_VERSION} {ref.destination} {ref.sort}"


def from_text(text: str) -> ManifestRef:
    """The delivery a message names; ValueError when it names none."""
    version, destination, sort = text.split(" ")
    if version != MESSAGE_VERSION:
        raise ValueError("unknown version of a delivery message")
    return ManifestRef(destination=destination, sort=sort)


def window_end(arrival: datetime, seconds: int) -> int:
    """The end of the window that `arrival` falls into; windows lie on a fixed grid of `seconds`."""
    return (int(arrival.timestamp()) // seconds + 1) * seconds


def manifests(window: Window, entries: Iterable[Entry]) -> list[Manifest]:
    """Spread a window's entries over as few manifests as the limits allow, in the entries' order."""
    most = MAX_OUTPUT_BYTES if window.destination.startswith(("logs/", "bus/")) else MAX_BYTES
    found: list[Manifest] = []
    batch: list[Entry] = []
    size = selections = 0
    for entry in sorted(entries, key=lambda e: e.sort_key):
        full = len(batch) == MAX_ENTRIES or size + entry.bytes > most
        if batch and (full or selections + len(entry.selection) > MAX_SELECTIONS):
            found.append(Manifest(window=window, entries=tuple(batch)))
            batch, size, selections = [], 0, 0
        batch.append(entry)
        size += entry.bytes
        selections += len(entry.selection)
    if batch:
        found.append(Manifest(window=window, entries=tuple(batch)))
    return found


def give_up_after(destination: str) -> timedelta:
    """How long deliveries to it are tried."""
    return GIVE_UP_BUS_AFTER if destination.startswith("bus/") else GIVE_UP_AFTER


def expired(ref: ManifestRef, now: datetime) -> bool:
    """Whether a delivery is given up: its window ended so long ago."""
    return now.timestamp() > ref.end + give_up_after(ref.destination).total_seconds()
