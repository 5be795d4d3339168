"""Tags of a resource, and what is wrong with a list of them."""

import unicodedata
from collections.abc import Mapping, Sequence

from opentrail.messages import common as messages

MAX_TAGS = 50  # of one resource (AWS quota)
RESERVED = "aws:"
SIGNS = "_.:/=+-@"  # beside letters, white space and numbers (AWS documentation, Tagging AWS resources)

type Tags = tuple[tuple[str, str], ...]


def from_list(tags: Sequence[Mapping[str, str]]) -> Tags:
    """Keys and values in the order given; a tag without a value has an empty one."""
    return tuple((tag["Key"], tag.get("Value") or "") for tag in tags)


def to_list(tags: Tags) -> list[dict[str, str]]:
    """The wire's form."""
    return [{"Key": key, "Value": value} if value else {"Key": key} for key, value in tags]


def problem(tags: Tags) -> str | None:
    """What is wrong with keys and values; their number is looked at apart."""
    keys = [key for key, _ in tags]
    if len(set(keys)) < len(keys):
        return messages.TAG_KEY_REPEATED
    if not all(_allowed(character) for tag in tags for text in tag for character in text):
        return messages.TAG_CHARACTERS
    return messages.TAG_KEY_RESERVED if any(key.lower().startswith(RESERVED) for key in keys) else None


def added(held: Tags, more: Tags) -> Tags:
    """With more tags: a key that is held already has the new value, in its old place."""
    return tuple((dict(held) | dict(more)).items())


def without(held: Tags, keys: Sequence[str]) -> Tags:
    """Without the tags of those keys, whatever their values; unknown keys do not matter."""
    return tuple((key, value) for key, value in held if key not in keys)


def _allowed(character: str) -> bool:
    return character in SIGNS or unicodedata.category(character)[0] in "LNZ"
