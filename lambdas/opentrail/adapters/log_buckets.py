"""Users' buckets, written as the delivery role in a session tagged with the owner's account."""

import base64
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.dynamodb import translated
from opentrail.adapters.refusals import is_silence
from opentrail.domain.backlog import TIMED_OUT
from opentrail.ports.errors import AdapterError
from opentrail.ports.log_buckets import LogBucketError

_PRESENT = frozenset({"PreconditionFailed", "412"})
# Codes that say something of ourselves. (ConditionalRequestConflict: two writers of one delivery met.)
_OURS = frozenset({"ConditionalRequestConflict", "ExpiredToken"})
# Codes that say something of the moment: a delivery waits for it, whoever makes a trail is to try again.
_PASSING = frozenset({"InternalError", "ServiceUnavailable", "SlowDown", TIMED_OUT})


class S3LogBucket:
    """Buckets of any account and Region: the SDK follows S3 to a bucket's Region."""

    def __init__(self, role: DeliveryRole) -> None:
        self._role = role

    def check(
        self, *, account_id: str, bucket: str, keys: tuple[str, ...], kms_key_id: str | None, trail_arn: str
    ) -> None:
        """GetBucketAcl and PutObject, both tried, as CloudTrail does."""
        s3 = self._role.client("s3", account_id)
        refusals: list[LogBucketError] = []
        for key in keys:
            self._try(refusals, partial(self._put, s3, bucket, key, b"", kms_key_id, trail_arn))
        self._try(refusals, partial(s3.get_bucket_acl, Bucket=bucket))
        if refusals:
            raise refusals[0]

    def put_log_file(
        self,
        *,
        account_id: str,
        bucket: str,
        key: str,
        body: bytes,
        kms_key_id: str | None,
        trail_arn: str,
        metadata: Mapping[str, str],
    ) -> bool:
        """Once: a key that is there already holds the same bytes."""
        s3 = self._role.client("s3", account_id)
        try:
            self._put(s3, bucket, key, body, kms_key_id, trail_arn, once=True, metadata=metadata)
        except ClientError as error:
            if _code(error) in _PRESENT:
                return False
            raise _refusal(error) from error
        except BotoCoreError as error:
            found = translated(error)
            raise LogBucketError(TIMED_OUT, str(error)) if is_silence(found) else found from error
        return True

    def _try(self, refusals: list[LogBucketError], call: Callable[[], Any]) -> None:
        try:
            call()
        except ClientError as error:
            refusal = _refusal(error)
            if isinstance(refusal, AdapterError) or refusal.code in _PASSING:
                raise translated(error) from error
            refusals.append(refusal)
        except BotoCoreError as error:
            raise translated(error) from error

    def _put(
        self,
        s3: Any,
        bucket: str,
        key: str,
        body: bytes,
        kms_key_id: str | None,
        trail_arn: str,
        *,
        once: bool = False,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        context = json.dumps({"aws:cloudtrail:arn": trail_arn}, separators=(",", ":"))
        encryption: dict[str, str] = {"ServerSideEncryption": "AES256"}
        if kms_key_id:
            encryption = {
                "ServerSideEncryption": "aws:kms",
                "SSEKMSKeyId": kms_key_id,
                "SSEKMSEncryptionContext": base64.b64encode(context.encode()).decode(),
            }
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=body,
            ACL="bucket-owner-full-control",
            ContentType="application/json",
            ContentEncoding="gzip",
            Metadata=dict(metadata or {}),
            **encryption,
            **({"IfNoneMatch": "*"} if once else {}),
        )


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _refusal(error: ClientError) -> LogBucketError | AdapterError:
    """The bucket's refusal, or AdapterError when the fault is ours."""
    code = _code(error)
    if code in _OURS:
        return translated(error)
    return LogBucketError(code or "Unknown", str(error))
