"""Trino's types: their texts, what coerces into what, and the DuckDB types that hold them.

`timestamp` and `varchar` carry a length only where a message or a result shows it: coercion ignores it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache


@dataclass(frozen=True, slots=True)
class Type:
    """A type. `args` are element types, `names` a row's field names (None: unnamed), `digits` a length or
    precision.

    `zone` is the zone of a `timestamp with time zone` where the statement fixes it: values are held in UTC.
    """

    name: str
    args: tuple[Type, ...] = ()
    names: tuple[str | None, ...] = ()
    digits: int | None = None
    scale: int | None = None
    zone: str | None = None

    def __str__(self) -> str:
        if self.name == "row":
            parts = zip(self.names or (None,) * len(self.args), self.args, strict=True)
            return f"row({', '.join(f'{name} {type_}' if name else str(type_) for name, type_ in parts)})"
        if self.name == "function":
            return f"function({','.join(map(str, self.args))})"
        if self.args:
            return f"{self.name}({', '.join(map(str, self.args))})"
        if self.name == "timestamp with time zone":
            return f"timestamp({3 if self.digits is None else self.digits}) with time zone"
        if self.name in ("timestamp", "time") and self.digits is None:
            return f"{self.name}(3)"
        if self.name == "decimal":
            return f"decimal({self.digits},{self.scale})"
        return self.name if self.digits is None else f"{self.name}({self.digits})"

    def field(self, name: str) -> tuple[int, Type] | None:
        """A row's field of that name, in any case, with its place."""
        for i, other in enumerate(self.names):
            if other is not None and other.lower() == name.lower():
                return i, self.args[i]
        return None


BOOLEAN, VARCHAR, BIGINT, INTEGER, DOUBLE = map(Type, ("boolean", "varchar", "bigint", "integer", "double"))
DATE, TIMESTAMP, TIMESTAMPTZ = Type("date"), Type("timestamp"), Type("timestamp with time zone", zone="UTC")
UNKNOWN, JSON, VARBINARY, REAL = Type("unknown"), Type("json"), Type("varbinary"), Type("real")
IPADDRESS, INTERVAL_DAY, INTERVAL_YEAR = map(
    Type, ("ipaddress", "interval day to second", "interval year to month")
)

INTEGERS = ("tinyint", "smallint", "integer", "bigint")
_WHOLE_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
_NUMBERS = (*INTEGERS, "decimal", "real", "double")
_UNORDERED = ("map", "json", "unknown_function", "function")
_HIVE = {"string": "varchar", "int": "integer", "binary": "varbinary", "float": "real", "struct": "row"}
_DUCK = {
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "unknown": "INTEGER",
    "timestamp": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
    "time": "TIME",
    "varbinary": "BLOB",
    "ipaddress": "BLOB",
    "json": "VARCHAR",
    "interval day to second": "INTERVAL",
    "interval year to month": "INTERVAL",
}


def is_number(type_: Type) -> bool:
    """Whether values of the type can be reckoned with."""
    return type_.name in _NUMBERS


def is_integer(type_: Type) -> bool:
    """Whether values of the type are whole numbers."""
    return type_.name in INTEGERS


def is_orderable(type_: Type) -> bool:
    """Whether values of the type can be sorted."""
    return type_.name not in _UNORDERED and all(is_orderable(arg) for arg in type_.args)


def decimal(precision: int, scale: int) -> Type:
    """A decimal, cut to Trino's 38 digits."""
    return Type("decimal", digits=min(38, precision), scale=min(scale, 38))


def as_decimal(type_: Type) -> Type:
    """The decimal that holds every value of a whole number's type."""
    return type_ if type_.name == "decimal" else decimal(_WHOLE_DIGITS[type_.name], 0)


def array(element: Type) -> Type:
    """An array type."""
    return Type("array", (element,))


def map_of(key: Type, value: Type) -> Type:
    """A map type."""
    return Type("map", (key, value))


def duck(type_: Type) -> str:
    """The DuckDB type that holds the type's values."""
    if type_.name == "array":
        return f"{duck(type_.args[0])}[]"
    if type_.name == "map":
        return f"MAP({duck(type_.args[0])}, {duck(type_.args[1])})"
    if type_.name == "row":
        named = zip(fields(type_), type_.args, strict=True)
        return f"STRUCT({', '.join(f'{column(name)} {duck(inner)}' for name, inner in named)})"
    if type_.name == "decimal":
        return f"DECIMAL({type_.digits}, {type_.scale})"
    return _DUCK.get(type_.name, type_.name.upper())


