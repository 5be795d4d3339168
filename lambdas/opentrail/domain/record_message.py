"""The message on the records queue: opaque text that no hop can change.

Inline: `1` and base64 of gzip of JSON lines, 1 to 500 records, at most 200 KB of text where the records allow
it; one bigger record travels alone up to the queue's own limit. Beyond that the same text lies in S3 and the
message is `2` and base64 of `bucket/key`. A replay sends `3` in the place of `1`: its records may have been
committed before, under other messages. JSON bodies are avoided on purpose: some pollers parse and serialise
them again, and SQS refuses some characters. Inflation is bounded, because the queue is a trust boundary.
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

INLINE = "1"
POINTER = "2"
INLINE_REPLAY = "3"
MAX_RECORDS = 500  # records in one message
SOFT_LIMIT = 200 * 1024  # characters of one message holding several records
QUEUE_LIMIT = (
    256 * 1024
)  # characters SQS takes at least everywhere (AWS documentation: 1 MiB since August 2025)
MAX_INFLATED = 32 * 1024 * 1024  # bytes of JSON lines one message may unfold to


class MalformedMessageError(ValueError):
    """The text is no record message: its sentence says why."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the text of a message lies that was too big for the queue."""

    bucket: str
    key: str


def encode(lines: Iterable[bytes], *, replay: bool = False) -> Iterator[str]:
    """Pack JSON lines (one record each, no newline inside) into few inline messages within the limits."""
    version = INLINE_REPLAY if replay else INLINE
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == MAX_RECORDS:
            yield from _split(batch, version)
            batch = []
    if batch:
        yield from _split(batch, version)


def encode_pointer(pointer: Pointer) -> str:
    """The message that stands for a text too big for the queue."""
    return POINTER + base64.b64encode(f"{pointer.bucket}/{pointer.key}".encode()).decode()


def decode(text: str) -> list[bytes] | Pointer:
    """The JSON lines of an inline message, or where the message lies.

    Raises MalformedMessageError for anything else, and for text that unfolds beyond MAX_INFLATED bytes
    or MAX_RECORDS records.
    """
    version, payload = text[:1], text[1:]
    try:
        raw = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedMessageError("The message is not base64.") from error
    if version == POINTER:
        bucket, slash, key = raw.decode("utf-8", "replace").partition("/")
        if not (bucket and slash and key):
            raise MalformedMessageError("The message points nowhere.")
        return Pointer(bucket, key)
    if version not in (INLINE, INLINE_REPLAY):
        raise MalformedMessageError("The message has an unknown version.")
    lines = [line for line in _inflate(raw).split(b"\n") if line.strip()]
    if not lines:
        raise MalformedMessageError("The message holds no record.")
    if len(lines) > MAX_RECORDS:
        raise MalformedMessageError(f"The message holds more than {MAX_RECORDS} records.")
    return lines


def may_repeat(text: str) -> bool:
    """Whether the records of a message may have been committed before under another message."""
    return text[:1] == INLINE_REPLAY


def _split(batch: list[bytes], version: str) -> Iterator[str]:
    text = _pack(batch, version)
    if len(text) <= SOFT_LIMIT or len(batch) == 1:
        yield text
        return
    middle = len(batch) // 2
    yield from _split(batch[:middle], version)
    yield from _split(batch[middle:], version)


def _pack(batch: list[bytes], version: str) -> str:
    return version + base64.b64encode(gzip.compress(b"\n".join(batch), compresslevel=6, mtime=0)).decode()


def _inflate(raw: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(raw, MAX_INFLATED + 1)
    except zlib.error as error:
        raise MalformedMessageError("The message is not gzip.") from error
    if len(text) > MAX_INFLATED:
        raise MalformedMessageError(f"The message unfolds beyond {MAX_INFLATED} bytes.")
    if not inflater.eof or inflater.unused_data:
        raise MalformedMessageError("The message is not exactly one gzip member.")
    return text
