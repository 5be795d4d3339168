"""The lake's files, on the fake and on S3: written once, deterministic, read back value for value."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from opentrail.adapters.lake_files import S3LakeFiles
from opentrail.adapters.lake_rows import lake_schema
from opentrail.adapters.lake_states import DynamoDbLakeStates
from opentrail.ports.errors import AdapterError
from opentrail.ports.lake_files import LakeFiles
from pyarrow import orc

from tests.contract.cloud import BUCKET, TABLE, Cloud, cloud
from tests.fakes.lake_files import FakeLakeFiles
from tests.records import generate, lines

STORE = "0123-4567"
START = datetime(2023, 7, 10, 22, tzinfo=UTC)
RECORDS = tuple(lines(generate(31, 120, start=START, span=timedelta(hours=4))))
DAYS = ("2023-07-10", "2023-07-11")


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


def s3_lake(aws: Cloud) -> S3LakeFiles:
    return S3LakeFiles(aws.s3, BUCKET, DynamoDbLakeStates(aws.dynamodb, TABLE))


@pytest.fixture(params=["fake", "s3"])
def lake(request: pytest.FixtureRequest, aws: Cloud) -> LakeFiles:
    return FakeLakeFiles() if request.param == "fake" else s3_lake(aws)


def rows(lake: LakeFiles, aws: Cloud, store: str = STORE) -> list[bytes]:
    if isinstance(lake, FakeLakeFiles):
        return sorted(lake.rows(store))
    found: list[bytes] = []
    for key in aws.object_keys():
        if key.startswith(f"lake/{store}/"):
            found += [line.encode() for line in table(aws, key).column("eventjson").to_pylist()]
    return sorted(found)


def table(aws: Cloud, key: str) -> pa.Table:
    return orc.ORCFile(io.BytesIO(aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())).read()


def test_every_record_is_a_row_of_its_day(lake: LakeFiles, aws: Cloud) -> None:
    assert lake.write(store_id=STORE, name="one", lines=RECORDS) == DAYS
    assert rows(lake, aws) == sorted(RECORDS)


def test_the_same_name_is_written_once(lake: LakeFiles, aws: Cloud) -> None:
    for _ in range(2):
        lake.write(store_id=STORE, name="one", lines=RECORDS)
    lake.write(store_id=STORE, name="one", lines=RECORDS[:1])
    assert rows(lake, aws) == sorted(RECORDS)


def test_other_names_and_stores_stand_beside(lake: LakeFiles, aws: Cloud) -> None:
    lake.write(store_id=STORE, name="one", lines=RECORDS[:10])
    lake.write(store_id=STORE, name="two", lines=RECORDS[10:20])
    lake.write(store_id="other", name="one", lines=RECORDS[20:30])
    assert rows(lake, aws) == sorted(RECORDS[:20])
    assert rows(lake, aws, "other") == sorted(RECORDS[20:30])


def test_nothing_is_no_file(lake: LakeFiles, aws: Cloud) -> None:
    assert lake.write(store_id=STORE, name="one", lines=()) == ()
    assert rows(lake, aws) == []


# What only the real one does.


def test_files_lie_in_their_partitions_with_the_lakes_columns(aws: Cloud) -> None:
    s3_lake(aws).write(store_id=STORE, name="one", lines=RECORDS)
    assert aws.object_keys() == [f"lake/{STORE}/tier=hot/gen=0/day={day}/one.orc" for day in DAYS]
    for key, day in zip(aws.object_keys(), DAYS, strict=True):
        found = table(aws, key)
        assert found.schema.names == lake_schema().names
        assert {f"{moment:%Y-%m-%d}" for moment in found.column("eventtime").to_pylist()} == {day}


def test_the_same_lines_give_the_same_bytes(aws: Cloud) -> None:
    def bodies(name: str, given: tuple[bytes, ...]) -> list[bytes]:
        s3_lake(aws).write(store_id=name, name="one", lines=given)
        keys = [key for key in aws.object_keys() if f"/{name}/" in key]
        return [aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys]

    assert bodies("a", RECORDS) == bodies("b", RECORDS)


def test_columns_hold_what_the_record_says(aws: Cloud) -> None:
    s3_lake(aws).write(store_id=STORE, name="one", lines=RECORDS)
    for row in (row for key in aws.object_keys() for row in table(aws, key).to_pylist()):
        record: dict[str, Any] = json.loads(row["eventjson"])
        for name in ("eventName", "eventSource", "awsRegion", "eventID", "errorCode", "userAgent"):
            assert row[name.lower()] == record.get(name), name
        assert f"{row['eventtime']:%Y-%m-%dT%H:%M:%SZ}" == record["eventTime"]
        assert row["readonly"] == record.get("readOnly")
        assert row["useridentity"]["type"] == record["userIdentity"].get("type")
        parameters = record["requestParameters"]
        assert (row["requestparameters"] is None) == (parameters is None)
        if parameters:
            assert set(dict(row["requestparameters"])) == set(parameters)


def test_the_store_covers_a_day_before_a_file_of_it_can_be_seen(aws: Cloud) -> None:
    seen: list[tuple[str | None, str | None]] = []
    states = DynamoDbLakeStates(aws.dynamodb, TABLE)

    class Watching:
        def put_object(self, **request: Any) -> Any:
            state = states.get(STORE)
            seen.append((state.oldest_day, state.newest_day))
            return aws.s3.put_object(**request)

    S3LakeFiles(Watching(), BUCKET, states).write(store_id=STORE, name="one", lines=RECORDS)
    assert seen == [DAYS, DAYS]
    assert states.get(STORE).repeat_days == frozenset()


def test_days_of_possible_repeats_are_noted(aws: Cloud) -> None:
    s3_lake(aws).write(store_id=STORE, name="one", lines=RECORDS, possible_repeats=True)
    assert DynamoDbLakeStates(aws.dynamodb, TABLE).get(STORE).repeat_days == set(DAYS)


def test_a_bucket_that_is_away_is_an_adapters_error(aws: Cloud) -> None:
    lake = S3LakeFiles(aws.s3, "missing-bucket", DynamoDbLakeStates(aws.dynamodb, TABLE))
    with pytest.raises(AdapterError):
        lake.write(store_id=STORE, name="one", lines=RECORDS)