def fields(type_: Type) -> tuple[str, ...]:
    """The names of a row's fields in DuckDB, in lower case: unnamed ones get one."""
    names = type_.names or (None,) * len(type_.args)
    return tuple(f"field{i}" if name is None else name.lower() for i, name in enumerate(names))


def column(name: str) -> str:
    """A DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def coerces(source: Type, target: Type) -> bool:
    """Whether Trino turns values of `source` into `target` without being asked."""
    if source.name == target.name and not source.args:
        return source.name != "decimal" or _holds(source, target)
    if source == UNKNOWN:
        return True
    if source.name in INTEGERS and target.name == "decimal":
        return _holds(as_decimal(source), target)
    if source.name in _NUMBERS and target.name in _NUMBERS:
        return _NUMBERS.index(source.name) < _NUMBERS.index(target.name) or source.name == target.name
    if source.name == target.name and len(source.args) == len(target.args):
        return all(coerces(a, b) for a, b in zip(source.args, target.args, strict=True))
    return (source.name, target.name) in {
        ("date", "timestamp"),
        ("date", "timestamp with time zone"),
        ("timestamp", "timestamp with time zone"),
        ("char", "varchar"),
    }


def _holds(source: Type, target: Type) -> bool:
    whole = (source.digits or 0) - (source.scale or 0)
    return (target.digits or 0) - (target.scale or 0) >= whole and (target.scale or 0) >= (source.scale or 0)


def common(left: Type, right: Type) -> Type | None:
    """The type both coerce into; None where there is none."""
    if left == right:
        return left
    if left.name == right.name and left.name in ("varchar", "char", "timestamp", "time"):
        return _longer(left, right)
    if left.name == right.name == "timestamp with time zone":
        return replace(_longer(left, right), zone=left.zone)
    if left.name in (*INTEGERS, "decimal") and right.name in (*INTEGERS, "decimal"):
        if "decimal" not in (left.name, right.name):
            return left if INTEGERS.index(left.name) >= INTEGERS.index(right.name) else right
        return _common_decimal(as_decimal(left), as_decimal(right))
    if left.args and left.name == right.name and len(left.args) == len(right.args):
        args = [common(a, b) for a, b in zip(left.args, right.args, strict=True)]
        known = tuple(arg for arg in args if arg is not None)
        same = left.names if left.names == right.names else (None,) * len(left.names)
        return Type(left.name, known, same) if len(known) == len(args) else None
    if coerces(left, right):
        return right
    return left if coerces(right, left) else None


def _common_decimal(left: Type, right: Type) -> Type:
    scale = max(left.scale or 0, right.scale or 0)
    whole = max((left.digits or 0) - (left.scale or 0), (right.digits or 0) - (right.scale or 0))
    return decimal(whole + scale, scale)


def _longer(left: Type, right: Type) -> Type:
    if left.name in ("varchar", "char"):
        return left if left.digits is None or ((right.digits or -1) < left.digits and right.digits) else right
    return left if (left.digits or 3) >= (right.digits or 3) else right


@cache
def hive(text: str) -> Type:
    """A type as Glue writes it, `array<struct<a:int>>` for one."""
    text = text.strip().lower()
    head, bracket, rest = text.partition("<")
    if bracket:
        parts = split(rest.removesuffix(">"))
        if head == "struct":
            named = [part.partition(":") for part in parts]
            return Type("row", tuple(hive(t) for _, _, t in named), tuple(n.strip() for n, _, _ in named))
        return Type(head, tuple(hive(part) for part in parts))
    head, bracket, rest = text.partition("(")
    numbers = [int(part) for part in rest.removesuffix(")").split(",")] if bracket else []
    if head == "decimal":
        precision, scale = (*numbers, 0, 0)[:2] if numbers else (10, 0)
        return decimal(precision, scale)
    return Type(_HIVE.get(head, head), digits=numbers[0] if numbers else 3 if head == "timestamp" else None)


def split(text: str) -> list[str]:
    """The parts of a bracket's inside, at commas that lie in no inner bracket."""
    parts, depth, start = [], 0, 0
    for i, character in enumerate(text):
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [*parts, text[start:].strip()] if text.strip() else parts
