"""Results: headings, texts, column descriptions, the CSV and its metadata."""

import pytest
from opentrail_local.athena import metadata
from opentrail_local.athena.text import line, lines
from opentrail_local.athena.types import Type, hive

from .conftest import STORE, Athena, put_records, some_records

FROM = f"FROM lake WHERE store = '{STORE}'"


@pytest.fixture
def filled(athena: Athena) -> Athena:
    put_records(athena.objects, some_records(5))
    return athena


@pytest.mark.parametrize(
    ("selected", "headings"),
    [
        ("eventName, EVENTSOURCE", ["eventName", "EVENTSOURCE"]),
        ("userIdentity.userName, l.eventName", ["userName", "eventName"]),
        ("count(*)", ["_col0"]),
        ("eventName || 'x', eventName", ["_col0", "eventName"]),
        ('eventName AS "What Happened", 1 two', ["What Happened", "two"]),
        ("max(eventName) eventName", ["eventName"]),
        ("element_at(resources, 1).arn", ["arn"]),
        ("CAST(eventName AS varchar)", ["_col0"]),
    ],
)
def test_headings_are_as_written(filled: Athena, selected: str, headings: list[str]) -> None:
    assert filled.headings(f"SELECT {selected} FROM lake l WHERE store = '{STORE}' AND false") == headings


def test_a_star_gives_the_columns_of_the_table(filled: Athena) -> None:
    names = [name for name, _ in filled.catalog.tables["lake"].all_columns]
    assert filled.headings(f"SELECT * {FROM}") == names
    assert filled.headings(f"SELECT l.*, 1 FROM lake l WHERE store = '{STORE}'") == [
        *names,
        f"_col{len(names)}",
    ]


def test_texts_of_a_record(filled: Athena) -> None:
    columns = "eventTime, readOnly, userIdentity, requestParameters, resources, errorCode"
    rows = filled.rows(f"SELECT {columns} {FROM} AND eventId = 'event-00001'")
    [[time, flag, user, parameters, resources, code]] = rows
    assert (time, flag, code) == ("2023-07-10 22:01:00.000", "true", None)
    assert user.startswith(
        "{type=IAMUser, principalid=null, arn=null, accountid=111111111111, accesskeyid=null, "
    )
    assert ", username=user-1, sessioncontext=" in user
    assert parameters == "{bucketName=b-1, n=1}"
    assert resources == "[{accountid=null, type=AWS::S3::Bucket, arn=arn:aws:s3:::b-1, arnprefix=null}]"


def test_lines_round_trip() -> None:
    rows = [["a", None, ""], ['say "hi", you', "two\nlines", "ü,;"], [None, None, None]]
    data = "".join(map(line, rows)).encode()
    assert data.startswith(b'"a",,""\n"say ""hi"", you","two\nlines",')
    assert [row for row, _ in lines(data)] == rows
    places = [place for _, place in lines(data)]
    assert places[-1] == len(data)
    assert [row for row, _ in lines(data[places[0] :])] == rows[1:]


def test_a_torn_line_is_left_out() -> None:
    first = line(["a", "b"]).encode()
    data = first + line(["ü,\n", 'say ""\n', None]).encode()
    for cut in range(len(first), len(data)):
        assert list(lines(data[:cut])) == [(["a", "b"], len(first))]


@pytest.mark.parametrize(
    ("type_", "name", "precision", "scale"),
    [
        (Type("varchar"), "varchar", 2147483647, 0),
        (Type("varchar", digits=5), "varchar", 5, 0),
        (hive("bigint"), "bigint", 19, 0),
        (hive("int"), "integer", 10, 0),
        (hive("decimal(10,2)"), "decimal", 10, 2),
        (hive("timestamp"), "timestamp", 3, 0),
        (hive("map<string,string>"), "map", 0, 0),
        (hive("array<struct<a:int>>"), "array", 0, 0),
        (hive("struct<a:int>"), "row", 0, 0),
        (hive("boolean"), "boolean", 0, 0),
    ],
)
def test_column_info(type_: Type, name: str, precision: int, scale: int) -> None:
    described = metadata.column_info("c", type_)
    assert (described["Type"], described["Precision"], described["Scale"]) == (name, precision, scale)
    assert (described["CatalogName"], described["Nullable"]) == ("hive", "UNKNOWN")


def test_metadata_is_protobuf() -> None:
    column = b"\x0a\x04hive\x22\x01c\x2a\x01c\x32\x07varchar\x38\xff\xff\xff\xff\x07\x40\x00\x48\x03\x50\x01"
    made = metadata.encoded("id-1", [metadata.column_info("c", Type("varchar"))])
    assert made == b"\x0a\x04id-1\x22" + bytes([len(column)]) + column
