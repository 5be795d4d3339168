"""Every signature can be called: DuckDB knows what its template says, for constants, columns and NULL."""

import pytest
from opentrail_local.athena.errors import QueryError
from opentrail_local.athena.functions import Signature
from opentrail_local.athena.signatures import AGGREGATES, NOT_HERE, SCALARS, WINDOWS
from opentrail_local.athena.types import Type

from .conftest import Athena

SAMPLES = {
    "varchar": "'day'",
    "bigint": "CAST(2 AS bigint)",
    "double": "CAST(0.5 AS double)",
    "boolean": "true",
    "date": "DATE '2023-01-02'",
    "timestamp": "TIMESTAMP '2023-01-02 03:04:05.678'",
    "timestamp with time zone": "TIMESTAMP '2023-01-02 03:04:05.678 UTC'",
    "interval day to second": "INTERVAL '1' DAY",
    "varbinary": "X'6162'",
    "json": "JSON '[1,2]'",
    "ipaddress": "IPADDRESS '10.0.0.1'",
}
REFUSALS = ("INVALID_FUNCTION_ARGUMENT", "INVALID_CAST_ARGUMENT", "NUMERIC_VALUE_OUT_OF_RANGE")
SCALAR = [signature for signatures in SCALARS.values() for signature in signatures]
AGGREGATE = [signature for signatures in AGGREGATES.values() for signature in signatures]
WINDOW = [signature for signatures in WINDOWS.values() for signature in signatures]


def sample(type_: Type) -> str:
    """An expression of a signature's type."""
    if type_.name == "function":
        names = [f"p{i}" for i in range(len(type_.args) - 1)]
        result = type_.args[-1]
        body = names[0] if result.name in "TKVRSO" else sample(result)
        return f"({', '.join(names)}) -> {body}"
    if type_.name == "array":
        return f"ARRAY[{sample(type_.args[0])}]"
    if type_.name == "map":
        return f"MAP(ARRAY[{sample(type_.args[0])}], ARRAY[{sample(type_.args[1])}])"
    if type_.name == "row":
        return f"ROW({', '.join(map(sample, type_.args))})"
    return SAMPLES.get(type_.name, "CAST(3 AS bigint)")


def called(signature: Signature, arguments: list[str] | None = None) -> str:
    given = arguments if arguments is not None else [sample(type_) for type_ in signature.parameters]
    return f"{signature.name}({', '.join(given)})"


def runs(athena: Athena, sql: str) -> None:
    """A refusal of the arguments is an answer; a template DuckDB cannot bind is not."""
    try:
        athena.rows(sql)
    except QueryError as refused:
        if refused.name not in REFUSALS:
            raise


@pytest.mark.parametrize("signature", SCALAR, ids=str)
def test_scalar(athena: Athena, signature: Signature) -> None:
    runs(athena, f"SELECT {called(signature)}")
    from_rows = f"SELECT {called(signature)} FROM UNNEST(ARRAY[1, 2]) AS t(x) WHERE x > 1"
    runs(athena, from_rows)


@pytest.mark.parametrize("signature", [s for s in SCALAR if s.parameters], ids=str)
def test_scalar_of_null_is_null_or_refused(athena: Athena, signature: Signature) -> None:
    if "function" in {type_.name for type_ in signature.parameters}:
        return
    runs(athena, f"SELECT {called(signature, ['NULL'] * len(signature.parameters))}")


@pytest.mark.parametrize("signature", AGGREGATE, ids=str)
def test_aggregate(athena: Athena, signature: Signature) -> None:
    call = called(signature)
    runs(athena, f"SELECT {call} FROM UNNEST(ARRAY[1, 2]) AS t(x)")
    runs(athena, f"SELECT x, {call} FILTER (WHERE x > 1) FROM UNNEST(ARRAY[1, 2]) AS t(x) GROUP BY x")


@pytest.mark.parametrize("signature", WINDOW, ids=str)
def test_window(athena: Athena, signature: Signature) -> None:
    runs(
        athena,
        f"SELECT {called(signature)} OVER (PARTITION BY x ORDER BY x) FROM UNNEST(ARRAY[1, 2]) AS t(x)",
    )


def test_functions_that_are_not_here_say_so(athena: Athena) -> None:
    for name in NOT_HERE - {"current_user", "json_array", "json_exists", "json_object", "version"}:
        with pytest.raises(QueryError, match="is not supported by the local Athena"):
            athena.value(f"{name}(1)")


def test_no_function_is_two_things() -> None:
    assert not set(SCALARS) & set(AGGREGATES)
    assert not set(WINDOWS) & (set(SCALARS) | set(AGGREGATES))
    assert not NOT_HERE & (set(SCALARS) | set(AGGREGATES) | set(WINDOWS))


def test_no_signature_is_there_twice() -> None:
    for table in (SCALARS, AGGREGATES, WINDOWS):
        for signatures in table.values():
            assert len({str(signature) for signature in signatures}) == len(signatures)
