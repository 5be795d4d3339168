"""Queues, tables, buckets and keys."""

import json
from typing import Any

import pytest
from opentrail.service.recording import GIVE_UP_AT

from tests.stacks.assembly import Assembly, Resource, as_list

SEGMENTS_KEPT = 45  # days at the least


def test_every_table_is_keyed_alike_expires_items_and_is_paid_by_request(assembly: Assembly) -> None:
    tables = assembly.of_type("AWS::DynamoDB::Table")
    assert {table.name for table in tables} == {"Resources", "History", "Ledger"}
    for table in tables:
        assert table.properties["KeySchema"] == [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ]
        assert table.properties["BillingMode"] == "PAY_PER_REQUEST"
        assert table.properties["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
        assert table.properties["SSESpecification"] == {"SSEEnabled": True}


def test_the_ledger_finds_what_is_due_by_shard_and_time(assembly: Assembly) -> None:
    ledger = assembly.one("AWS::DynamoDB::Table", "Ledger").properties
    assert ledger["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "due",
            "KeySchema": [
                {"AttributeName": "due_shard", "KeyType": "HASH"},
                {"AttributeName": "due", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]
    types = {a["AttributeName"]: a["AttributeType"] for a in ledger["AttributeDefinitions"]}
    assert types == {"pk": "S", "sk": "S", "due_shard": "S", "due": "N"}


def test_on_aws_tables_can_be_restored_and_not_be_deleted(on_aws: Assembly) -> None:
    for table in on_aws.of_type("AWS::DynamoDB::Table"):
        recovery = table.properties["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}
        assert table.properties["DeletionProtectionEnabled"] is True


@pytest.mark.parametrize("type_", ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"])
def test_what_holds_data_stays_on_aws_and_goes_locally(type_: str, on_aws: Assembly, local: Assembly) -> None:
    kept = {r.name: r.raw["DeletionPolicy"] for r in on_aws.of_type(type_) if r.part == "Storage"}
    assert kept
    assert set(kept.values()) == {"Retain"}
    assert {r.raw["DeletionPolicy"] for r in local.of_type(type_)} == {"Delete"}


def test_every_bucket_is_encrypted_private_and_refuses_plain_http(assembly: Assembly) -> None:
    buckets = assembly.of_type("AWS::S3::Bucket")
    assert {"Segments", "DeadLetters", "LakeFiles", "QueryResults"} <= {bucket.name for bucket in buckets}
    for bucket in buckets:
        rules = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert [rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules] == ["AES256"]
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket.properties["PublicAccessBlockConfiguration"]) == 4
        policies = [
            p
            for p in assembly.of_type("AWS::S3::BucketPolicy")
            if p.properties["Bucket"] == f"<{bucket.name}>"
        ]
        assert any(_denies_plain_http(statement) for p in policies for statement in _statements(p))


def test_segments_and_messages_live_long_enough_and_results_a_week(assembly: Assembly) -> None:
    segments = assembly.one("AWS::S3::Bucket", "Segments").properties["LifecycleConfiguration"]["Rules"]
    expiring = [rule for rule in segments if "ExpirationInDays" in rule]
    assert [rule.get("Prefix") for rule in expiring] == [None]  # all prefixes
    assert expiring[0]["ExpirationInDays"] >= SEGMENTS_KEPT
    results = assembly.one("AWS::S3::Bucket", "QueryResults").properties["LifecycleConfiguration"]["Rules"]
    assert [rule["ExpirationInDays"] for rule in results] == [7]


@pytest.mark.parametrize("name", ["LakeFiles", "DeadLetters"])
def test_nothing_expires_lake_files_or_dead_letters(name: str, assembly: Assembly) -> None:
    rules = assembly.one("AWS::S3::Bucket", name).properties["LifecycleConfiguration"]["Rules"]
    assert not any("ExpirationInDays" in rule for rule in rules)


def test_every_queue_is_encrypted_refuses_plain_http_and_has_a_dead_letter_queue(assembly: Assembly) -> None:
    queues = {queue.name: queue.properties for queue in assembly.of_type("AWS::SQS::Queue")}
    working = {name: queue for name, queue in queues.items() if not name.startswith("DeadLetters")}
    names = ("Records", "Deliveries", "Outputs", "Digests", "Lake", "Wakeups", "Histories")
    assert set(working) == {f"{name}Queue" for name in names}
    targets = {queue["RedrivePolicy"]["deadLetterTargetArn"] for queue in working.values()}
    assert targets == {f"<{name}.Arn>" for name in queues if name.startswith("DeadLetters")}
    guarded = {
        queue
        for policy in assembly.of_type("AWS::SQS::QueuePolicy")
        for queue in policy.properties["Queues"]
        if any(_denies_plain_http(statement) for statement in _statements(policy))
    }
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == 14 * 86_400
        assert f"<{name}>" in guarded


def test_the_recorder_gives_a_message_up_before_sqs_does(assembly: Assembly) -> None:
    queue = assembly.one("AWS::SQS::Queue", "RecordsQueue").properties
    assert queue["RedrivePolicy"]["maxReceiveCount"] > GIVE_UP_AT


def test_on_aws_only_the_api_and_the_log_file_writer_may_send_records(on_aws: Assembly) -> None:
    allowed, denied = _senders(on_aws, "RecordsQueue")
    roles = [on_aws.functions()[name].properties["Role"] for name in ("api", "log_file_writer")]
    assert allowed == []
    assert denied == [{"ArnNotEquals": {"aws:PrincipalArn": roles}}]


def test_only_the_clock_may_hand_late_event_history_on(assembly: Assembly) -> None:
    allowed, denied = _senders(assembly, "HistoriesQueue")
    clock = assembly.functions()["clock"].properties["Role"]
    assert allowed == []
    assert denied == [{"ArnNotEquals": {"aws:PrincipalArn": [clock]}}]


def test_the_recorder_knows_on_aws_both_by_their_roles(on_aws: Assembly) -> None:
    sources = on_aws.functions()["recorder"].properties["Environment"]["Variables"]["RECORD_SOURCES"]
    roles = [on_aws.functions()[name].properties["Role"] for name in ("api", "log_file_writer")]
    ids = [role.replace(".Arn>", ".RoleId>") for role in roles]
    assert json.loads(sources) == {i: {"name": "opentrail", "accounts": ["*"]} for i in ids}


def test_locally_the_deployment_account_may_send_records(local: Assembly) -> None:
    sources = local.functions()["recorder"].properties["Environment"]["Variables"]["RECORD_SOURCES"]
    assert '"000000000000":{"name":"local","accounts":["*"]}' in sources


def test_digests_are_signed_with_an_rsa_key(assembly: Assembly) -> None:
    key = assembly.one("AWS::KMS::Key", "DigestKey").properties
    assert (key["KeySpec"], key["KeyUsage"]) == ("RSA_2048", "SIGN_VERIFY")


def test_page_tokens_are_signed_with_a_generated_secret(assembly: Assembly) -> None:
    secret = assembly.one("AWS::SecretsManager::Secret", "PageTokens").properties
    assert secret["GenerateSecretString"]["PasswordLength"] == 64
    assert "SecretString" not in secret


def _senders(assembly: Assembly, queue: str) -> tuple[list[Any], list[Any]]:
    """Whom a queue's policy allows to send, and the conditions under which it refuses."""
    statements = [
        statement
        for policy in assembly.of_type("AWS::SQS::QueuePolicy")
        if f"<{queue}>" in policy.properties["Queues"]
        for statement in _statements(policy)
        if "sqs:SendMessage" in as_list(statement["Action"])
    ]
    allowed = [s["Principal"] for s in statements if s["Effect"] == "Allow"]
    return allowed, [s["Condition"] for s in statements if s["Effect"] == "Deny"]


def _statements(policy: Resource) -> list[dict[str, Any]]:
    return list(policy.properties["PolicyDocument"]["Statement"])


def _denies_plain_http(statement: dict[str, Any]) -> bool:
    return (
        statement["Effect"] == "Deny"
        and statement["Principal"] == {"AWS": "*"}
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    )
