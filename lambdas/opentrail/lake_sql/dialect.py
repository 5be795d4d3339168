"""Trino's SQL for sqlglot, in which a function call stays what was written.

sqlglot knows many functions and writes them in a canonical form. What comes out here goes back to the engine
whose dialect came in, so no call is translated: only functions with a syntax of their own are taken apart.
"""

import re

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.trino import Trino
from sqlglot.generators.trino import TrinoGenerator
from sqlglot.parsers.trino import TrinoParser

# Functions whose arguments are no plain list in Trino.
_OWN_SYNTAX = (
    "CAST",
    "EXTRACT",
    "JSON_OBJECT",
    "JSON_QUERY",
    "JSON_VALUE",
    "LISTAGG",
    "NORMALIZE",
    "POSITION",
    "SUBSTRING",
    "TRIM",
    "TRY_CAST",
)
# What sqlglot would say in another way, since other dialects' trees may need it. Ours come from Trino's SQL.
_SAID_OTHERWISE = (
    exp.AtTimeZone,
    exp.Cast,
    exp.Lateral,
    exp.Select,
    exp.Table,
    exp.TryCast,
    exp.With,
    exp.WithinGroup,
)
_TIME = re.compile(r"[ T]\d+:\d+(?::\d+(?:\.(?P<fraction>\d+))?)?(?P<zone>.*)$")
_LITERAL_TYPES = {
    exp.DataType.Type.TIMESTAMP: "TIMESTAMP",
    exp.DataType.Type.TIMESTAMPTZ: "TIMESTAMP",
    exp.DataType.Type.DATE: "DATE",
}


class LakeDialect(Trino):
    """The dialect of Lake statements, in and out."""

    class Parser(TrinoParser):
        """Keeps calls as they are."""

        FUNCTIONS = {}
        TYPE_LITERAL_PARSERS = {
            **TrinoParser.TYPE_LITERAL_PARSERS,
            # A cast to DECIMAL would have no digits behind the point.
            exp.DataType.Type.DECIMAL: lambda _self, this, _type: exp.Literal.number(this.name),
        }
        FUNCTION_PARSERS = {name: TrinoParser.FUNCTION_PARSERS[name] for name in _OWN_SYNTAX}

    class Generator(TrinoGenerator):
        """Writes typed literals as literals."""

        TRANSFORMS = {
            node: way for node, way in TrinoGenerator.TRANSFORMS.items() if node not in _SAID_OTHERWISE
        }

        def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
            """`TIMESTAMP '…'` and `DATE '…'` for what the parser made of them: a cast to that type."""
            word = literal_word(expression)
            if word is None:
                return super().cast_sql(expression, safe_prefix)
            return f"{word} {self.sql(expression, 'this')}"


def literal_word(expression: exp.Expr) -> str | None:
    """The word before a typed literal, when the expression is one; None otherwise."""
    if type(expression) is not exp.Cast:
        return None
    word = _LITERAL_TYPES.get(expression.to.this)
    literal = expression.this
    if word is None or not isinstance(literal, exp.Literal) or not literal.is_string:
        return None
    return word if word == "DATE" or _is_literal_of(str(literal.this), expression.to) else None


def _is_literal_of(text: str, type_: exp.DataType) -> bool:
    """Whether TIMESTAMP and the text mean that type: of as many digits, zoned if the text is."""
    match = _TIME.search(text)
    digits = len(match["fraction"] or "") if match is not None else 0
    zoned = match is not None and bool(match["zone"].strip())
    return [part.name for part in type_.expressions] == [str(digits)] and zoned == (
        type_.this == exp.DataType.Type.TIMESTAMPTZ
    )


def timestamp_literal(text: str) -> exp.Cast:
    """A TIMESTAMP literal of `YYYY-MM-DD HH:MM:SS[.fff]`, as the parser would make it."""
    digits = len(text.partition(".")[2])
    type_ = exp.DataType(
        this=exp.DataType.Type.TIMESTAMP,
        expressions=[exp.DataTypeParam(this=exp.Literal.number(digits))],
        nested=False,
    )
    return exp.Cast(this=exp.Literal.string(text), to=type_)


def date_literal(text: str) -> exp.Cast:
    """A DATE literal of `YYYY-MM-DD`."""
    return exp.Cast(this=exp.Literal.string(text), to=exp.DataType.build("DATE"))


def written(expression: exp.Expr, *, strict: bool = True) -> str:
    """The SQL of an expression: no comments, function names as they were.

    UnsupportedError when it cannot be said in Trino's SQL; said as far as it can be if not `strict`.
    """
    level = ErrorLevel.RAISE if strict else ErrorLevel.IGNORE
    return expression.sql(
        dialect=LakeDialect, comments=False, normalize_functions=False, unsupported_level=level
    )
