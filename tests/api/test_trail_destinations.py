"""What a trail delivers to and encrypts with: tried at its creation and at every update, in AWS's order."""

from typing import Any

import pytest

from tests.api.test_update_trail import ARN, GROUP, MARKER, ROLE, TOPIC_ARN
from tests.fakes.front import ACCOUNT
from tests.fakes.service import Service, answer, refusal

ID = "12345678-1234-1234-1234-123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{ID}"
ALIAS = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/logs"
THEIRS = f"arn:aws:kms:eu-west-1:222222222222:key/mrk-{'0123456789abcdef' * 2}"
STREAM = f"{ACCOUNT}_CloudTrail_us-east-1"
DESTINATIONS = {
    "S3BucketName": "logs",
    "SnsTopicName": "told",
    "CloudWatchLogsLogGroupArn": GROUP,
    "CloudWatchLogsRoleArn": ROLE,
    "KmsKeyId": "alias/logs",
}


def insufficient(key: str, bucket: str = "logs") -> tuple[str, str]:
    sentence = f"Insufficient permissions to access S3 bucket {bucket} or KMS key {key}."
    return ("InsufficientEncryptionPolicyException", sentence)


def unusable(key: str) -> tuple[str, str]:
    sentence = f"KMS key {key} cannot be used: it is disabled, pending deletion or not for encryption."
    return ("KmsException", sentence)


BUCKET_POLICY = (
    "InsufficientS3BucketPolicyException",
    "Incorrect S3 bucket policy is detected for bucket: logs",
)
NO_BUCKET = ("S3BucketDoesNotExistException", "S3 bucket logs does not exist!")
TOPIC_POLICY = (
    "InsufficientSnsTopicPolicyException",
    "SNS Topic does not exist or the topic policy is incorrect!",
)
GROUP_DENIED = (
    "InvalidCloudWatchLogsLogGroupArnException",
    "Access denied. Verify in IAM that the role has adequate permissions.",
)
ROLE_DENIED = (
    "InvalidCloudWatchLogsRoleArnException",
    "Access denied. Verify in IAM that the role has adequate trust relationships.",
)


@pytest.fixture
def service() -> Service:
    """Two keys, one of them with an alias."""
    service = Service()
    service.keys.keys |= {KEY, THEIRS}
    service.keys.aliases[ALIAS] = KEY
    return service


def create(trails: Any, **more: Any) -> dict[str, Any]:
    return answer(trails.create_trail, **({"Name": "audit", "S3BucketName": "logs"} | more))


def test_each_destination_is_tried_and_leaves_what_cloudtrail_leaves(service: Service, trails: Any) -> None:
    create(trails, **DESTINATIONS)
    assert service.log_bucket.markers == [("logs", MARKER)]
    told = (ACCOUNT, TOPIC_ARN, "CloudTrail validation message.")
    assert service.topics.published == [told]
    assert service.log_groups.checked == [(GROUP, STREAM)]
    context = {"aws:cloudtrail:arn": ARN, "aws:s3:arn": f"arn:aws:s3:::logs/{MARKER}"}
    assert service.keys.tried == [(ACCOUNT, ALIAS, context)]
    trails.update_trail(Name="audit")
    assert service.log_bucket.markers == [("logs", MARKER)] * 2
    assert service.topics.published == [told] * 2
    assert service.log_groups.checked == [(GROUP, STREAM)] * 2
    assert service.keys.tried[1:] == [(ACCOUNT, KEY, context)]


@pytest.mark.parametrize(
    ("given", "key"),
    [(ID, KEY), (KEY, KEY), ("alias/logs", KEY), (ALIAS, KEY), (THEIRS, THEIRS)],
)
def test_a_key_is_shown_and_used_by_its_own_arn(service: Service, trails: Any, given: str, key: str) -> None:
    assert create(trails, KmsKeyId=given)["KmsKeyId"] == key
    assert answer(trails.get_trail, Name="audit")["Trail"]["KmsKeyId"] == key
    assert service.log_bucket.keys == [key]
    create(trails, Name="second")
    assert answer(trails.update_trail, Name="second", KmsKeyId=given)["KmsKeyId"] == key
    assert answer(trails.describe_trails, trailNameList=["second"])["trailList"][0]["KmsKeyId"] == key


