"""Which days a statement can need of each store: what its conditions on eventTime say, in whole days.

Only conditions every row must meet are read: the conjuncts of a WHERE, with their alternatives. What is not
understood bounds nothing, so that a bound too few costs money and a bound too many cannot happen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlglot import exp

from opentrail.lake_sql.coercion import moment
from opentrail.lake_sql.relations import Relations, column_parts

_ONE_DAY = timedelta(days=1)
_YEAR_ONE = datetime(1, 1, 1)  # noqa: DTZ001 (TIMESTAMP has no zone)
_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
}
_SAME_DAY_UNITS = frozenset({"day", "hour", "minute", "second", "millisecond"})


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days, `YYYY-MM-DD`, ends included; None is no bound."""

    oldest: str | None = None
    newest: str | None = None

    def both(self, other: "Days") -> "Days":
        """The days of both ranges."""
        oldest = [d for d in (self.oldest, other.oldest) if d is not None]
        newest = [d for d in (self.newest, other.newest) if d is not None]
        return Days(max(oldest, default=None), min(newest, default=None))

    def either(self, other: "Days") -> "Days":
        """The days of the range around both."""
        oldest = None if self.oldest is None or other.oldest is None else min(self.oldest, other.oldest)
        newest = None if self.newest is None or other.newest is None else max(self.newest, other.newest)
        return Days(oldest, newest)


@dataclass(frozen=True, slots=True)
class _Condition:
    """Rows whose eventTime, of these tables, lies outside the days cannot meet the condition."""

    origins: frozenset[int]
    days: Days


def day_bounds(tree: exp.Expr, relations: Relations) -> dict[int, Days]:
    """The days needed of each store table, by id of its node; absent where nothing bounds them."""
    bounds: dict[int, Days] = {}
    for select in tree.find_all(exp.Select):
        where = select.args.get("where")
        for condition in _conditions(where.this, relations) if where is not None else ():
            for origin in condition.origins:
                bounds[origin] = bounds.get(origin, Days()).both(condition.days)
    return bounds


def _conditions(node: exp.Expr, relations: Relations) -> Iterator[_Condition]:
    """What every row must meet."""
    if isinstance(node, exp.Paren):
        yield from _conditions(node.this, relations)
    elif isinstance(node, exp.And):
        for part in node.flatten():
            yield from _conditions(part, relations)
    elif isinstance(node, exp.Or):
        yield from _alternatives(node, relations)
    elif (condition := _simple(node, relations)) is not None:
        yield condition


def _alternatives(node: exp.Or, relations: Relations) -> Iterator[_Condition]:
    """What holds whichever side does: every side must bound the same column."""
    common: dict[frozenset[int], Days] | None = None
    for side in node.flatten():
        merged: dict[frozenset[int], Days] = {}
        for condition in _conditions(side, relations):
            merged[condition.origins] = merged.get(condition.origins, Days()).both(condition.days)
        if common is None:
            common = merged
        else:
            common = {key: days.either(merged[key]) for key, days in common.items() if key in merged}
    for origins, days in (common or {}).items():
        yield _Condition(origins, days)


def _simple(node: exp.Expr, relations: Relations) -> _Condition | None:
    if isinstance(node, exp.Between):
        low = _comparison(exp.GTE, node.this, node.args["low"], relations)
        high = _comparison(exp.LTE, node.this, node.args["high"], relations)
        if low is None or high is None:
            return low or high
        return _Condition(low.origins, low.days.both(high.days))
    if isinstance(node, exp.In):
        return _membership(node, relations)
    kind = type(node)
    if kind not in _MIRRORED:
        return None
    direct = _comparison(kind, node.this, node.expression, relations)
    return direct or _comparison(_MIRRORED[kind], node.expression, node.this, relations)


def _membership(node: exp.In, relations: Relations) -> _Condition | None:
    found = [_comparison(exp.EQ, node.this, value, relations) for value in node.expressions]
    known = [condition for condition in found if condition is not None]
    if not known or len(known) < len(found):
        return None
    days = known[0].days
    for condition in known[1:]:
        days = days.either(condition.days)
    return _Condition(known[0].origins, days)


def _comparison(
    kind: type[exp.Expr], column: exp.Expr, value: exp.Expr, relations: Relations
) -> _Condition | None:
    origins = _event_time(column, relations)
    at = _constant(value) if origins else None
    if at is None:
        return None
    day = at.strftime("%Y-%m-%d").rjust(10, "0")
    if kind is exp.EQ:
        return _Condition(origins, Days(day, day))
    if kind in (exp.GT, exp.GTE):
        return _Condition(origins, Days(oldest=day))
    if kind is exp.LT and at.time() == time() and at > _YEAR_ONE:
        day = (at - _ONE_DAY).strftime("%Y-%m-%d").rjust(10, "0")
    return _Condition(origins, Days(newest=day))


def _event_time(node: exp.Expr, relations: Relations) -> frozenset[int]:
    """The tables whose eventTime the node is, or a part of it that lies in the same day and no later."""
    if isinstance(node, exp.Paren):
        return _event_time(node.this, relations)
    if column_parts(node) is not None:
        return relations.field(node).origins
    if type(node) is exp.Cast and node.to.this == exp.DataType.Type.DATE:
        return _event_time(node.this, relations)
    if isinstance(node, exp.Anonymous):
        name, arguments = str(node.this).lower(), node.expressions
        if name == "date" and len(arguments) == 1:
            return _event_time(arguments[0], relations)
        if name == "date_trunc" and len(arguments) == 2 and arguments[0].name.lower() in _SAME_DAY_UNITS:
            return _event_time(arguments[1], relations)
    return frozenset()


def _constant(node: exp.Expr) -> datetime | None:
    """The moment a constant stands for, UTC."""
    if isinstance(node, exp.Paren):
        return _constant(node.this)
    if isinstance(node, exp.Cast):
        kinds = (exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPTZ, exp.DataType.Type.DATE)
        text = node.this if node.to.this in kinds else None
    elif isinstance(node, exp.Anonymous) and len(node.expressions) == 1:
        known = str(node.this).lower() in ("date", "from_iso8601_timestamp", "from_iso8601_date")
        text = node.expressions[0] if known else None
    else:
        text = None
    if not isinstance(text, exp.Literal) or not text.is_string:
        return None
    found = moment(str(text.this))
    return None if found is None else found[1]
