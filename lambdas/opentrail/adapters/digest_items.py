"""How digests lie in the ledger's table.

| what | pk | sk |
|---|---|---|
| a trail's digests: when due, how often touched | `digests|<destination>` | `work` |
| a chain | `digests|<destination>` | `chain|<account>|<Region>` |
| a log file in no digest yet | `undigested|<destination>` | `<account>|<Region>|<ms>|<bucket>/<key>` |
| a digest | `digest|<destination>` | `<account>|<Region>|<sequence>` |

A trail's digests are due in a shard of their own: nothing that sums up deliveries meets them.
"""

import json
import zlib
from dataclasses import asdict
from typing import Any

from opentrail.adapters.configuration_items import trail_of
from opentrail.domain.delivery import Window
from opentrail.domain.digest_chain import Chain, ChainKey, Digest, Span
from opentrail.domain.digest_file import DigestedLogFile, DigestLink
from opentrail.domain.trail import Trail
from opentrail.ports.digests import DigestState

SHARD = "digests"
AT_ONCE = 0  # when digests are due that somebody touched: before everything else
UNDIGESTED_DAYS = 90  # a digest takes a file within the hour; beyond its trail's end nobody asks any more
DIGEST_DAYS = 45
SECONDS_PER_DAY = 86_400


def work_key(destination: str) -> dict[str, str]:
    """The key of a trail's work item."""
    return {"pk": f"digests|{destination}", "sk": "work"}


def chain_key(key: ChainKey) -> dict[str, str]:
    """The key of a chain."""
    return {"pk": f"digests|{key.destination}", "sk": f"chain|{key.account_id}|{key.region}"}


def digest_key(key: ChainKey, sequence: int) -> dict[str, str]:
    """The key of a digest."""
    return {"pk": f"digest|{key.destination}", "sk": f"{key.account_id}|{key.region}|{sequence:08d}"}


def undigested_key(key: ChainKey, log_file: DigestedLogFile) -> dict[str, str]:
    """The key of a log file that waits for a digest."""
    place = f"{key.account_id}|{key.region}"
    return {
        "pk": f"undigested|{key.destination}",
        "sk": f"{place}|{log_file.delivered_at:015d}|{log_file.bucket}/{log_file.key}",
    }


def undigested_item(window: Window, log_file: DigestedLogFile) -> dict[str, Any]:
    """A log file that waits for a digest."""
    key = ChainKey(destination=window.destination, account_id=window.account_id, region=window.region)
    return {
        **undigested_key(key, log_file),
        "hash_value": log_file.hash_value,
        "oldest": log_file.oldest,
        "newest": log_file.newest,
        "expires": log_file.delivered_at // 1000 + UNDIGESTED_DAYS * SECONDS_PER_DAY,
    }


def undigested_of(item: dict[str, Any]) -> tuple[ChainKey, DigestedLogFile]:
    """The log file in an item, and whose it is."""
    account_id, region, delivered_at, place = item["sk"].split("|", 3)
    bucket, _, key = place.partition("/")
    destination = item["pk"].partition("|")[2]
    return ChainKey(destination=destination, account_id=account_id, region=region), DigestedLogFile(
        bucket=bucket,
        key=key,
        hash_value=item["hash_value"],
        oldest=item["oldest"],
        newest=item["newest"],
        delivered_at=int(delivered_at),
    )


def touching(table: str, trail: Trail, *, deleted: str | None = None) -> dict[str, Any]:
    """The write that makes a trail's digests due; with the trail as it was, when it is deleted."""
    values: dict[str, Any] = {":due": {"N": str(AT_ONCE)}, ":shard": {"S": SHARD}, ":one": {"N": "1"}}
    kept = ""
    if deleted is not None:
        values[":deleted"] = {"S": deleted}
        kept = ", deleted = :deleted"
    return {
        "Update": {
            "TableName": table,
            "Key": {name: {"S": value} for name, value in work_key(trail.destination).items()},
            "UpdateExpression": f"SET due = :due, due_shard = :shard{kept} REMOVE expires ADD touched :one",
            "ExpressionAttributeValues": values,
        }
    }


def chain_item(chain: Chain) -> dict[str, Any]:
    """A chain."""
    return {
        **chain_key(chain.key),
        "last_sequence": chain.sequence,
        "activation": chain.activation,
        "end": chain.end,
        "ended": chain.ended,
        "last": _link_text(chain.last),
    }


def state_of(destination: str, found: list[dict[str, Any]]) -> DigestState | None:
    """What the items of a trail say."""
    work = next((item for item in found if item["sk"] == "work"), None)
    if work is None:
        return None
    chains = [_chain_of(destination, item) for item in found if item["sk"] != "work"]
    return DigestState(
        touched=work["touched"],
        failures=work.get("failures", 0),
        deleted=trail_of({"body": work["deleted"]}) if "deleted" in work else None,
        chains=tuple(chains),
    )


def digest_item(digest: Digest) -> dict[str, Any]:
    """A digest. What it lists is packed: an item holds 400 KB."""
    files = [[f.bucket, f.key, f.hash_value, f.oldest, f.newest, f.delivered_at] for f in digest.log_files]
    return {
        **digest_key(digest.key, digest.sequence),
        "activation": digest.activation,
        "span": json.dumps(asdict(digest.span)),
        "place": [digest.bucket, digest.object_key],
        "signing_key": digest.signing_key,
        "fingerprint": digest.fingerprint,
        "previous": _link_text(digest.previous),
        "log_files": zlib.compress(json.dumps(files, separators=(",", ":")).encode(), 9),
    }


def digest_of(key: ChainKey, item: dict[str, Any]) -> Digest:
    """The digest in an item."""
    names = ("bucket", "key", "hash_value", "oldest", "newest", "delivered_at")
    files = json.loads(zlib.decompress(item["log_files"]))
    return Digest(
        key=key,
        sequence=int(item["sk"].rpartition("|")[2]),
        activation=item["activation"],
        span=Span(**json.loads(item["span"])),
        bucket=item["place"][0],
        object_key=item["place"][1],
        signing_key=item["signing_key"],
        fingerprint=item["fingerprint"],
        previous=_link_of(item.get("previous")),
        log_files=tuple(DigestedLogFile(**dict(zip(names, f, strict=True))) for f in files),
        name_taken=item.get("name_taken", False),
    )


def _chain_of(destination: str, item: dict[str, Any]) -> Chain:
    _, account_id, region = item["sk"].split("|")
    return Chain(
        key=ChainKey(destination=destination, account_id=account_id, region=region),
        sequence=item["last_sequence"],
        activation=item["activation"],
        end=item["end"],
        ended=item["ended"],
        last=_link_of(item.get("last")),
    )


def _link_text(link: DigestLink | None) -> str | None:
    return json.dumps(asdict(link)) if link else None


def _link_of(text: str | None) -> DigestLink | None:
    return DigestLink(**json.loads(text)) if text else None
