"""Executions: states, result files, pages, stopping, repeated tokens, parameters."""

import threading
import time
from collections.abc import Iterator

import pytest
from opentrail_local.athena.errors import StatementError
from opentrail_local.athena.executions import ENDED, Execution, Executions, Request, Workers, with_parameters

from .conftest import BUCKET, STORE, Objects, Tables, lake_table, put_records, some_records

PATIENCE = 20  # seconds


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(number=2)
    yield made
    made.close()


@pytest.fixture
def executions(workers: Workers, objects: Objects) -> Executions:
    put_records(objects, some_records(25))
    return Executions(workers, Tables(lake_table()), objects)


def start(executions: Executions, sql: str, **more: object) -> Execution:
    location = str(more.pop("location", f"s3://{BUCKET}/results"))
    request = Request(
        sql=sql, database="db", work_group="wg", location=location, context={"Database": "db"}, **more
    )
    return executions.get(executions.start(request))


def ended(execution: Execution) -> Execution:
    until = time.monotonic() + PATIENCE
    while execution.state not in ENDED:
        assert time.monotonic() < until, execution.state
        time.sleep(0.005)
    return execution


def test_success_leaves_a_file_and_its_description(executions: Executions, objects: Objects) -> None:
    sql = f"SELECT eventName, count(*) n FROM lake WHERE store = '{STORE}' GROUP BY 1 ORDER BY 2 DESC, 1"
    execution = ended(start(executions, sql))
    assert (execution.state, execution.reason) == ("SUCCEEDED", "")
    assert execution.location == f"s3://{BUCKET}/results/{execution.id}.csv"
    body = objects.bodies[BUCKET, f"results/{execution.id}.csv"]
    assert body == b'"eventName","n"\n"PutObject","9"\n"GetObject","8"\n"ListBuckets","8"\n'
    assert objects.bodies[BUCKET, f"results/{execution.id}.csv.metadata"].startswith(
        b"\x0a\x24" + execution.id.encode()
    )
    described = execution.described()
    assert described["Statistics"]["DataScannedInBytes"] > 0
    assert described["StatementType"] == "DML"
    assert execution.runtime()["Rows"] == {
        "InputRows": 25,
        "InputBytes": described["Statistics"]["DataScannedInBytes"],
        "OutputRows": 3,
        "OutputBytes": len(body),
    }


def test_pages_begin_with_the_headings_and_lose_nothing(executions: Executions) -> None:
    sql = f"SELECT eventId, errorCode, 'ü\"' u FROM lake WHERE store = '{STORE}' ORDER BY eventId"
    execution = ended(start(executions, sql))
    for limit in (1, 2, 7, 25, 26, 1000):
        rows, place = [], 0
        while place is not None:
            page, place = executions.page(execution, place=place, limit=limit)
            assert len(page) == limit or place is None
            rows += page
        assert rows == [["eventId", "errorCode", "u"]] + [[f"event-{i:05}", None, 'ü"'] for i in range(25)]


def test_pages_of_long_rows(executions: Executions, monkeypatch: pytest.MonkeyPatch) -> None:
    from opentrail_local.athena import executions as module

    execution = ended(start(executions, "SELECT x, lpad('ü', 100, 'ö') FROM UNNEST(sequence(1, 50)) AS t(x)"))
    monkeypatch.setattr(module, "PAGE_BYTES", 77)
    first, place = executions.page(execution, place=0, limit=20)
    second, behind = executions.page(execution, place=place, limit=1000)
    assert [row[0] for row in first + second] == ["x", *map(str, range(1, 51))]
    assert behind is None


def test_failure_says_why(executions: Executions, objects: Objects) -> None:
    execution = ended(start(executions, f"SELECT 1 FROM lake WHERE store = '{STORE}' AND eventTime > '2023'"))
    assert execution.state == "FAILED"
    status = execution.described()["Status"]
    assert status["StateChangeReason"].startswith("TYPE_MISMATCH: line 1:")
    assert status["AthenaError"]["ErrorCategory"] == 2
    assert "Rows" not in execution.runtime()
    assert not [key for _, key in objects.bodies if key.startswith("results/")]


