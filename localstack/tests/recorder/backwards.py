"""From a real record back to the call that would have made it: CloudTrail's members to the API's.

The inverse of the recorder's casing, following botocore's model. What a model has no member for stays behind,
and the comparison of the record made from the call with the real one shows it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from opentrail_local.recorder import ec2_members
from opentrail_local.recorder.members import lower_first

WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)


def general(shape: Any, value: Any) -> Any:
    """json and query services."""
    kind = shape.type_name
    if kind == "structure":
        sent = value if isinstance(value, Mapping) else {}
        named = ((name, member, sent.get(lower_first(name))) for name, member in shape.members.items())
        return {name: general(member, item) for name, member, item in named if item is not None}
    if kind == "list":
        return [general(shape.member, item) for item in (value if isinstance(value, list) else [])]
    if kind == "map":
        return {k: general(shape.value, v) for k, v in value.items()} if isinstance(value, Mapping) else {}
    return WHEN if kind == "timestamp" else value


def ec2_request(operation: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    """EC2, requests of both kinds."""
    shape = operation.input_shape
    if ec2_members.is_wrapped(operation.name):
        inner = value.get(f"{operation.name}Request")
        return _xml(shape, inner if isinstance(inner, Mapping) else {}, ec2_members._wire_name)
    sent = dict(value)
    gathered = ec2_members._GATHERED.get(operation.name)
    if gathered is not None:
        name, _ = gathered
        sent |= ((sent.pop(name, None) or {}).get("items") or [{}])[0]
    return _sets(shape, sent, ec2_members._Sets(operation.name))


def ec2_answer(operation: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    """EC2, answers of both kinds."""
    shape = operation.output_shape
    if shape is None:
        return {}
    renamed = {name: own for (of, own), name in ec2_members._ANSWER_MEMBERS.items() if of == operation.name}
    value = {renamed.get(name, name): item for name, item in value.items()}
    if ec2_members.is_wrapped(operation.name):
        inner = value.get(f"{operation.name}Response")
        return _xml(shape, inner if isinstance(inner, Mapping) else {}, _answer_name)
    return {"Return": value.get("_return")} | _answer_sets(shape, value)


def s3_body(operation: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    """S3's XML body, by the name of its root."""
    shape = operation.input_shape
    payload = (shape.serialization or {}).get("payload") if shape is not None else None
    if payload is None or shape.members[payload].type_name != "structure":
        return {}
    member = shape.members[payload]
    root = value.get(member.serialization.get("name") or payload)
    return {payload: _s3_xml(member, root)} if isinstance(root, Mapping) else {}


def _answer_name(name: str, member: Any) -> str:
    return lower_first(str(member.serialization.get("name") or name))


def _sets(shape: Any, value: Mapping[str, Any], names: ec2_members._Sets, parent: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire = ec2_members._wire_name(name, member)
        if member.type_name == "list":
            plain = (parent, wire) in ec2_members._PLAIN
            key = ec2_members._PLAIN_NAMES.get(wire, lower_first(wire)) if plain else names._set_name(wire)
            held = value.get(key)
            items = held if isinstance(held, list) else _items(held)
            listed = [
                _sets(member.member, item, names, wire)
                if member.member.type_name == "structure"
                else item.get(ec2_members._ITEMS.get(wire, lower_first(wire)))
                for item in items
            ]
            listed = [item for item in listed if item is not None]
            if listed:
                made[name] = listed
            continue
        held = value.get(ec2_members._MEMBERS.get((names._operation, wire), lower_first(wire)))
        if member.type_name == "structure" and isinstance(held, Mapping):
            made[name] = _sets(member, held, names, wire)
        elif held is not None:
            made[name] = WHEN if member.type_name == "timestamp" else held
    return made


def _answer_sets(shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, member in shape.members.items():
        held = value.get(_answer_name(name, member))
        if held is None:
            continue
        made[name] = _answer_value(member, held)
    return made


def _items(held: Any) -> list[Any]:
    return (held.get("items") or held.get("item") or []) if isinstance(held, Mapping) else []


def _answer_value(shape: Any, held: Any) -> Any:
    if shape.type_name == "structure":
        return _answer_sets(shape, held) if isinstance(held, Mapping) else {}
    if shape.type_name == "list":
        return [_answer_value(shape.member, item) for item in _items(held)]
    return WHEN if shape.type_name == "timestamp" else held


def _xml(shape: Any, value: Mapping[str, Any], name_of: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, member in shape.members.items():
        held = value.get(name_of(name, member))
        if held is not None:
            made[name] = _xml_value(member, held, name_of)
    return made


def _xml_value(shape: Any, held: Any, name_of: Any) -> Any:
    if shape.type_name == "structure":
        return _xml(shape, held, name_of) if isinstance(held, Mapping) else {}
    if shape.type_name == "list":
        return [_xml_value(shape.member, item, name_of) for item in _elements(held)]
    if shape.type_name == "timestamp":
        return WHEN
    if isinstance(held, Mapping) and "content" in held:
        held = held["content"]
    return str(held).lower() if shape.type_name == "string" and isinstance(held, bool) else held


def _elements(held: Any) -> list[Any]:
    if isinstance(held, Mapping) and "item" in held:
        held = held["item"]
    if held == "":
        return []
    return held if isinstance(held, list) else [held]


def _s3_xml(shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, member in shape.members.items():
        wire = member.serialization.get("name") or name
        if member.type_name != "list":
            held = value.get(wire)
            if held is not None:
                made[name] = _s3_value(member, held)
            continue
        inner = member.member
        if member.serialization.get("flattened"):
            held = value.get(inner.serialization.get("name") or wire)
        else:
            held = value.get(wire)
            held = (
                held.get(inner.serialization.get("name") or "member") if isinstance(held, Mapping) else None
            )
        if held is not None:
            made[name] = [_s3_value(inner, item) for item in (held if isinstance(held, list) else [held])]
    return made


def _s3_value(shape: Any, held: Any) -> Any:
    if shape.type_name == "structure":
        return _s3_xml(shape, held) if isinstance(held, Mapping) else {}
    return str(held).lower() if shape.type_name == "string" and isinstance(held, bool) else held


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Where something is in a value, and of which type; elements of a list share a path."""
    if isinstance(value, Mapping):
        yield f"{path}:object"
        for key, item in value.items():
            yield from paths(item, f"{path}.{key}")
    elif isinstance(value, list):
        yield f"{path}:list"
        for item in value:
            yield from paths(item, f"{path}[]")
    else:
        kind = {bool: "boolean", int: "number", float: "number", str: "text"}.get(type(value), "null")
        yield f"{path}:{kind}"
