"""What a statement reads: partitions by projection or registration, columns, bytes, rows."""

import io
from dataclasses import replace

import pyarrow as pa
import pytest
from opentrail_local.athena.catalog import Partition, Table
from opentrail_local.athena.errors import QueryCancelled, QueryError
from opentrail_local.athena.scan import Counter, tail_length
from opentrail_local.athena.types import hive
from pyarrow import orc

from .conftest import BUCKET, NOW, STORE, Athena, Run, put_records, some_records

SERDE = "org.apache.hadoop.hive.ql.io.orc.OrcSerde"
OTHER = "99999999-1a2b-4a2b-8a2b-1a2b3c4d5e6f"


@pytest.fixture
def filled(athena: Athena) -> Athena:
    put_records(athena.objects, some_records(400))  # two days: 120 and 280 records
    return athena


def orc_bytes(**columns: list) -> bytes:
    sink = io.BytesIO()
    orc.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def table(name: str, properties: dict[str, str], keys: list[tuple[str, str]], serde: str = SERDE) -> Table:
    typed = tuple((key, hive(type_)) for key, type_ in keys)
    return Table("db", name, (("x", hive("bigint")),), typed, f"s3://{BUCKET}/{name}", serde, properties)


def test_one_column_reads_less_than_all(filled: Athena) -> None:
    everything = filled.bytes(f"SELECT * FROM lake WHERE store = '{STORE}'")
    one = filled.bytes(f"SELECT eventName FROM lake WHERE store = '{STORE}'")
    assert 0 < one < everything / 3  # of small files, what describes them is a good part
    assert everything <= sum(map(len, filled.objects.bodies.values())) * 1.2


def test_one_column_through_a_derived_table_reads_no_more(filled: Athena) -> None:
    """What the service sends: every column named in a subquery, repeats removed over a window."""
    columns = ", ".join(name for name, _ in filled.catalog.tables["lake"].columns)
    derived = f"(SELECT {columns} FROM lake WHERE store = '{STORE}' AND tier = 'hot' AND gen = 0)"
    direct = filled.bytes(f"SELECT eventName FROM lake WHERE store = '{STORE}'")
    assert filled.bytes(f"SELECT eventName FROM {derived} AS e") == direct
    once = f"(SELECT *, row_number() OVER (PARTITION BY eventid) AS n FROM {derived} AS d)"
    assert filled.bytes(f"SELECT eventName FROM {once} AS e WHERE n = 1") < direct * 3


def test_bytes_are_the_same_for_a_second_run_and_rows_are_counted(filled: Athena) -> None:
    sql = f"SELECT eventName FROM lake WHERE store = '{STORE}' LIMIT 3"
    first = filled.bytes(sql)
    assert filled.bytes(sql) == first
    assert (filled.last.input_rows, filled.last.output_rows) == (400, 3)


def test_day_prunes_files(filled: Athena) -> None:
    whole = filled.bytes(f"SELECT eventId FROM lake WHERE store = '{STORE}'")
    one = filled.bytes(f"SELECT eventId FROM lake WHERE store = '{STORE}' AND day = '2023-07-10'")
    assert 0 < one < whole
    assert filled.last.input_rows == 120


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("day = '2023-07-10'", 120),
        ("day >= '2023-07-11'", 280),
        ("day > '2023-07-11'", 0),
        ("'2023-07-11' > day", 120),
        ("day BETWEEN '2023-07-01' AND '2023-07-10'", 120),
        ("day IN ('2023-07-10', '2023-07-11')", 400),
        ("day = date_format(date_add('day', -1, current_timestamp), '%Y-%m-%d')", 280),
        ("day LIKE '%-10'", 120),
        ("NOT day = '2023-07-10'", 280),
        ("(tier = 'cold' AND day < '2023-07-11' OR tier = 'hot' AND day >= '2023-07-11')", 280),
        ("gen = 0", 400),
        ("gen = 1", 0),
        ("gen > 0", 0),
        ("tier = 'lukewarm'", 0),
        ("day = '2012-12-31'", 0),
        ("day = 'yesterday'", 0),
    ],
)
def test_conditions_on_partition_keys(filled: Athena, condition: str, rows: int) -> None:
    sql = f"SELECT count(*) FROM lake WHERE store = '{STORE}' AND {condition}"
    assert filled.rows(sql) == [[str(rows)]]
    assert filled.last.input_rows == rows


