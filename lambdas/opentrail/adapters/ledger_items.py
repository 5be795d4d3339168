"""How the ledger's values lie in its table.

| what | pk | sk |
|---|---|---|
| commit marker | `commit|<origin>` | `<account>|<Region>` |
| entry in a window | `window|<destination>|<account>|<Region>|<end>` | `<segment>|<offset>` |
| manifest | `manifest|<destination>` | `<end>|<account>|<Region>|<digest>` |
| slice due for event history | `history|<segment>` | `<offset>` |
| counts of an account | `count|<account>` | `<shard>` |
| an account that has counts | `accounts` | `<account>` |
| delivery status, and the line in front of it | `status|<destination>` | `<Region>` |
| a delivery in line | `waiting|<destination>|<Region>` | as its manifest's |
| one eventID with other content (`event_conflicts`) | `conflicts` | `<account>|<Region>|<digest>` |

What is due carries `due_shard` and `due` (epoch seconds), the keys of the index `due`. Of a line that is the
status alone: its manifests have no `due_shard`, their `due` says from when on they may be handed out.
"""

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from opentrail.domain.backlog import RELEASE_PAUSE, Health
from opentrail.domain.delivery import BacklogKey, Entry, Manifest, ManifestRef, Window
from opentrail.domain.history_due import HistoryDue
from opentrail.domain.segment import SliceRef
from opentrail.ports.ledger import Delivered, Line, Marker

DUE_SHARDS = 8
COUNT_SHARDS = 16
MARKER_DAYS = 15  # SQS keeps a message 14 days at most
SETTLED_DAYS = 45
SECONDS_PER_DAY = 86_400


def marker_key(marker: Marker) -> dict[str, str]:
    """The key of a commit marker."""
    return {"pk": f"commit|{marker.origin}", "sk": f"{marker.account_id}|{marker.region}"}


def entry_key(entry: Entry) -> dict[str, str]:
    """The key of an entry."""
    return {"pk": entry.window.key, "sk": f"{entry.slice.segment}|{entry.slice.offset}"}


def manifest_key(ref: ManifestRef) -> dict[str, str]:
    """The key of a manifest."""
    return {"pk": f"manifest|{ref.destination}", "sk": ref.sort}


def history_key(due: HistoryDue) -> dict[str, str]:
    """The key of a slice due for event history."""
    return {"pk": f"history|{due.slice.segment}", "sk": str(due.slice.offset)}


def entry_item(entry: Entry, due: int) -> dict[str, Any]:
    """An entry, due when its window is closed."""
    return {
        **entry_key(entry),
        "length": entry.slice.length,
        "selection": entry.selection,
        "records": entry.records,
        "bytes": entry.bytes,
        "may_repeat": entry.may_repeat,
        **due_at(entry.window.key, due),
    }


def entry_of(item: dict[str, Any]) -> Entry:
    """The entry in an item."""
    segment, _, offset = item["sk"].rpartition("|")
    return Entry(
        window=window_of(item["pk"]),
        slice=SliceRef(segment=segment, offset=int(offset), length=item["length"]),
        selection=item["selection"],
        records=item["records"],
        bytes=item["bytes"],
        may_repeat=item["may_repeat"],
    )


def manifest_item(manifest: Manifest, due: int) -> dict[str, Any]:
    """A manifest that is pending."""
    entries = [
        [*e.sort_key, e.slice.length, e.selection, e.records, e.bytes, e.may_repeat] for e in manifest.entries
    ]
    return {
        **manifest_key(manifest.ref),
        "window": manifest.window.key,
        "entries": json.dumps(entries, separators=(",", ":")),
        "records": manifest.records,
        "state": manifest.state,
        "attempts": manifest.attempts,
        "sends": manifest.sends,
        **({"waits": True, "due": due} if manifest.waits else due_at(manifest.window.key, due)),
    }


def manifest_of(item: dict[str, Any]) -> Manifest:
    """The manifest in an item."""
    window = window_of(item["window"])
    entries = tuple(
        Entry(
            window=window,
            slice=SliceRef(segment=segment, offset=offset, length=length),
            selection=selection,
            records=records,
            bytes=size,
            may_repeat=may_repeat,
        )
        for segment, offset, length, selection, records, size, may_repeat in json.loads(item["entries"])
    )
    return Manifest(
        window=window,
        entries=entries,
        state=item["state"],
        attempts=item["attempts"],
        sends=item["sends"],
        waits=item.get("waits", False),
    )


