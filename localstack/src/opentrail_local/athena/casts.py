"""Casts: which Trino knows, and what DuckDB must do for each.

Each cast is a template over the operand's SQL, `{0}`. `t_` names are functions of `udfs` and `macros`.
"""

from __future__ import annotations

from opentrail_local.athena.context import Value
from opentrail_local.athena.types import (
    INTEGERS,
    Type,
    column,
    duck,
    fields,
    is_integer,
    is_number,
)

_FRACTION = {0: "", 1: "", 2: "", 3: ".%g", 6: ".%f"}
_BOUNDS = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}


def coerced(value: Value, target: Type) -> str:
    """The value's SQL as the type it coerces into."""
    source = value.type
    if duck(source) == duck(target) or (source.args and source.name == target.name and source == target):
        return value.sql
    if source.name == "row" and target.name == "row":
        return _row(value.sql, source, target)
    return f"CAST({value.sql} AS {duck(target)})"


def cast(value: Value, target: Type) -> str | None:
    """The SQL of an explicit cast; None where Trino knows none."""
    source, sql = value.type, value.sql
    if source.name == "unknown":
        return f"CAST(NULL AS {duck(target)})"
    if source.name == target.name and not source.args:
        return _same(sql, source, target)
    if target.name == "json":
        return _to_json(sql, source)
    if source.name == "json":
        return _from_json(sql, target)
    if source.name in ("varchar", "char"):
        return _from_text(sql, target)
    if target.name in ("varchar", "char"):
        text = _to_text(sql, source)
        return None if text is None else _cut(text, target)
    if is_number(source) or source.name == "boolean":
        return _from_number(sql, source, target)
    if source.name in ("timestamp", "timestamp with time zone", "date", "time"):
        return _from_time(sql, source, target)
    return _nested(sql, source, target)


def text_of(value: Value) -> str | None:
    """The value as varchar; None where Trino has no cast to varchar."""
    return value.sql if value.type.name == "varchar" else cast(value, Type("varchar"))


def timestamp_text(sql: str, digits: int | None) -> str:
    """A timestamp's text with that many digits of fraction."""
    wanted = 3 if digits is None else digits
    if wanted in (0, 3, 6):
        return f"strftime({sql}, '%Y-%m-%d %H:%M:%S{_FRACTION[wanted]}')"
    if wanted < 6:
        return f"left(strftime({sql}, '%Y-%m-%d %H:%M:%S.%f'), {20 + wanted})"
    return f"rpad(strftime({sql}, '%Y-%m-%d %H:%M:%S.%f'), {20 + wanted}, '0')"


def local(value: Value) -> str:
    """A `timestamp with time zone` as the wall clock of its zone."""
    return f"timezone('{value.type.zone or 'UTC'}', {value.sql})"


def _same(sql: str, source: Type, target: Type) -> str:
    if target.name in ("varchar", "char"):
        return _cut(sql, target)
    if target.name == "decimal":
        return f"CAST({sql} AS {duck(target)})"
    if target.name == "timestamp" and (target.digits or 3) < (source.digits or 3):
        unit = {0: "second", 3: "millisecond"}.get(3 if target.digits is None else target.digits)
        return f"t_round_{unit}({sql})" if unit else sql
    return sql


def _cut(sql: str, target: Type) -> str:
    return sql if target.digits is None else f"left({sql}, {target.digits})"


def _to_text(sql: str, source: Type) -> str | None:
    if source.name == "timestamp":
        return timestamp_text(sql, source.digits)
    if source.name == "timestamp with time zone":
        zone = source.zone or "UTC"
        return f"({timestamp_text(f"timezone('{zone}', {sql})", source.digits)} || ' {zone}')"
    if source.name in ("double", "real"):
        return f"t_{source.name}_text({sql})"
    if source.name == "ipaddress":
        return f"t_ip_text({sql})"
    if source.name.startswith("interval") or source.name in ("varbinary", "array", "map", "row"):
        return None
    return f"CAST({sql} AS VARCHAR)"


def _from_text(sql: str, target: Type) -> str | None:
    if is_integer(target):
        return f"CAST(t_to_integer({sql}, '{target.name}', {_BOUNDS[target.name]}) AS {duck(target)})"
    known = {
        "boolean": f"t_to_boolean({sql})",
        "double": f"t_to_double({sql})",
        "real": f"CAST(t_to_double({sql}) AS FLOAT)",
        "date": f"t_to_date({sql})",
        "timestamp": f"t_to_timestamp({sql})",
        "timestamp with time zone": f"t_to_timestamptz({sql})",
        "ipaddress": f"t_ip({sql})",
        "varbinary": f"encode({sql})",
        "time": f"CAST({sql} AS TIME)",
        "uuid": f"CAST({sql} AS UUID)",
    }
    if target.name == "decimal":
        return f"CAST(t_to_decimal({sql}) AS {duck(target)})"
    if target.name in ("varchar", "char"):
        return _cut(sql, target)
    return known.get(target.name)


