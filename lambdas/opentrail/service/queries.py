"""Lake queries: starting, following, reading, cancelling and listing them.

A query belongs to the account and Region it was started in. What it may read is fixed when it starts: the
stores its statement names, all the caller's own, and of each what its retention covers.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from opentrail.domain import query as queries
from opentrail.domain import query_result
from opentrail.domain.caller import Caller
from opentrail.domain.event_data_store import EventDataStore
from opentrail.domain.moment import to_milliseconds
from opentrail.domain.query import CANCELLED, FINISHED, OPEN, Query
from opentrail.errors import (
    EventDataStoreNotFoundException,
    InactiveQueryException,
    InvalidDateRangeException,
    InvalidMaxResultsException,
    InvalidNextTokenException,
    InvalidParameterException,
    InvalidQueryStatementException,
    InvalidQueryStatusException,
    MaxConcurrentQueriesException,
    QueryIdNotFoundException,
    UnsupportedOperationException,
)
from opentrail.messages import common
from opentrail.messages import event_data_stores as store_messages
from opentrail.messages import queries as messages
from opentrail.ports import Ports
from opentrail.ports.errors import AdapterError
from opentrail.ports.lake_queries import Execution, ResultPage
from opentrail.ports.sql_rewriter import InvalidStatementError, RewrittenQuery, StoreScope
from opentrail.service import paging
from opentrail.service.found_event_data_stores import find_active

MAX_RESULTS = 1000
MAX_ANSWER = 3_000_000  # bytes of rows in one answer
MAX_REASON = 1000  # characters of an ErrorMessage (service model)

_REFUSED_BY_ENGINE = frozenset({"InvalidRequestException"})  # Athena's word for a statement it does not take
_PLACE = re.compile(r"s3://\S+")  # of the deployment's own buckets in the engine's messages

type Request = Mapping[str, Any]


def start_query(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """StartQuery: QUEUED from here on."""
    statement = _statement(request)
    _refuse_other_owner(request, caller)
    stores = _stores(statement, caller, ports)
    _refuse_too_many(caller, ports)
    rewritten = _rewritten(statement, stores, ports)
    query = Query(
        query_id=ports.ids.uuid(),
        account_id=caller.account_id,
        region=caller.region,
        statement=statement,
        execution_id=_started(rewritten.sql, ports),
        created_at=to_milliseconds(ports.clock.now()),
        store_ids=rewritten.store_ids,
        column_names=rewritten.column_names,
    )
    ports.queries.create(query)
    return {"QueryId": query.query_id}


def describe_query(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """DescribeQuery, by id."""
    if not request.get("QueryId"):
        if request.get("QueryAlias"):
            raise UnsupportedOperationException(common.not_built("QueryAlias"))
        raise InvalidParameterException(messages.ID_NEEDED)
    query = _query(request, caller, ports)
    execution = ports.lake_queries.describe(query.execution_id)
    status = _settled(query, execution, ports)
    return {
        "QueryId": query.query_id,
        "QueryString": query.statement,
        "QueryStatus": status,
        "QueryStatistics": {
            "EventsMatched": execution.rows_returned,
            "EventsScanned": execution.rows_scanned,
            "BytesScanned": execution.bytes_scanned,
            "ExecutionTimeInMillis": execution.milliseconds,
            "CreationTime": query.created_at,
        },
        **_error(status, execution),
    }


def get_query_results(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """GetQueryResults: before the query has finished, its status without rows."""
    limit = request.get("MaxQueryResults", MAX_RESULTS)
    if not 1 <= limit <= MAX_RESULTS:
        raise InvalidMaxResultsException(messages.MAX_RESULTS)
    query = _query(request, caller, ports)
    scope = paging.scope("GetQueryResults", caller, query=query.query_id)
    position = paging.position(
        request.get("NextToken"), scope, ports, lambda: InvalidNextTokenException(messages.NEXT_TOKEN)
    )
    execution = ports.lake_queries.describe(query.execution_id)
    status = _settled(query, execution, ports)
    if status != FINISHED:
        statistics = {"ResultsCount": 0, "TotalResultsCount": 0, "BytesScanned": execution.bytes_scanned}
        return {
            "QueryStatus": status,
            "QueryStatistics": statistics,
            "QueryResultRows": [],
            **_error(status, execution),
        }
    shown, engine_token = position or (0, None)
    rows, page = _rows(query, limit, engine_token, ports)
    seen = shown + len(rows)
    statistics = {
        "ResultsCount": len(rows),
        # The engine may count late: what was seen is never more than the total.
        "TotalResultsCount": max(execution.rows_returned, seen),
        "BytesScanned": execution.bytes_scanned,
    }
    at = [seen, page.next_token] if page.next_token else None
    return {
        "QueryStatus": status,
        "QueryStatistics": statistics,
        "QueryResultRows": rows,
        **paging.token(scope, at, ports),
    }


def cancel_query(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """CancelQuery: CANCELLED from here on, though the engine may take a moment to stop."""
    query = _query(request, caller, ports)
    status = _settled(query, ports.lake_queries.describe(query.execution_id), ports)
    if status not in OPEN:
        raise InactiveQueryException(messages.ended(query.query_id))
    ports.lake_queries.cancel(query.execution_id)
    ports.queries.settle(query, CANCELLED)
    return {"QueryId": query.query_id, "QueryStatus": CANCELLED}


def list_queries(request: Request, caller: Caller, ports: Ports) -> dict[str, Any]:
    """ListQueries: a store's queries of the last seven days, newest first."""
    limit = request.get("MaxResults", MAX_RESULTS)
    if not 1 <= limit <= MAX_RESULTS:
        raise InvalidMaxResultsException(messages.LIST_MAX_RESULTS)
    wanted = request.get("QueryStatus")
    if wanted is not None and wanted not in queries.STATUSES:
        raise InvalidQueryStatusException(messages.status(wanted))
    start, end = request.get("StartTime"), request.get("EndTime")
    if start and end and start > end:
        raise InvalidDateRangeException(messages.DATE_RANGE)
    store = find_active(request["EventDataStore"], caller, ports)
    filters = {"store": store.store_id, "start": str(start), "end": str(end), "status": wanted}
    scope = paging.scope("ListQueries", caller, **filters)
    after = paging.position(
        request.get("NextToken"), scope, ports, lambda: InvalidNextTokenException(messages.NEXT_TOKEN)
    )
    found = [
        (query, _status_now(query, ports))
        for query in ports.queries.list(caller.account_id, caller.region, now=ports.clock.now())
        if store.store_id in query.store_ids
        and (start is None or query.created_at >= start)
        and (end is None or query.created_at <= end)
    ]
    matching = [(query, status) for query, status in found if wanted in (None, status)]
    page, last = paging.page(matching, lambda item: _order(item[0]), after, limit)
    shown = [
        {"QueryId": query.query_id, "QueryStatus": status, "CreationTime": query.created_at}
        for query, status in page
    ]
    return {"Queries": shown, **paging.token(scope, last, ports)}


