"""Lake queries: fake and DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentrail.adapters.queries import DynamoQueryStore
from opentrail.domain.query import Query
from opentrail.ports.queries import QueryStore

from tests.fakes.queries import FakeQueryStore

NOW = datetime(2023, 7, 10, 11, 42, 30, 250_000, tzinfo=UTC)
ACCOUNT, REGION = "111111111111", "us-east-1"
QUERY = Query(
    query_id="q1",
    account_id=ACCOUNT,
    region=REGION,
    statement="SELECT 1",
    execution_id="e1",
    created_at=NOW,
    store_ids=("s1", "s2"),
    column_names=("eventName", "eventName", "ü"),
)
BARE = {"statement": "", "column_names": None}  # what lists leave out


@pytest.fixture(params=["fake", "dynamodb"])
def queries(request: pytest.FixtureRequest) -> QueryStore:
    if request.param == "fake":
        return FakeQueryStore()
    aws: Any = request.getfixturevalue("aws")
    return DynamoQueryStore(aws.client("dynamodb"), aws.table)


@pytest.mark.parametrize("query", [QUERY, replace(QUERY, column_names=None), replace(QUERY, column_names=())])
def test_a_query_comes_back_equal(queries: QueryStore, query: Query) -> None:
    queries.create(query)
    assert queries.get(ACCOUNT, REGION, "q1", now=NOW) == query


def test_a_query_is_its_accounts_and_regions(queries: QueryStore) -> None:
    queries.create(QUERY)
    assert queries.get("222222222222", REGION, "q1", now=NOW) is None
    assert queries.get(ACCOUNT, "eu-west-1", "q1", now=NOW) is None
    assert queries.get(ACCOUNT, REGION, "q2", now=NOW) is None
    assert queries.list(ACCOUNT, "eu-west-1", now=NOW) == []
    assert queries.unsettled("222222222222", REGION) == []


def test_a_query_is_kept_for_seven_days(queries: QueryStore) -> None:
    queries.create(QUERY)
    last = NOW + timedelta(days=7, milliseconds=-1)
    assert queries.get(ACCOUNT, REGION, "q1", now=last) == QUERY
    assert len(queries.list(ACCOUNT, REGION, now=last)) == 1
    gone = NOW + timedelta(days=7)
    assert queries.get(ACCOUNT, REGION, "q1", now=gone) is None
    assert queries.list(ACCOUNT, REGION, now=gone) == []


def test_lists_are_by_time_both_ways(queries: QueryStore) -> None:
    made = [replace(QUERY, query_id=f"q{n}", created_at=NOW + timedelta(seconds=n)) for n in (2, 0, 1)]
    for query in made:
        queries.create(query)
    listed = [replace(made[0], **BARE), replace(made[2], **BARE), replace(made[1], **BARE)]
    assert queries.list(ACCOUNT, REGION, now=NOW) == listed
    assert queries.unsettled(ACCOUNT, REGION) == listed[::-1]


def test_the_first_word_on_how_a_query_ended_stands(queries: QueryStore) -> None:
    queries.create(QUERY)
    queries.settle(QUERY, "CANCELLED")
    queries.settle(QUERY, "FINISHED")
    assert queries.get(ACCOUNT, REGION, "q1", now=NOW) == replace(QUERY, settled="CANCELLED")
    assert queries.list(ACCOUNT, REGION, now=NOW) == [replace(QUERY, settled="CANCELLED", **BARE)]
    assert queries.unsettled(ACCOUNT, REGION) == []


def test_settling_a_query_that_is_gone_makes_none(queries: QueryStore) -> None:
    queries.settle(QUERY, "FINISHED")
    assert queries.get(ACCOUNT, REGION, "q1", now=NOW) is None
    assert queries.list(ACCOUNT, REGION, now=NOW) == []
