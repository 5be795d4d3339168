"""No statement reaches a store that the caller was not given."""

# ruff: noqa: E501 (a statement reads better in one line)

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentrail.ports.sql_rewriter import InvalidStatementError

from tests.unit.lake_sql.confined import tables_read
from tests.unit.lake_sql.lake import DATABASE, EMPTY_STORE, FOREIGN_STORE, OTHER_STORE, STORE, TABLE, Lake

FOREIGN_ACCOUNT = "333333333333"  # the only account in the foreign store
S, F = STORE, FOREIGN_STORE

REFUSED = [
    # other stores, other tables
    f"SELECT * FROM {F}",
    f'SELECT * FROM "{F}"',
    f"SELECT * FROM {F.upper()}",
    f"SELECT * FROM {S} JOIN {F} b ON true",
    f"SELECT (SELECT count(*) FROM {F}) FROM {S}",
    f"SELECT 1 FROM {S} WHERE EXISTS (SELECT 1 FROM {F})",
    f"SELECT 1 FROM {S} UNION SELECT 1 FROM {F}",
    f"WITH a AS (SELECT * FROM {F}) SELECT 1 FROM {S}",
    f"SELECT * FROM {TABLE}",
    f'SELECT * FROM "{TABLE}"',
    f"SELECT * FROM {DATABASE}.{TABLE}",
    f'SELECT * FROM "{DATABASE}"."{TABLE}" WHERE store = \'{F}\'',
    f'SELECT * FROM "awsdatacatalog"."{DATABASE}"."{TABLE}"',
    f'SELECT * FROM "{DATABASE}.{TABLE}"',
    f'SELECT * FROM "{S}"."{TABLE}"',
    f"SELECT * FROM {DATABASE}.{S}",
    f"SELECT * FROM {S}, {TABLE}",
    f"SELECT * FROM {S} WHERE eventid IN (SELECT eventid FROM {TABLE})",
    f"SELECT * FROM ({S} CROSS JOIN {TABLE})",
    f"SELECT * FROM (({TABLE}))",
    f'SELECT * FROM {S}, "{TABLE}$partitions"',
    "SELECT * FROM information_schema.tables",
    f"SELECT * FROM {S}, information_schema.columns",
    "SELECT * FROM system.runtime.queries",
    f"SELECT * FROM {S}@1",
    f'SELECT * FROM "{S}@1"',
    f"SELECT * FROM {S} FOR TIMESTAMP AS OF now()",
    f"SELECT * FROM {S} TABLESAMPLE BERNOULLI (10)",
    # names that only seem to be common table expressions where they stand
    f"WITH {TABLE} AS (SELECT * FROM {TABLE}) SELECT * FROM {TABLE}",
    f"WITH a AS (SELECT * FROM {TABLE}), {TABLE} AS (SELECT * FROM {S}) SELECT * FROM a",
    f"SELECT * FROM (WITH {TABLE} AS (SELECT * FROM {S}) SELECT 1 FROM {TABLE}), {TABLE}",
    f"SELECT * FROM {S} a JOIN (WITH {TABLE} AS (SELECT 1) SELECT 1) b ON true JOIN {TABLE} ON true",
    f"SELECT 1 FROM {TABLE} UNION (WITH {TABLE} AS (SELECT * FROM {S}) SELECT 1 FROM {TABLE})",
    f'WITH "{TABLE}" AS (SELECT 1) SELECT * FROM {DATABASE}."{TABLE}", {S}',
    f"WITH {DATABASE} AS (SELECT 1) SELECT * FROM {DATABASE}.{TABLE}, {S}",
    f"WITH \"\" AS (SELECT 1) SELECT * FROM TABLE(query('x')), {S}",
    f"WITH RECURSIVE {TABLE} AS (SELECT 1 UNION ALL SELECT * FROM {TABLE}) SELECT * FROM {TABLE}, {S}",
    f"WITH {S} AS (SELECT 1), {S} AS (SELECT 2) SELECT * FROM {S}",
    f"WITH {S} AS (SELECT * FROM {F}) SELECT * FROM {S}",
    f"WITH FUNCTION f() RETURNS int RETURN 1 SELECT f() FROM {S}",
    # kinds of statements
    f"INSERT INTO x SELECT * FROM {S}",
    f"CREATE TABLE x AS SELECT * FROM {S}",
    f"CREATE VIEW x AS SELECT * FROM {S}",
    f"DROP TABLE {TABLE}",
    f"DELETE FROM {S}",
    f"UPDATE {S} SET eventname = 'x'",
    f"MERGE INTO {S} USING {S} b ON true WHEN MATCHED THEN DELETE",
    f"EXPLAIN SELECT * FROM {S}",
    f"EXPLAIN ANALYZE SELECT * FROM {S}",
    f"DESCRIBE {S}",
    "SHOW TABLES",
    f"SHOW COLUMNS FROM {S}",
    f"ANALYZE {S}",
    f"UNLOAD (SELECT * FROM {S}) TO 's3://b/' WITH (format = 'ORC')",
    "PREPARE p FROM SELECT 1",
    "EXECUTE p",
    f"CALL system.sync_partition_metadata('{DATABASE}', '{TABLE}', 'FULL')",
    "SET SESSION x = 1",
    f"TABLE {S}",
    "VALUES (1)",
    "SELECT 1",
    f"SELECT 1 FROM {S}; SELECT 1 FROM {F}",
    f"SELECT 1 FROM {S}; DROP TABLE {TABLE}",
    f"SELECT * INTO x FROM {S}",
    f"SELECT * FROM {S} FOR UPDATE",
    f"SELECT a FROM FROM {S}",
    f"SELECT FROM {S}",
    f"SELECT a FROM {S} ASOF JOIN {S} b ON true",
    f"SELECT a FROM {S} SEMI JOIN {S} b ON true",
    f"SELECT DISTINCT ON (a) b FROM {S}",
    f"SELECT a FROM {S} WHERE readonly IS TRUE",
    # functions that tell of the engine, or do more than compute
    f"SELECT current_user FROM {S}",
    f"SELECT current_catalog FROM {S}",
    f"SELECT current_schema FROM {S}",
    f"SELECT version() FROM {S}",
    f'SELECT "version"() FROM {S}',
    f"SELECT system.version() FROM {S}",
    f"SELECT getenv('AWS_SECRET_ACCESS_KEY') FROM {S}",
    f"SELECT read_text('/etc/passwd') FROM {S}",
    f"SELECT * FROM {S}, read_csv('/etc/passwd')",
    f"SELECT * FROM {S}, TABLE(system.query('x'))",
    f"SELECT * FROM {S}, TABLE({TABLE})",
    f"SELECT * FROM {S} CROSS JOIN LATERAL (SELECT * FROM {TABLE})",
    f"SELECT * FROM {S} CROSS JOIN LATERAL (TABLE {TABLE})",
    f"SELECT * FROM {S} CROSS JOIN LATERAL {TABLE}",
    f"SELECT * FROM {S}, LATERAL {TABLE}",
    f"SELECT * FROM {S} LATERAL {S}",
    f"WITH {TABLE} AS (SELECT * FROM {S}) SELECT * FROM {TABLE} LATERAL {S}",
    f"SELECT * FROM (SELECT * FROM {S}) LATERAL (SELECT 1)",
    f"SELECT * FROM {S} LATERAL VIEW explode(resources) r",
    f"SELECT * FROM {S} MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)",
    f"SELECT * FROM {S} PIVOT (count(*) FOR eventname IN ('x'))",
    f"SELECT ? FROM {S}",
    f"SELECT :x, @y FROM {S}",
    # texts that lexers read in different ways
    f"SELECT $$a$$ FROM {S}",
    f"SELECT `a FROM {S} -- ` FROM {F}",
    f'SELECT U&"x\\0041" FROM {S}',
    f"SELECT a\u00a0b\u2019c FROM {S}, {TABLE}",
    f"SELECT 0x1F FROM {S}",
    f"SELECT [1] FROM {TABLE}",
    f"SELECT 1 FROM {S} /* {S}",
    f"SELECT 1 FROM /* */ {TABLE} -- {S}",
    f"SELECT 1 FROM {S}--\n, {TABLE}",
    f"SELECT 1 FROM {S}/**/,/**/{F}",
    f'SELECT 1 FROM "{S}""", {TABLE}',
    f"SELECT 1 FROM \"{S}' OR store <> '\"",
    f'SELECT 1 FROM "{S}\x00"',
    f"SELECT 1 FROM {S}\x00SELECT 1 FROM {F}",
]

