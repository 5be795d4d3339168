"""Trino's text functions: parts, Java's regular expressions, URLs."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlsplit

from opentrail_local.athena.udf_errors import Refused


def replace(text: str, search: str, by: str) -> str:
    """Every occurrence replaced; an empty search stands before and after each character."""
    return text.replace(search, by)


def substr(text: str, start: int) -> str:
    """From a place counted from 1, or from the end when negative; 0 and beyond give nothing."""
    return substr_for(text, start, len(text))


def substr_for(text: str, start: int, length: int) -> str:
    """At most so many characters from a place."""
    begin = start - 1 if start > 0 else len(text) + start
    if start == 0 or begin < 0 or begin >= len(text) or length <= 0:
        return ""
    return text[begin : begin + length]


def strpos(text: str, part: str, instance: int) -> int:
    """The place of the n-th occurrence, from the end when negative; 0 when there is none."""
    if instance == 0:
        raise Refused("INVALID_FUNCTION_ARGUMENT", "'instance' must not be a positive or negative number.")
    places = [i for i in range(len(text) - len(part) + 1) if text.startswith(part, i)]
    index = instance - 1 if instance > 0 else instance
    return places[index] + 1 if -len(places) <= index < len(places) else 0


def split(text: str, by: str, limit: int) -> list[str]:
    """At most `limit` parts, the last one the rest."""
    if limit <= 0:
        raise Refused("INVALID_FUNCTION_ARGUMENT", "Limit must be positive")
    return text.split(by, limit - 1)


def split_part(text: str, by: str, index: int) -> str | None:
    """A part counted from 1; NULL when there is none."""
    if index <= 0:
        raise Refused("INVALID_FUNCTION_ARGUMENT", "Index must be greater than zero")
    parts = list(text) if not by else text.split(by)
    return parts[index - 1] if index <= len(parts) else None


def split_to_map(text: str, entries: str, pairs: str) -> list[dict[str, str]]:
    """`a=1,b=2` as entries; INVALID_FUNCTION_ARGUMENT for one without a separator or a key twice."""
    found: dict[str, str] = {}
    for part in text.split(entries) if text else []:
        key, separator, value = part.partition(pairs)
        if not separator:
            raise Refused(
                "INVALID_FUNCTION_ARGUMENT",
                f"Key-value delimiter must appear exactly once in each entry. Bad input: '{part}'",
            )
        if key in found:
            raise Refused("INVALID_FUNCTION_ARGUMENT", f"Duplicate keys ({key}) are not allowed")
        found[key] = value
    return [{"key": key, "value": value} for key, value in found.items()]


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    """A Java regular expression. INVALID_FUNCTION_ARGUMENT when it is none."""
    python = re.sub(r"\(\?<([A-Za-z]\w*)>", r"(?P<\1>", text)
    for name, letters in (
        ("Alpha", "A-Za-z"),
        ("Digit", "0-9"),
        ("Alnum", "A-Za-z0-9"),
        ("Punct", r"!-/:-@\[-`{-~"),
    ):
        python = python.replace(f"\\p{{{name}}}", f"[{letters}]")
    python = python.replace(r"\p{L}", r"[^\W\d_]").replace(r"\z", r"\Z").replace(r"\h", r"[ \t]")
    try:
        return re.compile(python)
    except re.error as error:
        raise Refused("INVALID_FUNCTION_ARGUMENT", f"{error} in pattern '{text}'") from error


def regexp_like(text: str, regex: str) -> bool:
    """Whether the pattern is found."""
    return pattern(regex).search(text) is not None


def regexp_extract(text: str, regex: str, group: int) -> str | None:
    """A group of the first match; NULL when nothing matches."""
    match = pattern(regex).search(text)
    return None if match is None else match[_group(regex, group)]


def regexp_extract_all(text: str, regex: str, group: int) -> list[str | None]:
    """A group of every match."""
    place = _group(regex, group)
    return [match[place] for match in pattern(regex).finditer(text)]


def _group(regex: str, group: int) -> int:
    if not 0 <= group <= pattern(regex).groups:
        raise Refused(
            "INVALID_FUNCTION_ARGUMENT",
            f"Pattern has {pattern(regex).groups} groups. Cannot access group {group}",
        )
    return group


def regexp_replace(text: str, regex: str, by: str) -> str:
    """Every match replaced; `$1` and `${name}` are groups."""
    python = re.sub(r"\\(?![\\$])", r"\\\\", by)
    python = re.sub(r"(?<!\\)\$(\d)", r"\\g<\1>", python)
    python = re.sub(r"(?<!\\)\$\{(\w+)\}", r"\\g<\1>", python).replace(r"\$", "$")
    try:
        return pattern(regex).sub(python, text)
    except (re.error, IndexError) as error:
        raise Refused("INVALID_FUNCTION_ARGUMENT", f"Illegal replacement sequence: {by}") from error


def regexp_split(text: str, regex: str) -> list[str]:
    """The parts between matches."""
    parts, start = [], 0
    for match in pattern(regex).finditer(text):
        parts.append(text[start : match.start()])
        start = match.end()
    return [*parts, text[start:]]


def regexp_position(text: str, regex: str) -> int:
    """The place of the first match from 1; -1 when there is none."""
    match = pattern(regex).search(text)
    return -1 if match is None else match.start() + 1


def url(text: str, part: str) -> str | None:
    """A part of a URL; NULL for what is none, and for a host or port that is not there."""
    try:
        found = urlsplit(text)
        if part == "port":
            return None if found.port is None else str(found.port)
        if part == "host":
            return found.hostname
    except ValueError:
        return None
    return str(getattr(found, part))


def url_parameter(text: str, name: str) -> str | None:
    """The first value of a query parameter."""
    try:
        pairs = parse_qsl(urlsplit(text).query, keep_blank_values=True)
    except ValueError:
        return None
    return next((value for key, value in pairs if key == name), None)


def url_encode(text: str) -> str:
    """Form encoding, as Java's URL escaper writes it."""
    return quote_plus(text, safe="-_.*").replace("~", "%7E")


