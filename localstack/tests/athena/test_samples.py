"""Published queries, where the shared folder with them is present: how many run, and what does not, by name.

Athena queries run as they are, over tables with their columns; Lake samples are rewritten by the service
first, and refused as they were published.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentrail.domain.lake_state import LakeState
from opentrail.lake_sql.rewriter import LakeSqlRewriter
from opentrail.ports.sql_rewriter import InvalidStatementError, StoreScope
from opentrail_local.athena.catalog import Table
from opentrail_local.athena.errors import QueryError, StatementError
from opentrail_local.athena.types import hive

from .conftest import BUCKET, STORE, Athena, put_records, some_records

QUERIES = Path(__file__).parents[4] / "shared" / "data" / "queries"
LAKE = sorted((QUERIES / "lake-samples").glob("*.sql"))
ATHENA = sorted((QUERIES / "athena-incident-response").glob("*.sql")) + sorted(
    (QUERIES / "athena-analytics-bootstrap").glob("q*.sql")
)
pytestmark = pytest.mark.skipif(not LAKE, reason="the published queries are not here")

_STORE = re.compile(r"\$EDS_ID|<EDS_ID>|<EDS ID>|<event_data_store_id>|<Event data store Id>", re.IGNORECASE)
# Not one statement over event data stores.
NOT_LAKE = {"ConfigItemCountQuery.sql", "ConfigTableCreation.sql", "iam-idc-authenticate-api.sql"}
# Published with AND after FROM, or with a comma missing between two texts: Trino takes neither.
NOT_TRINO = {"README_1.sql", "README_2.sql", "README_3.sql", "README_17.sql"}
RAW = [
    *(
        "eventversion:string",
        "eventtime:string",
        "eventsource:string",
        "eventname:string",
        "awsregion:string",
    ),
    *("sourceipaddress:string", "useragent:string", "errorcode:string", "errormessage:string"),
    *("requestparameters:string", "responseelements:string", "eventid:string", "readonly:string"),
    "useridentity:struct<type:string,principalid:string,arn:string,accountid:string,accesskeyid:string,"
    "username:string>",
]


def raw_table(name: str, keys: tuple[str, ...]) -> Table:
    """A table of trail logs, kept as ORC."""
    columns = tuple((part.partition(":")[0], hive(part.partition(":")[2])) for part in RAW)
    typed = tuple((key, hive("string")) for key in keys)
    return Table("db", name, columns, typed, f"s3://{BUCKET}/raw", "OrcSerde", {})


@pytest.fixture
def filled(athena: Athena) -> Athena:
    put_records(athena.objects, some_records(200))
    for table in (
        raw_table("cloudtrail_000000000000", ("account", "region", "year", "month", "day")),
        raw_table("cloudtrail", ("date_partition", "region_partition", "account_partition")),
    ):
        athena.catalog.tables[table.name] = table
    return athena


def rewritten(text: str) -> str:
    scope = StoreScope(
        store_id=STORE,
        state=LakeState(
            oldest_day="2023-07-10", newest_day="2023-07-11", repeat_days=frozenset({"2023-07-11"})
        ),
        oldest=datetime(2023, 1, 1, tzinfo=UTC),
    )
    rewriter = LakeSqlRewriter()
    scopes = dict.fromkeys(rewriter.references(text), scope)
    return rewriter.rewrite(text, scopes=scopes, database="db", table="lake").sql


def lake_text(path: Path) -> str:
    return _STORE.sub(STORE, path.read_text()).replace("${date_filter}", "eventTime > '2023-07-01 00:00:00'")


@pytest.mark.parametrize("path", LAKE, ids=lambda path: path.name)
def test_lake_samples_run_rewritten(filled: Athena, path: Path) -> None:
    if path.name in NOT_LAKE:
        with pytest.raises(InvalidStatementError):
            rewritten(lake_text(path))
        return
    filled.rows(rewritten(lake_text(path)))


@pytest.mark.parametrize("path", LAKE, ids=lambda path: path.name)
def test_lake_samples_do_not_run_as_published(filled: Athena, path: Path) -> None:
    for text in (lake_text(path), lake_text(path).replace(STORE, '"db"."lake"')):
        with pytest.raises((QueryError, StatementError)):
            filled.rows(text)


@pytest.mark.parametrize("path", ATHENA, ids=lambda path: path.name)
def test_athena_queries_run(filled: Athena, path: Path) -> None:
    if path.name in NOT_TRINO:
        with pytest.raises((QueryError, StatementError)):
            filled.rows(path.read_text())
        return
    filled.rows(path.read_text())
