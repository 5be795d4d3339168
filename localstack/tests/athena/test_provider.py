"""Glue and Athena inside LocalStack, with stock clients: its S3, its Glue, accounts kept apart."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from opentrail import lake_schema
from opentrail.adapters.lake_files import by_day, encoded
from opentrail.adapters.lake_rows import LakeRows

from .conftest import BUCKET, STORE, some_records

ROOT = Path(__file__).parents[3]
ACCOUNT, OTHER = "111111111111", "222222222222"
BOOT, PATIENCE = 90, 30  # seconds


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """LocalStack on a free port, ended when the module's tests are over."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    state = tmp_path_factory.mktemp("state")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"PYTHONPATH": f"{ROOT}/lambdas:{ROOT}/localstack/src", "OPENTRAIL_STATE_DIR": str(state)}
    command = [
        sys.executable,
        "-m",
        "opentrail_local.launcher",
        "--state-dir",
        str(state),
        "--port",
        str(port),
    ]
    with (state / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=state, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _await_health(process, port, state / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await_health(process: subprocess.Popen, port: int, log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + BOOT
    while time.monotonic() < until and process.poll() is None:
        try:
            opener.open(f"http://127.0.0.1:{port}/_localstack/health", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"LocalStack did not start: {log.read_text(errors='replace')[-2000:]}")


class Clients:
    """Stock clients of an account and Region."""

    def __init__(self, endpoint: str, account: str, region: str = "us-east-1") -> None:
        self._options = {
            "endpoint_url": endpoint,
            "region_name": region,
            "aws_access_key_id": account,
            "aws_secret_access_key": "test",
        }

    def __getattr__(self, service: str) -> Any:
        return boto3.client(service, **self._options)

    def ended(self, sql: str, **more: Any) -> dict[str, Any]:
        request = {"WorkGroup": "opentrail", "QueryExecutionContext": {"Database": "lake"}, **more}
        athena = self.athena
        identifier = athena.start_query_execution(QueryString=sql, **request)["QueryExecutionId"]
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            execution = athena.get_query_execution(QueryExecutionId=identifier)["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                return execution
            time.sleep(0.02)
        raise AssertionError(f"still {execution['Status']}")


@pytest.fixture(scope="module")
def clients(endpoint: str) -> Clients:
    """An account with a lake: bucket, files, database, table, work group."""
    made = Clients(endpoint, ACCOUNT)
    made.s3.create_bucket(Bucket=BUCKET)
    lines = [json.dumps(record).encode() for record in some_records(30)]
    for day, table in by_day(LakeRows().table(lines)).items():
        key = lake_schema.partition_prefix(store_id=STORE, day=day) + "a.orc"
        made.s3.put_object(Bucket=BUCKET, Key=key, Body=encoded(table))
    made.glue.create_database(DatabaseInput={"Name": "lake"})
    made.glue.create_table(DatabaseName="lake", TableInput=table_input())
    made.athena.create_work_group(
        Name="opentrail",
        Configuration={
            "EnforceWorkGroupConfiguration": True,
            "ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"},
        },
    )
    return made


def table_input() -> dict[str, Any]:
    return {
        "Name": "events",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": lake_schema.table_properties(BUCKET),
        "PartitionKeys": [{"Name": name, "Type": type_} for name, type_ in lake_schema.PARTITION_KEYS],
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": type_} for name, type_ in lake_schema.COLUMNS],
            "Location": lake_schema.table_location(BUCKET),
            "InputFormat": lake_schema.INPUT_FORMAT,
            "OutputFormat": lake_schema.OUTPUT_FORMAT,
            "SerdeInfo": {
                "SerializationLibrary": lake_schema.SERDE_LIBRARY,
                "Parameters": lake_schema.SERDE_PARAMETERS,
            },
        },
    }


def test_a_query_from_start_to_pages(clients: Clients) -> None:
    sql = f"SELECT eventName, count(*) n FROM events WHERE store = '{STORE}' GROUP BY 1 ORDER BY 1"
    execution = clients.ended(sql, ResultConfiguration={"OutputLocation": "s3://nowhere/of/mine/"})
    assert execution["Status"]["State"] == "SUCCEEDED"
    assert execution["WorkGroup"] == "opentrail"
    assert execution["Statistics"]["DataScannedInBytes"] > 0
    identifier = execution["QueryExecutionId"]
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert (
        location == f"s3://{BUCKET}/results/{identifier}.csv"
    )  # the work group's, whatever the client asks for
    body = clients.s3.get_object(Bucket=BUCKET, Key=f"results/{identifier}.csv")["Body"].read()
    assert body == b'"eventName","n"\n"GetObject","10"\n"ListBuckets","10"\n"PutObject","10"\n'
    clients.s3.head_object(Bucket=BUCKET, Key=f"results/{identifier}.csv.metadata")
    pages = clients.athena.get_paginator("get_query_results").paginate(
        QueryExecutionId=identifier, PaginationConfig={"PageSize": 2}
    )
    rows = [
        [d.get("VarCharValue") for d in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]
    ]
    assert rows == [["eventName", "n"], ["GetObject", "10"], ["ListBuckets", "10"], ["PutObject", "10"]]
    answer = clients.athena.get_query_results(QueryExecutionId=identifier)
    types = [column["Type"] for column in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    assert types == ["varchar", "bigint"]
    statistics = clients.athena.get_query_runtime_statistics(QueryExecutionId=identifier)
    assert statistics["QueryRuntimeStatistics"]["Rows"]["InputRows"] == 30
    batch = clients.athena.batch_get_query_execution(QueryExecutionIds=[identifier, "0" * 36])
    assert len(batch["QueryExecutions"]) == len(batch["UnprocessedQueryExecutionIds"]) == 1
    assert identifier in clients.athena.list_query_executions(WorkGroup="opentrail")["QueryExecutionIds"]


def test_failures_come_where_athena_has_them(clients: Clients) -> None:
    lake_sql = f"SELECT eventName FROM events WHERE store = '{STORE}' AND eventTime > '2023-01-01'"
    failed = clients.ended(lake_sql)
    assert failed["Status"]["State"] == "FAILED"
    assert "Cannot apply operator: timestamp(3) > varchar(10)" in failed["Status"]["StateChangeReason"]
    with pytest.raises(ClientError, match=r"Query did not finish successfully\. Final query state: FAILED"):
        clients.athena.get_query_results(QueryExecutionId=failed["QueryExecutionId"])
    for request in (
        {"QueryString": "SELEC 1"},
        {"QueryString": f"SELECT * FROM {STORE}"},
        {"QueryString": "SELECT 1", "WorkGroup": "nowhere"},
        {"QueryString": "SELECT 1", "WorkGroup": "primary"},  # has no result location
        {"QueryString": "DROP TABLE events"},
    ):
        with pytest.raises(ClientError) as refused:
            clients.athena.start_query_execution(**{"WorkGroup": "opentrail", **request})
        assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    with pytest.raises(ClientError, match="was not found"):
        clients.athena.get_query_execution(QueryExecutionId="0" * 36)


def test_accounts_and_regions_are_kept_apart(clients: Clients, endpoint: str) -> None:
    identifier = clients.ended("SELECT 1")["QueryExecutionId"]
    for other in (Clients(endpoint, OTHER), Clients(endpoint, ACCOUNT, "eu-west-1")):
        with pytest.raises(ClientError, match="was not found"):
            other.athena.get_query_execution(QueryExecutionId=identifier)
        assert other.glue.get_databases()["DatabaseList"] == []
        failed = other.ended(
            "SELECT * FROM lake.events",
            WorkGroup="primary",
            ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/theirs/"},
        )
        assert failed["Status"]["StateChangeReason"].startswith("SCHEMA_NOT_FOUND")


def test_glue_is_there(clients: Clients) -> None:
    table = clients.glue.get_table(DatabaseName="lake", Name="events")["Table"]
    assert table["Parameters"]["projection.store.type"] == "injected"
    assert len(table["StorageDescriptor"]["Columns"]) == len(lake_schema.COLUMNS)
    with pytest.raises(ClientError) as missing:
        clients.glue.get_table(DatabaseName="lake", Name="nothing")
    assert missing.value.response["Error"]["Code"] == "EntityNotFoundException"


def test_work_groups_change(clients: Clients) -> None:
    clients.athena.create_work_group(Name="second", Configuration={})
    clients.athena.update_work_group(
        WorkGroup="second",
        Description="changed",
        State="DISABLED",
        ConfigurationUpdates={
            "ResultConfigurationUpdates": {"OutputLocation": f"s3://{BUCKET}/second/"},
            "BytesScannedCutoffPerQuery": 10_000_000,
        },
    )
    group = clients.athena.get_work_group(WorkGroup="second")["WorkGroup"]
    assert group["Configuration"]["ResultConfiguration"]["OutputLocation"] == f"s3://{BUCKET}/second/"
    assert (group["State"], group["Description"]) == ("DISABLED", "changed")
    with pytest.raises(ClientError, match="is disabled"):
        clients.athena.start_query_execution(QueryString="SELECT 1", WorkGroup="second")
    with pytest.raises(ClientError, match="is not found"):
        clients.athena.get_work_group(WorkGroup="nowhere")
