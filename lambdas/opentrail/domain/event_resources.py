"""The resources an event is found by: search names taken from requests and answers, operation by operation.

They are not the record's `resources` (measured: KMS Decrypt carries one and answers to none). The mappings
are the lines of `event_resources_table`. Where they find nothing, the record's `resources` are taken, unless
the table says that the operation has none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from opentrail.domain.event_resources_ec2 import EC2_TABLE, TYPES_BY_IDENTIFIER
from opentrail.domain.event_resources_table import TABLE

EVERY = "*"
NONE = "none"
UNKNOWN_TYPE = "-"
EC2_TYPE = "AWS::EC2::*"

_ROOTS = {
    "request": "requestParameters",
    "answer": "responseElements",
    "details": "serviceEventDetails",
    "additional": "additionalEventData",
}
# CreateFunction20150331, GetFunction20150331v2, UpdateDistribution2020_05_31: the API version at the end.
_API_VERSION = re.compile(r"(\d{8}(v\d+)?|\d{4}_\d\d_\d\d)$")
_WRAPPERS = ("Request", "Req", "Response")
_EC2_IDENTIFIER = re.compile(r"([a-z]+(?:-[a-z]+)*)-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A mapping: values at `path` below the record's member `root` are names of resources of `kind`."""

    kind: str
    root: str
    path: tuple[str, ...]


@dataclass(slots=True)
class SourceRules:
    """What the table says of one source."""

    every: list[Rule] = field(default_factory=list)
    operations: dict[str, list[Rule]] = field(default_factory=dict)  # `every` included, in the table's order
    without: set[str] = field(default_factory=set)  # operations whose events have no resources

    def of(self, operation: str) -> list[Rule]:
        """The mappings of an operation."""
        return self.operations.get(operation, self.every)


def read_table(*tables: str) -> dict[str, SourceRules]:
    """The mappings by event source; ValueError names a line that is none."""
    found: dict[str, list[tuple[list[str], list[Rule]]]] = {}
    without: dict[str, set[str]] = {}
    lines: list[tuple[list[str], list[Rule]]] = []
    source = ""
    for text in "\n".join(tables).splitlines():
        words = text.partition("#")[0].split()
        if not words:
            continue
        if words[0].startswith("["):
            source = words[0].strip("[]")
            if source in found:
                raise ValueError(f"{source} is in the table twice")
            lines = found[source] = []
        elif words[1:] == [NONE]:
            without.setdefault(source, set()).update(words[0].split(","))
        else:
            lines.append((words[0].split(","), _rules(text, words)))
    return {source: _source(lines, without.get(source, set())) for source, lines in found.items()}


def _rules(text: str, words: list[str]) -> list[Rule]:
    paths = [path.split(".") for path in words[2:]]
    if words[1:2] == [NONE] or not paths or any(len(path) < 2 or path[0] not in _ROOTS for path in paths):
        raise ValueError(f"no line of the table of resources: {text}")
    return [Rule(words[1], _ROOTS[path[0]], tuple(path[1:])) for path in paths]


def _source(lines: Iterable[tuple[list[str], list[Rule]]], without: set[str]) -> SourceRules:
    named = {name for names, _ in lines for name in names} - {EVERY}
    rules = SourceRules(without=without, operations={name: [] for name in named})
    for names, of_line in lines:
        if EVERY in names:
            rules.every += of_line
        for name in named if EVERY in names else names:
            rules.operations[name] += of_line
    return rules


RULES = read_table(TABLE, EC2_TABLE)


def resources(record: Mapping[str, Any]) -> tuple[tuple[str | None, str], ...]:
    """(ResourceType, ResourceName) of an event, each once; the type is None when nothing tells it."""
    rules = RULES.get(str(record.get("eventSource")))
    if rules is None:
        return tuple(dict.fromkeys(_of_record(record)))
    operation = operation_name(record)
    if operation in rules.without:
        return ()
    found = dict.fromkeys(_by_rules(rules.of(operation), record))
    return tuple(found or dict.fromkeys(_of_record(record)))


def operation_name(record: Mapping[str, Any]) -> str:
    """The operation's name as the table writes it: without an API version."""
    return _API_VERSION.sub("", str(record.get("eventName")))


def _by_rules(rules: Iterable[Rule], record: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    roots = {root: _unwrapped(record.get(root)) for root in _ROOTS.values()}
    for rule in rules:
        root = roots[rule.root]
        if root is not None and (inner := root.get(rule.path[0])) is not None:  # most find nothing: be quick
            for value in _walk(inner, rule.path[1:]):
                yield _kind(rule.kind, value), value


def _unwrapped(value: object) -> Mapping[str, Any] | None:
    """EC2's newer operations: {"CreateNatGatewayRequest": {"SubnetId": …}}, as the others are."""
    if not isinstance(value, Mapping):
        return None
    if len(value) == 1:
        [(name, inner)] = value.items()
        if name[:1].isupper() and name.endswith(_WRAPPERS) and isinstance(inner, Mapping):
            return {key[:1].lower() + key[1:]: item for key, item in inner.items()}
    return value


def _kind(kind: str, value: str) -> str | None:
    if kind == EC2_TYPE:
        match = _EC2_IDENTIFIER.fullmatch(value)
        return TYPES_BY_IDENTIFIER.get(match[1]) if match else None
    return None if kind == UNKNOWN_TYPE else kind


def _of_record(record: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    listed = record.get("resources")
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, Mapping):
            name, kind = item.get("ARN") or item.get("arn"), item.get("type")
            if isinstance(name, str):
                yield (kind if isinstance(kind, str) and kind else None), name


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, path)
    elif path:
        if isinstance(value, Mapping):
            yield from _walk(value.get(path[0]), path[1:])
    elif isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, Mapping) and isinstance(value.get("content"), str):  # an element of EC2's XML
        yield from _walk(value["content"], ())
