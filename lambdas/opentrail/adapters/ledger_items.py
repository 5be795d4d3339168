"""How the ledger's values lie in its table.

| what | pk | sk |
|---|---|---|
| commit marker | `commit|<origin>` | `<account>|<Region>` |
| entry in a window | `window|<destination>|<account>|<Region>|<end>` | `<segment>|<offset>` |
| manifest | `manifest|<destination>` | `<end>|<account>|<Region>|<digest>` |
| slice due for event history | `history|<segment>` | `<offset>` |
| counts of an account | `count|<account>` | `<shard>` |
| an account that has counts | `accounts` | `<account>` |
| delivery status | `status|<destination>` | `<Region>` |
| one eventID with other content (`event_conflicts`) | `conflicts` | `<account>|<Region>|<digest>` |

What is due carries `due_shard` and `due` (epoch seconds), the keys of the index `due`.
"""

import json
import zlib
from typing import Any

from opentrail.domain.delivery import Entry, Manifest, ManifestRef, Window
from opentrail.domain.segment import SliceRef
from opentrail.ports.ledger import Delivered, HistoryDue, Marker

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
        **due_at(manifest.window.key, due),
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
    )


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


def status_key(window: Window) -> dict[str, str]:
    """The key of a destination's status in one Region."""
    return destination_status_key(window.destination, window.region)


def destination_status_key(destination: str, region: str) -> dict[str, str]:
    """The same, where no window is at hand."""
    return {"pk": f"status|{destination}", "sk": region}


def status_of_delivery(result: Delivered) -> tuple[str, dict[str, Any]]:
    """The update of a status that a delivery makes, and its values. A notification that failed moves no
    time.
    """
    values: dict[str, Any] = {":at": int(result.at.timestamp() * 1000)}
    sets = "SET latest_delivery_time = :at, latest_delivery_attempt_time = :at"
    removed = " REMOVE latest_delivery_error, failures, retry_at"
    if result.notified is None:
        return sets + removed, values
    if result.notified.error is None:
        told = ", latest_notification_time = :at"
        forgotten = ", latest_notification_error, notification_error_topic, notification_error_at"
        return sets + told + removed + forgotten, values
    told = (
        ", latest_notification_error = :topic_error, notification_error_topic = :topic"
        ", notification_error_at = :at"
    )
    values |= {":topic_error": result.notified.error[:200], ":topic": result.notified.topic_arn}
    return sets + told + removed, values
