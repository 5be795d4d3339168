"""Trino's functions that DuckDB has not, or not with the same answers, in Python.

`FUNCTIONS` are (name, function, parameter types, result type). A NULL among the arguments is answered with NULL
before the function is called. A `Refused` ends the query (or becomes NULL under TRY).
"""

from __future__ import annotations

import binascii
import hashlib
import ipaddress
import math
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlsplit

from opentrail_local.athena import udfs_json, udfs_time
from opentrail_local.athena.udf_errors import Refused

V, B, I, D, S = "VARCHAR", "BOOLEAN", "BIGINT", "DOUBLE", "TIMESTAMP"  # noqa: E741
VS, BIN = "VARCHAR[]", "BLOB"

_TRUE, _FALSE = {"t", "true", "1"}, {"f", "false", "0"}


def fail(text: str) -> None:
    """End the query with `NAME: sentence`."""
    name, _, sentence = text.partition(": ")
    raise Refused(name, sentence)


def to_integer(text: str, name: str, bits: int) -> int:
    """A text as a whole number of that many bits beside the sign."""
    if not re.fullmatch(r"[+-]?[0-9]+", text) or not -(2**bits) <= int(text) < 2**bits:
        raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast '{text}' to {name.upper()}")
    return int(text)


def to_double(text: str) -> float:
    """A text as a double."""
    bare = text.strip()
    if not re.fullmatch(r"[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[dDfF]?", bare):
        raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast '{text}' to DOUBLE")
    return float(bare.rstrip("dDfF") if bare[-1:] in "dDfF" else bare)


def to_decimal(text: str) -> str:
    """A text that is a decimal number."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text):
        raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast VARCHAR '{text}' to DECIMAL")
    return text


def to_boolean(text: str) -> bool:
    """A text as a boolean."""
    lower = text.lower()
    if lower in _TRUE or lower in _FALSE:
        return lower in _TRUE
    raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast '{text}' to BOOLEAN")


def double_text(value: float) -> str:
    """A double as Java writes it: 1.0, 1.0E10, 0.001, 1.0E-4."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0.0" if math.copysign(1, value) < 0 else "0.0"
    mantissa, _, exponent = f"{value!r}".partition("e")
    digits, power = mantissa.lstrip("-").replace(".", ""), int(exponent or 0)
    point = mantissa.lstrip("-").index(".") if "." in mantissa else len(digits)
    leading = len(digits) - len(digits.lstrip("0"))
    significant = digits[leading:].rstrip("0") or "0"
    place = point + power - leading  # digits before the point
    sign = "-" if value < 0 else ""
    if -3 < place <= 7:
        padded = significant.ljust(place, "0") if place > 0 else "0" * (1 - place) + significant
        head = padded[: max(place, 1)]
        return f"{sign}{head}.{padded[max(place, 1) :] or '0'}"
    return f"{sign}{significant[0]}.{significant[1:] or '0'}E{place - 1}"


def real_text(value: float) -> str:
    """A real as Java writes it."""
    shortest = next(
        (f"%.{n}g" % value for n in range(1, 10) if _single(f"%.{n}g" % value) == _single(value)), value
    )
    return double_text(float(shortest))


def _single(value: Any) -> bytes:
    import struct

    return struct.pack("f", float(value))


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


