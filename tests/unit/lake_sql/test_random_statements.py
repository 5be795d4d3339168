"""Random statements: rewritten, each gives what a plain reading of it gives."""

# ruff: noqa: E501 (a statement reads better in one line)

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.lake_sql.lake import EMPTY_STORE, OTHER_STORE, STORE, Lake, bag

MOMENTS = st.sampled_from(
    [
        *("2023-07-09", "2023-07-10", "2023-07-08", "2023-07-11", "2021-01-01"),
        *("2023-07-08 06:30:00", "2023-07-08 23:59:59.999", "2023-07-09 00:00:00.000", "2023-07-09 12:00:00"),
        *("2023-07-09T08:00:00Z", "2023-07-10T00:00:01Z", "2023-07-10 18:00", "2023-07-10 00:00:00"),
    ]
)
STORES = st.sampled_from([*[STORE] * 5, *[OTHER_STORE] * 2, EMPTY_STORE])


@st.composite
def simple_conditions(draw: st.DrawFn, column: str) -> str:
    time = draw(st.sampled_from([column, column, column, f"date({column})", f"date_trunc('day', {column})"]))
    if draw(st.booleans()):
        return f"{column} {draw(st.sampled_from(['>=', '<']))} '{draw(MOMENTS)}'"
    first, second = draw(MOMENTS), draw(MOMENTS)
    days = first[:10], second[:10]
    if time.startswith("date("):  # DuckDB reads a text beside a DATE as a date
        first, second = days
    negated = draw(st.sampled_from(["", "", "NOT "]))
    operator = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]))
    return draw(
        st.sampled_from(
            [
                f"{time} {operator} '{first}'",
                f"'{first}' {operator} {time}",
                f"{time} {operator} TIMESTAMP '{days[0]} 05:00:00'",
                f"{time} {negated}BETWEEN '{first}' AND '{second}'",
                f"{time} {negated}IN ('{first}', '{second}')",
                f"{column} IS {negated}NULL",
                f"{column} IS {negated}DISTINCT FROM TIMESTAMP '{days[0]} 00:00:00'",
            ]
        )
    )


def conditions(column: str, other: str) -> st.SearchStrategy[str]:
    """Conditions on a column of times, and on another column of texts."""
    others = st.sampled_from([f"{other} LIKE 'G%'", f"{other} IS NULL", "true", f"{other} = 'CreateUser'"])
    return st.recursive(
        simple_conditions(column) | simple_conditions(column) | others,
        lambda inner: st.one_of(
            st.builds("({} AND {})".format, inner, inner),
            st.builds("({} OR {})".format, inner, inner),
            st.builds("{} AND {}".format, inner, inner),
            st.builds("{} OR {}".format, inner, inner),
            st.builds("NOT ({})".format, inner),
        ),
        max_leaves=3,
    )


# Around one or two relations of the columns i, n and t: an id, a name and a time. `{where}` is a condition on t and
# n, `{joined}` one on a.t and b.n.
FORMS = (
    "SELECT i, n, t FROM ({one}) AS r WHERE {where}",
    "SELECT DISTINCT i, n, t FROM ({one}) AS r WHERE {where}",
    "SELECT i, n, t FROM (({one}) UNION ALL ({two})) AS r WHERE {where}",
    "SELECT i, n, t FROM (({one}) EXCEPT ({two})) AS r WHERE {where}",
    "SELECT i, n, t FROM (({one}) INTERSECT ({two})) AS r WHERE {where}",
    "SELECT i, n, t FROM (SELECT * FROM ({one}) AS q ORDER BY t {order}, i, n LIMIT 7) AS r WHERE {where}",
    "SELECT i, n, t FROM (SELECT *, rank() OVER (ORDER BY t {order}, i) AS k FROM ({one}) AS q) AS r WHERE k < 9 AND {where}",
    "SELECT min(i) AS i, n, t FROM ({one}) AS r WHERE {where} GROUP BY n, t",
    "SELECT i, n, t FROM (SELECT min(i) AS i, n, max(t) AS t FROM ({one}) AS q GROUP BY n) AS r WHERE {where}",
    "SELECT a.i, b.n, a.t FROM ({one}) AS a {side} JOIN ({two}) AS b ON a.n = b.n WHERE {joined}",
    "SELECT a.i, b.n, b.t FROM ({one}) AS a {side} JOIN ({two}) AS b ON a.n = b.n AND {joined}",
    "SELECT i, n, t FROM ({one}) AS a WHERE {exists} (SELECT 1 FROM ({two}) AS b WHERE b.n = a.n AND {joined})",
    "SELECT i, n, t FROM ({one}) AS a WHERE n IN (SELECT n FROM ({two}) AS b WHERE {where})",
    "SELECT 'x' AS i, n, max(t) FILTER (WHERE {where}) AS t FROM ({one}) AS r GROUP BY n",
    "WITH r AS ({one}) SELECT i, n, t FROM r WHERE {where}",
    "WITH r AS ({one}) SELECT a.i, b.n, b.t FROM r AS a JOIN r AS b ON a.n = b.n WHERE {joined}",
    "WITH r AS ({one}), s AS (SELECT * FROM r UNION ALL ({two})) "
    "SELECT a.i, b.n, a.t FROM s AS a JOIN r AS b ON a.n = b.n WHERE {joined}",
)


@st.composite
def relations(draw: st.DrawFn, depth: int = 2) -> str:
    if depth == 0:
        where = draw(st.just("true") | conditions("eventtime", "eventname"))
        return f'SELECT eventid AS i, eventname AS n, eventtime AS t FROM "{draw(STORES)}" WHERE {where}'
    form = draw(st.sampled_from(FORMS))
    parts = {
        "one": relations(draw(st.integers(0, depth - 1))),
        "two": relations(draw(st.integers(0, depth - 1))),
        "where": conditions("t", "n"),
        "joined": conditions("a.t", "b.n"),
        "side": st.sampled_from(["", "LEFT", "RIGHT", "FULL"]),
        "order": st.sampled_from(["DESC", "ASC"]),
        "exists": st.sampled_from(["NOT EXISTS", "EXISTS"]),
    }
    return form.format_map({name: draw(part) for name, part in parts.items() if f"{{{name}}}" in form})


@given(statement=relations())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_days_not_read_hold_no_row_of_the_answer(lake: Lake, statement: str) -> None:
    assert bag(lake.rows(statement)) == bag(lake.plain_rows(statement))


@given(condition=conditions("eventTime", "eventName"))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_conditions_choose_the_same_rows(lake: Lake, condition: str) -> None:
    statement = f'SELECT eventID FROM "{STORE}" WHERE {condition}'
    assert bag(lake.rows(statement)) == bag(lake.plain_rows(statement))
