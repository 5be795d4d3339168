"""The ledger in memory: whole or not at all, like the real one."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opentrail.domain.delivery import (
    CLOSING_GRACE,
    DELIVERED,
    PENDING,
    Entry,
    Health,
    Manifest,
    ManifestRef,
    Window,
)
from opentrail.domain.digest_chain import ChainKey
from opentrail.domain.digest_file import DigestedLogFile
from opentrail.ports.ledger import Commit, Delivered, Due, HistoryDue, Marker, Notified, Sum, Totals

HISTORY_PAUSE = timedelta(seconds=15)


@dataclass
class _Kept:
    manifest: Manifest
    due: int
    result: Delivered | None = None


class FakeLedger:
    """Everything in dictionaries; at most `at_once` due things in one answer."""

    def __init__(self, at_once: int = 800) -> None:
        self.at_once = at_once
        self.markers: set[Marker] = set()
        self.windows: dict[Window, dict[tuple[str, int], Entry]] = defaultdict(dict)
        self.kept: dict[ManifestRef, _Kept] = {}
        self.due_histories: dict[HistoryDue, int] = {}
        self.counts: dict[str, Sum] = defaultdict(Sum)
        self.healths: dict[tuple[str, str], Health] = {}
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
        found += [
            (kept.due, repr(ref), ref) for ref, kept in self.kept.items() if kept.manifest.state == PENDING
        ]
        found += [(due, repr(history), history) for history, due in self.due_histories.items()]
        ripe = sorted((item for item in found if item[0] <= second), key=lambda item: item[:2])
        taken = [item for _, _, item in ripe[: self.at_once]]
        return Due(
            windows=tuple(item for item in taken if isinstance(item, Window)),
            manifests=tuple(item for item in taken if isinstance(item, ManifestRef)),
            histories=tuple(item for item in taken if isinstance(item, HistoryDue)),
            more=len(ripe) > self.at_once,
        )

    def entries(self, window: Window) -> list[Entry]:
        return list(self.windows[window].values())

    def close(self, manifest: Manifest, *, next_look: datetime) -> bool:
        held = self.windows[manifest.window]
        if manifest.ref in self.kept or any(entry.sort_key not in held for entry in manifest.entries):
            return False
        for entry in manifest.entries:
            del held[entry.sort_key]
        self.kept[manifest.ref] = _Kept(manifest, int(next_look.timestamp()))
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

    def health(self, window: Window) -> Health:
        return self.healths.get((window.destination, window.region), Health())

    def probe(self, window: Window, health: Health, probed: Health) -> bool:
        key = (window.destination, window.region)
        if key not in self.healths or self.healths[key].retry_at != health.retry_at:
            return False
        self.healths[key] = probed
        return True

    def failed(self, manifest: Manifest, *, code: str, health: Health) -> None:
        kept = self.kept[manifest.ref]
        if kept.manifest.state != PENDING:
            return
        kept.manifest = replace(kept.manifest, attempts=kept.manifest.attempts + 1)
        kept.due = health.retry_at
        key = (manifest.window.destination, manifest.window.region)
        self.healths[key] = health
        self.errors[key] = code[:200]

    def delivered(self, manifest: Manifest, result: Delivered) -> bool:
        if not self._settle(manifest, DELIVERED):
            return False
        self.kept[manifest.ref].result = result
        sum_ = self.counts[manifest.window.destination]
        sum_.delivered += manifest.records
        sum_.repeats += result.repeats
        key = (manifest.window.destination, manifest.window.region)
        self.healths.pop(key, None)
        self.errors.pop(key, None)
        self.delivery_times[key] = result.at
        if result.notified is not None:
            self.notified[key] = result.notified
        if result.undigested:
            w = manifest.window
            chain = ChainKey(destination=w.destination, account_id=w.account_id, region=w.region)
            self.undigested[chain].add(result.undigested)
        return True

    def settle(self, manifest: Manifest, state: str, *, at: datetime) -> bool:
        if not self._settle(manifest, state):
            return False
        sum_, field = self.counts[manifest.window.destination], state.replace("-", "_")
        setattr(sum_, field, getattr(sum_, field) + manifest.records)
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
        for ref, kept in self.kept.items():
            if kept.manifest.state == PENDING:
                sums[ref.destination].pending += kept.manifest.records
        return Totals(destinations=sums, histories_due=len(self.due_histories))

    def _settle(self, manifest: Manifest, state: str) -> bool:
        kept = self.kept.get(manifest.ref)
        if kept is None or kept.manifest.state != PENDING:
            return False
        kept.manifest = replace(kept.manifest, state=state)
        return True
