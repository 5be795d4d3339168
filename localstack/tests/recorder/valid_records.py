"""What every record must be, written from the specification and not from the recorder's tables.

Sources: AWS documentation, "CloudTrail record contents" (members, order, limits) and real records.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from random_calls import ACCOUNT, SECRET, SECRET_NUMBER

# Member -> its types, in the order of real records; those in REQUIRED are always there.
MEMBERS: dict[str, tuple[type, ...]] = {
    "eventVersion": (str,), "userIdentity": (dict,), "eventTime": (str,), "eventSource": (str,),
    "eventName": (str,), "awsRegion": (str,), "sourceIPAddress": (str,), "userAgent": (str,),
    "errorCode": (str,), "errorMessage": (str,), "requestParameters": (dict, type(None)),
    "responseElements": (dict, type(None)), "additionalEventData": (dict,), "requestID": (str,),
    "eventID": (str,), "readOnly": (bool,), "resources": (list,), "eventType": (str,),
    "apiVersion": (str,), "managementEvent": (bool,), "recipientAccountId": (str,),
    "sharedEventID": (str,), "vpcEndpointId": (str,), "vpcEndpointAccountId": (str,),
    "eventCategory": (str,), "tlsDetails": (dict,), "sessionCredentialFromConsole": (str,),
}  # fmt: skip
REQUIRED = frozenset(MEMBERS) - {
    "errorCode", "errorMessage", "additionalEventData", "resources", "apiVersion", "sharedEventID",
    "vpcEndpointId", "vpcEndpointAccountId", "tlsDetails", "sessionCredentialFromConsole",
}  # fmt: skip

MAX_RECORD = 256 * 1024  # bytes
MAX_ELEMENT = 100 * 1024  # bytes of requestParameters and of responseElements
MAX_TEXT = 1024  # characters of errorCode, errorMessage, userAgent, requestID

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_PATTERNS = {
    "eventVersion": re.compile(r"1\.(0[0-9]|1[0-9])"),
    "eventTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "eventSource": re.compile(r"[a-z0-9-]+\.amazonaws\.com"),
    "eventName": re.compile(r"[A-Z][A-Za-z0-9_]*"),
    "awsRegion": re.compile(r"[a-z]{2}(-[a-z]+)+-\d"),
    "eventID": _UUID,
    "recipientAccountId": re.compile(r"\d{12}"),
    "eventType": re.compile("AwsApiCall"),
    "eventCategory": re.compile("Management|Data"),
    "sharedEventID": _UUID,
}
_SUFFIX = {"lambda": r"(20\d{6}(v2)?)?", "cloudfront": r"(2020_05_31)?"}
_OWN_NAMES = frozenset({"s3", "s3control"})  # their names are golden records' affair

# Services whose parameters are not the API's members with another first letter.
_OTHER_CASING = frozenset({
    "ec2", "s3", "s3control", "dynamodb", "ce", "account", "devops-guru", "resource-explorer-2",
    "apigateway",
})  # fmt: skip
_RESOURCE = re.compile(r"AWS::[A-Za-z0-9]+::[A-Za-z0-9]+")
_SHOWN = frozenset({"sts"})  # hands out session tokens, and records them


def faults(line: bytes, call: Any) -> Iterator[str]:
    """Everything that is wrong with the record of a random call, one sentence each."""
    if len(line) > MAX_RECORD:
        yield f"{len(line)} bytes"
    if b"\n" in line:
        yield "a newline"
    record = json.loads(line, parse_constant=lambda name: f"{name} is not JSON")
    yield from _members(record)
    yield from _name(record, call)
    yield from _outcome(record, call)
    yield from _secrets(line, call)
    yield from _resources(record)
    if call.service not in _OTHER_CASING and call.failure is None:
        yield from _casing(call.operation.input_shape, record["requestParameters"], "requestParameters")
        yield from _casing_answer(call, record["responseElements"])


def _members(record: Mapping[str, Any]) -> Iterator[str]:
    if missing := REQUIRED - set(record):
        yield f"lacks {sorted(missing)}"
    if list(record) != [name for name in MEMBERS if name in record]:
        yield f"order or unknown members: {list(record)}"
    for name, value in record.items():
        if not isinstance(value, MEMBERS[name]):
            yield f"{name} is {type(value).__name__}"
        elif name in _PATTERNS and not _PATTERNS[name].fullmatch(value):
            yield f"{name} is {value!r}"
    for name in ("errorCode", "errorMessage", "userAgent", "requestID"):
        if len(record.get(name, "")) > MAX_TEXT:
            yield f"{name} has {len(record[name])} characters"
    for name in ("requestParameters", "responseElements"):
        size = len(
            json.dumps(record[name], separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
        )
        if size > MAX_ELEMENT:
            yield f"{name} has {size} bytes"
        if record[name] == {}:
            yield f"{name} is empty, not null"
    if record["managementEvent"] is not (record["eventCategory"] == "Management"):
        yield "managementEvent and eventCategory differ"
    if not record["requestID"]:
        yield "requestID is empty"


def _name(record: Mapping[str, Any], call: Any) -> Iterator[str]:
    if call.service not in _OWN_NAMES:
        wanted = re.escape(call.operation.name) + _SUFFIX.get(call.service, "")
        if not re.fullmatch(wanted, record["eventName"]):
            yield f"{call.operation.name} is called {record['eventName']}"


def _outcome(record: Mapping[str, Any], call: Any) -> Iterator[str]:
    if ("errorCode" in record) is (call.failure is None):
        yield "errorCode and the call's end differ"
    if call.failure is not None and record["responseElements"] is not None:
        yield "a failure answers"
    if record["readOnly"] and record["responseElements"] is not None and call.service != "sts":
        yield "a reading call answers"
    if record["recipientAccountId"] != ACCOUNT or record["userIdentity"]["accountId"] != ACCOUNT:
        yield "another account"


def _secrets(line: bytes, call: Any) -> Iterator[str]:
    text = line.decode().lower()
    words = [SECRET, base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex(), str(SECRET_NUMBER)]
    for word in words:
        start = text.find(word.lower())
        if start >= 0 and call.service not in _SHOWN:
            yield f"a secret: …{text[max(0, start - 80) : start + 20]}…"


def _resources(record: Mapping[str, Any]) -> Iterator[str]:
    if record.get("resources") == []:
        yield "resources is empty, not left away"
    for item in record.get("resources") or ():
        unknown = set(item) - {"accountId", "type", "ARN", "ARNPrefix"}
        if unknown or not all(isinstance(value, str) for value in item.values()):
            yield f"a resource with {item}"
        if "type" in item and not _RESOURCE.fullmatch(item["type"]):
            yield f"a resource of type {item['type']}"


def _casing_answer(call: Any, value: Any) -> Iterator[str]:
    shape = call.operation.output_shape
    if call.service in ("rds", "docdb", "neptune") and shape is not None and len(shape.members) == 1:
        [inner] = shape.members.values()
        shape = inner if inner.type_name == "structure" else shape
    yield from _casing(shape, value, "responseElements")


def _casing(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Names that are no member's, with its first letter in lower case."""
    if value is None or value == {"omitted": True} or isinstance(value, str):
        return
    kind = shape.type_name if shape is not None else ""
    if kind == "structure" and isinstance(value, Mapping) and not getattr(shape, "is_document_type", False):
        members = {name[:1].lower() + name[1:]: member for name, member in shape.members.items()}
        if "aRN" in members:  # Secrets Manager's
            members["arn"] = members["aRN"]
        for name, item in value.items():
            if name in members:
                yield from _casing(members[name], item, f"{path}.{name}")
            elif path != "requestParameters" or name not in _DEFAULTED:
                yield f"{path}.{name} is no member"
    elif kind == "list" and isinstance(value, list):
        for item in value:
            yield from _casing(shape.member, item, f"{path}[]")
    elif kind == "map" and isinstance(value, Mapping):
        for item in value.values():
            yield from _casing(shape.value, item, f"{path}{{}}")


_DEFAULTED = frozenset({"encryptionAlgorithm"})  # KMS writes it for operations that were sent none
