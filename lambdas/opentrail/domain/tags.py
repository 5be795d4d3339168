"""Tags of a resource, and what is wrong with a list of them."""

from collections.abc import Mapping, Sequence

from opentrail.messages import common as messages

MAX_TAGS = 50  # of one resource (AWS quota)
RESERVED = "aws:"

type Tags = tuple[tuple[str, str], ...]


def from_list(tags: Sequence[Mapping[str, str]]) -> Tags:
    """Keys and values in the order given; a tag without a value has an empty one."""
    return tuple((tag["Key"], tag.get("Value") or "") for tag in tags)


def to_list(tags: Tags) -> list[dict[str, str]]:
    """The wire's form."""
    return [{"Key": key, "Value": value} if value else {"Key": key} for key, value in tags]


def problem(tags: Tags) -> str | None:
    """What is wrong with the keys; their number is looked at apart."""
    keys = [key for key, _ in tags]
    if len(set(keys)) < len(keys):
        return messages.TAG_KEY_REPEATED
    return messages.TAG_KEY_RESERVED if any(key.lower().startswith(RESERVED) for key in keys) else None