def _from_number(sql: str, source: Type, target: Type) -> str | None:
    if source.name == "boolean":
        return f"CAST({sql} AS {duck(target)})" if is_number(target) else None
    if target.name == "boolean":
        return f"({sql} <> 0)"
    if target.name in INTEGERS and source.name in ("double", "real"):
        return f"CAST(round({sql}) AS {duck(target)})"
    return f"CAST({sql} AS {duck(target)})" if is_number(target) else None


def _from_time(sql: str, source: Type, target: Type) -> str | None:
    zone = f"'{source.zone or 'UTC'}'"
    if source.name == "timestamp with time zone":
        if target.name in ("date", "timestamp", "time"):
            return f"CAST(timezone({zone}, {sql}) AS {duck(target)})"
        return None
    allowed = {"date": ("timestamp", "timestamp with time zone"), "time": ()}
    wanted = allowed.get(source.name, ("date", "time", "timestamp with time zone"))
    return f"CAST({sql} AS {duck(target)})" if target.name in wanted else None


def _to_json(sql: str, source: Type) -> str | None:
    if source.name in ("varbinary", "ipaddress") or source.name.startswith("interval"):
        return None
    if source.name in ("timestamp", "date", "timestamp with time zone"):
        return f"CAST(to_json({_to_text(sql, source)}) AS VARCHAR)"
    return f"CAST(to_json({_jsonable(sql, source)}) AS VARCHAR)"


def _jsonable(sql: str, source: Type) -> str:
    """Values with their JSON parts marked as JSON, which DuckDB holds as texts here."""
    if source.name == "json":
        return f"CAST({sql} AS JSON)"
    if source.name == "array":
        return f"list_transform({sql}, lambda j: {_jsonable('j', source.args[0])})"
    if source.name == "map":
        entry = f"{{'key': k.key, 'value': {_jsonable('k.value', source.args[1])}}}"
        return f"map_from_entries(list_transform(list_sort(map_entries({sql})), lambda k: {entry}))"
    if source.name == "timestamp":
        return timestamp_text(sql, source.digits)
    return sql


def _from_json(sql: str, target: Type) -> str | None:
    scalar = {
        "varchar": "t_json_varchar",
        "boolean": "t_json_boolean",
        "bigint": "t_json_bigint",
        "integer": "t_json_bigint",
        "smallint": "t_json_bigint",
        "tinyint": "t_json_bigint",
        "double": "t_json_double",
        "real": "t_json_double",
        "decimal": "t_json_double",
    }.get(target.name)
    if scalar is not None:
        return _cut(f"CAST({scalar}({sql}) AS {duck(target)})", target)
    if target.name in ("array", "map", "row"):
        shape = _shape(target).replace("'", "''")
        return f"CAST(from_json(t_json_checked({sql}, '{target.name}'), '{shape}') AS {duck(target)})"
    return None


def _shape(type_: Type) -> str:
    """A type as from_json wants it described."""
    if type_.name == "array":
        return f"[{_shape(type_.args[0])}]"
    if type_.name == "row":
        named = zip(fields(type_), type_.args, strict=True)
        return "{" + ", ".join(f'"{name}": {_shape(arg)}' for name, arg in named) + "}"
    if type_.name == "map":
        inner = "JSON" if type_.args[1].name == "json" else duck(type_.args[1])
        return f'"MAP({duck(type_.args[0])}, {inner})"'
    return '"JSON"' if type_.name == "json" else f'"{duck(type_)}"'


def _nested(sql: str, source: Type, target: Type) -> str | None:
    if source.name != target.name or len(source.args) != len(target.args):
        return None
    if source.name == "row":
        return _row(sql, source, target)
    if source.name == "array":
        inner = cast(Value("c", source.args[0]), target.args[0])
        return None if inner is None else f"list_transform({sql}, lambda c: {inner})"
    key = cast(Value("c.key", source.args[0]), target.args[0])
    entry = cast(Value("c.value", source.args[1]), target.args[1])
    if key is None or entry is None:
        return None
    made = f"{{'key': {key}, 'value': {entry}}}"
    return f"map_from_entries(list_transform(map_entries({sql}), lambda c: {made}))"


def _row(sql: str, source: Type, target: Type) -> str | None:
    """A row field by field: a struct cast would match names instead of places."""
    if len(source.args) != len(target.args):
        return None
    parts = []
    for old, old_type, new, new_type in zip(
        fields(source), source.args, fields(target), target.args, strict=True
    ):
        made = cast(Value(f"({sql}).{column(old)}", old_type), new_type)
        if made is None:
            return None
        parts.append(f"{column(new)} := {made}")
    return f"CASE WHEN ({sql}) IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
