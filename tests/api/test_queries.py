"""Lake queries by a real client, on an engine that answers what a test tells it to; rewriting is real."""

from datetime import timedelta
from typing import Any

import pytest
from opentrail.domain.lake_state import LakeState
from opentrail.ports.errors import AdapterError

from tests.fakes.service import Service, answer, refusal

COUNT = "SELECT eventName, count(*) AS calls FROM {store} GROUP BY eventName"
UNKNOWN = "00000000-0000-4000-8000-ffffffffffff"


@pytest.fixture
def store(trails: Any) -> str:
    """The id of a store."""
    return create(trails)


def create(client: Any, name: str = "events") -> str:
    created = client.create_event_data_store(Name=name, TerminationProtectionEnabled=False)
    return str(created["EventDataStoreArn"]).rpartition("/")[2]


def start(client: Any, store: str, statement: str = COUNT) -> str:
    return str(client.start_query(QueryStatement=statement.format(store=store))["QueryId"])


def test_a_query_goes_its_way(service: Service, trails: Any, store: str) -> None:
    statement = COUNT.format(store=store)
    query = start(trails, store)
    started = service.clock.now()
    described = {
        "QueryId": query,
        "QueryString": statement,
        "QueryStatus": "QUEUED",
        "QueryStatistics": {
            "EventsMatched": 0,
            "EventsScanned": 0,
            "BytesScanned": 0,
            "ExecutionTimeInMillis": 0,
            "CreationTime": started,
        },
    }
    assert answer(trails.describe_query, QueryId=query) == described
    waiting = {
        "QueryStatus": "RUNNING",
        "QueryStatistics": {"ResultsCount": 0, "TotalResultsCount": 0, "BytesScanned": 0},
        "QueryResultRows": [],
    }
    service.lake.move(service.lake.latest, "RUNNING")
    assert answer(trails.get_query_results, QueryId=query) == waiting
    columns = {"eventname": "varchar", "calls": "bigint"}
    service.lake.answer(service.lake.latest, columns, [("RunInstances", "3"), (None, "1")])
    assert answer(trails.get_query_results, QueryId=query) == {
        "QueryStatus": "FINISHED",
        "QueryStatistics": {"ResultsCount": 2, "TotalResultsCount": 2, "BytesScanned": 1234},
        "QueryResultRows": [
            [{"eventName": "RunInstances"}, {"calls": "3"}],
            [{"eventName": ""}, {"calls": "1"}],
        ],
    }
    statistics = {"EventsMatched": 2, "EventsScanned": 100, "BytesScanned": 1234}
    finished = answer(trails.describe_query, QueryId=query)
    assert finished["QueryStatus"] == "FINISHED"
    assert statistics.items() <= finished["QueryStatistics"].items()


def test_the_engine_gets_the_lakes_table_confined_to_the_store(
    service: Service, trails: Any, store: str
) -> None:
    service.lake.states[store] = LakeState(oldest_day="2023-07-01", newest_day="2023-07-10")
    start(trails, store)
    sql = service.lake.executions[service.lake.latest].sql
    assert '"opentrail_test"."events"' in sql
    assert f"store = '{store}'" in sql
    # Retention begins 366 days before now.
    assert f"{service.clock.now() - timedelta(days=366):%Y-%m-%d %H:%M:%S}" in sql


def test_duplicate_names_and_timestamps_survive(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store, "SELECT eventTime, eventTime, userIdentity.arn, 1 + 1 FROM {store}")
    columns = {"eventtime": "timestamp", "eventtime_1": "timestamp", "arn": "varchar", "_col3": "integer"}
    rows = [("2023-01-22 16:53:53.000000", "2023-01-22 16:53:53", "arn:aws:iam::1:root", "2")]
    service.lake.answer(service.lake.latest, columns, rows)
    [row] = trails.get_query_results(QueryId=query)["QueryResultRows"]
    assert row == [
        {"eventTime": "2023-01-22 16:53:53.000"},
        {"eventTime": "2023-01-22 16:53:53.000"},
        {"arn": "arn:aws:iam::1:root"},
        {"_col3": "2"},
    ]


def test_results_come_in_pages(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store, "SELECT eventID FROM {store}")
    service.lake.answer(service.lake.latest, {"eventid": "varchar"}, [(str(n),) for n in range(2500)])
    seen: list[str] = []
    counts: list[tuple[int, int]] = []
    token: dict[str, str] = {}
    while True:
        page = trails.get_query_results(QueryId=query, **token)
        seen += [row[0]["eventID"] for row in page["QueryResultRows"]]
        statistics = page["QueryStatistics"]
        counts.append((statistics["ResultsCount"], statistics["TotalResultsCount"]))
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert seen == [str(n) for n in range(2500)]
    assert counts == [(1000, 2500), (1000, 2500), (500, 2500)]
    other = start(trails, store)
    service.lake.answer(service.lake.latest, {"eventname": "varchar", "calls": "bigint"}, [])
    assert refusal(trails.get_query_results, QueryId=other, **token)[0] == "InvalidNextTokenException"
    garbage = {"QueryId": query, "NextToken": "garbage"}
    assert refusal(trails.get_query_results, **garbage)[0] == "InvalidNextTokenException"
    assert len(trails.get_query_results(QueryId=query, MaxQueryResults=7)["QueryResultRows"]) == 7