def _statement(request: Request) -> str:
    statement, alias = request.get("QueryStatement"), request.get("QueryAlias")
    if statement and alias:
        raise InvalidParameterException(messages.STATEMENT_AND_ALIAS)
    for member in ("QueryAlias", "DeliveryS3Uri"):
        if request.get(member):
            raise UnsupportedOperationException(common.not_built(member))
    if not statement:
        raise InvalidParameterException(messages.STATEMENT_NEEDED)
    if request.get("QueryParameters"):
        raise InvalidParameterException(messages.PARAMETERS_WITHOUT_ALIAS)
    return str(statement)


def _refuse_other_owner(request: Request, caller: Caller) -> None:
    """Stores of other accounts belong to organizations, which are not built: none is there."""
    owner = request.get("EventDataStoreOwnerAccountId")
    if owner is not None and owner != caller.account_id:
        raise EventDataStoreNotFoundException(store_messages.not_found(f"of the account {owner}"))


def _stores(statement: str, caller: Caller, ports: Ports) -> dict[str, EventDataStore]:
    """The stores a statement reads, by how it names them."""
    try:
        references = ports.sql_rewriter.references(statement)
    except InvalidStatementError as error:
        raise InvalidQueryStatementException(str(error)) from error
    if not references:
        raise InvalidQueryStatementException(messages.NO_STORE)
    return {reference: find_active(reference, caller, ports) for reference in references}


