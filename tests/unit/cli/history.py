"""A small event history, and the API over it."""

from datetime import datetime, timedelta
from typing import Any

from tests.api.lookups import record, recorded
from tests.fakes.clock import START
from tests.fakes.service import Service

DENIED = {"errorCode": "AccessDenied", "errorMessage": "no"}
S3, IAM = "s3.amazonaws.com", "iam.amazonaws.com"


def user(name: str) -> dict[str, Any]:
    return {
        "type": "IAMUser",
        "userName": name,
        "accountId": "111111111111",
        "accessKeyId": f"AKIA{name.upper()}",
    }


def seconds_ago(n: int) -> datetime:
    return START.replace(microsecond=0) - timedelta(seconds=n)


def some_history() -> Service:
    """An API in process that knows six events, e1 the newest."""
    service = Service()
    bucket = {"bucketName": "photos"}
    recorded(
        service,
        record("e1", seconds_ago(1), userIdentity=user("alice")),
        record("e2", seconds_ago(2), userIdentity=user("bob"), eventName="DeleteBucket", **DENIED),
        record("e3", seconds_ago(3), userIdentity=user("alice"), eventName="GetBucketAcl", readOnly=True,
               **DENIED),
        record("e4", seconds_ago(4), userIdentity=user("alice"), eventName="DeleteBucketPolicy",
               requestParameters={"bucketName": "paper[1]"}),
        record("e5", seconds_ago(5), userIdentity=user("carol"), eventSource=IAM, eventName="DeleteUser",
               requestParameters={"userName": "photos"}),
        record("e6", seconds_ago(6), userIdentity={"type": "Root"}, eventSource="signin.amazonaws.com",
               eventName="ConsoleLogin", requestParameters=bucket, errorMessage="Failed authentication"),
    )  # fmt: skip
    return service
