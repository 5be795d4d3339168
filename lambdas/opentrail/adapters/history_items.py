"""Event history's table: what its items are called and hold. Nothing in it is ever changed or deleted.

| partition key | sort key | written by |
|---|---|---|
| `page|<account>|<Region>|<page id>` | `<chunk>` | recorder |
| `index|<account>|<Region>|<day>|<k>|<bucket>|<shard>` | `<newest, ten digits>|<page id>` | recorder |
| `days|<account>|<Region>` | `<day>`, and `<day>|wide` when more shards than one are used | recorder |
| | `#<day>|<newest, ten digits>|<k>|<shard>|<end of page id>`, where a page left a sign | recorder |
| `filed|<day>|<group>` | `<account>|<Region>` | recorder |
| `volume|<account>|<Region>|<day>|<generation>` | `<bucket>` | roll-up |
| `volume|ids|<account>|<Region>|<exponent>|<part>` | `<day>` | roll-up |
| `volumes|<account>|<Region>` | `<day>` | roll-up |
| `volumes|done` | `<day>` | roll-up |
| `volumes|checked` | `<day>`, and `<day>|<account>|<Region>|<part>` where a run was cut | roll-up |

The roll-up's keys begin with `volume`, so that a policy can hold it to them.
"""

import struct
import zlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from opentrail.domain.history import DAY, SHARDS, HistoryPage, IndexItem
from opentrail.domain.history_cuts import Cut, cuts
from opentrail.domain.history_volume import Volume
from opentrail.ports.event_history import FiledDay, IdPart, IndexRange

SIGN = "#"  # sorts before the days: read from the end, all days come first, then the newest signs
SIGNS_LIVE = 3  # days, the first of them included: by then the day has its volume
_CUT = struct.Struct(">QB")  # second, class and shard
GROUPS = 4  # of the accounts and Regions filed under a day: at midnight all are written anew


def body_key(item: IndexItem, chunk: int) -> tuple[str, str]:
    """Where a page's body lies."""
    return f"page|{item.account_id}|{item.region}|{item.page_id}", f"{chunk:04d}"


def index_key(item: IndexItem, day: int, shard: int) -> tuple[str, str]:
    """Where an index item lies."""
    shelf = f"{item.account_id}|{item.region}"
    return f"index|{shelf}|{day}|{item.k}|{item.bucket}|{shard}", f"{item.newest:010d}|{item.page_id}"


def range_key(asked: IndexRange) -> str:
    """The partition key of a range."""
    shelf = f"{asked.account_id}|{asked.region}"
    return f"index|{shelf}|{asked.day}|{asked.k}|{asked.bucket}|{asked.shard}"


def index_item(asked: IndexRange, item: dict[str, Any]) -> IndexItem:
    """The index item of a range in an item."""
    newest, _, page_id = item["sk"].partition("|")
    return IndexItem(
        account_id=asked.account_id,
        region=asked.region,
        k=asked.k,
        bucket=asked.bucket,
        page_id=page_id,
        newest=int(newest),
        oldest=item["oldest"],
        chunks=item["chunks"],
        data=item["data"],
        day=asked.day,
        shard=asked.shard,
    )


def days_key(account_id: str, region: str) -> str:
    """The partition key of the days something is filed under."""
    return f"days|{account_id}|{region}"


def volumes_key(account_id: str, region: str) -> str:
    """The partition key of the volumes that are seen."""
    return f"volumes|{account_id}|{region}"


def filed_key(day: int, group: int) -> str:
    """The partition key of who is filed under a day."""
    return f"filed|{day}|{group}"


def filed_items(account_id: str, region: str, day: int, expires: int) -> list[dict[str, Any]]:
    """What says that something is filed under a day: for readers, and for the roll-up."""
    shelf = f"{account_id}|{region}"
    return [
        {"pk": days_key(account_id, region), "sk": str(day), "expires": expires},
        {"pk": filed_key(day, zlib.crc32(shelf.encode()) % GROUPS), "sk": shelf, "expires": expires},
    ]


def sign_item(page: HistoryPage, day: int, shard: int) -> dict[str, Any]:
    """A sign of where a page's index lies."""
    k = page.index[0].k
    return {
        "pk": days_key(page.account_id, page.region),
        "sk": f"{SIGN}{day}|{page.newest:010d}|{k}|{shard}|{page.page_id[:4]}",
        "expires": (day + SIGNS_LIVE) * DAY,
    }


def calendar(days: Sequence[dict[str, Any]], volumes: Sequence[dict[str, Any]]) -> list[FiledDay]:
    """What is filed under which days, of the items that say so."""
    known = {int(item["sk"]): volume_of(item) for item in volumes}
    filed, wide, signs = set(), set(), defaultdict(list)
    for item in days:
        day, _, rest = item["sk"].partition("|")
        if day.startswith(SIGN):
            newest, k, shard = map(int, rest.split("|")[:3])
            signs[int(day[len(SIGN) :])].append(Cut(newest, k, shard))
        else:
            filed.add(int(day))
            wide |= {int(day)} if rest else set()
    return [
        FiledDay(
            day=day,
            shards=SHARDS if day in wide else 1,
            volume=known.get(day),
            cuts=known[day].cuts if day in known else cuts(signs[day]),
        )
        for day in sorted(filed)
    ]


def bucket_key(volume: Volume, number: int) -> tuple[str, str]:
    """Where a volume's bucket lies."""
    shelf = f"{volume.account_id}|{volume.region}"
    return f"volume|{shelf}|{volume.day}|{volume.generation}", f"{number:05d}"


def ids_key(part: IdPart) -> str:
    """The partition key of a part of EventIds, of all days."""
    return f"volume|ids|{part.account_id}|{part.region}|{part.exponent}|{part.part}"


def volume_item(volume: Volume, expires: int) -> dict[str, Any]:
    """What makes a volume seen."""
    return {
        "pk": volumes_key(volume.account_id, volume.region),
        "sk": str(volume.day),
        "generation": volume.generation,
        "exponent": volume.exponent,
        "id_exponent": volume.id_exponent,
        **({} if volume.ids is None else {"ids": volume.ids}),
        "days": ",".join(map(str, volume.days)),
        "cuts": b"".join(_CUT.pack(cut.newest, cut.k << 4 | cut.shard) for cut in volume.cuts),
        "expires": expires,
    }


def volume_of(item: dict[str, Any]) -> Volume:
    """The volume in an item."""
    _, account_id, region = item["pk"].split("|", 2)
    return Volume(
        account_id=account_id,
        region=region,
        day=int(item["sk"]),
        generation=item["generation"],
        exponent=item["exponent"],
        id_exponent=item["id_exponent"],
        ids=item.get("ids"),
        days=tuple(map(int, item["days"].split(","))),
        cuts=tuple(Cut(newest, place >> 4, place & 0xF) for newest, place in _CUT.iter_unpack(item["cuts"])),
    )


def expiry(day: int, days: int) -> int:
    """When what is filed under a day may go: its events may be dated to the end of the next."""
    return (day + 2 + days) * DAY
