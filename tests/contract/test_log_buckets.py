"""Users' buckets: fake and S3 through the delivery role."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.log_buckets import S3LogBucket
from opentrail.ports.errors import AdapterError
from opentrail.ports.log_buckets import LogBucket, LogBucketError

from tests.fakes.clock import FakeClock
from tests.fakes.log_bucket import FakeLogBucket

ROLE = "arn:aws:iam::123456789012:role/delivery"
TRAIL = "arn:aws:cloudtrail:us-east-1:111111111111:trail/audit"
KEY = "arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012"
MARKER = "AWSLogs/111111111111/CloudTrail/"


def real(aws: Any, sessions: list[Mapping[str, str]] | None = None) -> S3LogBucket:
    def client_of(service: str, credentials: Mapping[str, str], region: str | None) -> Any:
        if sessions is not None:
            sessions.append(credentials)
        return boto3.client(service, region_name=region or "us-east-1")

    return S3LogBucket(DeliveryRole(aws.client("sts"), ROLE, client_of, FakeClock()))


@pytest.fixture(params=["fake", "s3"])
def bucket(request: pytest.FixtureRequest) -> LogBucket:
    if request.param == "fake":
        fake = FakeLogBucket()
        fake.refusing["missing"] = "NoSuchBucket"
        return fake
    return real(request.getfixturevalue("aws"))


def check(bucket: LogBucket, name: str) -> None:
    bucket.check(account_id="111111111111", bucket=name, keys=(MARKER,), kms_key_id=None, trail_arn=TRAIL)


def put(bucket: LogBucket, name: str, body: bytes = b"x") -> bool:
    return bucket.put_log_file(
        account_id="111111111111",
        bucket=name,
        key="key",
        body=body,
        kms_key_id=None,
        trail_arn=TRAIL,
        metadata={},
    )


def test_a_bucket_that_is_not_there_refuses(bucket: LogBucket) -> None:
    for call in (check, put):
        with pytest.raises(LogBucketError) as refused:
            call(bucket, "missing")
        assert refused.value.code == "NoSuchBucket"


def test_a_file_is_written_once(bucket: LogBucket) -> None:
    check(bucket, "segments")
    assert put(bucket, "segments")
    assert not put(bucket, "segments", b"other")


def test_a_check_leaves_the_marker_as_cloudtrail_does(aws: Any) -> None:
    check(real(aws), "segments")
    s3 = aws.client("s3")
    marker = s3.get_object(Bucket="segments", Key=MARKER)
    assert marker["Body"].read() == b""
    assert (marker["ContentType"], marker["ContentEncoding"]) == ("application/json", "gzip")
    assert marker["ServerSideEncryption"] == "AES256"


def test_both_calls_are_tried_though_one_is_refused(aws: Any) -> None:
    """The marker stays even if the bucket's ACL may not be read (measured)."""
    s3 = boto3.client("s3", region_name="us-east-1")

    def deny(**_: Any) -> Any:
        from botocore.awsrequest import AWSResponse

        class Raw:
            def stream(self, **_: Any) -> Any:
                yield b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"

        return AWSResponse("https://s3", 403, {}, Raw())

    s3.meta.events.register_first("before-send.s3.GetBucketAcl", deny)
    bucket = S3LogBucket(DeliveryRole(aws.client("sts"), ROLE, lambda *_: s3, FakeClock()))
    with pytest.raises(LogBucketError) as refused:
        check(bucket, "segments")
    assert refused.value.code == "AccessDenied"
    assert aws.client("s3").head_object(Bucket="segments", Key=MARKER)["ContentLength"] == 0


def test_sessions_are_kept_apart_by_account(aws: Any) -> None:
    sessions: list[Mapping[str, str]] = []
    bucket = real(aws, sessions)
    check(bucket, "segments")
    assert put(bucket, "segments")
    assert len(sessions) == 1
    bucket.check(account_id="222222222222", bucket="segments", keys=("k/",), kms_key_id=None, trail_arn=TRAIL)
    assert len(sessions) == 2


def scripted(aws: Any, error: Exception) -> S3LogBucket:
    """A bucket whose every call ends so."""

    class Scripted:
        def __getattr__(self, _name: str) -> Any:
            def call(**_: Any) -> Any:
                raise error

            return call

    return S3LogBucket(DeliveryRole(aws.client("sts"), ROLE, lambda *_: Scripted(), FakeClock()))


def said(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutObject")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        *[
            (said(code), code)
            for code in ("AccessDenied", "KMS.DisabledException", "SlowDown", "ServiceUnavailable",
                         "InternalError", "RequestTimeout", "PermanentRedirect")
        ],
        (ReadTimeoutError(endpoint_url="https://s3"), "RequestTimeout"),
        (ConnectTimeoutError(endpoint_url="https://s3"), "RequestTimeout"),
        (EndpointConnectionError(endpoint_url="https://s3"), "RequestTimeout"),
        (said(""), "Unknown"),
    ],
    ids=repr,
)  # fmt: skip
def test_whatever_keeps_a_file_from_its_bucket_is_said_by_its_code(
    aws: Any, error: Exception, code: str
) -> None:
    with pytest.raises(LogBucketError) as refused:
        put(scripted(aws, error), "slow")
    assert refused.value.code == code


@pytest.mark.parametrize(
    "error", [said("ExpiredToken"), said("ConditionalRequestConflict"), NoCredentialsError()]
)
def test_what_is_our_own_fault_is_not_the_buckets(aws: Any, error: Exception) -> None:
    for call in (put, check):
        with pytest.raises(AdapterError):
            call(scripted(aws, error), "logs")


@pytest.mark.parametrize(
    "error", [said("SlowDown"), said("InternalError"), ReadTimeoutError(endpoint_url="s3")]
)
def test_a_check_that_the_moment_spoils_says_nothing_of_the_bucket(aws: Any, error: Exception) -> None:
    with pytest.raises(AdapterError):
        check(scripted(aws, error), "logs")


def test_with_a_key_objects_are_encrypted_under_it_in_the_trails_context(aws: Any) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    asked: list[dict[str, Any]] = []
    s3.meta.events.register("provide-client-params.s3.PutObject", lambda params, **_: asked.append(params))
    bucket = S3LogBucket(DeliveryRole(aws.client("sts"), ROLE, lambda *_: s3, FakeClock()))
    more = {"account_id": "111111111111", "bucket": "segments", "kms_key_id": KEY, "trail_arn": TRAIL}
    bucket.check(keys=(MARKER,), **more)
    bucket.put_log_file(key="key", body=b"x", metadata={"signature": "s"}, **more)
    contexts = [json.loads(base64.b64decode(request["SSEKMSEncryptionContext"])) for request in asked]
    assert contexts == [{"aws:cloudtrail:arn": TRAIL}] * 2
    for name in (MARKER, "key"):
        head = aws.client("s3").head_object(Bucket="segments", Key=name)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)
