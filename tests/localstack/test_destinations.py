"""What a trail names is tried for real; log files under a key of the user's own, which comes and goes."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localstack.support import Cloud, eventually

HERE, AWAY = "us-east-1", "eu-west-1"
DELIVERED = 60.0  # seconds
DIGESTED = 90.0
BACK = 90.0  # seconds: the pause after a first failure is 20


def _refused(trails: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        trails.create_trail(Name="refused", **request)
    return str(refused.value.response["Error"]["Code"])


def _key(cloud: Cloud, account: str, region: str) -> tuple[Any, str]:
    kms = cloud.client("kms", account, region)
    return kms, kms.create_key()["KeyMetadata"]["Arn"]


def test_what_is_not_there_or_does_not_fit_is_refused(cloud: Cloud, account: str) -> None:
    trails, s3 = cloud.client("cloudtrail", account), cloud.client("s3", account)
    assert _refused(trails, S3BucketName=f"missing-{account}") == "S3BucketDoesNotExistException"
    bucket = f"destinations-{account}"
    s3.create_bucket(Bucket=bucket)

    def refused(**more: Any) -> str:
        return _refused(trails, S3BucketName=bucket, **more)

    kms, key = _key(cloud, account, HERE)
    _, elsewhere = _key(cloud, account, AWAY)
    group = f"arn:aws:logs:{HERE}:{account}:log-group:missing:*"
    role = f"arn:aws:iam::{account}:role/logs"
    assert refused(KmsKeyId="alias/none") == "InsufficientEncryptionPolicyException"
    assert refused(KmsKeyId=elsewhere) == "KmsKeyNotFoundException"
    kms.disable_key(KeyId=key)
    assert refused(KmsKeyId=key) == "KmsException"
    assert refused(SnsTopicName="missing") == "InsufficientSnsTopicPolicyException"
    pair = {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": role}
    assert refused(**pair) == "InvalidCloudWatchLogsLogGroupArnException"
    assert trails.describe_trails()["trailList"] == []
    # The same, once it is there.
    kms.enable_key(KeyId=key)
    cloud.client("sns", account).create_topic(Name="missing")
    cloud.client("logs", account).create_log_group(logGroupName="missing")
    made = trails.create_trail(
        Name="accepted", S3BucketName=bucket, SnsTopicName="missing", KmsKeyId=key, **pair
    )
    assert made["KmsKeyId"] == key
    markers = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert markers == [f"AWSLogs/{account}/CloudTrail/"]
    assert s3.head_object(Bucket=bucket, Key=markers[0])["SSEKMSKeyId"] == key
    streams = cloud.client("logs", account).describe_log_streams(logGroupName="missing")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == [f"{account}_CloudTrail_{HERE}"]


def test_a_trail_is_updated_tagged_and_given_selectors_longer_than_an_item(
    cloud: Cloud, account: str
) -> None:
    trails, s3 = cloud.client("cloudtrail", account), cloud.client("s3", account)
    for name in ("first", "second"):
        s3.create_bucket(Bucket=f"{name}-{account}")
    arn = trails.create_trail(Name="audit", S3BucketName=f"first-{account}")["TrailARN"]
    changed = {"S3BucketName": f"second-{account}", "S3KeyPrefix": "below", "IsMultiRegionTrail": True}
    updated = trails.update_trail(Name=arn, EnableLogFileValidation=True, **changed)
    assert changed.items() <= updated.items()
    assert updated["LogFileValidationEnabled"] is True
    markers = [item["Key"] for item in s3.list_objects_v2(Bucket=f"second-{account}")["Contents"]]
    assert markers == [f"below/AWSLogs/{account}/{folder}/" for folder in ("CloudTrail-Digest", "CloudTrail")]
    abroad = cloud.client("cloudtrail", account, AWAY)
    assert [trail["TrailARN"] for trail in abroad.describe_trails()["trailList"]] == [arn]

    trails.add_tags(ResourceId=arn, TagsList=[{"Key": "team", "Value": "blue"}, {"Key": "gone"}])
    trails.remove_tags(ResourceId=arn, TagsList=[{"Key": "gone"}])
    [tagged] = trails.list_tags(ResourceIdList=[arn])["ResourceTagList"]
    assert tagged["TagsList"] == [{"Key": "team", "Value": "blue"}]

    values = [f"{number:03d}{'x' * 2000}" for number in range(400)]
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.ARN", "StartsWith": values},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]
    trails.put_event_selectors(TrailName=arn, AdvancedEventSelectors=[{"FieldSelectors": fields}])
    [shown] = trails.get_event_selectors(TrailName="audit")["AdvancedEventSelectors"]
    assert shown["FieldSelectors"] == fields
    trails.delete_trail(Name=arn)
    assert trails.list_trails()["Trails"] == []


def test_a_key_encrypts_files_and_digests_and_when_it_is_disabled_they_wait_for_it(
    cloud: Cloud, account: str
) -> None:
    kms, key = _key(cloud, account, HERE)
    kms.create_alias(AliasName="alias/logs", TargetKeyId=key)
    bucket = cloud.trail(account, KmsKeyId="alias/logs", EnableLogFileValidation=True)
    s3, iam = cloud.client("s3", account), cloud.client("iam", account)
    trails = cloud.client("cloudtrail", account)
    assert trails.get_trail(Name="everything")["Trail"]["KmsKeyId"] == key

    def users() -> list[str]:
        records = cloud.logged(account, bucket)
        return [r["requestParameters"]["userName"] for r in records if r["eventName"] == "CreateUser"]

    def error() -> str | None:
        return trails.get_trail_status(Name="everything").get("LatestDeliveryError")

    iam.create_user(UserName="before")
    eventually(lambda: users() == ["before"], within=DELIVERED)

    def delivered() -> list[str]:
        found = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
        return found if any("/CloudTrail-Digest/" in name and name.endswith(".gz") for name in found) else []

    for name in eventually(delivered, within=DIGESTED):
        head = s3.head_object(Bucket=bucket, Key=name)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)

    kms.disable_key(KeyId=key)
    iam.create_user(UserName="meanwhile")
    assert eventually(error, within=DELIVERED) == "KMS.DisabledException"
    kms.enable_key(KeyId=key)
    eventually(lambda: sorted(users()) == ["before", "meanwhile"], within=BACK)
    eventually(lambda: error() is None, within=BACK)
