"""What deliveries themselves do is recorded where somebody takes it, and never feeds on itself."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain.record_category import MANAGEMENT
from opentrail.domain.trail import Trail
from opentrail.ports.errors import AdapterError

from tests.pipeline.world import HOME, WINDOW, A, World, ago, trail
from tests.records import generate, lines

RECORDS = tuple(
    lines(
        generate(
            21,
            40,
            accounts=(A,),
            regions=(HOME,),
            start=ago(hours=1),
            categories=frozenset({MANAGEMENT}),
            odd=0,
        )
    )
)
KEY = f"arn:aws:kms:{HOME}:{A}:key/1"
OBJECTS = (
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        ]
    },
)


def selecting(name: str, **more: Any) -> Trail:
    """A trail that takes management events and those of all objects, its own log files included."""
    return trail(name, advanced_event_selectors=OBJECTS, **more)


def run(*trails: Trail, windows: int = 3) -> World:
    world = World(trails=trails)
    for number in range(windows):
        world.send_lines(RECORDS[number * 5 : number * 5 + 5])
        world.round(WINDOW + 1)
    world.settle()
    for _ in range(20):
        world.round(WINDOW + 1)
    assert world.quiet
    return world


def own(world: World, bucket: str) -> list[dict[str, Any]]:
    records = [r for held in world.log_bucket.files(bucket).values() for r in held]
    return [r for r in records if r["userIdentity"].get("invokedBy") == "cloudtrail.amazonaws.com"]


def test_a_trail_that_takes_objects_takes_the_writing_of_its_log_files() -> None:
    world = run(selecting("audit"), windows=1)
    files = world.log_bucket.files("audit-logs")
    (first, second) = [key for _, key in world.log_bucket.puts]
    assert len(files) == 2
    (record,) = own(world, "audit-logs")
    assert files[second] == [record]
    del record["eventID"], record["eventTime"]
    assert record == {
        "eventVersion": "1.11",
        "userIdentity": {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"},
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject",
        "awsRegion": HOME,
        "sourceIPAddress": "cloudtrail.amazonaws.com",
        "userAgent": "cloudtrail.amazonaws.com",
        "requestParameters": {
            "bucketName": "audit-logs",
            "Host": f"audit-logs.s3.{HOME}.amazonaws.com",
            "key": first,
            "x-amz-acl": "bucket-owner-full-control",
            "x-amz-server-side-encryption": "AES256",
        },
        "responseElements": {"x-amz-server-side-encryption": "AES256"},
        "additionalEventData": {
            "SignatureVersion": "SigV4",
            "bytesTransferredIn": len(world.log_bucket.objects["audit-logs", first]),
            "bytesTransferredOut": 0,
            "AuthenticationMethod": "AuthHeader",
        },
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": False,
        "recipientAccountId": A,
        "eventCategory": "Data",
        "resources": [
            {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::audit-logs/{first}"},
            {"accountId": A, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::audit-logs"},
        ],
    }


def test_with_a_key_its_use_is_a_management_event_that_reads() -> None:
    world = run(trail("audit", kms_key_id=KEY), windows=1)
    (record,) = own(world, "audit-logs")
    (_, first), _ = world.log_bucket.puts
    assert (record["eventSource"], record["eventName"]) == ("kms.amazonaws.com", "GenerateDataKey")
    assert (record["readOnly"], record["managementEvent"]) == (True, True)
    assert record["eventCategory"] == "Management"
    assert record["requestParameters"] == {
        "keySpec": "AES_256",
        "encryptionContext": {
            "aws:cloudtrail:arn": f"arn:aws:cloudtrail:{HOME}:{A}:trail/audit",
            "aws:s3:arn": f"arn:aws:s3:::audit-logs/{first}",
        },
        "keyId": KEY,
    }
    assert record["resources"] == [{"accountId": A, "type": "AWS::KMS::Key", "ARN": KEY}]


def test_a_trail_without_recursive_logging_takes_none_another_may() -> None:
    world = run(selecting("deaf", recursive_logging=False), selecting("hears"))
    assert own(world, "deaf-logs") == []
    puts = Counter(r["requestParameters"]["bucketName"] for r in own(world, "hears-logs"))
    assert puts == {"deaf-logs": 3, "hears-logs": 3}


@pytest.mark.parametrize("selected", [trail("audit"), selecting("audit", recursive_logging=False)])
def test_what_nobody_takes_is_not_even_queued(selected: Trail) -> None:
    world = World(trails=(selected,))
    world.send_lines(RECORDS[:5])
    world.round(WINDOW + 1)
    for work in (world.tick, world.deliver):
        work()
    assert len(world.log_bucket.puts) == 1
    assert world.records.lines == []


def test_a_file_that_is_there_already_is_recorded_once_and_a_lost_record_holds_no_delivery() -> None:
    world = World(trails=(selecting("audit"),))
    world.records.failure = AdapterError("no queue")
    world.send_lines(RECORDS[:5])
    for _ in range(3):
        world.round(WINDOW + 1)
    assert world.quiet
    assert len(world.log_bucket.puts) == 1
    assert own(world, "audit-logs") == []


TRAILS = st.lists(
    st.builds(
        lambda **members: members,
        recursive_logging=st.booleans(),
        kms_key_id=st.sampled_from((None, KEY)),
        s3_bucket_name=st.sampled_from(("one", "two")),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(TRAILS, st.integers(1, 4))
def test_growth_is_bounded_whatever_trails_take_of_each_other(
    configured: list[dict[str, Any]], windows: int
) -> None:
    """It comes to rest; a file of users' records leads to two records at most, seen once by each trail."""
    trails = [selecting(f"trail-{n}", **members) for n, members in enumerate(configured)]
    world = run(*trails, windows=windows)
    files = [held for bucket in ("one", "two") for held in world.log_bucket.files(bucket).values()]
    with_users = [held for held in files if any("invokedBy" not in r["userIdentity"] for r in held)]
    assert len(with_users) <= windows * len(trails)
    assert len(files) <= 3 * windows * len(trails)
    for one in trails:
        sum_ = world.ledger.totals().destinations[one.destination]
        recursive = 2 * len(with_users) if one.recursive_logging else 0
        assert windows * 5 <= sum_.matched <= windows * 5 + recursive
