"""What a trail may be called, and what a bucket and a key prefix may be (syntax only)."""

import re

from opentrail.messages import trails as messages

MIN_LENGTH = 3  # characters
MAX_LENGTH = 128
MAX_PREFIX = 200

_ALLOWED = re.compile(r"[A-Za-z0-9._-]+")
_IP_ADDRESS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")
_ADJACENT = re.compile(r"[._-]{2}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def problem(name: str) -> str | None:
    """The sentence that says what is wrong with a trail's name; None for a good one."""
    if len(name) < MIN_LENGTH:
        return messages.name_too_short(len(name))
    if len(name) > MAX_LENGTH:
        return messages.name_too_long(len(name))
    if not _alphanumeric(name[0]):
        return messages.NAME_STARTS_WRONG
    if not _alphanumeric(name[-1]):
        return messages.NAME_ENDS_WRONG
    if not _ALLOWED.fullmatch(name):
        return messages.NAME_CHARACTERS
    if _ADJACENT.search(name):
        return messages.NAME_ADJACENT
    return messages.NAME_IS_ADDRESS if _IP_ADDRESS.fullmatch(name) else None


def is_bucket_name(name: str) -> bool:
    """Whether S3 could have a bucket of that name."""
    return bool(_BUCKET.fullmatch(name)) and ".." not in name and not _IP_ADDRESS.fullmatch(name)


def is_key_prefix(prefix: str) -> bool:
    """Whether log files may lie under that prefix."""
    return len(prefix) <= MAX_PREFIX and not _UNPRINTABLE.search(prefix)


def _alphanumeric(character: str) -> bool:
    return character.isascii() and character.isalnum()
