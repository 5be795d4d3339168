"""Result columns: as GetQueryResults describes them, and as the `.csv.metadata` file does (protobuf).

Field numbers of the file: 1 query id; 4 column, of it 1 catalog, 4 name, 5 label, 6 type, 7 precision,
8 scale, 9 nullable (3: unknown), 10 case-sensitive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentrail_local.athena.types import Type

CATALOG = "hive"
MAX_TEXT = 2_147_483_647  # precision of a varchar without length
_UNKNOWN_NULLABLE = 3

_PRECISION = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "real": 17,
    "double": 17,
    "timestamp": 3,
    "timestamp with time zone": 3,
    "time": 3,
    "varbinary": 1_073_741_824,
}


def column_info(name: str, type_: Type) -> dict[str, Any]:
    """A ColumnInfo."""
    return {
        "CatalogName": CATALOG,
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": type_.name,
        "Precision": _precision(type_),
        "Scale": type_.scale or 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": type_.name in ("varchar", "char"),
    }


def encoded(query_id: str, columns: Sequence[dict[str, Any]]) -> bytes:
    """The metadata file."""
    made = _bytes(1, query_id.encode())
    for described in columns:
        made += _bytes(
            4,
            _bytes(1, described["CatalogName"].encode())
            + _bytes(4, described["Name"].encode())
            + _bytes(5, described["Label"].encode())
            + _bytes(6, described["Type"].encode())
            + _number(7, described["Precision"])
            + _number(8, described["Scale"])
            + _number(9, _UNKNOWN_NULLABLE)
            + _number(10, int(described["CaseSensitive"])),
        )
    return made


def _precision(type_: Type) -> int:
    if type_.name in ("varchar", "char"):
        return MAX_TEXT if type_.digits is None else type_.digits
    if type_.name == "decimal":
        return type_.digits or 38
    return _PRECISION.get(type_.name, 0)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes([value & 0x7F | 0x80])
        value >>= 7
    return made + bytes([value])
