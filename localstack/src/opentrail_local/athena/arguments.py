"""Arguments of calls, and the signature they find."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from opentrail_local.athena.coercion import both
from opentrail_local.athena.context import Context, Value, error, excerpt
from opentrail_local.athena.functions import Call, Lambda, Signature, resolve


def argument(context: Context, node: exp.Expression) -> Value | Lambda:
    if not isinstance(node, exp.Lambda):
        if isinstance(node, exp.Star | exp.Distinct | exp.Order):
            raise error("SYNTAX_ERROR", node, f"mismatched input '{excerpt(node)}'")
        return context.value(node)
    names = [parameter.name.lower() for parameter in node.expressions]

    def body(values: Sequence[Value]) -> Value:
        if len(values) != len(names):
            raise error(
                "INVALID_PARAMETER_USAGE", node, f"Expected a lambda that takes {len(values)} argument(s)"
            )
        return context.bound(dict(zip(names, values, strict=True))).value(node.this)

    return body


def made(node: exp.Expression, name: str, found: list[Signature], arguments: list[Value | Lambda]) -> Value:
    call = resolved(node, name, found, arguments)
    return Value(call.sql(), call.result, both(*(a for a in arguments if isinstance(a, Value))))


def resolved(
    node: exp.Expression, name: str, found: list[Signature], arguments: Sequence[Value | Lambda]
) -> Call:
    call = resolve(found, arguments)
    if call is None:
        given = ", ".join(str(a.type) if isinstance(a, Value) else "function" for a in arguments)
        expected = ", ".join(map(str, found))
        raise error(
            "FUNCTION_NOT_FOUND",
            node,
            f"Unexpected parameters ({given}) for function {name}. Expected: {expected}",
        )
    return call
