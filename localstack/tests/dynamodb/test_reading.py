"""Query and Scan answer as DynamoDB does, in order and page by page."""

import random
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

TABLE = "t"


def put(dynamodb: Any, pk: str, sk: str, **more: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": pk}, "sk": {"S": sk}, **more})


def query(dynamodb: Any, condition: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = dynamodb.query(
        TableName=TABLE, KeyConditionExpression=condition, ExpressionAttributeValues=values, **more
    )
    return answer


def sort_keys(answer: dict[str, Any]) -> list[str]:
    return [item["sk"]["S"] for item in answer["Items"]]


@pytest.fixture
def letters(dynamodb: Any) -> Any:
    names = [*"abcdefgh", "ca", "cb", "ä", "\U0001f600"]
    random.Random(7).shuffle(names)
    for name in names:
        put(dynamodb, "p", name)
        put(dynamodb, "other", name)
    return dynamodb


@pytest.mark.parametrize(
    ("condition", "values", "found"),
    [
        ("pk = :p", {}, "a b c ca cb d e f g h ä \U0001f600"),
        ("pk = :p AND sk = :a", {":a": "c"}, "c"),
        ("pk = :p AND sk < :a", {":a": "c"}, "a b"),
        ("pk = :p AND sk <= :a", {":a": "c"}, "a b c"),
        ("pk = :p AND sk > :a", {":a": "c"}, "ca cb d e f g h ä \U0001f600"),
        ("pk = :p AND sk >= :a", {":a": "g"}, "g h ä \U0001f600"),
        ("pk = :p AND sk BETWEEN :a AND :b", {":a": "c", ":b": "d"}, "c ca cb d"),
        ("pk = :p AND begins_with(sk, :a)", {":a": "c"}, "c ca cb"),
        ("pk = :p AND begins_with(sk, :a)", {":a": "x"}, ""),
    ],
)
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [None, 1, 2])
def test_ranges(
    letters: Any, condition: str, values: dict[str, str], found: str, forward: bool, limit: int | None
) -> None:
    parameters = {":p": {"S": "p"}} | {name: {"S": value} for name, value in values.items()}
    more: dict[str, Any] = {"ScanIndexForward": forward} | ({"Limit": limit} if limit else {})
    seen: list[str] = []
    while True:
        answer = query(letters, condition, parameters, **more)
        seen += sort_keys(answer)
        if "LastEvaluatedKey" not in answer:
            break
        more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    expected = found.split()
    assert seen == (expected if forward else expected[::-1])


def test_a_full_page_can_be_continued_even_at_the_end(letters: Any) -> None:
    answer = query(letters, "pk = :p AND sk <= :b", {":p": {"S": "p"}, ":b": {"S": "b"}}, Limit=2)
    assert sort_keys(answer) == ["a", "b"]
    start = answer["LastEvaluatedKey"]
    rest = query(
        letters, "pk = :p AND sk <= :b", {":p": {"S": "p"}, ":b": {"S": "b"}}, ExclusiveStartKey=start
    )
    assert rest["Items"] == []
    assert "LastEvaluatedKey" not in rest


def test_a_filter_reads_what_it_does_not_show(letters: Any) -> None:
    answer = letters.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :p",
        FilterExpression="contains(#k, :c)",
        ProjectionExpression="pk",
        ExpressionAttributeNames={"#k": "sk"},
        ExpressionAttributeValues={":p": {"S": "p"}, ":c": {"S": "c"}},
    )
    assert answer["Count"] == 3
    assert answer["ScannedCount"] == 12
    assert answer["Items"] == [{"pk": {"S": "p"}}] * 3


def test_an_index_is_ordered_by_number_and_holds_only_items_with_its_keys(dynamodb: Any) -> None:
    dues = ["10", "9", "-1", "1e3", "0.5", "2"]
    for number, due in enumerate(dues):
        put(dynamodb, f"p{number}", "s", due_shard={"S": "0"}, due={"N": due})
    put(dynamodb, "nowhere", "s", due_shard={"S": "0"})
    answer = query(dynamodb, "due_shard = :s", {":s": {"S": "0"}}, IndexName="due")
    assert [item["due"]["N"] for item in answer["Items"]] == ["-1", "0.5", "2", "9", "10", "1e3"]


