"""The ledger in memory: whole or not at all, like the real one."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from opentrail.domain.backlog import RELEASE_PAUSE, TIMED_OUT, Backlog, Health
from opentrail.domain.delivery import (
    CLOSING_GRACE,
    DELIVERED,
    PENDING,
    BacklogKey,
    Entry,
    Manifest,
    ManifestRef,
    Window,
)
from opentrail.domain.digest_chain import ChainKey
from opentrail.domain.digest_file import DigestedLogFile
from opentrail.domain.history_due import HistoryDue
from opentrail.ports.ledger import Commit, Delivered, Due, Line, Marker, Notified, Sum, Totals

HISTORY_PAUSE = timedelta(seconds=15)


@dataclass
class _Kept:
    manifest: Manifest
    due: int
    result: Delivered | None = None


@dataclass
class _Status:
    failures: int = 0
    retry_at: int = 0
    since: int | None = None
    code: str | None = None
    due: int | None = None
    joined: int = 0


class FakeLedger:
    """Everything in dictionaries; at most `at_once` due things in one answer."""

    def __init__(self, at_once: int = 800) -> None:
        self.at_once = at_once
        self.markers: set[Marker] = set()
        self.windows: dict[Window, dict[tuple[str, int], Entry]] = defaultdict(dict)
        self.kept: dict[ManifestRef, _Kept] = {}
        self.pending: dict[ManifestRef, _Kept] = {}  # those of `kept` that are not settled
        self.lines: dict[BacklogKey, dict[ManifestRef, _Kept]] = defaultdict(dict)
        self.statuses: dict[BacklogKey, _Status] = defaultdict(_Status)
        self.due_histories: dict[HistoryDue, int] = {}
        self.counts: dict[str, Sum] = defaultdict(Sum)
        self.errors: dict[tuple[str, str], str] = {}
        self.delivery_times: dict[tuple[str, str], datetime] = {}
        self.notified: dict[tuple[str, str], Notified] = {}
        self.undigested: dict[ChainKey, set[DigestedLogFile]] = defaultdict(set)

    def commit(self, commit: Commit) -> frozenset[Marker]:
        known = frozenset(commit.markers) & self.markers
        if known:
            return known
        self.markers |= set(commit.markers)
        for entry in commit.entries:
            self.windows[entry.window][entry.sort_key] = entry
            self.counts[entry.window.destination].matched += entry.records
        if commit.history_due:
            self.due_histories[commit.history_due] = int((commit.at + HISTORY_PAUSE).timestamp())
        return frozenset()

    def due(self, now: datetime) -> Due:
        second = int(now.timestamp())
        found: list[tuple[int, str, object]] = []
        found += [
            (window.end + CLOSING_GRACE, window.key, window) for window, held in self.windows.items() if held
        ]
        found += [(kept.due, repr(ref), ref) for ref, kept in self.pending.items() if not kept.manifest.waits]
        found += [(s.due, repr(key), key) for key, s in self.statuses.items() if s.due is not None]
        found += [(due, repr(history), history) for history, due in self.due_histories.items()]
        ripe = sorted((item for item in found if item[0] <= second), key=lambda item: item[:2])
        taken = [item for _, _, item in ripe[: self.at_once]]
        return Due(
            windows=tuple(item for item in taken if isinstance(item, Window)),
            manifests=tuple(item for item in taken if isinstance(item, ManifestRef)),
            backlogs=tuple(item for item in taken if isinstance(item, BacklogKey)),
            histories=tuple(item for item in taken if isinstance(item, HistoryDue)),
            more=len(ripe) > self.at_once,
        )

    def entries(self, window: Window) -> list[Entry]:
        return list(self.windows.get(window, {}).values())

    def close(self, manifest: Manifest, *, next_look: datetime) -> bool:
        held = self.windows.get(manifest.window, {})
        if manifest.ref in self.kept or any(entry.sort_key not in held for entry in manifest.entries):
            return False
        for entry in manifest.entries:
            del held[entry.sort_key]
        if not held:
            self.windows.pop(manifest.window, None)
        kept = _Kept(manifest, int(next_look.timestamp()))
        self.kept[manifest.ref] = self.pending[manifest.ref] = kept
        if manifest.waits:
            self._join(kept, next_look)
        return True

    def manifest(self, ref: ManifestRef) -> Manifest | None:
        return self.kept[ref].manifest if ref in self.kept else None

    def lease(self, ref: ManifestRef, *, now: datetime, until: datetime) -> bool:
        kept = self.kept.get(ref)
        if kept is None or kept.manifest.state != PENDING or kept.due > int(now.timestamp()):
            return False
        kept.manifest = replace(kept.manifest, sends=kept.manifest.sends + 1)
        kept.due = int(until.timestamp())
        return True

    def health(self, key: BacklogKey) -> Health:
        status = self.statuses[key]
        return Health(failures=status.failures, retry_at=status.retry_at, waits=status.due is not None)

    def backlog(self, key: BacklogKey, *, at_most: int) -> Backlog | None:
        status = self.statuses[key]
        if status.due is None:
            return None
        first = tuple(sorted(self.lines[key]))[:at_most]
        return Backlog(key=key, health=self.health(key), due=status.due, joined=status.joined, first=first)

    def lease_backlog(self, backlog: Backlog, *, health: Health, until: datetime) -> bool:
        status = self.statuses[backlog.key]
        if (status.due, status.retry_at) != (backlog.due, backlog.health.retry_at):
            return False
        status.failures, status.retry_at = health.failures, health.retry_at
        status.due = int(until.timestamp())
        return True

    def rest(self, backlog: Backlog) -> None:
        status = self.statuses[backlog.key]
        if status.joined == backlog.joined:
            status.due = None

    def wait(self, manifest: Manifest, *, at: datetime) -> None:
        kept = self.pending.get(manifest.ref)
        if kept is not None and not kept.manifest.waits:
            kept.manifest = replace(kept.manifest, waits=True)
            kept.due = int(at.timestamp())
            self._join(kept, at)

    def leave(self, manifest: Manifest, *, next_look: datetime) -> None:
        kept = self.pending.get(manifest.ref)
        if kept is not None:
            kept.manifest, kept.due = replace(kept.manifest, waits=False), int(next_look.timestamp())
            self.lines[manifest.window.line].pop(manifest.ref, None)

    def failed(self, manifest: Manifest, *, code: str, health: Health, at: datetime) -> None:
        kept = self.pending.get(manifest.ref)
        if kept is None:
            return
        line = manifest.window.line
        kept.manifest = replace(kept.manifest, attempts=kept.manifest.attempts + 1, waits=True)
        kept.due = health.retry_at
        self._join(kept, at)
        status = self.statuses[line]
        status.failures, status.retry_at, status.due = health.failures, health.retry_at, health.retry_at
        status.code, status.since = code[:200], status.since or int(at.timestamp())
        if code != TIMED_OUT:
            self.errors[line.destination, line.region] = code[:200]

    def _join(self, kept: _Kept, at: datetime) -> None:
        line = kept.manifest.window.line
        self.lines[line][kept.manifest.ref] = kept
        status = self.statuses[line]
        status.joined += 1
        if status.due is None:
            status.due = int(at.timestamp())

    def delivered(self, manifest: Manifest, result: Delivered) -> bool:
        if not self._settle(manifest, DELIVERED):
            return False
        self.kept[manifest.ref].result = result
        sum_ = self.counts[manifest.window.destination]
        sum_.delivered += manifest.records
        sum_.repeats += result.repeats
        key = (manifest.window.destination, manifest.window.region)
        status = self.statuses[manifest.window.line]
        status.failures, status.retry_at, status.since, status.code = 0, 0, None, None
        if manifest.waits:
            status.due = -int(-(result.at + RELEASE_PAUSE).timestamp() // 1)
        self.errors.pop(key, None)
        self.delivery_times[key] = result.at
        if result.notified is not None:
            self.notified[key] = result.notified
        if result.undigested:
            w = manifest.window
            chain = ChainKey(destination=w.destination, account_id=w.account_id, region=w.region)
            self.undigested[chain].update(result.undigested)
        return True

    def settle(self, manifest: Manifest, state: str, *, at: datetime) -> bool:
        if not self._settle(manifest, state):
            return False
        sum_, field = self.counts[manifest.window.destination], state.replace("-", "_")
        setattr(sum_, field, getattr(sum_, field) + manifest.records)
        if manifest.waits:
            self.statuses[manifest.window.line].due = int(at.timestamp())
        return True

    def lease_history(self, due: HistoryDue, *, now: datetime, until: datetime) -> bool:
        if self.due_histories.get(due, int(now.timestamp()) + 1) > int(now.timestamp()):
            return False
        self.due_histories[due] = int(until.timestamp())
        return True

    def history_written(self, due: HistoryDue) -> None:
        self.due_histories.pop(due, None)

    def totals(self) -> Totals:
        sums = {destination: replace(sum_, pending=0) for destination, sum_ in self.counts.items()}
        for window, held in self.windows.items():
            for entry in held.values():
                sums[window.destination].pending += entry.records
        for ref, kept in self.pending.items():
            sums[ref.destination].pending += kept.manifest.records
        lines = [self._line(key) for key, s in sorted(self.statuses.items()) if s.due is not None]
        return Totals(destinations=sums, lines=tuple(lines), histories_due=len(self.due_histories))

    def _line(self, key: BacklogKey) -> Line:
        status, held = self.statuses[key], self.lines[key]
        return Line(
            key=key,
            deliveries=len(held),
            records=sum(kept.manifest.records for kept in held.values()),
            oldest_window=_moment(min(held).end) if held else None,
            failing_since=_moment(status.since),
            code=status.code,
            next_try=_moment(status.retry_at or None),
        )

    def _settle(self, manifest: Manifest, state: str) -> bool:
        kept = self.pending.get(manifest.ref)
        if kept is None or kept.manifest.waits != manifest.waits:
            return False
        kept.manifest = replace(kept.manifest, state=state, waits=False)
        del self.pending[manifest.ref]
        self.lines[manifest.window.line].pop(manifest.ref, None)
        return True


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
