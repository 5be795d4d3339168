"""What reaches the parser: no comments, quoted references, one statement."""

import pytest
from opentrail.lake_sql.text import MAX_LENGTH, is_reference, prepared
from opentrail.ports.sql_rewriter import InvalidStatementError

from tests.unit.lake_sql.lake import STORE

ARN = f"arn:aws:cloudtrail:us-east-1:111111111111:eventdatastore/{STORE}"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (f"SELECT 1 FROM {STORE}", f'SELECT 1 FROM "{STORE}"'),
        (f"SELECT 1 FROM {STORE.upper()}", f'SELECT 1 FROM "{STORE.upper()}"'),
        (f"SELECT 1 FROM {ARN}", f'SELECT 1 FROM "{ARN}"'),
        (f'SELECT 1 FROM "{STORE}"', f'SELECT 1 FROM "{STORE}"'),
        (f"SELECT 1 FROM {STORE};", f'SELECT 1 FROM "{STORE}"'),
        (f"SELECT 1 FROM {STORE} ; -- the end", f'SELECT 1 FROM "{STORE}"'),
        (f"SELECT 1 FROM {STORE},{STORE}", f'SELECT 1 FROM "{STORE}","{STORE}"'),
        (f"SELECT 1 FROM({STORE})", f'SELECT 1 FROM("{STORE}")'),
        (f"SELECT {STORE}.a FROM {STORE}", f'SELECT "{STORE}".a FROM "{STORE}"'),
        (f"SELECT 1 FROM/* a */{STORE}/* b */--c", f'SELECT 1 FROM "{STORE}"'),
        (f"SELECT 1 FROM {STORE}--c\nWHERE true", f'SELECT 1 FROM "{STORE}" \nWHERE true'),
        (f"SELECT '{STORE}'", f"SELECT '{STORE}'"),
        (f"SELECT 1 -- '\nFROM {STORE}", f'SELECT 1  \nFROM "{STORE}"'),
        ("SELECT 1 /* a ; ' \" */ + 2", "SELECT 1   + 2"),
        ("SELECT '-- /* no comment'", "SELECT '-- /* no comment'"),
        ("SELECT 'it''s; fine'", "SELECT 'it''s; fine'"),
        ('SELECT "a""b;"', 'SELECT "a""b;"'),
        ("/* head */ select 1", "select 1"),
        ("-- head\nWITH a AS (SELECT 1) SELECT 2", "WITH a AS (SELECT 1) SELECT 2"),
        ("(SELECT 1)", "(SELECT 1)"),
        ("SELECT 1e5, 1.5E-3, a1, a.b1", "SELECT 1e5, 1.5E-3, a1, a.b1"),
        ("SELECT '[[[[[[[['", "SELECT '[[[[[[[['"),
    ],
)
def test_prepares(statement: str, text: str) -> None:
    assert prepared(statement) == text


@pytest.mark.parametrize(
    "statement",
    [
        "",
        ";",
        "SELECT 1; SELECT 2",
        "SELECT 1;;",
        "SELECT 'open",
        'SELECT "open',
        "SELECT 1 /* open",
        "SELECT 1 /* nested /* comment */ */ '",
        "INSERT INTO a SELECT 1",
        "EXPLAIN SELECT 1",
        "selected",
        "TABLE a",
        "VALUES 1",
        "SELECT 1_000",
        "SELECT 0x1F",
        "SELECT 1a",
        "SELECT ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[1]]]]]",
        "SELECT a" + "[1]" * 400,
        "SELECT " + "1" * MAX_LENGTH,
    ],
)
def test_refuses(statement: str) -> None:
    with pytest.raises(InvalidStatementError):
        prepared(statement)


@pytest.mark.parametrize("name", [STORE, STORE.upper(), ARN, ARN.replace("aws:", "aws-cn:", 1)])
def test_references(name: str) -> None:
    assert is_reference(name)


@pytest.mark.parametrize(
    "name", ["", STORE[:-1], f"{STORE}0", f" {STORE}", f"{STORE}\n", "lake", f"{ARN}/x", "arn:aws:s3:::b"]
)
def test_no_references(name: str) -> None:
    assert not is_reference(name)
