"""DynamoDB and CloudFormation on the local cloud: what concurrency and templates need of them."""

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localstack.support import Cloud, eventually

THREADS = 8


@pytest.fixture
def table(cloud: Cloud, account: str) -> tuple[Any, str]:
    dynamodb = cloud.client("dynamodb", account)
    name = f"t-{secrets.token_hex(4)}"
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return dynamodb, name


def at_once(times: int, action: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(action, range(times)))


def test_of_conditional_puts_at_once_one_wins(table: tuple[Any, str]) -> None:
    dynamodb, name = table

    def put(number: int) -> int | None:
        try:
            dynamodb.put_item(
                TableName=name,
                Item={"pk": {"S": "p"}, "by": {"N": str(number)}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return None
        return number

    winners = [number for number in at_once(40, put) if number is not None]
    assert len(winners) == 1
    item = dynamodb.get_item(TableName=name, Key={"pk": {"S": "p"}})["Item"]
    assert item["by"] == {"N": str(winners[0])}


def test_of_transactions_at_once_none_is_lost_or_half_done(table: tuple[Any, str]) -> None:
    dynamodb, name = table

    def add(number: int) -> bool:
        guard = {"TableName": name, "Item": {"pk": {"S": f"once-{number % 20}"}}}
        count = {
            "TableName": name,
            "Key": {"pk": {"S": "counter"}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        try:
            dynamodb.transact_write_items(
                TransactItems=[
                    {"Update": count},
                    {"Put": {**guard, "ConditionExpression": "attribute_not_exists(pk)"}},
                ]
            )
        except dynamodb.exceptions.TransactionCanceledException:
            return False
        return True

    assert sum(at_once(60, add)) == 20
    counter = dynamodb.get_item(TableName=name, Key={"pk": {"S": "counter"}})["Item"]
    assert counter["n"] == {"N": "20"}
    assert dynamodb.scan(TableName=name)["Count"] == 21


def test_the_lakes_types_are_made_changed_and_deleted_with_their_stack(cloud: Cloud, account: str) -> None:
    cloudformation = cloud.client("cloudformation", account)
    glue, athena = cloud.client("glue", account), cloud.client("athena", account)

    def settled() -> str:
        def status() -> str:
            try:
                stack = cloudformation.describe_stacks(StackName="lake")["Stacks"][0]["StackStatus"]
            except ClientError:
                return "DELETE_COMPLETE"
            return "" if stack.endswith("_IN_PROGRESS") else stack

        return eventually(status, within=60)

    cloudformation.create_stack(StackName="lake", TemplateBody=lake_template("first", ["a"]))
    assert settled() == "CREATE_COMPLETE"
    outputs = cloudformation.describe_stacks(StackName="lake")["Stacks"][0]["Outputs"]
    assert {o["OutputKey"]: o["OutputValue"] for o in outputs} == {
        "Database": "lake",
        "Table": "events",
        "Workgroup": "lake",
    }
    assert glue.get_database(Name="lake")["Database"]["Description"] == "first"
    assert athena.get_work_group(WorkGroup="lake")["WorkGroup"]["Description"] == "first"

    cloudformation.update_stack(StackName="lake", TemplateBody=lake_template("second", ["a", "b"]))
    assert settled() == "UPDATE_COMPLETE"
    assert glue.get_database(Name="lake")["Database"]["Description"] == "second"
    table = glue.get_table(DatabaseName="lake", Name="events")["Table"]
    assert [column["Name"] for column in table["StorageDescriptor"]["Columns"]] == ["a", "b"]
    assert athena.get_work_group(WorkGroup="lake")["WorkGroup"]["Description"] == "second"

    cloudformation.delete_stack(StackName="lake")
    assert settled() == "DELETE_COMPLETE"
    assert [database["Name"] for database in glue.get_databases()["DatabaseList"]] == []
    assert "lake" not in [group["Name"] for group in athena.list_work_groups()["WorkGroups"]]


def lake_template(text: str, columns: list[str]) -> str:
    catalog = {"Ref": "AWS::AccountId"}
    resources = {
        "Database": {
            "Type": "AWS::Glue::Database",
            "Properties": {"CatalogId": catalog, "DatabaseInput": {"Name": "lake", "Description": text}},
        },
        "Table": {
            "Type": "AWS::Glue::Table",
            "Properties": {
                "CatalogId": catalog,
                "DatabaseName": {"Ref": "Database"},
                "TableInput": {
                    "Name": "events",
                    "StorageDescriptor": {"Columns": [{"Name": c, "Type": "string"} for c in columns]},
                },
            },
        },
        "Workgroup": {
            "Type": "AWS::Athena::WorkGroup",
            "Properties": {
                "Name": "lake",
                "Description": text,
                "WorkGroupConfiguration": {"EnforceWorkGroupConfiguration": True},
            },
        },
    }
    outputs = {name: {"Value": {"Ref": name}} for name in resources}
    return json.dumps({"Resources": resources, "Outputs": outputs})