def url_decode(text: str) -> str:
    """The text of a form encoding."""
    return unquote_plus(text, errors="strict")


def normalized(text: str, form: str) -> str:
    """Unicode normalisation."""
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]


def soundex(text: str) -> str:
    """The Soundex code of a word."""
    codes = {
        c: str(i) for i, group in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for c in group
    }
    letters = [c for c in text.lower() if c.isalpha()]
    if not letters:
        return ""
    made, before = letters[0].upper(), codes.get(letters[0], "")
    for letter in letters[1:]:
        code = codes.get(letter, "")
        if code and code != before:
            made += code
        before = before if letter in "hw" else code
    return made[:4].ljust(4, "0")


V, B, N, VS = "VARCHAR", "BOOLEAN", "BIGINT", "VARCHAR[]"
FUNCTIONS: list[tuple[str, Any, list[str], str]] = [
    ("t_replace", replace, [V, V, V], V),
    ("t_substr", substr, [V, N], V),
    ("t_substr_for", substr_for, [V, N, N], V),
    ("t_strpos", strpos, [V, V, N], N),
    ("t_split", split, [V, V, N], VS),
    ("t_split_part", split_part, [V, V, N], V),
    ("t_split_to_map", split_to_map, [V, V, V], 'STRUCT("key" VARCHAR, "value" VARCHAR)[]'),
    ("t_regexp_like", regexp_like, [V, V], B),
    ("t_regexp_extract", regexp_extract, [V, V, N], V),
    ("t_regexp_extract_all", regexp_extract_all, [V, V, N], VS),
    ("t_regexp_replace", regexp_replace, [V, V, V], V),
    ("t_regexp_split", regexp_split, [V, V], VS),
    ("t_regexp_position", regexp_position, [V, V], N),
    ("t_url", url, [V, V], V),
    ("t_url_parameter", url_parameter, [V, V], V),
    ("t_url_encode", url_encode, [V], V),
    ("t_url_decode", url_decode, [V], V),
    ("t_normalize", normalized, [V, V], V),
    ("t_soundex", soundex, [V], V),
]