def test_a_page_of_big_rows_ends_early_with_a_token(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store, "SELECT eventJson FROM {store}")
    rows = [(f"{n}" + "x" * 200_000,) for n in range(40)]
    service.lake.answer(service.lake.latest, {"eventjson": "varchar"}, rows)
    page = trails.get_query_results(QueryId=query)
    assert 5 <= len(page["QueryResultRows"]) <= 15
    seen = len(page["QueryResultRows"])
    while "NextToken" in page:
        page = trails.get_query_results(QueryId=query, NextToken=page["NextToken"])
        seen += len(page["QueryResultRows"])
    assert seen == 40


@pytest.mark.parametrize(
    ("state", "reason", "status", "message"),
    [
        ("FAILED", "COLUMN_NOT_FOUND: nothing", "FAILED", "COLUMN_NOT_FOUND: nothing"),
        ("FAILED", "", "FAILED", "The query failed."),
        ("FAILED", "Query timeout", "TIMED_OUT", "Query timeout"),
        (
            "FAILED",
            "HIVE_CANNOT_OPEN_SPLIT: s3://bucket/lake/x.orc was lost",
            "FAILED",
            "HIVE_CANNOT_OPEN_SPLIT: the event data store was lost",
        ),
    ],
)
def test_a_failed_query_says_why(
    service: Service, trails: Any, store: str, state: str, reason: str, status: str, message: str
) -> None:
    query = start(trails, store)
    service.lake.move(service.lake.latest, state, reason)
    for call in (trails.describe_query, trails.get_query_results):
        shown = call(QueryId=query)
        assert (shown["QueryStatus"], shown["ErrorMessage"]) == (status, message)


def test_a_cancelled_query_stays_cancelled(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store)
    assert answer(trails.cancel_query, QueryId=query) == {"QueryId": query, "QueryStatus": "CANCELLED"}
    service.lake.move(service.lake.latest, "RUNNING")  # the engine takes its time
    assert trails.describe_query(QueryId=query)["QueryStatus"] == "CANCELLED"
    assert refusal(trails.cancel_query, QueryId=query)[0] == "InactiveQueryException"


def test_a_finished_query_cannot_be_cancelled(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store)
    service.lake.move(service.lake.latest, "SUCCEEDED")
    assert refusal(trails.cancel_query, QueryId=query)[0] == "InactiveQueryException"
    assert trails.describe_query(QueryId=query)["QueryStatus"] == "FINISHED"


def test_a_query_belongs_to_its_account_and_region(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store)
    for client in (service.client(account="222222222222"), service.client(region="eu-west-1")):
        for call in (client.describe_query, client.get_query_results, client.cancel_query):
            assert refusal(call, QueryId=query)[0] == "QueryIdNotFoundException"


def test_queries_are_kept_for_seven_days(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store)
    service.wait(days=7)
    assert refusal(trails.describe_query, QueryId=query)[0] == "QueryIdNotFoundException"
    assert answer(trails.list_queries, EventDataStore=store) == {"Queries": []}


def test_ten_queries_run_at_once(service: Service, trails: Any, store: str) -> None:
    for _ in range(10):
        start(trails, store)
    refused = refusal(trails.start_query, QueryStatement=COUNT.format(store=store))
    assert refused[0] == "MaxConcurrentQueriesException"
    assert len(service.lake.executions) == 10
    service.lake.move("execution-3", "SUCCEEDED")
    start(trails, store)
    abroad = service.client(region="eu-west-1")
    start(abroad, create(abroad))


def test_stores_must_be_the_callers_own(service: Service, trails: Any, store: str) -> None:
    other = service.client(account="222222222222")
    theirs = create(other)
    abroad = create(service.client(region="eu-west-1"))
    for unknown in (UNKNOWN, theirs, abroad):
        for statement in (COUNT, "SELECT * FROM " + store + " UNION ALL SELECT * FROM {store}"):
            refused = refusal(trails.start_query, QueryStatement=statement.format(store=unknown))
            assert refused[0] == "EventDataStoreNotFoundException"
    assert service.lake.executions == {}


def test_stores_pending_deletion_can_no_longer_be_queried(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store)
    trails.delete_event_data_store(EventDataStore=store)
    refused = "InactiveEventDataStoreException"
    assert refusal(trails.start_query, QueryStatement=COUNT.format(store=store))[0] == refused
    for call in (trails.describe_query, trails.get_query_results, trails.cancel_query):
        assert refusal(call, QueryId=query)[0] == refused
    assert refusal(trails.list_queries, EventDataStore=store)[0] == refused


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE {store}",
        "SELECT * FROM {store}; SELECT * FROM {store}",
        "SELECT * FROM information_schema.tables",
        "SELECT 1",
        "not sql",
    ],
)
def test_statements_are_confined(service: Service, trails: Any, store: str, statement: str) -> None:
    refused = refusal(trails.start_query, QueryStatement=statement.format(store=store))
    assert refused[0] == "InvalidQueryStatementException"
    assert service.lake.executions == {}


