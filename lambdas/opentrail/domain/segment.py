"""The segment: the write-ahead log of one commit.

A segment is a header and slices. A slice holds the records of one account and Region, contiguous, as one gzip
member of JSON lines, so that one range request reads it. The header, the first gzip member, says where the
records came from, which configuration they were matched with, and what each destination takes of each slice:
the segment alone suffices to build the ledger again. Its key is made of its content: writing it twice changes
nothing.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PREFIX = "segments/"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRef:
    """Where a slice lies: enough for one range request."""

    segment: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceContent:
    """The records of one account and Region in one commit, and what each destination takes of them."""

    account_id: str
    region: str
    lines: tuple[bytes, ...]
    matches: Mapping[str, str]  # destination -> selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment ready to be written, and where its slices will lie, in the order they were given."""

    key: str
    body: bytes
    slices: tuple[SliceRef, ...]


def build(
    slices: Sequence[SliceContent], *, sources: Mapping[str, Any], versions: Mapping[str, int]
) -> Segment:
    """Lay out a segment. `sources` says which messages of whom, `versions` which configuration of each
    account.
    """
    members = [_member(b"\n".join(content.lines)) for content in slices]
    header = {
        "version": VERSION,
        "sources": sources,
        "configuration": versions,
        "slices": [
            {
                "account": c.account_id,
                "region": c.region,
                "records": len(c.lines),
                "length": len(m),
                "matches": c.matches,
            }
            for c, m in zip(slices, members, strict=True)
        ],
    }
    head = _member(json.dumps(header, separators=(",", ":"), sort_keys=True).encode())
    body = head + b"".join(members)
    digest = hashlib.sha256(body).hexdigest()
    key = f"{PREFIX}{digest[:2]}/{digest}.jsonl.gz"
    refs, offset = [], len(head)
    for member in members:
        refs.append(SliceRef(segment=key, offset=offset, length=len(member)))
        offset += len(member)
    return Segment(key=key, body=body, slices=tuple(refs))


def lines(member: bytes) -> list[bytes]:
    """The records of a slice as read by its range."""
    return gzip.decompress(member).split(b"\n")


def _member(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=6, mtime=0)