def _rewritten(statement: str, stores: Mapping[str, EventDataStore], ports: Ports) -> RewrittenQuery:
    now = ports.clock.now()
    scopes = {
        reference: StoreScope(
            store_id=store.store_id,
            state=ports.lake_queries.state(store.store_id),
            oldest=now - timedelta(days=store.retention_period),
        )
        for reference, store in stores.items()
    }
    try:
        return ports.sql_rewriter.rewrite(
            statement, scopes=scopes, database=ports.lake_database, table=ports.lake_table
        )
    except InvalidStatementError as error:
        raise InvalidQueryStatementException(str(error)) from error


def _started(sql: str, ports: Ports) -> str:
    try:
        return ports.lake_queries.start(sql)
    except AdapterError as error:
        if error.code in _REFUSED_BY_ENGINE:
            raise InvalidQueryStatementException(messages.ENGINE_REFUSED) from error
        raise


def _refuse_too_many(caller: Caller, ports: Ports) -> None:
    """Queries not known to have ended are looked at once there seem to be too many of them."""
    unsettled = ports.queries.unsettled(caller.account_id, caller.region)
    if len(unsettled) < messages.CONCURRENT_QUERIES:
        return
    still_open = [query for query in unsettled if _status_now(query, ports) in OPEN]
    if len(still_open) >= messages.CONCURRENT_QUERIES:
        raise MaxConcurrentQueriesException(messages.TOO_MANY)


def _query(request: Request, caller: Caller, ports: Ports) -> Query:
    """The caller's query. Its stores must still be there, and be the one the request may name."""
    query_id = request["QueryId"]
    _refuse_other_owner(request, caller)
    query = ports.queries.get(caller.account_id, caller.region, query_id, now=ports.clock.now())
    if query is None:
        raise QueryIdNotFoundException(messages.not_found(query_id))
    named = request.get("EventDataStore")
    if named is not None and find_active(named, caller, ports).store_id not in query.store_ids:
        raise QueryIdNotFoundException(messages.not_found(query_id))
    for store_id in query.store_ids:
        find_active(store_id, caller, ports)
    return query


def _status_now(query: Query, ports: Ports) -> str:
    if query.settled is not None:
        return query.settled
    return _settled(query, ports.lake_queries.describe(query.execution_id), ports)


def _settled(query: Query, execution: Execution, ports: Ports) -> str:
    """The query's status; how it ended is noted when it is first seen."""
    if query.settled is not None:
        return query.settled
    status = queries.status(execution.state, execution.reason)
    if status not in OPEN:
        ports.queries.settle(query, status)
    return status


def _error(status: str, execution: Execution) -> dict[str, str]:
    """Why a query failed, without where the deployment keeps its files."""
    if status not in (queries.FAILED, queries.TIMED_OUT):
        return {}
    reason = _PLACE.sub("the event data store", execution.reason)[:MAX_REASON]
    return {"ErrorMessage": reason or messages.NO_REASON}


def _rows(
    query: Query, limit: int, engine_token: str | None, ports: Ports
) -> tuple[list[query_result.Row], ResultPage]:
    """A page of rows that fits an answer, at least one row: asked for again with fewer where it does not."""
    while True:
        page = ports.lake_queries.results(query.execution_id, max_rows=limit, next_token=engine_token)
        keys = query_result.names(query.column_names, page.columns)
        rows = [query_result.row(values, keys, page.types) for values in page.rows]
        size = sum(len(key) + len(value) + 8 for row in rows for cell in row for key, value in cell.items())
        if size <= MAX_ANSWER or len(rows) <= 1:
            return rows, page
        limit = max(1, len(rows) * MAX_ANSWER // size - 1)


def _order(query: Query) -> list[Any]:
    """Newest first, as a token carries it."""
    return [-round(query.created_at.timestamp() * 1000), query.query_id]
