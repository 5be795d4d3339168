"""Shapes of records: which members there are, of which types; never what they hold.

A shape is the paths of the compared members, each with its types and whether every record has it where its
parent is. Elements of a list share a path (`[]`). Members of a map, whose names are data, share the name `*`;
a policy document is a thing of its own (`document`).
"""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEMBERS = ("requestParameters", "responseElements", "resources", "additionalEventData", "identity")
SUCCESS = "success"

# Services that the local cloud has, by their event source.
SOURCES = frozenset({
    "acm", "apigateway", "athena", "config", "dynamodb", "ec2", "es", "glue", "iam", "kms", "lambda", "logs",
    "monitoring", "redshift", "route53", "route53resolver", "s3", "secretsmanager", "sns", "ssm", "sts",
    "support", "transcribe",
})  # fmt: skip

# Where the names of members are data: (event source, path).
_MAPS = tuple(
    (source, re.compile(path))
    for source, path in (
        ("kms", r"requestParameters\.encryptionContext"),
        ("lambda", r"(requestParameters|responseElements)\.tags"),
        ("logs", r"requestParameters\.tags"),
        ("apigateway", r"requestParameters\.tagResourceInput\.tags"),
        ("apigateway", r"responseElements\.methodSettings"),
        ("ssm", r"requestParameters\.items\[\]\.details"),
    )
)
_DOCUMENTS = frozenset({"requestParameters.bucketPolicy"})


@dataclass(slots=True)
class Shape:
    """Of the records of one event and one outcome."""

    records: int = 0
    newest: str = ""  # eventVersion
    top: set[str] = field(default_factory=set)
    paths: dict[str, set[str]] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)


def corpus(path: Path) -> Iterator[dict[str, Any]]:
    """The real records."""
    with gzip.open(path) as lines:
        for line in lines:
            yield json.loads(line)["record"]


def outcome(record: Mapping[str, Any]) -> str:
    """The errorCode, or the word for success."""
    return str(record.get("errorCode") or SUCCESS)


def version(text: str) -> tuple[int, int]:
    """An eventVersion, to be compared."""
    major, minor = text.split(".")
    return int(major), int(minor)


def shape_of(records: Iterable[Mapping[str, Any]]) -> Shape:
    """The common shape of records of one event and outcome."""
    shape = Shape()
    seen: Counter[str] = Counter()
    for record in records:
        shape.records += 1
        shape.newest = max(shape.newest, record["eventVersion"], key=lambda v: version(v) if v else (0, 0))
        shape.top |= set(record)
        seen.update(record.keys())
        objects = defaultdict(list)
        for member in MEMBERS:
            if member in record:
                for path, value in _walk(member, record[member], record["eventSource"].partition(".")[0]):
                    objects[path].append(value)
        for path, values in objects.items():
            shape.paths.setdefault(path, set()).update(_type(value) for value in values)
            seen[f"path {path}"] += len(values)
            seen[f"objects {path}"] += sum(isinstance(value, Mapping) for value in values)
    for path in shape.paths:
        parent = path.rpartition(".")[0]
        if parent and not path.endswith("[]") and seen[f"path {path}"] < seen[f"objects {parent}"]:
            shape.optional.add(path)
    shape.optional |= {name for name in shape.top if seen[name] < shape.records}
    return shape


# Texts that are times: services write them in one way or another.
_TIMES = {
    "time (Java, with comma)": re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M"),
    "time (Java)": re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M"),
    "time (ISO 8601)": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*"),
}


TYPES = (*_TIMES, "document", "object", "list", "boolean", "number", "text", "null")


def _type(value: Any) -> str:
    if isinstance(value, _Document):
        return "document"
    if isinstance(value, str):
        return next((name for name, form in _TIMES.items() if form.fullmatch(value)), "text")
    names = {dict: "object", list: "list", bool: "boolean", int: "number", float: "number", str: "text"}
    return names.get(type(value), "null")


class _Document(dict[str, Any]):
    """An object that is looked at as a whole."""


def _walk(path: str, value: Any, source: str) -> Iterator[tuple[str, Any]]:
    if path in _DOCUMENTS and isinstance(value, Mapping):
        yield path, _Document()
        return
    yield path, value
    if isinstance(value, Mapping):
        is_map = any(source == of and pattern.fullmatch(path) for of, pattern in _MAPS)
        for name, item in value.items():
            yield from _walk(f"{path}.{'*' if is_map else name}", item, source)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(f"{path}[]", item, source)