def test_a_failure_while_running_leaves_the_worker_well(executions: Executions) -> None:
    for _ in range(4):
        assert (
            ended(start(executions, "SELECT 1 / (x - 2) FROM UNNEST(sequence(1, 3)) AS t(x)")).state
            == "FAILED"
        )
    assert ended(start(executions, "SELECT 1")).state == "SUCCEEDED"


def test_unparsable_text_does_not_start(executions: Executions) -> None:
    for sql in ("SELEC 1", "", "DROP TABLE lake", "SELECT 1; SELECT 2", "SELECT '" + "x" * 300_000 + "'"):
        with pytest.raises(StatementError):
            start(executions, sql)
    assert executions.ids("wg") == []


def test_one_that_reckons_can_be_stopped(executions: Executions) -> None:
    numbers = "UNNEST(sequence(1, 100000))"
    sql = f"SELECT sum(x * y % 7) FROM {numbers} AS a(x) CROSS JOIN {numbers} AS b(y)"
    execution = start(executions, sql)
    while execution.state == "QUEUED":
        time.sleep(0.01)
    time.sleep(0.2)
    executions.stop(execution)
    assert execution.state == "CANCELLED"
    after = [ended(start(executions, "SELECT 1")) for _ in range(3)]  # on all workers
    assert [e.state for e in after] == ["SUCCEEDED"] * 3
    executions.stop(after[0])
    assert after[0].state == "SUCCEEDED"


def test_one_that_reads_can_be_stopped(executions: Executions, objects: Objects) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def wait(_: int) -> None:
        reading.set()
        go_on.wait(PATIENCE)

    put_records(
        objects, some_records(25, start="2023-07-11T03:00:00Z")
    )  # unlike any file that is kept in memory
    objects.seen = wait
    execution = start(executions, f"SELECT eventId FROM lake WHERE store = '{STORE}'")
    assert reading.wait(PATIENCE)
    executions.stop(execution)
    objects.seen = None
    go_on.set()
    assert ended(start(executions, "SELECT 1")).state == "SUCCEEDED"
    assert execution.state == "CANCELLED"
    assert not [key for _, key in objects.bodies if execution.id in key]


def test_a_repeated_token_starts_nothing(executions: Executions) -> None:
    first = start(executions, "SELECT 1", token="t" * 32)
    assert start(executions, "SELECT 1", token="t" * 32) is first
    with pytest.raises(StatementError, match="Idempotent"):
        start(executions, "SELECT 2", token="t" * 32)
    assert executions.ids("wg") == [first.id]


def test_ids_are_newest_first_and_by_work_group(executions: Executions) -> None:
    started = [start(executions, f"SELECT {i}").id for i in range(3)]
    assert executions.ids("wg") == started[::-1]
    assert executions.ids("other") == []


def test_a_result_that_cannot_be_written_fails(executions: Executions, objects: Objects) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no such bucket")

    objects.write = refuse
    execution = ended(start(executions, "SELECT 1"))
    assert (execution.state, "no such bucket" in execution.reason) == ("FAILED", True)


def test_show(executions: Executions) -> None:
    execution = ended(start(executions, "SHOW TABLES IN db"))
    assert execution.location.endswith(".txt")
    assert executions.page(execution, place=0, limit=10) == ([["lake"]], None)
    assert execution.described()["StatementType"] == "UTILITY"
    assert ended(start(executions, "show tables in nowhere")).state == "FAILED"


def test_parameters() -> None:
    assert (
        with_parameters("SELECT '?', ? -- ?\n, \"?\" = ?", ("1", "'x'"))
        == "SELECT '?', 1 -- ?\n, \"?\" = 'x'"
    )
    with pytest.raises(StatementError, match="expected 1 but found 2"):
        with_parameters("SELECT ?", ("1", "2"))


def test_parameters_are_run(executions: Executions) -> None:
    execution = ended(start(executions, "SELECT ? + 1", parameters=("41",)))
    assert executions.page(execution, place=0, limit=5)[0][1] == ["42"]
    assert execution.described()["ExecutionParameters"] == ["41"]


def test_queries_at_once_do_not_mix(executions: Executions) -> None:
    running = [
        start(executions, f"SELECT {i}, count(*) FROM lake WHERE store = '{STORE}'") for i in range(20)
    ]
    for i, execution in enumerate(running):
        assert executions.page(ended(execution), place=0, limit=5)[0][1] == [str(i), "25"]
