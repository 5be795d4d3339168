"""Trino's functions that DuckDB has not, or not with the same answers, in Python.

`FUNCTIONS` are (name, function, parameter types, result type). A NULL among the arguments is answered with
NULL before the function is called. A `Refused` ends the query (or becomes NULL under TRY).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import math
import re
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from opentrail_local.athena import udfs_json, udfs_text, udfs_time
from opentrail_local.athena.udf_errors import Refused

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
    return struct.pack("f", float(value))


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


def cube_root(value: float) -> float:
    """The cube root; a whole one exactly, which the C library misses by one digit at times."""
    found = math.cbrt(value)
    return float(round(found)) if math.isfinite(found) and round(found) ** 3 == value else found


def sha512(data: bytes) -> bytes:
    """SHA-512."""
    return hashlib.sha512(data).digest()


def hmac_of(data: bytes, key: bytes, name: str) -> bytes:
    """A keyed hash."""
    return hmac.new(key, data, name).digest()


def to_base32(data: bytes) -> str:
    """Base 32 with padding."""
    return base64.b32encode(data).decode()


def from_base32(text: str) -> bytes:
    """The bytes of a base 32 text."""
    try:
        return base64.b32decode(text)
    except binascii.Error as error:
        raise Refused("INVALID_FUNCTION_ARGUMENT", str(error)) from error


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


V, B, N, D, BIN = "VARCHAR", "BOOLEAN", "BIGINT", "DOUBLE", "BLOB"
Entry = tuple[str, Callable[..., Any], list[str], str]
FUNCTIONS: list[Entry] = [
    ("t_fail", fail, [V], V),
    ("t_to_integer", to_integer, [V, V, N], N),
    ("t_to_double", to_double, [V], D),
    ("t_to_decimal", to_decimal, [V], V),
    ("t_to_boolean", to_boolean, [V], B),
    ("t_double_text", double_text, [D], V),
    ("t_real_text", real_text, [D], V),
    ("t_ip", ip, [V], BIN),
    ("t_ip_text", ip_text, [BIN], V),
    ("t_cidr_contains", cidr_contains, [V, BIN], B),
    ("t_hmac", hmac_of, [BIN, BIN, V], BIN),
    ("t_to_base32", to_base32, [BIN], V),
    ("t_from_base32", from_base32, [V], BIN),
    ("t_sha512", sha512, [BIN], BIN),
    ("t_cbrt", cube_root, [D], D),
    ("t_crc32", binascii.crc32, [BIN], N),
    ("t_from_base", from_base, [V, N], N),
    ("t_width_bucket", width_bucket, [D, D, D, N], N),
    ("t_format_number", format_number, [D], V),
    ("t_human_seconds", human_seconds, [D], V),
    *udfs_text.FUNCTIONS,
    *udfs_json.FUNCTIONS,
    *udfs_time.FUNCTIONS,
]
