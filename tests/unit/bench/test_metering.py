"""The meter counts what DynamoDB's and SQS's published rules say of requests really made."""

from collections.abc import Iterator

import pytest

from bench.metering import Meter, item_size
from tests.contract.cloud import TABLE, Cloud, client, cloud, new_client


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


def item(size: int, **more: object) -> dict[str, object]:
    """An item of exactly so many bytes, `more` not counted."""
    return {"pk": {"S": "p"}, "sk": {"S": "s"}, "body": {"B": b"x" * (size - 10)}, **more}


@pytest.mark.parametrize(
    ("values", "size"),
    [
        ({"a": {"S": "ü"}}, 3),
        ({"a": {"N": "12345"}}, 5),
        ({"a": {"N": "1"}}, 3),
        ({"ab": {"B": b"123"}}, 5),
        ({"a": {"BOOL": True}}, 2),
        ({"a": {"L": [{"S": "xy"}]}}, 7),
        ({"a": {"M": {"k": {"S": "xy"}}}}, 8),
        ({"a": {"SS": ["x", "yz"]}}, 4),
    ],
)
def test_sizes_of_items(values: dict[str, dict[str, object]], size: int) -> None:
    assert item_size(values) == size


def metered() -> tuple[Meter, object]:
    meter, dynamodb = Meter(client("dynamodb")), new_client("dynamodb")
    meter.attach(dynamodb)
    return meter, dynamodb


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2), (5000, 5)])
def test_a_put_costs_a_unit_for_each_kilobyte_and_twice_in_a_transaction(
    aws: Cloud, size: int, units: int
) -> None:
    meter, dynamodb = metered()
    dynamodb.put_item(TableName=TABLE, Item=item(size))  # type: ignore[attr-defined]
    assert meter.write_units[TABLE] == units
    put = {"Put": {"TableName": TABLE, "Item": item(size)}}
    dynamodb.transact_write_items(TransactItems=[put])  # type: ignore[attr-defined]
    assert meter.write_units[TABLE] == 3 * units
    assert meter.requests == {"dynamodb.PutItem": 1, "dynamodb.TransactWriteItems": 1}


def test_what_is_due_costs_a_write_of_its_own(aws: Cloud) -> None:
    meter, dynamodb = metered()
    due = {"due_shard": {"S": "1"}, "due": {"N": "7"}}
    dynamodb.put_item(TableName=TABLE, Item=item(500, **due))  # type: ignore[attr-defined]
    assert meter.write_units[TABLE] == 2
    key = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    values = {":due": {"N": "9"}}
    dynamodb.update_item(  # type: ignore[attr-defined]
        TableName=TABLE, Key=key, UpdateExpression="SET due = :due", ExpressionAttributeValues=values
    )
    assert meter.write_units[TABLE] == 2 + 3
    dynamodb.delete_item(TableName=TABLE, Key=key)  # type: ignore[attr-defined]
    assert meter.write_units[TABLE] == 2 + 3 + 2


def test_reads_cost_by_four_kilobytes(aws: Cloud) -> None:
    aws.dynamodb.put_item(TableName=TABLE, Item=item(6000))
    meter, dynamodb = metered()
    key = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True)  # type: ignore[attr-defined]
    assert meter.read_units[TABLE] == 2
    dynamodb.get_item(TableName=TABLE, Key=key)  # type: ignore[attr-defined]
    assert meter.read_units[TABLE] == 3


def test_messages_cost_by_64_kilobytes(aws: Cloud) -> None:
    url = aws.queue("queue")
    meter, sqs = Meter(client("dynamodb")), new_client("sqs")
    meter.attach(sqs)
    sqs.send_message(QueueUrl=url, MessageBody="x" * 65_537)
    assert meter.sqs_units == 2
    sqs.receive_message(QueueUrl=url)
    assert meter.sqs_units == 4