def test_keys_are_columns(filled: Athena) -> None:
    sql = f"SELECT DISTINCT store, tier, gen, day FROM lake WHERE store = '{STORE}' ORDER BY day"
    assert filled.rows(sql) == [[STORE, "hot", "0", "2023-07-10"], [STORE, "hot", "0", "2023-07-11"]]


def test_stores_are_kept_apart(filled: Athena) -> None:
    put_records(filled.objects, some_records(7), store=OTHER)
    both = f"SELECT store, count(*) FROM lake WHERE store IN ('{STORE}', '{OTHER}') GROUP BY store ORDER BY 2"
    assert filled.rows(both) == [[OTHER, "7"], [STORE, "400"]]
    assert filled.rows(f"SELECT count(*) FROM lake WHERE store = '{OTHER}'") == [["7"]]
    assert filled.rows("SELECT count(*) FROM lake WHERE store = '../other'") == [["0"]]
    joined = f"lake a JOIN lake b ON a.eventid = b.eventid AND b.store = '{OTHER}'"
    assert filled.rows(f"SELECT count(*) FROM {joined} WHERE a.store = '{STORE}'") == [["7"]]


def test_an_unbounded_query_lists_once(filled: Athena) -> None:
    filled.objects.listed.clear()
    filled.rows(f"SELECT count(*) FROM lake WHERE store = '{STORE}'")
    assert filled.objects.listed == [f"lake/{STORE}/tier="]


def test_days_outside_the_projection_are_not_seen(filled: Athena) -> None:
    put_records(filled.objects, some_records(1, start="2030-01-01T00:00:00Z"), store=OTHER)
    assert filled.rows(f"SELECT count(*) FROM lake WHERE store = '{OTHER}'") == [["0"]]


def test_registered_partitions(athena: Athena) -> None:
    athena.catalog.tables["parted"] = table("parted", {}, [("year", "int"), ("kind", "string")])
    athena.catalog.registered["parted"] = [
        Partition(("2022", "a"), f"s3://{BUCKET}/elsewhere/one"),
        Partition(("2023", "b"), f"s3://{BUCKET}/elsewhere/two/"),
    ]
    for folder, numbers in (("one", [1, 2]), ("two", [3]), ("three", [4])):
        athena.objects.bodies[BUCKET, f"elsewhere/{folder}/part.orc"] = orc_bytes(x=numbers)
    assert athena.rows("SELECT x, year, kind FROM parted ORDER BY x") == [
        ["1", "2022", "a"],
        ["2", "2022", "a"],
        ["3", "2023", "b"],
    ]
    athena.objects.listed.clear()
    assert athena.rows("SELECT sum(x) FROM parted WHERE year > 2022") == [["3"]]
    assert athena.objects.listed == ["elsewhere/two/"]


def test_projection_of_dates_in_folders_and_padded_integers(athena: Athena) -> None:
    properties = {
        "projection.enabled": "true",
        "projection.day.type": "date",
        "projection.day.format": "yyyy/MM/dd",
        "projection.day.range": "2023/01/01,NOW",
        "projection.shard.type": "integer",
        "projection.shard.range": "0,9",
        "projection.shard.digits": "2",
        "storage.location.template": f"s3://{BUCKET}/raw/${{shard}}/${{day}}",
    }
    athena.catalog.tables["raw"] = table("raw", properties, [("day", "string"), ("shard", "int")])
    unseen = ("raw/11/2023/07/11", "raw/04/2023/07/13", "raw/3/2023/07/11")
    for key in ("raw/03/2023/07/11", "raw/04/2023/07/12", *unseen):
        athena.objects.bodies[BUCKET, f"{key}/a.orc"] = orc_bytes(x=[1])
    assert athena.rows("SELECT shard, day FROM raw ORDER BY 1") == [["3", "2023/07/11"], ["4", "2023/07/12"]]
    assert athena.rows("SELECT count(*) FROM raw WHERE day >= '2023/07/12'") == [["1"]]


