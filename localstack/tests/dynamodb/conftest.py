"""moto's DynamoDB in this process, with our reading and writing."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from opentrail_local.dynamodb import patches

TABLE = "t"
KEYS = (("pk", "S"), ("sk", "S"), ("due_shard", "S"), ("due", "N"))


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client, and a table with a sort key and a sparse index."""
    patches.patch()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName=TABLE,
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in KEYS],
            KeySchema=[_key("pk", "HASH"), _key("sk", "RANGE")],
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "due",
                    "KeySchema": [_key("due_shard", "HASH"), _key("due", "RANGE")],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        yield client


def _key(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}