def by_event(records: Iterable[dict[str, Any]]) -> dict[tuple[str, str], dict[str, list[dict[str, Any]]]]:
    """Records by source and name, and then by outcome."""
    found: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    for record in records:
        event = (record.get("eventSource") or "-", record.get("eventName") or "-")
        found.setdefault(event, {}).setdefault(outcome(record), []).append(record)
    return found


_BARE: dict[str, Any] = {"eventVersion": "1.08", "eventSource": "-"}


def identities(records: Iterable[Mapping[str, Any]]) -> dict[str, Shape]:
    """Shapes of userIdentity by its type, over all events."""
    found: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        if version(record["eventVersion"]) < (1, 8):
            continue  # older ones lack members
        identity = record.get("userIdentity") or {}
        if (kind := identity.get("type")) and record["eventSource"] != "signin.amazonaws.com":
            found.setdefault(kind, []).append({**_BARE, "identity": identity})
    return {kind: shape_of(held) for kind, held in found.items()}


def order(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """The members of records in the order that newer ones have them in."""
    after: dict[str, Counter[str]] = {}
    for record in records:
        if version(record["eventVersion"]) >= (1, 8) and "eventCategory" in record:
            names = list(record)
            for position, name in enumerate(names):
                after.setdefault(name, Counter()).update(names[position + 1 :])
    # Few records differ from the others: of two members, that is first which is so in most.
    left = sorted(after, key=lambda name: -after[name].total())
    found: list[str] = []
    while left:
        free = (n for n in left if not any(after[o][n] > after[n][o] for o in left if o != n))
        found.append(next(free, left[0]))
        left.remove(found[-1])
    return found


def write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """Keep the shapes of real records: paths and types, no values."""
    path.write_text(text(records))


def text(records: Iterable[dict[str, Any]]) -> str:
    """What is kept of real records. Of services the local cloud lacks, names alone."""
    known = [record for record in records if record.get("eventSource") and record.get("eventName")]
    events: dict[str, Any] = {}
    for event, outcomes in sorted(by_event(known).items()):
        held = {name: _packed(shape_of(held)) for name, held in sorted(outcomes.items())}
        events[" ".join(event)] = held if event[0].partition(".")[0] in SOURCES else {}
    kinds = {kind: _packed(shape) for kind, shape in sorted(identities(known).items())}
    kept = {"order": " ".join(order(known)), "identities": kinds, "events": events}
    return json.dumps(kept, indent=1) + "\n"


def _packed(shape: Shape) -> dict[str, Any]:
    def marked(name: str) -> str:
        return f"{name}?" if name in shape.optional else name

    return {
        "records": shape.records,
        "newest": shape.newest,
        "top": " ".join(marked(name) for name in sorted(shape.top)),
        "paths": {marked(name): " or ".join(sorted(held)) for name, held in shape.paths.items()},
    }


@dataclass(frozen=True, slots=True)
class Kept:
    """The shapes that are kept."""

    order: list[str]
    identities: dict[str, Shape]
    events: dict[tuple[str, str], dict[str, Shape]]


def read(path: Path) -> Kept:
    """The shapes of real records."""
    kept = json.loads(path.read_text())
    events = {}
    for event, outcomes in kept["events"].items():
        source, _, name = event.partition(" ")
        events[source, name] = {key: _unpacked(held) for key, held in outcomes.items()}
    kinds = {kind: _unpacked(held) for kind, held in kept["identities"].items()}
    return Kept(kept["order"].split(), kinds, events)


def _unpacked(held: Mapping[str, Any]) -> Shape:
    shape = Shape(held["records"], held["newest"])
    for name in held["top"].split():
        shape.top.add(name.removesuffix("?"))
    for name, types in held["paths"].items():
        shape.paths[name.removesuffix("?")] = set(types.split(" or "))
    named = (*held["top"].split(), *held["paths"])
    shape.optional = {name.removesuffix("?") for name in named if name.endswith("?")}
    return shape


def joined(shapes: Iterable[Shape]) -> Shape:
    """What is in any of them."""
    whole = Shape()
    for shape in shapes:
        whole.records += shape.records
        whole.newest = max(whole.newest, shape.newest, key=lambda v: version(v) if v else (0, 0))
        whole.top |= shape.top
        for name, types in shape.paths.items():
            whole.paths.setdefault(name, set()).update(types)
    return whole