def test_an_alias_that_means_another_key_later_changes_nothing_until_it_is_set_again(
    service: Service, trails: Any
) -> None:
    create(trails, KmsKeyId="alias/logs")
    service.keys.aliases[ALIAS] = THEIRS
    assert answer(trails.update_trail, Name="audit")["KmsKeyId"] == KEY
    assert answer(trails.update_trail, Name="audit", KmsKeyId="alias/logs")["KmsKeyId"] == THEIRS


def test_an_empty_key_goes_back_to_the_buckets_own_encryption(service: Service, trails: Any) -> None:
    create(trails, KmsKeyId=KEY)
    assert "KmsKeyId" not in answer(trails.update_trail, Name="audit", KmsKeyId="")
    assert "KmsKeyId" not in answer(trails.get_trail, Name="audit")["Trail"]
    assert service.log_bucket.keys == [KEY, None]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("nonsense", "KmsKeyNotFoundException"),
        ("alias/", "KmsKeyNotFoundException"),
        ("alias/not good", "KmsKeyNotFoundException"),
        ("12345678", "KmsKeyNotFoundException"),
        (f"key/{ID}", "KmsKeyNotFoundException"),
        ("arn:aws:kms", "InvalidKmsKeyIdException"),
        (KEY.replace("kms", "s3"), "InvalidKmsKeyIdException"),
        (KEY.replace("us-east-1", ""), "InvalidKmsKeyIdException"),
        (KEY.replace("key/", "grant/"), "InvalidKmsKeyIdException"),
        (KEY.replace("aws", "aws-cn"), "InvalidKmsKeyIdException"),
    ],
)
def test_what_could_name_no_key_is_refused_before_anything_is_tried(
    service: Service, trails: Any, given: str, code: str
) -> None:
    create(trails)
    service.log_bucket.markers.clear()
    refused = (code, f"The KMS key {given} is not valid.")
    assert refusal(trails.create_trail, Name="second", S3BucketName="logs", KmsKeyId=given) == refused
    assert refusal(trails.update_trail, Name="audit", KmsKeyId=given) == refused
    assert (service.log_bucket.markers, service.keys.tried) == ([], [])


@pytest.mark.parametrize(
    ("kms", "s3", "refused"),
    [
        ("AccessDeniedException", "AccessDenied", insufficient(KEY)),
        ("AccessDeniedException", None, insufficient(KEY)),
        ("NotFoundException", "KMS.NotFoundException", insufficient(KEY)),
        ("DisabledException", "KMS.DisabledException", unusable(KEY)),
        ("DisabledException", None, unusable(KEY)),
        ("KMSInvalidStateException", "KMS.KMSInvalidStateException", unusable(KEY)),
        ("InvalidKeyUsageException", None, unusable(KEY)),
        (None, "KMS.DisabledException", unusable(KEY)),
        # KMS knows the key, S3 does not: it is of another Region than the bucket.
        (
            None,
            "KMS.NotFoundException",
            ("KmsKeyNotFoundException", f"KMS key {KEY} is not in the Region of S3 bucket logs."),
        ),
        (None, "AccessDenied", BUCKET_POLICY),
        ("DisabledException", "NoSuchBucket", NO_BUCKET),
    ],
)
def test_a_key_that_cannot_be_used_leaves_no_trail(
    service: Service, trails: Any, kms: str | None, s3: str | None, refused: tuple[str, str]
) -> None:
    create(trails, Name="second", S3BucketName="other-logs")
    before = service.trails.list(ACCOUNT)
    service.keys.refusing |= {KEY: kms} if kms else {}
    service.log_bucket.refusing |= {"logs": s3} if s3 else {}
    assert refusal(trails.create_trail, Name="audit", S3BucketName="logs", KmsKeyId=KEY) == refused
    update = {"Name": "second", "S3BucketName": "logs", "KmsKeyId": KEY}
    assert refusal(trails.update_trail, **update) == refused
    assert service.trails.list(ACCOUNT) == before


def test_a_key_or_an_alias_that_is_not_there_is_named_in_full(trails: Any) -> None:
    for given in ("alias/none", f"{ID[:-1]}3"):
        arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:{'' if '/' in given else 'key/'}{given}"
        refused = refusal(trails.create_trail, Name="audit", S3BucketName="logs", KmsKeyId=given)
        assert refused == insufficient(arn)


