"""The log file: its name, its place, its bytes. All a function of what it holds.

Layout and name are CloudTrail's (measured over 3,589 objects): the stamp is the window's end rounded up to
five minutes, the date folders follow it, sixteen letters and digits tell files of one slot apart. Insights
events and network activity events have folders of their own.
"""

import gzip
import json
import string
from collections.abc import Sequence
from datetime import UTC, datetime

from opentrail.domain.record_category import INSIGHT, NETWORK_ACTIVITY, category

SLOT = 300  # seconds: stamps are multiples of five minutes
FOLDER = "CloudTrail"
FOLDERS = {INSIGHT: "CloudTrail-Insight", NETWORK_ACTIVITY: "CloudTrail-NetworkActivity"}  # by eventCategory
_LETTERS = string.ascii_letters + string.digits
# A line without any of these is of no category with a folder of its own: most lines need not be read.
_HINTS = (*(name.encode() for name in FOLDERS), b"\\u")


def by_folder(lines: Sequence[bytes]) -> dict[str, list[bytes]]:
    """The files that lines make: folder -> its lines, in their order."""
    found: dict[str, list[bytes]] = {}
    for line in lines:
        found.setdefault(_folder(line), []).append(line)
    return found


def key(
    *,
    prefix: str | None,
    account_id: str,
    region: str,
    window_end: int,
    digest: str,
    folder: str = FOLDER,
) -> str:
    """The object's key. `digest` (hex) identifies what the file holds."""
    stamp = datetime.fromtimestamp(-(-window_end // SLOT) * SLOT, UTC)
    name = f"{account_id}_{folder}_{region}_{stamp:%Y%m%dT%H%MZ}_{_letters(digest)}.json.gz"
    start = f"{prefix}/" if prefix else ""
    return f"{start}AWSLogs/{account_id}/{folder}/{region}/{stamp:%Y/%m/%d}/{name}"


def marker_key(*, prefix: str | None, account_id: str) -> str:
    """The zero-byte object that CreateTrail leaves."""
    start = f"{prefix}/" if prefix else ""
    return f"{start}AWSLogs/{account_id}/CloudTrail/"


def text(lines: Sequence[bytes]) -> bytes:
    """The file before compression: one line, no trailing newline."""
    return b'{"Records":[' + b",".join(lines) + b"]}"


def body(lines: Sequence[bytes]) -> bytes:
    """The file as stored: one gzip member, the same bytes for the same lines."""
    return gzip.compress(text(lines), compresslevel=6, mtime=0)


def _folder(line: bytes) -> str:
    if not any(hint in line for hint in _HINTS):
        return FOLDER
    return FOLDERS.get(category(json.loads(line)), FOLDER)


def _letters(digest: str) -> str:
    number = int(digest, 16)
    letters = []
    for _ in range(16):
        number, index = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[index])
    return "".join(letters)
