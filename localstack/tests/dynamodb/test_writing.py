"""Transactions are all or nothing, touch only their items, and say why they were refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends

TABLE = "t"


def key(sk: str) -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": sk}}


def item(dynamodb: Any, sk: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = dynamodb.get_item(TableName=TABLE, Key=key(sk)).get("Item")
    return found


def put(sk: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": {**key(sk), **more}}}


def update(sk: str, expression: str, **values: Any) -> dict[str, Any]:
    named = {f":{name}": value for name, value in values.items()}
    more = {"ExpressionAttributeValues": named} if named else {}
    return {"Update": {"TableName": TABLE, "Key": key(sk), "UpdateExpression": expression, **more}}


def test_all_actions_are_done(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item=key("old"))
    dynamodb.transact_write_items(
        TransactItems=[
            put("new", a={"S": "x"}),
            update("counted", "ADD n :one", one={"N": "1"}),
            {"Delete": {"TableName": TABLE, "Key": key("old")}},
            {
                "ConditionCheck": {
                    "TableName": TABLE,
                    "Key": key("absent"),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
        ]
    )
    assert item(dynamodb, "new") == {**key("new"), "a": {"S": "x"}}
    assert item(dynamodb, "counted") == {**key("counted"), "n": {"N": "1"}}
    assert item(dynamodb, "old") is None
    assert item(dynamodb, "absent") is None


def test_a_refused_transaction_changes_nothing_and_gives_every_reason(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item={**key("there"), "v": {"N": "1"}})
    guarded = put("there", v={"N": "2"})
    guarded["Put"] |= {
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    missing = update("missing", "SET a = :a", a={"S": "a"})
    missing["Update"]["ConditionExpression"] = "attribute_exists(pk)"
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as caught:
        dynamodb.transact_write_items(TransactItems=[put("first"), guarded, missing])
    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == [
        "None",
        "ConditionalCheckFailed",
        "ConditionalCheckFailed",
    ]
    assert reasons[1]["Item"] == {**key("there"), "v": {"N": "1"}}
    assert "Item" not in reasons[2]
    assert [item(dynamodb, sk) for sk in ("first", "missing")] == [None, None]
    assert item(dynamodb, "there") == {**key("there"), "v": {"N": "1"}}


def test_an_action_that_fails_takes_back_those_before_it(dynamodb: Any) -> None:
    dynamodb.put_item(
        TableName=TABLE,
        Item={**key("kept"), "list": {"L": [{"S": "a"}]}, "due_shard": {"S": "0"}, "due": {"N": "5"}},
    )
    actions = [
        update(
            "kept", "SET #l = list_append(#l, :more), due = :due", more={"L": [{"S": "b"}]}, due={"N": "1"}
        ),
        put("made"),
        update("text", "SET n = n + :one", one={"N": "1"}),  # there is no n
    ]
    actions[0]["Update"]["ExpressionAttributeNames"] = {"#l": "list"}
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=actions)
    assert item(dynamodb, "kept")["list"] == {"L": [{"S": "a"}]}  # type: ignore[index]
    assert item(dynamodb, "made") is None
    assert item(dynamodb, "text") is None
    answer = dynamodb.query(
        TableName=TABLE,
        IndexName="due",
        KeyConditionExpression="due_shard = :s",
        ExpressionAttributeValues={":s": {"S": "0"}},
    )
    assert [found["due"]["N"] for found in answer["Items"]] == ["5"]


def test_an_update_that_fails_leaves_no_half_made_item(dynamodb: Any) -> None:
    with pytest.raises(ClientError):
        dynamodb.update_item(
            TableName=TABLE,
            Key=key("n"),
            UpdateExpression="SET a = :a, n = n + :a",
            ExpressionAttributeValues={":a": {"N": "1"}},
        )
    assert item(dynamodb, "n") is None


def test_one_item_may_be_in_a_transaction_once(dynamodb: Any) -> None:
    with pytest.raises(ClientError) as caught:
        dynamodb.transact_write_items(TransactItems=[put("a"), update("a", "SET b = :b", b={"S": "b"})])
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert item(dynamodb, "a") is None


def test_a_hundred_actions_fit(dynamodb: Any) -> None:
    dynamodb.transact_write_items(TransactItems=[put(f"{n:03}") for n in range(100)])
    answer = dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": TABLE, "Key": key(f"{n:03}")}} for n in range(100)]
    )
    assert len(answer["Responses"]) == 100
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[put(f"{n:03}") for n in range(101)])


def test_a_transaction_keeps_the_table_that_others_write_to(dynamodb: Any) -> None:
    tables = dynamodb_backends["123456789012"]["us-east-1"].tables
    before = tables[TABLE]
    guarded = put("x")
    guarded["Put"]["ConditionExpression"] = "attribute_exists(pk)"
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[guarded])
    assert tables[TABLE] is before


def test_binary_values_count_their_bytes_toward_the_limit(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item={**key("fits"), "b": {"B": b"x" * 409_000}})
    assert item(dynamodb, "fits")["b"]["B"] == b"x" * 409_000  # type: ignore[index]
    with pytest.raises(ClientError, match="size has exceeded"):
        dynamodb.put_item(TableName=TABLE, Item={**key("big"), "b": {"B": b"x" * 410_000}})


def test_returned_values_are_those_of_their_time(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item={**key("a"), "m": {"M": {"x": {"N": "1"}}}})
    answer = dynamodb.update_item(
        TableName=TABLE,
        Key=key("a"),
        UpdateExpression="SET m.x = :x",
        ExpressionAttributeValues={":x": {"N": "2"}},
        ReturnValues="ALL_OLD",
    )
    assert answer["Attributes"]["m"] == {"M": {"x": {"N": "1"}}}
    assert item(dynamodb, "a")["m"] == {"M": {"x": {"N": "2"}}}  # type: ignore[index]
