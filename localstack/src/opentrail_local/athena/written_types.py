"""Types as a statement writes them, and literals that begin with a type's name."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from sqlglot import exp

from opentrail_local.athena.context import Value, error
from opentrail_local.athena.types import Type, decimal

_NAMES = {
    "INT": "integer",
    "TEXT": "varchar",
    "FLOAT": "real",
    "VARBINARY": "varbinary",
    "NCHAR": "char",
    "TIMESTAMPTZ": "timestamp with time zone",
    "TIMESTAMPLTZ": "timestamp with time zone",
}
_KNOWN = {
    *("boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "varchar", "char"),
    *("varbinary", "json", "date", "time", "timestamp", "timestamp with time zone", "array", "map", "row"),
    *("ipaddress", "uuid", "interval day to second", "interval year to month"),
}
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_STAMP = re.compile(
    r"(\d{4,})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,12}))?)?)?"
    r"(?:\s*([A-Za-z+-].*))?"
)


def known_zone(name: str) -> bool:
    """Whether a time zone of that name is there."""
    if re.fullmatch(r"[+-]\d\d:\d\d", name):
        return False  # an offset is no zone that DuckDB knows by name
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def written(node: exp.DataType) -> Type:
    """The type a statement writes. TYPE_NOT_FOUND when Trino has none of that name."""
    kind = node.this.value if isinstance(node.this, exp.DataType.Type) else str(node.this)
    name = _NAMES.get(kind, kind.lower())
    inner = node.expressions
    if kind == "STRUCT":
        types = [written(part.args["kind"] if isinstance(part, exp.ColumnDef) else part) for part in inner]
        names = [part.name if isinstance(part, exp.ColumnDef) else None for part in inner]
        return Type("row", tuple(types), tuple(names))
    if name not in _KNOWN:
        raise error("TYPE_MISMATCH", node, f"Unknown type: {name}")
    if name in ("array", "map"):
        return Type(name, tuple(written(part) for part in inner))
    numbers = [int(part.name) for part in inner if isinstance(part, exp.DataTypeParam)]
    if name == "decimal":
        precision, scale = (*numbers, 0)[:2] if numbers else (38, 0)
        return decimal(precision, scale)
    if name in ("timestamp", "timestamp with time zone", "time"):
        zone = "UTC" if name == "timestamp with time zone" else None
        return Type(name, digits=numbers[0] if numbers else 3, zone=zone)
    return Type(name, digits=numbers[0] if numbers else None)


def literal(node: exp.Cast, type_: Type) -> Value | None:
    """`DATE '…'` and `TIMESTAMP '…'`, or a cast of a text that means the same; None for anything else."""
    operand = node.this
    if type(node) is not exp.Cast or not isinstance(operand, exp.Literal) or not operand.is_string:
        return None
    text = str(operand.this).strip()
    if type_.name == "date":
        if not _DATE.fullmatch(text):
            return None
        return Value(f"DATE '{_padded(text)}'", type_)
    if type_.name not in ("timestamp", "timestamp with time zone"):
        return None
    match = _STAMP.fullmatch(text)
    return None if match is None else _stamp(match, type_)


def _stamp(match: re.Match[str], type_: Type) -> Value | None:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    moment = (
        f"{_padded(f'{year}-{month}-{day}')} {int(hour or 0):02}:{int(minute or 0):02}:{int(second or 0):02}"
    )
    moment += f".{fraction}" if fraction else ""
    if zone is None and type_.name == "timestamp":
        return Value(f"TIMESTAMP '{moment}'", type_)
    zone = (zone or "UTC").strip()
    offset = re.fullmatch(r"[+-]\d\d:\d\d", zone)
    if not offset and not known_zone(zone):
        return None
    stamp = f"TIMESTAMPTZ '{moment}{zone}'" if offset else f"timezone('{zone}', TIMESTAMP '{moment}')"
    name = "timestamp with time zone"
    return Value(stamp, Type(name, digits=type_.digits, zone="UTC" if offset else zone))


def _padded(date: str) -> str:
    year, month, day = date.split("-")
    return f"{year}-{int(month):02}-{int(day):02}"
