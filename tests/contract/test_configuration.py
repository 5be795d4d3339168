"""Trails, event data stores, versions, and the configuration made of them: fake and DynamoDB."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentrail.adapters.configuration_versions import DynamoConfigurationVersions
from opentrail.adapters.event_data_stores import DynamoEventDataStores
from opentrail.adapters.recording_configuration import DynamoRecordingConfiguration
from opentrail.adapters.trails import DynamoTrailStore
from opentrail.domain.event_data_store import PENDING_DELETION, EventDataStore
from opentrail.domain.recording import AccountConfiguration
from opentrail.domain.trail import Trail
from opentrail.ports.configuration_versions import ConfigurationVersions
from opentrail.ports.errors import AdapterError, ConflictError
from opentrail.ports.event_data_stores import EventDataStoreCatalog
from opentrail.ports.recording_configuration import RecordingConfiguration
from opentrail.ports.trails import TrailStore

from tests.fakes.configuration import (
    FakeConfiguration,
    FakeConfigurationVersions,
    FakeEventDataStores,
    FakeRecordingConfiguration,
    FakeTrailStore,
)

ACCOUNT, OTHER = "111111111111", "222222222222"
NOW = datetime(2023, 7, 10, 11, 42, 30, 250_000, tzinfo=UTC)
AUDIT = Trail(
    trail_id="t1",
    account_id=ACCOUNT,
    home_region="us-east-1",
    name="audit",
    s3_bucket_name="logs",
    created_at=NOW,
)
FULL = Trail(
    trail_id="t2",
    account_id=ACCOUNT,
    home_region="eu-west-1",
    name="full",
    s3_bucket_name="logs",
    partition="aws-us-gov",
    s3_key_prefix="prefix",
    include_global_service_events=False,
    is_multi_region_trail=True,
    log_file_validation_enabled=True,
    kms_key_id="arn:aws:kms:us-east-1:111111111111:key/1",
    recursive_logging=False,
    advanced_event_selectors=(
        {"Name": "ü", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    ),
    tags=(("team", "blue"), ("plain", "")),
    created_at=NOW,
    is_logging=True,
    start_logging_time=NOW + timedelta(seconds=1),
    stop_logging_time=NOW + timedelta(milliseconds=1),
    log_file_validation_changed_at=NOW + timedelta(seconds=2),
    multi_region_changed_at=NOW + timedelta(seconds=3),
    sns_topic_name="told",
    sns_topic_set_at=NOW + timedelta(seconds=4),
    cloud_watch_logs_log_group_arn="arn:aws:logs:eu-west-1:111111111111:log-group:audit:*",
    cloud_watch_logs_role_arn="arn:aws:iam::111111111111:role/logs",
)
STORE = EventDataStore(
    store_id="s1",
    account_id=ACCOUNT,
    region="us-east-1",
    name="events",
    status="ENABLED",
    created_at=NOW,
    updated_at=NOW,
    tags=(("team", "blue"),),
)


@dataclass
class Stored:
    """The ports over one state."""

    versions: ConfigurationVersions
    trails: TrailStore
    stores: EventDataStoreCatalog
    recording: RecordingConfiguration


@pytest.fixture(params=["fake", "dynamodb"])
def stored(request: pytest.FixtureRequest) -> Iterator[Stored]:
    if request.param == "fake":
        state = FakeConfiguration()
        yield Stored(
            FakeConfigurationVersions(state),
            FakeTrailStore(state),
            FakeEventDataStores(state),
            FakeRecordingConfiguration(state),
        )
        return
    aws: Any = request.getfixturevalue("aws")
    args = (aws.client("dynamodb"), aws.table)
    yield Stored(
        DynamoConfigurationVersions(*args),
        DynamoTrailStore(*args, aws.table),
        DynamoEventDataStores(*args),
        DynamoRecordingConfiguration(*args),
    )


def test_nothing_is_there_at_first(stored: Stored) -> None:
    assert stored.versions.current(ACCOUNT) == 0
    assert stored.trails.get(ACCOUNT, "us-east-1", "audit") is None
    assert stored.trails.list(ACCOUNT) == []
    assert stored.stores.get(ACCOUNT, "us-east-1", "s1") is None
    assert stored.stores.list(ACCOUNT, "us-east-1") == []
    assert stored.recording.load([ACCOUNT]) == {ACCOUNT: AccountConfiguration()}


@pytest.mark.parametrize("trail", [AUDIT, FULL])
def test_a_trail_comes_back_equal(stored: Stored, trail: Trail) -> None:
    stored.trails.put(trail, version=0)
    assert stored.trails.get(ACCOUNT, trail.home_region, trail.name) == trail
    assert stored.trails.list(ACCOUNT) == [trail]
    assert stored.versions.current(ACCOUNT) == 1


def test_basic_selectors_come_back_equal(stored: Stored) -> None:
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
    trail = replace(AUDIT, event_selectors=(selector,))
    stored.trails.put(trail, version=0)
    assert stored.trails.get(ACCOUNT, "us-east-1", "audit") == trail


def test_a_store_comes_back_equal(stored: Stored) -> None:
    stored.stores.put(STORE, version=0)
    assert stored.stores.get(ACCOUNT, "us-east-1", "s1") == STORE
    deleted = replace(STORE, status=PENDING_DELETION, updated_at=NOW + timedelta(days=1))
    stored.stores.put(deleted, version=1)
    assert stored.stores.get(ACCOUNT, "us-east-1", "s1") == deleted


def test_trails_and_stores_are_found_by_their_whole_key_only(stored: Stored) -> None:
    stored.trails.put(AUDIT, version=0)
    stored.stores.put(STORE, version=1)
    assert stored.trails.get(OTHER, "us-east-1", "audit") is None
    assert stored.trails.get(ACCOUNT, "eu-west-1", "audit") is None
    assert stored.stores.get(OTHER, "us-east-1", "s1") is None
    assert stored.stores.get(ACCOUNT, "eu-west-1", "s1") is None
    assert stored.stores.list(ACCOUNT, "us-east") == []
    assert stored.trails.list(OTHER) == []


def test_trails_are_listed_by_region_then_name(stored: Stored) -> None:
    for version, trail in enumerate([AUDIT, FULL, replace(AUDIT, name="another")]):
        stored.trails.put(trail, version=version)
    assert [trail.name for trail in stored.trails.list(ACCOUNT)] == ["full", "another", "audit"]


def test_stores_are_listed_by_creation(stored: Stored) -> None:
    older = replace(STORE, store_id="s9", created_at=NOW - timedelta(seconds=1))
    for version, store in enumerate([STORE, older, replace(STORE, store_id="s0", region="eu-west-1")]):
        stored.stores.put(store, version=version)
    assert [store.store_id for store in stored.stores.list(ACCOUNT, "us-east-1")] == ["s9", "s1"]


def test_every_write_moves_the_version_of_its_account(stored: Stored) -> None:
    stored.trails.put(AUDIT, version=0)
    stored.trails.put(replace(AUDIT, is_logging=True), version=1)
    stored.stores.put(STORE, version=2)
    stored.trails.delete(AUDIT, version=3)
    assert stored.versions.current(ACCOUNT) == 4
    assert stored.versions.current(OTHER) == 0


def test_a_write_decided_on_another_version_writes_nothing(stored: Stored) -> None:
    with pytest.raises(ConflictError):
        stored.trails.put(AUDIT, version=7)
    assert stored.trails.list(ACCOUNT) == []
    stored.trails.put(AUDIT, version=0)
    for version in (0, 2):
        with pytest.raises(ConflictError):
            stored.trails.put(replace(AUDIT, is_logging=True), version=version)
        with pytest.raises(ConflictError):
            stored.trails.delete(AUDIT, version=version)
        with pytest.raises(ConflictError):
            stored.stores.put(STORE, version=version)
    assert stored.trails.list(ACCOUNT) == [AUDIT]
    assert stored.stores.list(ACCOUNT, "us-east-1") == []
    assert stored.versions.current(ACCOUNT) == 1


def test_a_change_is_seen_by_the_next_load(stored: Stored) -> None:
    stored.trails.put(AUDIT, version=0)
    assert stored.recording.load([ACCOUNT, OTHER]) == {
        ACCOUNT: AccountConfiguration(version=1, trails=(AUDIT,)),
        OTHER: AccountConfiguration(),
    }
    logging = replace(AUDIT, is_logging=True)
    stored.trails.put(logging, version=1)
    stored.stores.put(STORE, version=2)
    expected = AccountConfiguration(version=3, trails=(logging,), stores=(STORE,))
    assert stored.recording.load([ACCOUNT]) == {ACCOUNT: expected}
    stored.trails.delete(logging, version=3)
    left = AccountConfiguration(version=4, stores=(STORE,))
    assert stored.recording.load([ACCOUNT]) == {ACCOUNT: left}


def test_many_accounts_are_loaded_at_once(stored: Stored) -> None:
    accounts = [f"{n:012d}" for n in range(130)]
    for account_id in accounts[::2]:
        stored.trails.put(replace(AUDIT, account_id=account_id), version=0)
    loaded = stored.recording.load(accounts)
    assert [len(loaded[account_id].trails) for account_id in accounts] == [1, 0] * 65


def test_an_unchanged_configuration_costs_one_request(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    DynamoTrailStore(dynamodb, aws.table, aws.table).put(AUDIT, version=0)
    recording = DynamoRecordingConfiguration(dynamodb, aws.table)
    made: list[str] = []
    dynamodb.meta.events.register("before-call", lambda model, **_: made.append(model.name))
    first = recording.load([ACCOUNT])
    assert made == ["BatchGetItem", "Query"]
    assert recording.load([ACCOUNT]) == first
    assert made == ["BatchGetItem", "Query", "BatchGetItem"]


def test_items_of_other_times_are_read(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    trails = DynamoTrailStore(dynamodb, aws.table, aws.table)
    trails.put(AUDIT, version=0)
    key = {"pk": {"S": f"configuration|{ACCOUNT}"}, "sk": {"S": "trail|us-east-1|audit"}}
    body = dynamodb.get_item(TableName=aws.table, Key=key)["Item"]["body"]["S"]
    # A member that is new has its default here, and one nobody knows is left out.
    changed = body.replace('"recursive_logging":true', '"from_the_future":1')
    assert changed != body
    dynamodb.put_item(TableName=aws.table, Item=key | {"body": {"S": changed}})
    assert trails.get(ACCOUNT, "us-east-1", "audit") == AUDIT


def test_a_store_pending_deletion_expires(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    stores = DynamoEventDataStores(dynamodb, aws.table)
    stores.put(STORE, version=0)
    key = {"pk": {"S": f"configuration|{ACCOUNT}"}, "sk": {"S": "store|us-east-1|s1"}}
    assert "expires" not in dynamodb.get_item(TableName=aws.table, Key=key)["Item"]
    stores.put(replace(STORE, status=PENDING_DELETION), version=1)
    item = dynamodb.get_item(TableName=aws.table, Key=key)["Item"]
    assert int(item["expires"]["N"]) == int((NOW + timedelta(days=7)).timestamp())


def long_selectors(size: int) -> tuple[dict[str, Any], ...]:
    """Selectors of about so many bytes, no two values alike."""
    values = [f"arn:aws:s3:::data-{n}/{'ü' * 300}" for n in range(size // 1800)]
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.ARN", "StartsWith": values},
    ]
    return ({"Name": "long", "FieldSelectors": fields},)


def test_what_is_longer_than_an_item_comes_back_equal_and_leaves_nothing_behind(
    stored: Stored, request: pytest.FixtureRequest
) -> None:
    other = replace(AUDIT, name="audit-2")
    stored.trails.put(other, version=0)
    for version, size in enumerate((1_200_000, 2_500_000, 500_000, 1_000, 1_200_000), start=1):
        long = replace(AUDIT, advanced_event_selectors=long_selectors(size))
        stored.trails.put(long, version=version)
        assert stored.trails.get(ACCOUNT, "us-east-1", "audit") == long
        assert stored.trails.list(ACCOUNT) == [long, other]
        loaded = stored.recording.load([ACCOUNT])[ACCOUNT]
        assert loaded == AccountConfiguration(version=version + 1, trails=(long, other))
    store = replace(STORE, advanced_event_selectors=long_selectors(900_000))
    stored.stores.put(store, version=6)
    assert stored.stores.get(ACCOUNT, "us-east-1", "s1") == store
    assert stored.stores.list(ACCOUNT, "us-east-1") == [store]
    stored.stores.put(STORE, version=7)
    stored.trails.delete(long, version=8)
    assert stored.trails.list(ACCOUNT) == [other]
    if isinstance(stored.trails, DynamoTrailStore):
        aws: Any = request.getfixturevalue("aws")
        items = aws.client("dynamodb").scan(TableName=aws.table)["Items"]
        names = sorted(item["sk"]["S"] for item in items)
        assert names == ["store|us-east-1|s1", "trail|us-east-1|audit-2", "version"]


def test_the_parts_of_a_store_pending_deletion_expire_with_it(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    store = replace(STORE, advanced_event_selectors=long_selectors(900_000), status=PENDING_DELETION)
    DynamoEventDataStores(dynamodb, aws.table).put(store, version=0)
    items = dynamodb.scan(TableName=aws.table)["Items"]
    assert len(items) > 3
    assert len({item["expires"]["N"] for item in items if item["sk"]["S"] != "version"}) == 1


def test_who_reads_in_the_middle_of_a_write_reads_again(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    trails = DynamoTrailStore(dynamodb, aws.table, aws.table)
    first, second = (
        replace(AUDIT, advanced_event_selectors=long_selectors(size)) for size in (900_000, 1_500_000)
    )
    trails.put(first, version=0)
    writes = [lambda: trails.put(second, version=1)]

    def write_once(**_: Any) -> None:
        if writes:
            writes.pop()()

    for read in (
        lambda: trails.get(ACCOUNT, "us-east-1", "audit"),
        lambda: trails.list(ACCOUNT)[0],
    ):
        # After the head was read, before its parts are.
        dynamodb.meta.events.register("after-call", write_once)
        assert read() == second
        dynamodb.meta.events.unregister("after-call", write_once)
        assert writes == []
        writes.append(lambda: trails.put(second, version=2))


def test_an_item_that_is_never_whole_is_not_shown_in_part(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    trails = DynamoTrailStore(dynamodb, aws.table, aws.table)
    trails.put(replace(AUDIT, advanced_event_selectors=long_selectors(900_000)), version=0)
    part = {"pk": {"S": f"configuration|{ACCOUNT}"}, "sk": {"S": "part|trail|us-east-1|audit|01"}}
    dynamodb.delete_item(TableName=aws.table, Key=part)
    for read in (lambda: trails.get(ACCOUNT, "us-east-1", "audit"), lambda: trails.list(ACCOUNT)):
        with pytest.raises(AdapterError) as torn:
            read()
        assert torn.value.retryable