def test_the_index_follows_updates_and_deletes(dynamodb: Any) -> None:
    for number in range(5):
        put(dynamodb, "p", str(number), due_shard={"S": "0"}, due={"N": str(number)})
    key = {"pk": {"S": "p"}, "sk": {"S": "3"}}
    dynamodb.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET due = :d",
        ExpressionAttributeValues={":d": {"N": "-7"}},
    )
    dynamodb.update_item(
        TableName=TABLE, Key={**key, "sk": {"S": "1"}}, UpdateExpression="REMOVE due_shard, due"
    )
    dynamodb.delete_item(TableName=TABLE, Key={**key, "sk": {"S": "2"}})
    answer = query(dynamodb, "due_shard = :s", {":s": {"S": "0"}}, IndexName="due")
    assert sort_keys(answer) == ["3", "0", "4"]


def test_items_with_equal_index_keys_are_all_paged_through(dynamodb: Any) -> None:
    for number in range(10):
        put(dynamodb, f"p{number % 3}", str(number), due_shard={"S": "0"}, due={"N": "1"})
    seen: set[tuple[str, str]] = set()
    more: dict[str, Any] = {}
    while True:
        answer = query(dynamodb, "due_shard = :s", {":s": {"S": "0"}}, IndexName="due", Limit=3, **more)
        page = {(item["pk"]["S"], item["sk"]["S"]) for item in answer["Items"]}
        assert not page & seen
        seen |= page
        if "LastEvaluatedKey" not in answer:
            break
        more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert len(seen) == 10


def test_a_page_is_a_megabyte(dynamodb: Any) -> None:
    for number in range(30):
        put(dynamodb, "p", f"{number:02}", body={"B": b"x" * 100_000})
    pages = list(dynamodb.get_paginator("scan").paginate(TableName=TABLE))
    assert [page["Count"] for page in pages] == [11, 11, 8]
    seen = [item["sk"]["S"] for page in pages for item in page["Items"]]
    assert seen == sorted(seen)


def test_a_scan_sees_every_item_once(letters: Any) -> None:
    pages = list(letters.get_paginator("scan").paginate(TableName=TABLE, PaginationConfig={"PageSize": 5}))
    seen = [(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]]
    assert len(seen) == len(set(seen)) == 24


def test_eventual_indexes_refuse_consistent_reads(dynamodb: Any) -> None:
    with pytest.raises(ClientError, match="Consistent reads are not supported"):
        query(dynamodb, "due_shard = :s", {":s": {"S": "0"}}, IndexName="due", ConsistentRead=True)


def test_looking_for_what_is_not_there_leaves_nothing_behind(dynamodb: Any) -> None:
    from moto.dynamodb.models import dynamodb_backends

    dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": "missing"}, "sk": {"S": "s"}})
    put(dynamodb, "gone", "s")
    dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": "gone"}, "sk": {"S": "s"}})
    assert dict(dynamodb_backends["123456789012"]["us-east-1"].tables[TABLE].items) == {}


def test_the_time_of_a_query_does_not_grow_with_the_table(dynamodb: Any) -> None:
    def seconds() -> float:
        times = []
        for _ in range(15):
            started = time.perf_counter()
            query(dynamodb, "pk = :p", {":p": {"S": "p7"}}, Limit=10)
            times.append(time.perf_counter() - started)
        return sorted(times)[len(times) // 2]

    fill(dynamodb, 200)
    small = seconds()
    fill(dynamodb, 8000)
    assert seconds() < 4 * small  # a sort of the whole table took 40 times as long


def fill(dynamodb: Any, count: int) -> None:
    for start in range(0, count, 25):
        requests = [
            {"PutRequest": {"Item": {"pk": {"S": f"p{n % 10}"}, "sk": {"S": f"{n:06}"}}}}
            for n in range(start, start + 25)
        ]
        dynamodb.batch_write_item(RequestItems={TABLE: requests})
