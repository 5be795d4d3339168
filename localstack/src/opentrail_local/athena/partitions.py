"""Which objects a table's mention has to read: its partitions, pruned, and what lies in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from opentrail_local.athena.catalog import Catalog, Table
from opentrail_local.athena.context import TableUse
from opentrail_local.athena.errors import QueryError
from opentrail_local.athena.objects import ObjectSource, Stored
from opentrail_local.athena.projection import Key, keys, template

MAX_LOCATIONS = 64  # locations listed one by one; more are found by listing what they have in common

Values = tuple[str, ...]
Prune = Callable[[TableUse, Sequence[Values]], set[int]]  # which of the partitions the conditions leave


@dataclass(frozen=True, slots=True)
class DataFile:
    """An object to read, with the values of its partition's keys."""

    stored: Stored
    values: Values


def files(
    use: TableUse, *, catalog: Catalog, source: ObjectSource, prune: Prune, now: datetime
) -> list[DataFile]:
    """The objects behind a mention of a table, in the order of their keys. QueryError."""
    table = use.table
    if not table.keys:
        return [DataFile(stored, ()) for stored in _data(source, table.location)]
    if table.projected:
        found = list(_projected(use, source, now))
    else:
        found = list(_registered(use, catalog, source, prune))
    values = list(dict.fromkeys(file.values for file in found))
    left = prune(use, values) if use.conditions and values else set(range(len(values)))
    kept = {values[i] for i in left}
    return [file for file in found if file.values in kept]


def split_location(location: str) -> tuple[str, str]:
    """Bucket and key prefix of an `s3://` location. HIVE_METASTORE_ERROR when it is none."""
    match = re.fullmatch(r"s3[an]?://([^/]+)/?(.*)", location)
    if match is None:
        raise QueryError("HIVE_METASTORE_ERROR", f"Table storage location is not an S3 location: {location}")
    return match[1], match[2]


def _data(source: ObjectSource, location: str) -> Iterator[Stored]:
    """The data objects under a location: hidden ones and folder marks are none."""
    bucket, prefix = split_location(location)
    prefix = prefix if not prefix or prefix.endswith("/") else prefix + "/"
    for stored in source.list(bucket, prefix):
        if stored.size and not any(part[:1] in ("_", ".") for part in stored.key[len(prefix) :].split("/")):
            yield stored


def _registered(use: TableUse, catalog: Catalog, source: ObjectSource, prune: Prune) -> Iterator[DataFile]:
    partitions = list(catalog.partitions(use.table))
    values = [partition.values for partition in partitions]
    left = prune(use, values) if use.conditions and values else range(len(values))
    for i in sorted(left):
        for stored in _data(source, partitions[i].location):
            yield DataFile(stored, values[i])


def _projected(use: TableUse, source: ObjectSource, now: datetime) -> Iterator[DataFile]:
    table = use.table
    known = keys(table, now)
    _require_pins(use, known)
    choices = [_choices(use, key) for key in known]
    listed = [options for options in choices if options is not None]
    number = 1
    for options in listed:
        number *= len(options)
    if len(listed) == len(choices) and number <= MAX_LOCATIONS:
        for values in product(*listed):
            for stored in _data(source, _filled(template(table), known, values)):
                yield DataFile(stored, values)
        return
    yield from _found(table, known, choices, source)


def _require_pins(use: TableUse, known: Iterable[Key]) -> None:
    for key in known:
        if key.kind == "injected" and not use.pins.get(key.name):
            raise QueryError(
                "CONSTRAINT_VIOLATION",
                f"For the injected projected partition column {key.name}, the WHERE clause must contain only "
                "static equality conditions, and at least one such condition must be present.",
            )


def _choices(use: TableUse, key: Key) -> list[str] | None:
    """The values a key can have here; None when they are too many to name."""
    pins = use.pins.get(key.name)
    if pins is not None:
        return sorted(pin for pin in pins if _pinned(key, pin))
    return key.few(use.bounds.get(key.name, (None, None)))


def _pinned(key: Key, text: str) -> bool:
    try:
        return key.admits(text)
    except ValueError:
        return False


def _filled(location: str, known: Sequence[Key], values: Sequence[str]) -> str:
    for key, value in zip(known, values, strict=True):
        location = location.replace(f"${{{key.name}}}", value)
    return location


def _found(
    table: Table, known: Sequence[Key], choices: Sequence[list[str] | None], source: ObjectSource
) -> Iterator[DataFile]:
    """Partitions found by listing what their locations have in common, once for all injected values."""
    fixed = [
        options if options is not None and (key.kind == "injected" or len(options) == 1) else [None]
        for key, options in zip(known, choices, strict=True)
    ]
    for combination in product(*fixed):
        location = template(table)
        for key, value in zip(known, combination, strict=True):
            if value is not None:
                location = location.replace(f"${{{key.name}}}", value)
        bucket, prefix = split_location(location.partition("${")[0])
        pattern = _pattern(split_location(location)[1], known)
        for stored in source.list(bucket, prefix):
            match = pattern.match(stored.key)
            if match is None or not stored.size or _hidden(stored.key[match.end() :]):
                continue
            pairs = zip(known, combination, strict=True)
            values = tuple(match[key.name] if value is None else value for key, value in pairs)
            if all(_pinned(key, value) for key, value in zip(known, values, strict=True)):
                yield DataFile(stored, values)


def _hidden(rest: str) -> bool:
    return any(part[:1] in ("_", ".") for part in rest.split("/"))


def _pattern(path: str, known: Sequence[Key]) -> re.Pattern[str]:
    regex = re.escape(path)
    for key in known:
        place = re.escape(f"${{{key.name}}}")
        regex = regex.replace(place, f"(?P<{key.name}>{key.regex})", 1).replace(place, f"(?P={key.name})")
    return re.compile(regex)
