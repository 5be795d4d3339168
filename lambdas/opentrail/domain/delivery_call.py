"""Records of the calls that delivering a log file makes itself: CloudTrail's own, as AWS shows them.

RecursiveLogging of a trail says whether it takes them. A file that holds nothing else is not recorded itself:
so each file of other records leads to one more at most, and what a trail delivers never feeds on itself.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opentrail.domain.call_record import EVENT_VERSION
from opentrail.domain.moment import to_text
from opentrail.domain.trail import Trail

INVOKED_BY = "cloudtrail.amazonaws.com"
_NAMESPACE = uuid.UUID("6b1f4d0e-6a52-5c0c-9a55-3a7d0f6f5f0e")  # of the eventIDs of these records


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilePut:
    """A log file that was written."""

    trail: Trail
    key: str
    size: int  # bytes
    at: datetime


def is_own(record: Mapping[str, Any]) -> bool:
    """Whether it is of a call that CloudTrail made to deliver."""
    identity = record.get("userIdentity")
    if not isinstance(identity, Mapping):
        return False
    return identity.get("type") == "AWSService" and identity.get("invokedBy") == INVOKED_BY


def is_only_own(records: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a file holds nothing else."""
    return all(map(is_own, records))


def records_of(put: LogFilePut) -> list[dict[str, Any]]:
    """PutObject, a data event of the bucket; with a key of the trail's also its GenerateDataKey, a management
    event. Both in the trail's account and home Region: those of its bucket are not known.
    """
    found = [_put_object(put)]
    if put.trail.kms_key_id:
        found.append(_generate_data_key(put, put.trail.kms_key_id))
    return found


def lines_of(put: LogFilePut) -> list[bytes]:
    """The same as lines of a message."""
    made = records_of(put)
    return [json.dumps(r, ensure_ascii=False, separators=(",", ":")).encode() for r in made]


def _put_object(put: LogFilePut) -> dict[str, Any]:
    trail = put.trail
    bucket = trail.s3_bucket_name
    encryption = {"x-amz-server-side-encryption": "AES256"}
    if trail.kms_key_id:
        encryption = {
            "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id": trail.kms_key_id,
        }
    return {
        **_head(put, "s3.amazonaws.com", "PutObject"),
        "requestParameters": {
            "bucketName": bucket,
            "Host": f"{bucket}.s3.{trail.home_region}.amazonaws.com",
            "key": put.key,
            "x-amz-acl": "bucket-owner-full-control",
            **encryption,
        },
        "responseElements": encryption,
        "additionalEventData": {
            "SignatureVersion": "SigV4",
            "bytesTransferredIn": put.size,
            "bytesTransferredOut": 0,
            "AuthenticationMethod": "AuthHeader",
        },
        **_tail(put, "PutObject", reading=False, management=False),
        "resources": [
            {"type": "AWS::S3::Object", "ARN": f"arn:{trail.partition}:s3:::{bucket}/{put.key}"},
            {
                "accountId": trail.account_id,
                "type": "AWS::S3::Bucket",
                "ARN": f"arn:{trail.partition}:s3:::{bucket}",
            },
        ],
    }


def _generate_data_key(put: LogFilePut, key: str) -> dict[str, Any]:
    trail = put.trail
    return {
        **_head(put, "kms.amazonaws.com", "GenerateDataKey"),
        "requestParameters": {
            "keySpec": "AES_256",
            "encryptionContext": trail.encryption_context(put.key),
            "keyId": key,
        },
        "responseElements": None,
        **_tail(put, "GenerateDataKey", reading=True, management=True),
        "resources": [{"accountId": trail.account_id, "type": "AWS::KMS::Key", "ARN": key}],
    }


def _head(put: LogFilePut, source: str, name: str) -> dict[str, Any]:
    return {
        "eventVersion": EVENT_VERSION,
        "userIdentity": {"type": "AWSService", "invokedBy": INVOKED_BY},
        "eventTime": to_text(put.at),
        "eventSource": source,
        "eventName": name,
        "awsRegion": put.trail.home_region,
        "sourceIPAddress": INVOKED_BY,
        "userAgent": INVOKED_BY,
    }


def _tail(put: LogFilePut, name: str, *, reading: bool, management: bool) -> dict[str, Any]:
    """The eventID is the file's: a message that is sent again says the same."""
    event_id = uuid.uuid5(_NAMESPACE, f"{name} {put.trail.s3_bucket_name}/{put.key}")
    return {
        "eventID": str(event_id),
        "readOnly": reading,
        "eventType": "AwsApiCall",
        "managementEvent": management,
        "recipientAccountId": put.trail.account_id,
        "eventCategory": "Management" if management else "Data",
    }