def waiting_pk(key: BacklogKey) -> str:
    """Under which a line's deliveries lie."""
    return f"waiting|{key.destination}|{key.region}"


def waiting_key(manifest: Manifest) -> dict[str, str]:
    """The key of a delivery in line."""
    return {"pk": waiting_pk(manifest.window.line), "sk": manifest.ref.sort}


def waiting_item(manifest: Manifest) -> dict[str, Any]:
    """A delivery in line."""
    return {**waiting_key(manifest), "records": manifest.records}


def history_item(due: HistoryDue, at: int) -> dict[str, Any]:
    """A slice due for event history."""
    key = history_key(due)
    return {
        **key,
        "account_id": due.account_id,
        "region": due.region,
        "length": due.slice.length,
        **due_at(key["pk"], at),
    }


def history_of(item: dict[str, Any]) -> HistoryDue:
    """The slice in an item."""
    return HistoryDue(
        account_id=item["account_id"],
        region=item["region"],
        slice=SliceRef(segment=item["pk"].partition("|")[2], offset=int(item["sk"]), length=item["length"]),
    )


def window_of(key: str) -> Window:
    """The window a key names."""
    _, destination, account_id, region, end = key.split("|")
    return Window(destination=destination, account_id=account_id, region=region, end=int(end))


def due_at(key: str, due: int) -> dict[str, Any]:
    """The attributes that make an item due; items of one window lie in one shard."""
    return {"due_shard": str(zlib.crc32(key.encode()) % DUE_SHARDS), "due": due}


def count_key(account_id: str, spread: str) -> dict[str, str]:
    """The key of an account's counts; `spread` decides the shard, so that writers seldom meet."""
    return {"pk": f"count|{account_id}", "sk": f"{zlib.crc32(spread.encode()) % COUNT_SHARDS:02d}"}


def status_key(destination: str, region: str) -> dict[str, str]:
    """The key of a destination's status in one Region."""
    return {"pk": f"status|{destination}", "sk": region}


def backlog_key_of(item: dict[str, Any]) -> BacklogKey:
    """The line in front of a status."""
    return BacklogKey(destination=item["pk"].partition("|")[2], region=item["sk"])


def health_of(item: dict[str, Any]) -> Health:
    """The health a status tells; an empty one is that of nothing attempted yet."""
    return Health(
        failures=item.get("failures", 0), retry_at=item.get("retry_at", 0), waits="due_shard" in item
    )


def line_of(status: dict[str, Any], waiting: Sequence[dict[str, Any]]) -> Line:
    """What a status and the deliveries in line before it say."""
    return Line(
        key=backlog_key_of(status),
        deliveries=len(waiting),
        records=sum(item["records"] for item in waiting),
        oldest_window=_moment(int(waiting[0]["sk"].partition("|")[0])) if waiting else None,
        failing_since=_moment(status.get("failing_since")),
        code=status.get("failing_code"),
        next_try=_moment(status.get("retry_at")),
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def backlog_due(key: BacklogKey, due: int) -> dict[str, Any]:
    """Values that make a line due."""
    made = due_at("|".join((key.destination, key.region)), due)
    return {":due": made["due"], ":due_shard": made["due_shard"]}


def status_of_delivery(manifest: Manifest, result: Delivered) -> tuple[str, dict[str, Any]]:
    """The update of a status that a delivery makes, and its values. A notification that failed moves no
    time. `#due` names `due`.
    """
    values: dict[str, Any] = {":at": int(result.at.timestamp() * 1000)}
    sets = ["latest_delivery_time = :at", "latest_delivery_attempt_time = :at"]
    removed = ["latest_delivery_error", "failures", "retry_at", "failing_since", "failing_code"]
    if manifest.waits:
        values |= backlog_due(manifest.window.line, -int(-(result.at + RELEASE_PAUSE).timestamp() // 1))
        sets += ["#due = :due", "due_shard = :due_shard"]
    told = result.notified
    if told is not None and told.error is None:
        sets.append("latest_notification_time = :at")
        removed += ["latest_notification_error", "notification_error_topic", "notification_error_at"]
    elif told is not None and told.error is not None:
        sets += ["latest_notification_error = :topic_error", "notification_error_topic = :topic"]
        sets.append("notification_error_at = :at")
        values |= {":topic_error": told.error[:200], ":topic": told.topic_arn}
    return f"SET {', '.join(sets)} REMOVE {', '.join(removed)}", values
