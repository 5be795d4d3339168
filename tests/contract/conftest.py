"""AWS as moto plays it, with the tables, queues and buckets of a deployment, made anew for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

REGION = "us-east-1"


@dataclass(frozen=True)
class Aws:
    """Clients and the names of what is deployed."""

    session: Any
    table: str = "table"  # keys pk and sk: any of the three tables
    queue_url: str = ""
    bucket: str = "segments"

    def client(self, service: str) -> Any:
        return self.session.client(service)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        session = boto3.Session(region_name=REGION)
        keys = [("pk", "HASH"), ("sk", "RANGE")]
        session.client("dynamodb").create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind}
                for name, kind in [("pk", "S"), ("sk", "S"), ("due_shard", "S"), ("due", "N")]
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
        )
        session.client("s3").create_bucket(Bucket="segments")
        queue_url = session.client("sqs").create_queue(QueueName="records")["QueueUrl"]
        yield Aws(session=session, queue_url=queue_url)
