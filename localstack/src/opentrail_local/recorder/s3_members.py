"""S3's requestParameters: the bucket, the host, the key, and the query and headers as they were sent.

XML bodies appear under their root element, as XML turned JSON (one element of a list is not a list, `true` is
a boolean); a bucket policy appears as the JSON it is. Bodies of objects never do. Sources: real records.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from opentrail_local.recorder import hidden
from opentrail_local.recorder.call import OMITTED, Call
from opentrail_local.recorder.ec2_members import xml_scalar
from opentrail_local.recorder.members import iso_time

XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"

# Headers that are not `x-amz-` but are recorded.
_HEADERS = {"content-type": "Content-Type", "range": "Range", "if-none-match": "If-None-Match"}
_RECORDED_PREFIX = "x-amz-"
# Parts of signing and of the transfer's own encoding, and secrets.
_NOT_RECORDED = (
    "x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-amz-decoded-content-length",
    "x-amz-trailer", "x-amz-te", "x-amz-checksum-", "x-amz-sdk-checksum-",
    "x-amz-server-side-encryption-customer-key", "x-amz-copy-source-server-side-encryption-customer-key",
    "x-amz-meta-", "x-amzn-", "x-amz-user-agent",
    "x-amz-account-id",
)  # fmt: skip
_QUERY_NOT_RECORDED = frozenset({
    "x-amz-signature", "x-amz-credential", "x-amz-security-token", "signature", "awsaccesskeyid", "x-id",
})  # fmt: skip

# Bodies that are recorded under a name of their own, parsed: (operation, member) -> name.
_JSON_BODIES = {("PutBucketPolicy", "Policy"): "bucketPolicy"}

# Bodies that are not recorded although they are XML.
_BODIES_LEFT_OUT = frozenset({"DeleteObjects", "CompleteMultipartUpload", "SelectObjectContent"})

# Headers of the answer that responseElements take over, for operations that change something.
_ANSWERED = (
    "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled", "x-amz-version-id", "x-amz-delete-marker",
    "x-amz-expiration",
)  # fmt: skip
_ANSWERING = frozenset({
    "PutObject", "CopyObject", "UploadPart", "UploadPartCopy", "CreateMultipartUpload",
    "CompleteMultipartUpload", "DeleteObject", "RestoreObject",
})  # fmt: skip

# Operations that write objects, and what additionalEventData calls the encryption (AWS documentation,
# "Default encryption FAQ").
_ENCRYPTING = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})
_ENCRYPTIONS = {"AES256": "SSE_S3", "aws:kms": "SSE_KMS", "aws:kms:dsse": "DSSE_KMS"}


def request(call: Call) -> dict[str, Any]:
    """The requestParameters of a call to S3."""
    parameters = call.parameters if isinstance(call.parameters, Mapping) else {}
    written: dict[str, Any] = {}
    if call.parameters is OMITTED:
        written["omitted"] = True
    else:
        written |= _body(call.operation, parameters)
    if bucket := parameters.get("Bucket"):
        written["bucketName" if call.service == "s3" else "bucket"] = bucket
    written["Host"] = call.headers.get("host", "")
    if key := parameters.get("Key"):
        written["key"] = key
    for name, value in parse_qsl(call.query, keep_blank_values=True):
        if name.lower() not in _QUERY_NOT_RECORDED:
            written[name] = value
    for name, value in call.headers.items():
        if name in _HEADERS and call.names.category == "Data" and name != "content-type":
            written[_HEADERS[name]] = value
        elif name.startswith(_RECORDED_PREFIX) and not name.startswith(_NOT_RECORDED):
            written.setdefault(name, value)
    return written


def answer(call: Call) -> dict[str, Any] | None:
    """The responseElements of a call to S3 that succeeded."""
    if call.operation.name not in _ANSWERING:
        return None
    return {name: call.answer_headers[name] for name in _ANSWERED if name in call.answer_headers} or None


def additional(call: Call) -> dict[str, Any]:
    """The additionalEventData of a call to S3."""
    presigned = "x-amz-signature=" in call.query.lower() or "signature=" in call.query.lower()
    data: dict[str, Any] = {}
    if not call.who.is_anonymous:
        data["SignatureVersion"] = "SigV4"
    if call.tls is not None:
        data["CipherSuite"] = call.tls["cipherSuite"]
    data["bytesTransferredIn"] = _length(call.headers)
    if call.operation.name in _ENCRYPTING and (applied := _encryption(call)):
        data["SSEApplied"] = applied
    if not call.who.is_anonymous:
        data["AuthenticationMethod"] = "QueryString" if presigned else "AuthHeader"
    if found := call.answer_headers.get("x-amz-id-2"):
        data["x-amz-id-2"] = found
    data["bytesTransferredOut"] = _length(call.answer_headers)
    return data


def _encryption(call: Call) -> str | None:
    """How an object was encrypted; S3 says so too when nobody asked for it."""
    if "x-amz-server-side-encryption-customer-algorithm" in call.headers:
        return "SSE_C"
    name = _ENCRYPTIONS.get(call.answer_headers.get("x-amz-server-side-encryption", ""))
    is_default = name == "SSE_S3" and "x-amz-server-side-encryption" not in call.headers
    return f"Default_{name}" if is_default else name


def _length(headers: Mapping[str, str]) -> int:
    for name in ("x-amz-decoded-content-length", "content-length"):
        if headers.get(name, "").isdigit():
            return int(headers[name])
    return 0


def _body(operation: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    shape = operation.input_shape
    payload = (shape.serialization or {}).get("payload") if shape is not None else None
    value = parameters.get(payload) if payload else None
    if not value or operation.name in _BODIES_LEFT_OUT:
        return {}
    if (name := _JSON_BODIES.get((operation.name, payload))) is not None:
        return {name: _json(value)}
    member = shape.members[payload]
    if member.type_name != "structure" or not isinstance(value, Mapping):
        return {}
    root = member.serialization.get("name") or payload
    return {str(root): {"xmlns": XMLNS, **_structure(operation.name, member, value)}}


def _json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text


def _structure(operation: str, shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, member in shape.members.items():
        item = value.get(name)
        if item is None or hidden.word_for("s3", operation, name, member) is not hidden.SHOW:
            continue
        wire = str(member.serialization.get("name") or name)
        if member.type_name == "list":
            inner = member.member
            items = [_value(operation, inner, one) for one in item]
            single = items[0] if len(items) == 1 else items
            if member.serialization.get("flattened"):
                wire = str(inner.serialization.get("name") or wire)
                written[wire] = single
            else:
                written[wire] = {str(inner.serialization.get("name") or "member"): single} if items else ""
        else:
            written[wire] = _value(operation, member, item)
    return written


def _value(operation: str, shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        return (_structure(operation, shape, value) or "") if isinstance(value, Mapping) else ""
    return xml_scalar(iso_time(value))
