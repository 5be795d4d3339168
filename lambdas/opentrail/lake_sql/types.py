"""The type of an expression, as far as it decides how a literal beside it must be written.

Unknown is an answer: then nothing is changed, and the engine has the last word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from opentrail.lake_schema import HiveType

if TYPE_CHECKING:
    from opentrail.lake_sql.relations import Relations

TIMESTAMP, DATE, BOOLEAN, STRING = (
    HiveType("timestamp"),
    HiveType("date"),
    HiveType("boolean"),
    HiveType("string"),
)

# Functions of their first argument's type, or of that of the argument numbered here.
_LIKE_ARGUMENT_NAMES = """
any_value arbitrary coalesce first_value greatest lag last_value lead least max max_by min min_by
nth_value nullif try array_distinct array_sort filter reverse slice
"""
_LIKE_ARGUMENT = dict.fromkeys(_LIKE_ARGUMENT_NAMES.split(), 0) | {"date_trunc": 1, "date_add": 2, "if": 1}
_STRINGS_NAMES = """
array_join chr concat concat_ws date_format format format_datetime json_extract_scalar json_format listagg
lower lpad ltrim regexp_extract regexp_replace replace rpad rtrim split_part substr substring to_hex
to_iso8601 translate trim typeof upper url_decode url_encode url_extract_fragment url_extract_host
url_extract_parameter url_extract_path url_extract_protocol url_extract_query
"""
_STRINGS = frozenset(_STRINGS_NAMES.split())
_BOOLEANS_NAMES = """
all_match any_match bool_and bool_or contains contains_sequence every is_json_scalar json_array_contains
none_match regexp_like starts_with arrays_overlap
"""
_BOOLEANS = frozenset(_BOOLEANS_NAMES.split())
_CASTS = {
    exp.DataType.Type.TIMESTAMP: TIMESTAMP,
    exp.DataType.Type.DATE: DATE,
    exp.DataType.Type.BOOLEAN: BOOLEAN,
    exp.DataType.Type.VARCHAR: STRING,
    exp.DataType.Type.CHAR: STRING,
}
_PREDICATES = (
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.Like, exp.Not),
    *(exp.And, exp.Or, exp.Exists, exp.NullSafeEQ, exp.NullSafeNEQ),
)


def type_of(node: exp.Expr, relations: Relations) -> HiveType | None:
    """The type of an expression, None where it is not known."""
    from opentrail.lake_sql.relations import column_parts

    if column_parts(node) is not None:
        return relations.field(node).type
    if isinstance(
        node, exp.Paren | exp.Window | exp.Filter | exp.IgnoreNulls | exp.RespectNulls | exp.WithinGroup
    ):
        return type_of(node.this, relations)
    if isinstance(node, exp.Cast):  # TRY_CAST is one
        return _CASTS.get(node.to.this)
    if isinstance(node, exp.Anonymous):
        return _of_call(str(node.this).lower(), node.expressions, relations)
    if isinstance(node, exp.Dot | exp.Bracket):
        return _of_part(node, relations)
    if isinstance(node, exp.If):
        return type_of(node.args["true"], relations)
    if isinstance(node, exp.Case):
        return type_of(node.args["ifs"][0].args["true"], relations)
    if isinstance(node, exp.DPipe | exp.GroupConcat | exp.Substring | exp.Trim | exp.Normalize):
        return STRING
    if isinstance(node, _PREDICATES):
        return BOOLEAN
    return None


def _of_call(name: str, arguments: list[exp.Expr], relations: Relations) -> HiveType | None:
    if name == "element_at" and arguments:
        base = type_of(arguments[0], relations)
        return None if base is None else base.element
    if name == "map_values" and arguments:
        base = type_of(arguments[0], relations)
        return None if base is None else HiveType("array", element=base.element)
    if name == "date":
        return DATE
    if name in _STRINGS:
        return STRING
    if name in _BOOLEANS:
        return BOOLEAN
    position = _LIKE_ARGUMENT.get(name)
    if position is None or position >= len(arguments):
        return None
    return type_of(arguments[position], relations)


def _of_part(node: exp.Expr, relations: Relations) -> HiveType | None:
    base = type_of(node.this, relations)
    if base is None:
        return None
    if isinstance(node, exp.Bracket):
        return base.element
    return dict(base.fields).get(node.expression.name.lower())