def test_a_key_without_projection_is_an_error(athena: Athena) -> None:
    athena.catalog.tables["half"] = table("half", {"projection.enabled": "true"}, [("day", "string")])
    with pytest.raises(QueryError, match="INVALID_TABLE_PROPERTY"):
        athena.rows("SELECT x FROM half")


def test_unpartitioned_tables_hidden_and_empty_objects(athena: Athena) -> None:
    athena.catalog.tables["flat"] = table("flat", {}, [])
    assert athena.rows("SELECT x FROM flat") == []
    bodies = athena.objects.bodies
    bodies[BUCKET, "flat/a.orc"] = orc_bytes(x=[1])
    bodies[BUCKET, "flat/deep/b.orc"] = orc_bytes(x=[2])
    bodies[BUCKET, "flat/_SUCCESS"] = bodies[BUCKET, "flat/.hidden"] = b"x"
    bodies[BUCKET, "flat/"] = b""
    bodies[BUCKET, "flatter/c.orc"] = orc_bytes(x=[3])
    assert athena.rows("SELECT x FROM flat ORDER BY x") == [["1"], ["2"]]


def test_columns_a_file_lacks_are_null_and_are_found_by_name(athena: Athena) -> None:
    flat = table("flat", {}, [])
    athena.catalog.tables["flat"] = replace(flat, columns=(("y", hive("string")), ("x", hive("bigint"))))
    athena.objects.bodies[BUCKET, "flat/a.orc"] = orc_bytes(x=[1], z=["unseen"])
    assert athena.rows("SELECT * FROM flat") == [[None, "1"]]


def test_what_is_no_orc_fails(athena: Athena) -> None:
    athena.catalog.tables["logs"] = table("logs", {}, [], serde="com.amazon.emr.hive.serde.CloudTrailSerde")
    with pytest.raises(QueryError, match="HIVE_UNSUPPORTED_FORMAT"):
        athena.rows("SELECT x FROM logs")
    athena.catalog.tables["flat"] = table("flat", {}, [])
    athena.objects.bodies[BUCKET, "flat/a.orc"] = b"this is no ORC file, whatever its name says"
    with pytest.raises(QueryError, match="HIVE_BAD_DATA"):
        athena.rows("SELECT x FROM flat")
    assert athena.value("1") == "1"  # the engine is well


def test_reading_ends_at_the_limit(filled: Athena) -> None:
    sql = f"SELECT eventjson FROM lake WHERE store = '{STORE}'"
    limited = Run(sql, "db", filled.catalog, filled.objects, NOW, Counter(limit=1000))
    with pytest.raises(QueryCancelled, match="Bytes scanned limit was exceeded"):
        list(filled.engine.run(limited))


def test_big_files_are_read_in_ranges(athena: Athena, monkeypatch: pytest.MonkeyPatch) -> None:
    from opentrail_local.athena import scan

    monkeypatch.setattr(scan, "WHOLE", 0)
    put_records(athena.objects, some_records(300, start="2023-07-10T00:00:00Z"))
    asked: list[int] = []
    athena.objects.seen = asked.append
    athena.rows(f"SELECT eventName FROM lake WHERE store = '{STORE}'")
    assert len(asked) > 3
    assert 0 < athena.last.counter.bytes < sum(asked)


def test_tail_length_is_that_of_the_footer() -> None:
    data = orc_bytes(x=list(range(10_000)))
    assert 0 < tail_length(data) < 1000
    assert tail_length(data[-2000:]) == tail_length(data)
    assert tail_length(b"") == 0
