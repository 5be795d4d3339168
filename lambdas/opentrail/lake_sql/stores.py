"""A store as a derived table: its rows, within retention, each event once, in the days that can matter."""

from datetime import UTC, datetime

from opentrail.lake_schema import COLUMNS, HOT_TIER, OLDEST_DAY, UNLISTED_COLUMNS
from opentrail.lake_sql.pruning import Days
from opentrail.ports.sql_rewriter import StoreScope

MAX_LISTED_DAYS = 400  # days of possible repeats named one by one; beyond, all days count as such
_SAME_EVENT = "recipientaccountid, awsregion, eventid, eventjsonchecksum"
_RANK = "opentrail_repeat"


def store_query(scope: StoreScope, *, days: Days, table: str, unlisted: bool) -> str:
    """The SELECT that stands in the place of a store.

    `days` are those the statement needs, `table` is the quoted name of the lake's table. `unlisted` adds the
    columns that `*` must not show, for statements that name them.
    """
    columns = ", ".join(name for name, _ in COLUMNS if unlisted or name not in UNLISTED_COLUMNS)
    pinned = f"FROM {table} WHERE store = {_text(scope.store_id)} AND tier = {_text(HOT_TIER)} AND gen = 0"
    held = _held(scope, days)
    if held is None:
        return f"SELECT {columns} {pinned} AND day = {_text(OLDEST_DAY)} AND FALSE"
    oldest, newest = held
    repeated = sorted(day for day in scope.state.repeat_days if oldest <= day <= newest)
    rows = f"{pinned} AND {_between(oldest, newest)} AND {_retained(scope)}"
    if not repeated:
        return f"SELECT {columns} {rows}"
    if oldest == newest or len(repeated) > MAX_LISTED_DAYS:
        return _once(columns, rows)
    listed = ", ".join(_text(day) for day in repeated)
    once = _once(columns, f"{pinned} AND day IN ({listed}) AND {_retained(scope)}")
    return f"SELECT {columns} {rows} AND day NOT IN ({listed}) UNION ALL {once}"


def _held(scope: StoreScope, days: Days) -> tuple[str, str] | None:
    """The oldest and the newest day that can hold a row of the answer; None when no day can."""
    state = scope.state
    if state.oldest_day is None or state.newest_day is None:
        return None
    retained = Days(oldest=_utc(scope.oldest).strftime("%Y-%m-%d"))
    held = Days(state.oldest_day, state.newest_day).both(days).both(retained)
    if held.oldest is None or held.newest is None or held.oldest > held.newest:
        return None
    return held.oldest, held.newest


def _once(columns: str, rows: str) -> str:
    """Each event of those rows once: one of several rows of the same id and the same content."""
    ranked = f"SELECT *, row_number() OVER (PARTITION BY {_SAME_EVENT}) AS {_RANK} {rows}"
    return f"SELECT {columns} FROM ({ranked}) WHERE {_RANK} = 1"  # noqa: S608 (quoted)


def _retained(scope: StoreScope) -> str:
    """Rows whose eventTime could not be read are kept with their day, so NULL passes."""
    instant = _utc(scope.oldest).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return f"(eventtime >= TIMESTAMP {_text(instant)} OR eventtime IS NULL)"


def _between(oldest: str, newest: str) -> str:
    return (
        f"day = {_text(oldest)}" if oldest == newest else f"day BETWEEN {_text(oldest)} AND {_text(newest)}"
    )


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
