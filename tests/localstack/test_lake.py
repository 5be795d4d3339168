"""Lake SQL on the deployed system, and the strictness of the local Athena behind it."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localstack.support import Cloud


def _athena(cloud: Cloud, statement: str) -> dict[str, Any]:
    """Run a statement on the local Athena as the deployment does, past OpenTrail's rewriting."""
    athena = cloud.client("athena")
    started = athena.start_query_execution(
        QueryString=statement,
        QueryExecutionContext={"Database": cloud.outputs["LakeDatabase"]},
        WorkGroup=cloud.outputs["LakeWorkgroup"],
    )
    deadline = time.monotonic() + 30
    while True:
        execution = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return dict(execution["Status"])
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_lake_sql_that_was_not_rewritten_fails_on_athena(cloud: Cloud) -> None:
    table = f'"{cloud.outputs["LakeDatabase"]}"."{cloud.outputs["LakeTable"]}"'
    store = "00000000-0000-0000-0000-000000000000"
    pinned = f"FROM {table} WHERE store = '{store}'"
    for statement, reason in (
        (f"SELECT count(*) {pinned} AND eventTime > '2023-01-01 00:00:00'", "TYPE_MISMATCH"),
        (f"SELECT count(*) {pinned} AND readOnly = 'true'", "TYPE_MISMATCH"),
        (f"SELECT count(*) FROM {table}", "CONSTRAINT_VIOLATION"),
        (f"SELECT nosuchfunction(eventName) {pinned}", "FUNCTION_NOT_FOUND"),
        (f"SELECT eventName, count(*) {pinned}", "EXPRESSION_NOT_AGGREGATE"),
    ):
        status = _athena(cloud, statement)
        assert status["State"] == "FAILED", statement
        assert reason in status["StateChangeReason"], (statement, status["StateChangeReason"])


def test_the_bare_name_of_a_store_is_no_table_on_athena(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as refused:
        _athena(cloud, "SELECT count(*) FROM 5f1b0a9e-0000-4000-8000-000000000000")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


def test_an_empty_store_answers_no_rows(cloud: Cloud, account: str) -> None:
    trails = cloud.client("cloudtrail", account)
    store = trails.create_event_data_store(
        Name="empty",
        TerminationProtectionEnabled=False,
        AdvancedEventSelectors=[
            {
                "Name": "nothing",
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Management"]},
                    {"Field": "eventName", "Equals": ["NothingIsCalledSo"]},
                ],
            }
        ],
    )["EventDataStoreArn"].rpartition("/")[2]
    assert cloud.rows(account, f"SELECT eventName FROM {store} WHERE eventTime > '2023-01-01'") == []
    assert cloud.rows(account, f"SELECT count(*) FROM {store}") == [[{"_col0": "0"}]]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT * FROM 99999999-9999-9999-9999-999999999999", "EventDataStoreNotFoundException"),
        ("DROP TABLE {store}", "InvalidQueryStatementException"),
        ("SELECT * FROM information_schema.tables", "InvalidQueryStatementException"),
        ("SELECT * FROM {store} WHERE eventTime > 'yesterday'", "InvalidQueryStatementException"),
        ("SELECT * FROM {store}; SELECT * FROM {store}", "InvalidQueryStatementException"),
    ],
)
def test_statements_are_confined(cloud: Cloud, account: str, statement: str, error: str) -> None:
    trails = cloud.client("cloudtrail", account)
    created = trails.create_event_data_store(Name="confined", TerminationProtectionEnabled=False)
    store = created["EventDataStoreArn"].rpartition("/")[2]
    with pytest.raises(ClientError) as refused:
        trails.start_query(QueryStatement=statement.format(store=store))
    assert refused.value.response["Error"]["Code"] == error


def test_another_accounts_store_does_not_exist(cloud: Cloud, account: str) -> None:
    created = cloud.client("cloudtrail", account).create_event_data_store(
        Name="mine", TerminationProtectionEnabled=False
    )
    arn = created["EventDataStoreArn"]
    other = cloud.client("cloudtrail", str(int(account) - 1))
    for asked in (arn.rpartition("/")[2], arn):
        with pytest.raises(ClientError) as refused:
            other.get_event_data_store(EventDataStore=asked)
        assert refused.value.response["Error"]["Code"].startswith("EventDataStore")
    with pytest.raises(ClientError) as refused:
        other.start_query(QueryStatement=f"SELECT * FROM {arn.rpartition('/')[2]}")
    assert refused.value.response["Error"]["Code"] == "EventDataStoreNotFoundException"
