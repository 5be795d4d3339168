"""A trail's bucket vanishes and returns: the status says so, nothing is lost, event history does not wait."""

from typing import Any

from tests.localstack.support import Cloud, eventually

NOTICED = 30.0  # seconds
BACK = 90.0  # seconds: the pause after a first failure is 20


def _created(records: list[dict[str, Any]]) -> list[str]:
    return [r["requestParameters"]["userName"] for r in records if r["eventName"] == "CreateUser"]


def test_what_waits_for_a_bucket_arrives_once_it_is_back(cloud: Cloud, account: str) -> None:
    bucket = cloud.trail(account)
    s3, iam = cloud.client("s3", account), cloud.client("iam", account)
    trails = cloud.client("cloudtrail", account)
    s3.delete_object(Bucket=bucket, Key=f"AWSLogs/{account}/CloudTrail/")  # the marker CreateTrail left
    s3.delete_bucket(Bucket=bucket)
    iam.create_user(UserName="while-it-was-gone")

    def error() -> str | None:
        return trails.get_trail_status(Name="everything").get("LatestDeliveryError")

    assert eventually(error, within=NOTICED) == "NoSuchBucket"
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    assert len(cloud.events(account, LookupAttributes=by_name)) == 1

    s3.create_bucket(Bucket=bucket)
    eventually(lambda: _created(cloud.logged(account, bucket)), within=BACK)
    eventually(lambda: error() is None, within=BACK)
    records = cloud.logged(account, bucket)
    assert _created(records) == ["while-it-was-gone"]
    assert len({r["eventID"] for r in records}) == len(records)