HARMLESS = [
    f"SELECT '{F}', '; DROP TABLE x --', '/* ', \"eventname\" FROM {S} -- {F}",
    f"SELECT 'it''s\\' AS a, eventid AS \"q\"\"; --\" FROM {S} /* {TABLE} */",
    f"SELECT 'x\\'' OR store <> ''', eventid FROM {S}",
    f"SELECT * FROM {S} WHERE eventid = ''' OR 1 = 1 --'",
    f'SELECT * FROM {S} AS "{F}"',
    f"SELECT * FROM {S} AS {TABLE}",
    f'SELECT * FROM {S} AS "x\') UNION SELECT * FROM {TABLE} --"',
    f"WITH {F} AS (SELECT * FROM {S}) SELECT * FROM {F}",
    f"WITH {TABLE} AS (SELECT * FROM {S}) SELECT * FROM {TABLE}",
    f'WITH "x) SELECT * FROM {TABLE} --" AS (SELECT * FROM {S}) SELECT * FROM "x) SELECT * FROM {TABLE} --"',
    f"WITH {TABLE} AS (SELECT * FROM {S}), b AS (WITH {TABLE} AS (SELECT * FROM {TABLE}) SELECT * FROM {TABLE}) SELECT * FROM b, {TABLE} LIMIT 5",
    f"WITH {S} AS (SELECT * FROM {OTHER_STORE}), {OTHER_STORE} AS (SELECT * FROM {S}) SELECT * FROM {OTHER_STORE}",
    f"SELECT * FROM {S} WHERE 1 = 1 OR 1 = 1 OR eventname <> 'x'",
    f"SELECT * FROM {S} UNION ALL SELECT * FROM {OTHER_STORE} UNION ALL SELECT * FROM {EMPTY_STORE}",
    f"SELECT count(*), 'U&\\0027' FROM {S} HAVING true OR true",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_refuses(lake: Lake, statement: str) -> None:
    with pytest.raises(InvalidStatementError) as refused:
        lake.rewritten(statement)
    assert str(refused.value).strip()


@pytest.mark.parametrize("statement", HARMLESS)
def test_stays_inside_the_stores(lake: Lake, statement: str) -> None:
    sql = lake.rewritten(statement).sql
    assert tables_read(sql) <= {STORE, OTHER_STORE, EMPTY_STORE}
    assert FOREIGN_ACCOUNT not in repr(lake.run(sql))


def test_the_foreign_store_has_rows_to_be_found(lake: Lake) -> None:
    assert FOREIGN_ACCOUNT in repr(lake.run(f"SELECT * FROM {DATABASE}.{TABLE}"))


@pytest.mark.parametrize("column", ["store", "tier", "gen", "day", '"$path"', "opentrail_repeat"])
def test_the_tables_own_columns_cannot_be_named(lake: Lake, column: str) -> None:
    sql = lake.rewritten(f"SELECT {column} FROM {STORE}").sql
    with pytest.raises(Exception, match="not found"):
        lake.run(sql)


def test_texts_come_through_unchanged(lake: Lake) -> None:
    texts = [
        "it''s",
        "a\\",
        "\\'' x",
        "--",
        "/* */",
        ";",
        "é 東京 🚀",
        "\t",
        "%_",
        "$$",
        "U&\\0041",
        "{x}",
        "\\n",
    ]
    items = ", ".join(f"'{text}'" for text in texts)
    (row, *_) = lake.rows(f"SELECT {items} FROM {STORE}")
    assert list(row) == [text.replace("''", "'") for text in texts]


@given(text=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_stays_the_text_it_is(lake: Lake, text: str) -> None:
    quoted = text.replace("'", "''")
    sql = lake.rewritten(
        f"SELECT '{quoted}' AS \"{text.replace(chr(34), chr(34) * 2) or 'x'}\" FROM {STORE} LIMIT 1"
    ).sql
    assert tables_read(sql) == {STORE}
    assert f"SELECT '{quoted}' AS " in sql


PIECES = st.sampled_from(
    [
        *(STORE, f'"{STORE}"', OTHER_STORE, FOREIGN_STORE, f'"{FOREIGN_STORE}"', TABLE, f'"{TABLE}"'),
        *(
            f"{DATABASE}.{TABLE}",
            "a",
            "b",
            '"a"',
            "t",
            "eventid",
            "store",
            "*",
            "1",
            "'x'",
            "''",
            "'",
            '"',
            '""',
        ),
        *(
            "SELECT",
            "FROM",
            "WHERE",
            "UNION",
            "ALL",
            "JOIN",
            "ON",
            "true",
            "WITH",
            "AS",
            "LATERAL",
            "UNNEST",
            "TABLE",
        ),
        *(
            "EXISTS",
            "IN",
            "(",
            ")",
            ",",
            ".",
            "=",
            ";",
            "--",
            "/*",
            "*/",
            "\n",
            "$$",
            "`",
            "\\",
            "U&",
            "@",
            "[",
            "]",
        ),
        *(
            f"(SELECT * FROM {STORE})",
            f"WITH {TABLE} AS (SELECT * FROM {STORE})",
            f"WITH a AS (SELECT * FROM {TABLE})",
        ),
        *(
            f"(SELECT * FROM {TABLE})",
            f", {TABLE}",
            f"CROSS JOIN {FOREIGN_STORE}",
            "GROUP BY 1",
            "LIMIT 1",
            "->",
            "::",
        ),
    ]
)


@given(
    pieces=st.lists(PIECES, max_size=14),
    separator=st.sampled_from([" ", "", "/**/", "\n"]),
    head=st.sampled_from(
        [
            f"SELECT * FROM {STORE}",
            f"WITH a AS (SELECT * FROM {STORE})",
            f"WITH {TABLE} AS (SELECT * FROM {STORE}) SELECT * FROM {TABLE}",
            f"SELECT * FROM (WITH {TABLE} AS (SELECT * FROM {STORE}) SELECT * FROM {TABLE})",
            "SELECT eventid, '",
        ]
    ),
)
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_pieces_are_refused_or_stay_inside(
    lake: Lake, pieces: list[str], separator: str, head: str
) -> None:
    try:
        sql = lake.rewritten(head + separator + separator.join(pieces)).sql
    except InvalidStatementError:
        return
    assert tables_read(sql) <= {STORE, OTHER_STORE}


def repeated(before: str, piece: str, after: str) -> str:
    return before + piece * ((9_990 - len(before) - len(after)) // len(piece)) + after


def nested(before: str, opening: str, middle: str, closing: str, after: str, depth: int | None = None) -> str:
    space = 9_990 - len(before) - len(middle) - len(after)
    depth = depth or space // (len(opening) + len(closing))
    return before + opening * depth + middle + closing * depth + after


HUGE = [
    repeated(f"SELECT 1 FROM {S} WHERE ", " eventtime='2023-01-01' OR", " eventid='x'"),
    repeated(f"SELECT 1 FROM {S} WHERE ", " a=1 AND", " b=2"),
    repeated(f"SELECT 1 FROM {S} WHERE eventtime IN (", "'2023-07-09',", "'2023-07-09')"),
    repeated("SELECT 1", "+1", f" FROM {S}"),
    repeated("SELECT a", ".a", f" FROM {S}"),
    repeated("SELECT a", "[1]", f" FROM {S}"),
    repeated("SELECT ", "NOT ", f"true FROM {S}"),
    repeated("SELECT ", "- ", f"1 FROM {S}"),
    repeated(f"SELECT 1 FROM {S}", f" UNION SELECT 1 FROM {S}", ""),
    repeated(f"SELECT 1 FROM {S}", f", {S}", ""),
    repeated("SELECT ", "((((((((", f"1 FROM {S}"),
    repeated("SELECT ", "CASE WHEN ", f"1 FROM {S}"),
    repeated("SELECT ", "abs(", f"1 FROM {S}"),
    repeated("SELECT '", "''", ""),
    repeated("SELECT ", "/*", ""),
    repeated("SELECT 1 ", "-", f"\nFROM {S}"),
    repeated("SELECT ", "12345678-1111-2222-3333-", f"x FROM {S}"),
    nested("SELECT ", "(", "1", ")", f" FROM {S}"),
    nested("SELECT ", "filter(a, x -> ", "1", ")", f" FROM {S}", 30),
    nested("SELECT ", "filter(a, (x, y) -> (", "1", "))", f" FROM {S}", 20),
    nested("SELECT ", "ARRAY[", "1", "]", f" FROM {S}"),
    nested("SELECT ", "ARRAY[", "1" + "+1" * 3000, "]", f" FROM {S}", 4),
    nested("SELECT * FROM ", "(SELECT * FROM ", S, ")", ""),
    nested("SELECT 1 FROM ", "(", S, f" JOIN {S} ON 1=1)", ""),
    nested(f"SELECT 1 FROM {S} WHERE ", f"EXISTS (SELECT 1 FROM {S} WHERE ", "1=1", ")", ""),
    nested("", "WITH a AS (", f"SELECT 1 FROM {S}", ") SELECT 1 FROM a", ""),
    f"WITH a0 AS (SELECT * FROM {S})"
    + "".join(f", a{i} AS (SELECT * FROM a{i - 1} x, a{i - 1} y)" for i in range(1, 150))
    + " SELECT 1 FROM a149",
]


@pytest.mark.parametrize("statement", HUGE)
def test_statements_at_the_limit_are_answered_in_time(lake: Lake, statement: str) -> None:
    assert 5_000 < len(statement) <= 10_000 or "filter" in statement
    began = time.thread_time()
    try:
        sql = lake.rewritten(statement).sql
    except InvalidStatementError:
        sql = ""
    # Of a processor: the slowest takes 0.3 s; exponential behaviour would take minutes.
    assert time.thread_time() - began < 5
    assert len(sql.encode()) <= 262_144


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("(", ")"), ("abs(", ")"), ("CASE WHEN 1=1 THEN ", " END"), ("coalesce(1, ", ")")],
)
def test_twenty_levels_are_not_too_deep(lake: Lake, opening: str, closing: str) -> None:
    assert lake.rows(nested("SELECT ", opening, "1", closing, f" FROM {S} LIMIT 1", 20)) == [(1,)]


def test_more_stores_than_the_engine_takes_are_refused(lake: Lake) -> None:
    lateral = f"SELECT 1 FROM {S}" + f",{S}" * 255
    with pytest.raises(InvalidStatementError):
        lake.rewritten(lateral + " WHERE eventContext IS NULL")