def ip(text: str) -> bytes:
    """An address as 16 bytes, IPv4 as IPv4-mapped: they sort as Trino's IPADDRESS does."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Refused("INVALID_CAST_ARGUMENT", f"Cannot cast value to IPADDRESS: {text}") from None
    return b"\0" * 10 + b"\xff\xff" + address.packed if address.version == 4 else address.packed


def ip_text(packed: bytes) -> str:
    """An address as text."""
    return str(_address(packed))


def _address(packed: bytes) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.IPv6Address(packed)
    return address.ipv4_mapped or address


def cidr_contains(prefix: str, packed: bytes) -> bool:
    """Whether an address lies in a network."""
    return _address(packed) in _network(prefix)


@lru_cache(maxsize=256)
def _network(prefix: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        if "/" not in prefix:
            raise ValueError
        return ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        raise Refused("INVALID_FUNCTION_ARGUMENT", "Invalid CIDR") from None


def ip_prefix(packed: bytes, bits: int) -> str:
    """The network of so many bits around an address."""
    return str(ipaddress.ip_network((_address(packed), bits), strict=False))


def sha512(data: bytes) -> bytes:
    """SHA-512."""
    return hashlib.sha512(data).digest()


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


def from_base(text: str, radix: int) -> int:
    """A number written in another base."""
    try:
        return int(text, radix)
    except ValueError:
        raise Refused("INVALID_FUNCTION_ARGUMENT", f"Not a valid base-{radix} number: {text}") from None


def width_bucket(value: float, low: float, high: float, count: int) -> int:
    """The bucket of an equi-width histogram."""
    if count <= 0 or low == high:
        raise Refused("INVALID_FUNCTION_ARGUMENT", "bucketCount must be greater than 0")
    place = (value - low) / (high - low)
    return 0 if place < 0 else count + 1 if place >= 1 else int(place * count) + 1


def format_number(value: float) -> str:
    """A number with its unit: 1.23K, 4.5M."""
    for unit in ("", "K", "M", "B", "T", "Q"):
        if abs(value) < 1000 or unit == "Q":
            text = (
                f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
            )
            return (text.rstrip("0").rstrip(".") if "." in text else text) + unit
        value /= 1000
    raise AssertionError


def human_seconds(value: float) -> str:
    """Seconds as weeks, days, hours, minutes and seconds."""
    left, parts = round(value), []
    for unit, size in (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number} {unit}{'' if number == 1 else 's'}")
    return ", ".join(parts) or "0 seconds"


Entry = tuple[str, Callable[..., Any], list[str], str]
FUNCTIONS: list[Entry] = [
    ("t_fail", fail, [V], V),
    ("t_to_integer", to_integer, [V, V, I], I),
    ("t_to_double", to_double, [V], D),
    ("t_to_decimal", to_decimal, [V], V),
    ("t_to_boolean", to_boolean, [V], B),
    ("t_double_text", double_text, [D], V),
    ("t_real_text", real_text, [D], V),
    ("t_replace", replace, [V, V, V], V),
    ("t_substr", substr, [V, I], V),
    ("t_substr_for", substr_for, [V, I, I], V),
    ("t_strpos", strpos, [V, V, I], I),
    ("t_split", split, [V, V, I], VS),
    ("t_split_part", split_part, [V, V, I], V),
    ("t_split_to_map", split_to_map, [V, V, V], 'STRUCT("key" VARCHAR, "value" VARCHAR)[]'),
    ("t_regexp_like", regexp_like, [V, V], B),
    ("t_regexp_extract", regexp_extract, [V, V, I], V),
    ("t_regexp_extract_all", regexp_extract_all, [V, V, I], VS),
    ("t_regexp_replace", regexp_replace, [V, V, V], V),
    ("t_regexp_split", regexp_split, [V, V], VS),
    ("t_regexp_position", regexp_position, [V, V], I),
    ("t_url", url, [V, V], V),
    ("t_url_parameter", url_parameter, [V, V], V),
    ("t_url_encode", url_encode, [V], V),
    ("t_url_decode", url_decode, [V], V),
    ("t_ip", ip, [V], BIN),
    ("t_ip_text", ip_text, [BIN], V),
    ("t_cidr_contains", cidr_contains, [V, BIN], B),
    ("t_ip_prefix", ip_prefix, [BIN, I], V),
    ("t_sha512", sha512, [BIN], BIN),
    ("t_crc32", binascii.crc32, [BIN], I),
    ("t_normalize", normalized, [V, V], V),
    ("t_soundex", soundex, [V], V),
    ("t_from_base", from_base, [V, I], I),
    ("t_width_bucket", width_bucket, [D, D, D, I], I),
    ("t_format_number", format_number, [D], V),
    ("t_human_seconds", human_seconds, [D], V),
    *udfs_json.FUNCTIONS,
    *udfs_time.FUNCTIONS,
]
