"""Items longer than one DynamoDB item may be: their body goes on in parts, written in the same transaction.

The head says how many parts there are and carries the stamp of its write, as they do: who reads in the middle
of another write sees that, and reads again. A DynamoDB transaction holds 4 MB.
"""

from collections.abc import Iterable, Mapping
from typing import Any

PART_BYTES = 350_000  # of a body in one item: DynamoDB's end at 400 KB


class TornError(Exception):
    """Head and parts are of different writes."""


def split(item: Mapping[str, Any], stamp: int) -> list[dict[str, Any]]:
    """The head and its parts; an item that is short enough stays as it is."""
    body = item["body"].encode()
    if len(body) <= PART_BYTES:
        return [dict(item)]
    first, *rest = (body[start : start + PART_BYTES] for start in range(0, len(body), PART_BYTES))
    head = {**item, "body": first, "parts": len(rest), "stamp": stamp}
    more = {"expires": item["expires"]} if "expires" in item else {}
    return [
        head,
        *(
            {"pk": item["pk"], "sk": part_name(item["sk"], number), "body": part, "stamp": stamp} | more
            for number, part in enumerate(rest, start=1)
        ),
    ]


def joined(head: Mapping[str, Any], parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The item of a head; `parts` by sort key may hold others too."""
    found = [parts.get(name) for name in part_names(head)]
    if any(part is None or part["stamp"] != head["stamp"] for part in found):
        raise TornError
    if not found:
        return dict(head)
    body = b"".join([head["body"], *(part["body"] for part in found if part is not None)])
    whole = {name: value for name, value in head.items() if name not in ("parts", "stamp")}
    return {**whole, "body": body.decode()}


def part_names(head: Mapping[str, Any] | None) -> list[str]:
    """The sort keys of a head's parts."""
    if head is None:
        return []
    return [part_name(head["sk"], number) for number in range(1, head.get("parts", 0) + 1)]


def part_name(sort_key: str, number: int) -> str:
    """The sort key of a part: no listing of heads meets it."""
    return f"part|{sort_key}|{number:02d}"


def is_part(item: Mapping[str, Any]) -> bool:
    """Whether it is a part of another item."""
    return str(item["sk"]).startswith("part|")


def have_parts(heads: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any goes on in parts."""
    return any(head.get("parts") for head in heads)
