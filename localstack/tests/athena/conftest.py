"""An engine over objects in memory, and Glue tables declared in a dictionary."""

import functools
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO

import pytest
from opentrail import lake_schema
from opentrail.adapters.lake_files import by_day, encoded
from opentrail.adapters.lake_rows import LakeRows
from opentrail_local.athena.catalog import Partition, Table
from opentrail_local.athena.engine import Engine, Run
from opentrail_local.athena.objects import Stored
from opentrail_local.athena.types import hive

NOW = datetime(2023, 7, 12, 10, 30, 15, 123000)  # noqa: DTZ001 (UTC, as the engine wants it)
STORE = "1a2b3c4d-1a2b-4a2b-8a2b-1a2b3c4d5e6f"
BUCKET = "lake-bucket"


class Objects:
    """Objects in a dictionary; remembers what was asked of it."""

    def __init__(self) -> None:
        self.bodies: dict[tuple[str, str], bytes] = {}
        self.listed: list[str] = []
        self.seen: Callable[[int], None] | None = None  # called before each read with the bytes asked for

    def list(self, bucket: str, prefix: str) -> Iterator[Stored]:
        self.listed.append(prefix)
        for (owner, key), body in sorted(self.bodies.items()):
            if owner == bucket and key.startswith(prefix):
                yield Stored(bucket, key, len(body), str(hash(body)))

    def read(self, bucket: str, key: str, start: int, length: int) -> bytes:
        if self.seen is not None:
            self.seen(length)
        return self.bodies[bucket, key][start : start + length]

    def write(self, bucket: str, key: str, body: BinaryIO, content_type: str) -> None:
        self.bodies[bucket, key] = body.read()


class Tables:
    """A catalogue: `db` with the tables given to it."""

    def __init__(self, *tables: Table) -> None:
        self.tables = {table.name: table for table in tables}
        self.registered: dict[str, list[Partition]] = {}

    def has_database(self, name: str) -> bool:
        return name in ("db", "default")

    def table(self, database: str, name: str) -> Table | None:
        return self.tables.get(name) if database == "db" else None

    def partitions(self, table: Table) -> list[Partition]:
        return self.registered.get(table.name, [])

    def names(self, database: str | None) -> list[str]:
        return ["db"] if database is None else sorted(self.tables)


class Athena:
    """What the tests ask: rows of a statement, by default in database `db`."""

    def __init__(self, engine: Engine, catalog: Tables, objects: Objects) -> None:
        self.engine, self.catalog, self.objects = engine, catalog, objects
        self.last: Run | None = None

    def rows(self, sql: str) -> list[list[str | None]]:
        self.last = Run(sql, "db", self.catalog, self.objects, NOW)
        return [row for batch in self.engine.run(self.last) for row in batch]

    def value(self, expression: str) -> str | None:
        return self.rows(f"SELECT {expression}")[0][0]

    def headings(self, sql: str) -> list[str]:
        self.rows(sql)
        return [name for name, _ in self.last.columns]

    def bytes(self, sql: str) -> int:
        self.rows(sql)
        return self.last.counter.bytes


def lake_table(name: str = "lake") -> Table:
    """The lake's table as its stack declares it."""
    return Table(
        "db",
        name,
        tuple((column, hive(type_)) for column, type_ in lake_schema.COLUMNS),
        tuple((column, hive(type_)) for column, type_ in lake_schema.PARTITION_KEYS),
        lake_schema.table_location(BUCKET),
        lake_schema.SERDE_LIBRARY,
        lake_schema.table_properties(BUCKET),
    )


def put_records(
    objects: Objects, records: list[dict[str, Any]], *, store: str = STORE, tier: str = "hot"
) -> None:
    """Write records where the lake writer would, one file a day."""
    lines = tuple(json.dumps(record, separators=(",", ":")).encode() for record in records)
    for day, body in _files(lines).items():
        key = lake_schema.partition_prefix(store_id=store, day=day, tier=tier) + f"{len(objects.bodies)}.orc"
        objects.write(BUCKET, key, io.BytesIO(body), "")


@functools.cache
def _files(lines: tuple[bytes, ...]) -> dict[str, bytes]:
    """ORC files by day; many tests have the same."""
    return {day: encoded(table) for day, table in by_day(LakeRows().table(lines)).items()}


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


@pytest.fixture
def objects() -> Objects:
    return Objects()


@pytest.fixture
def athena(engine: Engine, objects: Objects) -> Athena:
    return Athena(engine, Tables(lake_table()), objects)


def some_records(number: int, *, start: str = "2023-07-10T22:00:00Z", step: int = 60) -> list[dict[str, Any]]:
    """Records a minute apart, of three names, with and without what can be missing."""
    first = datetime.fromisoformat(start)
    return [
        {
            "eventVersion": "1.11",
            "userIdentity": {"type": "IAMUser", "userName": f"user-{i % 4}", "accountId": "111111111111"},
            "eventTime": f"{first + timedelta(seconds=step * i):%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": "s3.amazonaws.com",
            "eventName": ("PutObject", "GetObject", "ListBuckets")[i % 3],
            "awsRegion": "us-east-1",
            "requestParameters": {"bucketName": f"b-{i}", "n": i} if i % 3 else None,
            "readOnly": i % 3 > 0,
            "eventID": f"event-{i:05}",
            "resources": [{"ARN": f"arn:aws:s3:::b-{i}", "type": "AWS::S3::Bucket"}] * (i % 3),
            "recipientAccountId": "111111111111",
            "eventCategory": "Management",
        }
        for i in range(number)
    ]
