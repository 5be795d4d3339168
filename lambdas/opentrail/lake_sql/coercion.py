"""Literals as the engine wants them.

Lake compares eventTime with strings and takes strings for booleans and booleans for strings; Trino refuses
both (TYPE_MISMATCH). The literal is what changes, so that the column can still be searched by its statistics.
"""

import re
from datetime import UTC, datetime, time, timedelta

from sqlglot import exp

from opentrail.lake_schema import HiveType
from opentrail.lake_sql.dialect import date_literal, timestamp_literal
from opentrail.lake_sql.relations import Relations
from opentrail.lake_sql.types import type_of
from opentrail.ports.sql_rewriter import InvalidStatementError

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,12}))?)?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_BOOLEANS = {"true": True, "false": False}


def coerce_literals(tree: exp.Expr, relations: Relations) -> None:
    """Change the literals of a statement in place.

    InvalidStatementError when a text beside a timestamp is none.
    """
    for node in list(tree.find_all(*_COMPARISONS, exp.Between, exp.In)):
        if isinstance(node, exp.Between):
            _coerce(node.this, [node.args["low"], node.args["high"]], relations)
        elif isinstance(node, exp.In):
            _coerce(node.this, node.expressions, relations)
        else:
            _coerce(node.this, [node.expression], relations)
            _coerce(node.expression, [node.this], relations)


def moment(text: str) -> tuple[str, datetime] | None:
    """A text as UTC, in TIMESTAMP's form and as a naive value in microseconds; None when it is no moment.

    Dates; times with or without seconds and fractions, after a `T` or a blank; `Z`, `UTC` or an offset.
    """
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (int(part) for part in match["date"].split("-"))
    try:
        hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
        value = datetime(year, month, day, hour, minute, second, tzinfo=UTC) - _offset(match["zone"] or "Z")
    except (ValueError, OverflowError):
        return None
    fraction = match["fraction"] or ""
    form = value.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0") + (f".{fraction}" if fraction else "")
    # A fraction below a microsecond still counts: without it the moment could pass for midnight.
    micro = int(fraction[:6].ljust(6, "0")) or int(fraction.strip("0") != "")
    return form, value.replace(tzinfo=None, microsecond=micro)


def _offset(zone: str) -> timedelta:
    if zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if zone[0] == "-" else size


def _coerce(value: exp.Expr, literals: list[exp.Expr], relations: Relations) -> None:
    if not any(isinstance(literal, exp.Literal | exp.Boolean) for literal in literals):
        return
    type_ = type_of(value, relations)
    if type_ is None:
        return
    for literal in literals:
        replacement = _replacement(literal, type_)
        if replacement is not None:
            literal.replace(replacement)


def _replacement(literal: exp.Expr, type_: HiveType) -> exp.Expr | None:
    """The literal as a value of that type; None where it can stay."""
    if isinstance(literal, exp.Boolean):
        return exp.Literal.string("true" if literal.this else "false") if type_.kind == "string" else None
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        return None
    text = str(literal.this)
    if type_.kind == "boolean" and text.lower() in _BOOLEANS:
        return exp.Boolean(this=_BOOLEANS[text.lower()])
    if type_.kind not in ("timestamp", "date"):
        return None
    found = moment(text)
    if found is None:
        raise InvalidStatementError(f"'{text}' is not a timestamp (YYYY-MM-DD HH:MM:SS).")
    if type_.kind == "date" and found[1].time() == time():
        return date_literal(found[0][:10])
    return timestamp_literal(found[0])
