"""AWS's published sample queries for CloudTrail Lake, where the shared folder with them is present."""

import re
from pathlib import Path

import pytest
from opentrail.ports.sql_rewriter import InvalidStatementError

from tests.unit.lake_sql.confined import tables_read
from tests.unit.lake_sql.lake import STORE, Lake

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "queries" / "lake-samples"
FILES = sorted(SAMPLES.glob("*.sql"))
pytestmark = pytest.mark.skipif(not FILES, reason="the published samples are not here")

# Why a sample is refused, beginning of its sentence.
REFUSED = {
    "ConfigItemCountQuery.sql": "default.awsconfig is not",  # reads an Athena table of AWS Config's
    "ConfigTableCreation.sql": "The query statement must be a SELECT",  # DDL for Athena
    "iam-idc-authenticate-api.sql": "The query statement holds what is not supported: FROM",  # FROM twice
}
# Names of stores as the samples write them, and a condition the console fills in.
_PLACEHOLDER = re.compile(
    r"\$EDS_ID|<EDS_ID>|<EDS ID>|<event_data_store_id>|<Event data store Id>", re.IGNORECASE
)
_CONDITION = "${date_filter}"


def statement(path: Path) -> str:
    return _PLACEHOLDER.sub(STORE, path.read_text()).replace(_CONDITION, "eventTime > '2023-07-01 00:00:00'")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_samples(lake: Lake, path: Path) -> None:
    if path.name in REFUSED:
        with pytest.raises(InvalidStatementError) as refused:
            lake.rewritten(statement(path))
        assert str(refused.value).startswith(REFUSED[path.name])
        return
    rewritten = lake.rewritten(statement(path))
    assert tables_read(rewritten.sql) == {STORE}
    assert rewritten.column_names
    assert not re.search(r"eventtime *(?:[<>]=?|=) *'", rewritten.sql, re.IGNORECASE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_samples_run(lake: Lake, path: Path) -> None:
    if path.name in REFUSED:
        return
    rows = lake.rows(statement(path))
    assert len(lake.connection.description or ()) == len(lake.rewritten(statement(path)).column_names or ())
    assert isinstance(rows, list)
