"""A store as a derived table: its rows, within retention, each event once, in the days that can matter."""

from opentrail.lake_schema import COLUMNS, HOT_TIER, UNLISTED_COLUMNS
from opentrail.lake_sql.pruning import Days
from opentrail.ports.sql_rewriter import StoreScope

MAX_LISTED_DAYS = 400  # days of possible repeats named one by one; beyond, all days count as such
_SAME_EVENT = "recipientaccountid, awsregion, eventid, eventjsonchecksum"
_RANK = "opentrail_repeat"


def store_query(scope: StoreScope, *, days: Days, table: str, unlisted: bool) -> str:
    """The SELECT that stands in the place of a store; `table` is the quoted name of the lake's table.

    `unlisted` adds the columns that `*` must not show, for statements that name them.
    """
    columns = ", ".join(name for name, _ in COLUMNS if unlisted or name not in UNLISTED_COLUMNS)
    held = _held(scope, days)
    rows = (
        f"FROM {table} WHERE store = {_text(scope.store_id)} AND tier = {_text(HOT_TIER)} AND gen = 0 "
        f"AND {_between(held)} AND {_retained(scope)}"
    )
    if held is None:
        return f"SELECT {columns} {rows}"
    repeats = _repeats(scope.state, held)
    if not repeats:
        return f"SELECT {columns} {rows}"
    once = f"SELECT {columns} FROM (SELECT {columns}, row_number() OVER (PARTITION BY {_SAME_EVENT}) AS {_RANK} {rows}"  # noqa: S608
    return _with_repeats(columns=columns, rows=rows, once=once, repeats=repeats, held=held)
