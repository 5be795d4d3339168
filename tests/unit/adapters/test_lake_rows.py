"""Records become rows: each one, every value taken as far as it can be, the line itself unchanged."""

import base64
import gzip
import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.adapters.lake_rows import DAY, SHAPE, LakeRows, lake_schema
from opentrail.lake_schema import COLUMNS
from opentrail.ports.errors import AdapterError

from tests import records

REAL_RECORDS = Path(__file__).parents[4] / "shared" / "data" / "records.jsonl.gz"
TIME = "2023-07-10T11:42:30Z"


def rows_of(lines: list[bytes]) -> list[dict[str, Any]]:
    return LakeRows().table(lines).to_pylist()


def row_of(record: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The row of one record, which goes among others: most of a batch is ordinary."""
    line = json.dumps({"eventTime": TIME} | record | more).encode()
    rows = rows_of([*records.lines(records.generate(1, 3)), line])
    (row,) = (row for row in rows if row["eventjson"] == line.decode())
    alone = rows_of([line])
    assert alone == [row]
    return row


def expected(value: Any, shape: Any) -> Any:
    """A well-formed record's value as its column holds it: the published schema's rules, written again."""
    if value is None:
        return None
    if isinstance(shape, dict):
        names = {"credentialsIssuedTo": "credentiaisissuedto"}
        return {
            names.get(name, name.lower()): expected(value.get(name), kind) for name, kind in shape.items()
        }
    if isinstance(shape, list):
        return [expected(element, shape[0]) for element in value]
    if shape.startswith("MAP"):
        return [(key, None if member is None else text(member)) for key, member in value.items()]
    if shape == "TIMESTAMP":
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return value if shape == "BOOLEAN" else text(value)


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def check(lines: list[bytes]) -> None:
    rows = rows_of(lines)
    assert sorted(row["eventjson"].encode() for row in rows) == sorted(lines)
    for row in rows:
        line = row["eventjson"].encode()
        assert base64.b64decode(row["eventjsonchecksum"]) == hashlib.sha256(line).digest()
        record = json.loads(line)
        for name, shape in SHAPE.items():
            assert row[name.lower()] == expected(record.get(name), shape), name
        assert row[DAY] == record["eventTime"][:10]


def test_every_generated_record_becomes_its_row() -> None:
    drawn = records.generate(7, 400, span=timedelta(days=3), accounts=("111111111111", "222222222222"))
    check(list(records.lines(drawn)))


def test_a_big_record_becomes_its_row() -> None:
    check(list(records.lines([records.big_record(1, 300_000)])))


@pytest.mark.skipif(not REAL_RECORDS.exists(), reason="real records are not here")
def test_every_real_record_becomes_a_row() -> None:
    with gzip.open(REAL_RECORDS) as file:
        lines = [json.dumps(json.loads(line)["record"], ensure_ascii=False).encode() for line in file]
    rows = rows_of(lines)
    assert sorted(row["eventjson"].encode() for row in rows) == sorted(lines)
    for row in rows:
        record = json.loads(row["eventjson"])
        assert row[DAY] == record["eventTime"][:10]
        assert row["eventid"] == record.get("eventID")
        assert row["eventname"] == record.get("eventName")
        for name in ("requestParameters", "responseElements"):
            if isinstance(record.get(name), dict):
                assert row[name.lower()] == expected(record[name], SHAPE[name])
        identity = record.get("userIdentity") or {}
        assert (row["useridentity"] or {}).get("arn") == identity.get("arn")
        assert row["resources"] is None or len(row["resources"]) == len(record["resources"])


def test_columns_are_the_schemas_then_the_day() -> None:
    table = LakeRows().table(list(records.lines(records.generate(1, 5))))
    assert table.schema.names == [*(name for name, _ in COLUMNS), DAY]
    assert table.schema.remove(len(COLUMNS)) == lake_schema()
    assert lake_schema().field("eventtime").type == pa.timestamp("ms")


def test_an_empty_batch_has_the_same_columns() -> None:
    table = LakeRows().table([])
    assert table.num_rows == 0
    assert table.schema == LakeRows().table(list(records.lines(records.generate(1, 1)))).schema


def test_rows_are_sorted_by_day_source_name_time_and_id() -> None:
    lines = list(records.lines(records.generate(3, 200, span=timedelta(days=4))))
    random.Random(1).shuffle(lines)
    rows = rows_of(lines)
    keys = [
        (row[DAY], row["eventsource"], row["eventname"], row["eventtime"], row["eventid"]) for row in rows
    ]
    assert keys == sorted(keys)
    assert rows_of(lines[::-1]) == rows


def test_one_object_serves_many_batches() -> None:
    rows = LakeRows()
    for seed in range(3):
        assert rows.table(list(records.lines(records.generate(seed, 10)))).num_rows == 10


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("False", False),
        ("maybe", None),
        (None, None),
        (1, None),
    ],
)
def test_flags(value: Any, flag: bool | None) -> None:
    row = row_of({}, managementEvent=value, readOnly=value)
    if value == 1 and value is not True:
        assert row["managementevent"] in (None, True)  # no record has it
    else:
        assert (row["managementevent"], row["readonly"]) == (flag, flag)


@pytest.mark.parametrize(
    ("value", "held"), [("true", "true"), (True, "true"), (False, "false"), (None, None), (7, "7")]
)
def test_session_credential_from_console_is_a_text(value: Any, held: str | None) -> None:
    assert row_of({}, sessionCredentialFromConsole=value)["sessioncredentialfromconsole"] == held


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (None, None),
        ({}, []),
        ("plain", None),
        ('{"a":1,"b":{"c":[1,2]}}', [("a", "1"), ("b", '{"c":[1,2]}')]),
        ([1, 2], None),
        ("***", None),
        (
            {"a": None, "b": True, "c": 1.5, "d": {"x": [1, "é"]}, "e": "t", "": 12345678901234567890123},
            [
                *(("a", None), ("b", "true"), ("c", "1.5"), ("d", '{"x":[1,"é"]}'), ("e", "t")),
                ("", "12345678901234567890123"),
            ],
        ),
        (
            {"quote": 'say "hi"', "nested": {"q": 'say "hi"'}},
            [("quote", 'say "hi"'), ("nested", '{"q":"say \\"hi\\""}')],
        ),
    ],
)  # fmt: skip
def test_maps(value: Any, held: Any) -> None:
    row = row_of({}, requestParameters=value, responseElements=value, serviceEventDetails=value)
    assert row["requestparameters"] == row["responseelements"] == row["serviceeventdetails"] == held


def test_a_key_that_comes_twice_keeps_its_last_value() -> None:
    line = b'{"eventTime":"2023-07-10T11:42:30Z","requestParameters":{"a":1,"a":2}}'
    (row,) = rows_of([line])
    assert row["requestparameters"] == [("a", "2")]
    assert row["eventjson"].encode() == line


def test_resources() -> None:
    nothing = {"accountid": None, "type": None, "arn": None, "arnprefix": None}
    one = nothing | {"arn": "a"}
    assert row_of({}, resources=[{"ARN": "a"}, {"accountId": 1}])["resources"] == [
        one,
        nothing | {"accountid": "1"},
    ]
    assert row_of({}, resources={"ARN": "a"})["resources"] == [one]
    assert row_of({}, resources=["a"])["resources"] == [nothing]
    assert row_of({}, resources=[])["resources"] == []
    assert row_of({})["resources"] is None


def test_user_identity() -> None:
    session = {
        "attributes": {"creationDate": TIME, "mfaAuthenticated": False},
        "sessionIssuer": {"userName": "r"},
    }
    identity = row_of({}, userIdentity={"type": "AssumedRole", "sessionContext": session})["useridentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["sessioncontext"]["attributes"] == {
        "creationdate": datetime(2023, 7, 10, 11, 42, 30),  # noqa: DTZ001 (the column has no zone)
        "mfaauthenticated": "false",
    }
    assert identity["sessioncontext"]["sessionissuer"]["username"] == "r"
    assert identity["onbehalfof"] is None
    scoped = row_of({}, userIdentity={"inScopeOf": {"credentialsIssuedTo": "x"}})["useridentity"]
    assert scoped["inscopeof"]["credentiaisissuedto"] == "x"


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (TIME, "2023-07-10T11:42:30"),
        ("2023-07-10T11:42:30.123Z", "2023-07-10T11:42:30.123"),
        ("2023-07-10T11:42:30.1239Z", "2023-07-10T11:42:30.123"),
        ("2023-07-10 11:42:30", "2023-07-10T11:42:30"),
        ("2023-07-10T23:42:30-02:00", "2023-07-11T01:42:30"),
        ("2023-07-10T01:42:30+0200", "2023-07-09T23:42:30"),
        (1688989350, "2023-07-10T11:42:30"),
        ("2023-07-10T23:59:59Z", "2023-07-10T23:59:59"),
        ("2023-07-11T00:00:00Z", "2023-07-11T00:00:00"),
        ("12023-07-10T11:42:30Z", None),
        ("sometime", None),
        (None, None),
        ({}, None),
        (True, None),
        (1e30, None),
    ],
)
def test_times_and_days_are_utc(value: Any, held: str | None) -> None:
    row = row_of(
        {}, eventTime=value, userIdentity={"sessionContext": {"attributes": {"creationDate": value}}}
    )
    assert row["eventtime"] == (None if held is None else datetime.fromisoformat(held))
    assert row[DAY] == (None if held is None else held[:10])


def test_texts_of_other_types_are_written_as_json() -> None:
    row = row_of({}, errorCode=404, errorMessage={"a": 1}, apiVersion=2.5, userAgent=["x"])
    assert (row["errorcode"], row["errormessage"], row["apiversion"], row["useragent"]) == (
        "404",
        '{"a":1}',
        "2.5",
        '["x"]',
    )


def test_lone_surrogates_are_replaced_in_columns_and_kept_in_the_line() -> None:
    row = row_of({}, userAgent="a\ud800b", requestParameters={"x\udc00": "\ud800", "y": "\U0001f680"})
    assert row["useragent"] == "a\ufffdb"
    assert row["requestparameters"] == [("x\ufffd", "\ufffd"), ("y", "\U0001f680")]
    assert "\\ud800" in row["eventjson"]


def test_a_nul_in_a_text_is_kept() -> None:
    row = row_of({}, userAgent="a\0b", requestParameters={"x": "a\0b"})
    assert (row["useragent"], row["requestparameters"]) == ("a\0b", [("x", "a\0b")])


@pytest.mark.parametrize(
    "line",
    [
        b'  {"eventTime" : "2023-07-10T11:42:30Z", "eventName":"A"}\t',
        '{"eventTime":"2023-07-10T11:42:30Z","eventName":"A","userAgent":"é 東京 \\u00e9"}'.encode(),
        b'{"eventName":"A","eventTime":"2023-07-10T11:42:30Z","new":{"b":2,"a":[1.0,1e5,null]}}',
    ],
)
def test_the_line_stays_byte_for_byte(line: bytes) -> None:
    (row,) = rows_of([line])
    assert row["eventjson"].encode() == line
    assert (row["eventname"], row[DAY]) == ("A", "2023-07-10")


@pytest.mark.parametrize("line", [b"", b"x", b"[]", b"1", b'"text"', b"null", b'{"a":1', b"\xff{}"])
def test_what_is_no_record_is_refused_for_good(line: bytes) -> None:
    good = list(records.lines(records.generate(1, 2)))
    with pytest.raises(AdapterError) as refused:
        LakeRows().table([*good, line])
    assert not refused.value.retryable


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just(TIME),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.sampled_from(list(SHAPE)), VALUES), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_whatever_the_values_are_each_record_becomes_one_row(drawn: list[dict[str, Any]]) -> None:
    lines = [json.dumps(record).encode() for record in drawn]
    rows = rows_of(lines)
    assert sorted(row["eventjson"].encode() for row in rows) == sorted(lines)
    for row in rows:
        record = json.loads(row["eventjson"])
        if record.get("eventTime") == TIME:
            assert row["eventtime"] == datetime.fromisoformat(TIME).astimezone(UTC).replace(tzinfo=None)
        if isinstance(record.get("eventName"), str):
            assert row["eventname"] == record["eventName"].encode("utf-16", "surrogatepass").decode(
                "utf-16", "replace"
            )