def test_a_key_disabled_later_refuses_any_update_until_it_is_enabled(service: Service, trails: Any) -> None:
    create(trails, KmsKeyId=KEY)
    service.keys.refusing[KEY] = "DisabledException"
    assert refusal(trails.update_trail, Name="audit", IsMultiRegionTrail=True) == unusable(KEY)
    assert refusal(trails.update_trail, Name="audit") == unusable(KEY)
    del service.keys.refusing[KEY]
    trails.update_trail(Name="audit", IsMultiRegionTrail=True)


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("NotFound", TOPIC_POLICY),
        ("AuthorizationError", TOPIC_POLICY),
        (
            "KMSNotFound",
            ("KmsKeyNotFoundException", f"The KMS key of SNS topic {TOPIC_ARN} was not found."),
        ),
        (
            "InvalidClientTokenId",
            (
                "CloudTrailInvalidClientTokenIdException",
                "The account of the SNS topic is suspended or not known.",
            ),
        ),
    ],
)
def test_a_topic_that_refuses_leaves_no_trail_but_the_marker(
    service: Service, trails: Any, code: str, refused: tuple[str, str]
) -> None:
    service.topics.refusing[TOPIC_ARN] = code
    assert refusal(trails.create_trail, Name="audit", S3BucketName="logs", SnsTopicName="told") == refused
    assert answer(trails.describe_trails) == {"trailList": []}
    assert service.log_bucket.markers == [("logs", MARKER)]
    create(trails)
    assert refusal(trails.update_trail, Name="audit", SnsTopicName=TOPIC_ARN) == refused
    assert "SnsTopicName" not in answer(trails.get_trail, Name="audit")["Trail"]


def test_a_log_group_or_a_role_that_refuses_leaves_no_trail(service: Service, trails: Any) -> None:
    pair = {"CloudWatchLogsLogGroupArn": GROUP, "CloudWatchLogsRoleArn": ROLE}
    asked = {"Name": "audit", "S3BucketName": "logs", **pair}
    service.log_groups.untrusting.add(ROLE)
    service.log_groups.refusing[GROUP] = "ResourceNotFoundException"
    assert refusal(trails.create_trail, **asked) == ROLE_DENIED
    service.log_groups.untrusting.clear()
    assert refusal(trails.create_trail, **asked) == GROUP_DENIED
    assert answer(trails.describe_trails) == {"trailList": []}
    create(trails)
    assert refusal(trails.update_trail, Name="audit", **pair) == GROUP_DENIED
    del service.log_groups.refusing[GROUP]
    trails.update_trail(Name="audit", **pair)


def test_destinations_are_tried_in_their_order_and_a_refusal_ends_it(service: Service, trails: Any) -> None:
    service.keys.refusing[KEY] = "DisabledException"
    service.log_bucket.refusing["logs"] = "NoSuchBucket"
    service.topics.refusing[TOPIC_ARN] = "NotFound"
    service.log_groups.untrusting.add(ROLE)

    def refused() -> str:
        return refusal(trails.create_trail, Name="audit", **DESTINATIONS)[0]

    assert refused() == "S3BucketDoesNotExistException"
    service.log_bucket.refusing.clear()
    assert refused() == "KmsException"
    service.keys.refusing.clear()
    assert refused() == "InsufficientSnsTopicPolicyException"
    service.topics.refusing.clear()
    assert refused() == "InvalidCloudWatchLogsRoleArnException"
    service.log_groups.untrusting.clear()
    assert create(trails, **DESTINATIONS)["TrailARN"] == ARN


def test_a_creation_is_refused_by_its_name_then_the_quota_then_its_members_then_its_destinations(
    service: Service, trails: Any
) -> None:
    service.log_bucket.refusing["logs"] = "NoSuchBucket"
    for number in range(5):
        trails.create_trail(Name=f"there-{number}", S3BucketName="other-logs")
    wrong = {"Name": "a", "S3BucketName": "logs", "SnsTopicName": "told.fifo"}
    assert refusal(trails.create_trail, **wrong)[0] == "InvalidTrailNameException"
    assert refusal(trails.create_trail, **wrong | {"Name": "there-1"})[0] == "TrailAlreadyExistsException"
    wrong["Name"] = "audit"
    assert refusal(trails.create_trail, **wrong)[0] == "MaximumNumberOfTrailsExceededException"
    trails.delete_trail(Name="there-0")
    assert refusal(trails.create_trail, **wrong)[0] == "InvalidSnsTopicNameException"
    assert refusal(trails.create_trail, Name="audit", S3BucketName="logs") == NO_BUCKET
    assert service.topics.published == []
