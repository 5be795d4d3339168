"""AWS in process: tables, buckets and queues laid out as the stacks lay them out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws

REGION = "us-east-1"
TABLE = "table"
BUCKET = "opentrail-bucket"


@dataclass(frozen=True)
class Cloud:
    """Clients of one fresh account."""

    dynamodb: Any
    s3: Any
    sqs: Any
    sts: Any

    def items(self) -> list[dict[str, Any]]:
        """Every item of the table, typed as DynamoDB answers it."""
        found = self.dynamodb.get_paginator("scan").paginate(TableName=TABLE)
        return [item for page in found for item in page["Items"]]

    def object_keys(self, bucket: str = BUCKET) -> list[str]:
        """Every key of a bucket."""
        return [found["Key"] for found in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def queue(self, name: str) -> str:
        """A new queue's URL."""
        url: str = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        return url


@cache
def client(service: str) -> Any:
    """Moto answers any client made after its import; making one takes longer than most tests."""
    return new_client(service)


def new_client(service: str) -> Any:
    """A client of its own, to attach something to."""
    session = boto3.Session("testing", "testing", region_name=REGION)
    return session.client(service, config=Config(max_pool_connections=32))


@contextmanager
def cloud() -> Iterator[Cloud]:
    """A fresh account with one table (keys, TTL and index of the ledger's) and one bucket."""
    with mock_aws():
        made = Cloud(*map(client, ("dynamodb", "s3", "sqs", "sts")))
        make_table(made.dynamodb, TABLE)
        made.s3.create_bucket(Bucket=BUCKET)
        yield made


def make_table(dynamodb: Any, name: str) -> None:
    """A table as `stacks/storage.py` declares the ledger's; the other tables lack only its index."""
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "due_shard", "AttributeType": "S"},
            {"AttributeName": "due", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "due_shard", "KeyType": "HASH"},
                    {"AttributeName": "due", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
