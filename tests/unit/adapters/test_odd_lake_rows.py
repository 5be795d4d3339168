"""Any JSON where a record's members should be becomes a row of an ORC file, its line unchanged."""

import io
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.adapters.lake_files import by_day, encoded
from opentrail.adapters.lake_rows import DAY, LakeRows, lake_schema
from pyarrow import orc

from tests.odd_records import RECORDS

ROWS = LakeRows()


@settings(max_examples=150, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_any_record_becomes_a_row(records: list[dict[str, Any]]) -> None:
    given_lines = [json.dumps(record).encode() for record in records]
    rows = ROWS.table(given_lines)
    assert sorted(rows.column("eventjson").to_pylist()) == sorted(line.decode() for line in given_lines)
    assert set(rows.column(DAY).to_pylist()) == {"2023-07-10"}
    files = by_day(rows)
    assert list(files) == ["2023-07-10"]
    read = orc.ORCFile(io.BytesIO(encoded(files["2023-07-10"]))).read()
    # Written are milliseconds; ORC's reader answers nanoseconds.
    assert read.cast(lake_schema()).to_pylist() == files["2023-07-10"].to_pylist()


def test_a_batch_of_nothing_but_odd_records() -> None:
    record = {"eventTime": "2023-07-10T11:42:36Z", "requestParameters": "a text"}
    (row,) = ROWS.table([json.dumps(record).encode()]).to_pylist()
    assert row["requestparameters"] is None
    assert row[DAY] == "2023-07-10"