def test_what_the_engine_refuses_is_a_wrong_statement(service: Service, trails: Any, store: str) -> None:
    service.lake.refusal = AdapterError("line 1:8", code="InvalidRequestException", retryable=False)
    refused = refusal(trails.start_query, QueryStatement=COUNT.format(store=store))
    assert refused[0] == "InvalidQueryStatementException"
    service.lake.refusal = AdapterError("busy", code="TooManyRequestsException")
    assert refusal(trails.start_query, QueryStatement=COUNT.format(store=store))[0] == "ServiceUnavailable"
    assert answer(trails.list_queries, EventDataStore=store) == {"Queries": []}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "InvalidParameterException"),
        ({"QueryStatement": COUNT, "QueryAlias": "alias"}, "InvalidParameterException"),
        ({"QueryStatement": COUNT, "QueryParameters": ["1"]}, "InvalidParameterException"),
        ({"QueryAlias": "alias"}, "UnsupportedOperationException"),
        ({"QueryStatement": COUNT, "DeliveryS3Uri": "s3://bucket"}, "UnsupportedOperationException"),
        (
            {"QueryStatement": COUNT, "EventDataStoreOwnerAccountId": "2" * 12},
            "EventDataStoreNotFoundException",
        ),
        ({"QueryStatement": ""}, "ValidationException"),
        ({"QueryStatement": "x" * 10_001}, "ValidationException"),
    ],
)
def test_wrong_requests_start_nothing(
    service: Service, trails: Any, store: str, members: dict[str, Any], code: str
) -> None:
    asked = {name: value.format(store=store) if value == COUNT else value for name, value in members.items()}
    assert refusal(trails.start_query, **asked)[0] == code
    assert service.lake.executions == {}


def test_the_store_named_beside_a_query_must_be_its_own(service: Service, trails: Any, store: str) -> None:
    query = start(trails, store)
    assert trails.describe_query(QueryId=query, EventDataStore=store)["QueryId"] == query
    wrong = {"QueryId": query, "EventDataStore": create(trails, "others")}
    assert refusal(trails.describe_query, **wrong)[0] == "QueryIdNotFoundException"
    unknown = {"QueryId": query, "EventDataStore": UNKNOWN}
    assert refusal(trails.get_query_results, **unknown)[0] == "EventDataStoreNotFoundException"
    assert refusal(trails.describe_query)[0] == "InvalidParameterException"
    assert refusal(trails.describe_query, QueryAlias="alias")[0] == "UnsupportedOperationException"
    assert (
        refusal(trails.get_query_results, QueryId=query, MaxQueryResults=0)[0] == "InvalidMaxResultsException"
    )


def test_queries_are_listed_by_store_newest_first(service: Service, trails: Any, store: str) -> None:
    made = []
    for _ in range(5):
        made.append((start(trails, store), service.clock.now()))
        service.wait(seconds=1)
    start(trails, create(trails, "others"))
    service.lake.move("execution-0", "SUCCEEDED")
    service.lake.move("execution-1", "FAILED", "x")
    listed = answer(trails.list_queries, EventDataStore=store)
    statuses = ["FINISHED", "FAILED", "QUEUED", "QUEUED", "QUEUED"]
    expected = [
        {"QueryId": query, "QueryStatus": status, "CreationTime": at}
        for (query, at), status in zip(made, statuses, strict=True)
    ][::-1]
    assert listed == {"Queries": expected}
    first = answer(trails.list_queries, EventDataStore=store, MaxResults=3)
    assert first["Queries"] == expected[:3]
    second = answer(trails.list_queries, EventDataStore=store, MaxResults=3, NextToken=first["NextToken"])
    assert second == {"Queries": expected[3:]}
    failed = answer(trails.list_queries, EventDataStore=store, QueryStatus="FAILED")
    assert [query["QueryId"] for query in failed["Queries"]] == [made[1][0]]
    between = {"StartTime": made[1][1], "EndTime": made[2][1]}
    some = answer(trails.list_queries, EventDataStore=store, **between)
    assert [query["QueryId"] for query in some["Queries"]] == [made[2][0], made[1][0]]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"QueryStatus": "DONE"}, "InvalidQueryStatusException"),
        ({"StartTime": 2, "EndTime": 1}, "InvalidDateRangeException"),
        ({"NextToken": "garbage"}, "InvalidNextTokenException"),
        ({"EventDataStore": UNKNOWN}, "EventDataStoreNotFoundException"),
        ({"EventDataStore": "arn:aws:s3:::bucket"}, "EventDataStoreARNInvalidException"),
    ],
)
def test_wrong_lists_are_refused(trails: Any, store: str, members: dict[str, Any], code: str) -> None:
    assert refusal(trails.list_queries, **{"EventDataStore": store} | members)[0] == code
