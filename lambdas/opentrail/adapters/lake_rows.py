"""Records as rows of the lake's table: JSON lines in, an Arrow table in the lake's schema out.

DuckDB's `from_json` reads whole batches. It answers a value of another type than the column's with NULL, so
rows in which that happened are read again one by one, taking what can be taken (`_lenient`). What fits in no
column is still in `eventjson`, which is the line itself, unchanged.

Struct columns get their lower-case names in Arrow: a struct cast in SQL matches names by case and answers
NULL without a word where they differ.
"""

import base64
import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from opentrail.lake_schema import HiveType, column_types
from opentrail.ports.errors import AdapterError

DAY = "day"  # the column beside the schema's: UTC date of eventTime, `YYYY-MM-DD`; None without eventTime
_ORDER = (DAY, "eventsource", "eventname", "eventtime", "eventid")

_TEXT, _MAP, _TIME, _FLAG = "VARCHAR", "MAP(VARCHAR, VARCHAR)", "TIMESTAMP", "BOOLEAN"

# The members of a record that are columns, in CloudTrail's spelling and in the schema's order.
SHAPE: dict[str, Any] = {
    "eventVersion": _TEXT,
    "userIdentity": {
        "type": _TEXT,
        "principalId": _TEXT,
        "arn": _TEXT,
        "accountId": _TEXT,
        "accessKeyId": _TEXT,
        "userName": _TEXT,
        "sessionContext": {
            "attributes": {"creationDate": _TIME, "mfaAuthenticated": _TEXT},
            "sessionIssuer": {
                "type": _TEXT,
                "principalId": _TEXT,
                "arn": _TEXT,
                "accountId": _TEXT,
                "userName": _TEXT,
            },
            "webIdFederationData": {"federatedProvider": _TEXT, "attributes": _MAP},
            "sourceIdentity": _TEXT,
            "ec2RoleDelivery": _TEXT,
            "ec2IssuedInVpc": _TEXT,
        },
        "onBehalfOf": {"userId": _TEXT, "identityStoreArn": _TEXT},
        # The schema's last name here is `credentiaisissuedto`: AWS's misspelling, of the column only.
        "inScopeOf": {
            "sourceArn": _TEXT,
            "sourceAccount": _TEXT,
            "issuerType": _TEXT,
            "credentialsIssuedTo": _TEXT,
        },
        "invokedBy": _TEXT,
        "identityProvider": _TEXT,
    },
    "eventTime": _TIME,
    "eventSource": _TEXT,
    "eventName": _TEXT,
    "awsRegion": _TEXT,
    "sourceIPAddress": _TEXT,
    "userAgent": _TEXT,
    "errorCode": _TEXT,
    "errorMessage": _TEXT,
    "requestParameters": _MAP,
    "responseElements": _MAP,
    "additionalEventData": _MAP,
    "requestID": _TEXT,
    "eventID": _TEXT,
    "readOnly": _FLAG,
    "resources": [{"accountId": _TEXT, "type": _TEXT, "ARN": _TEXT, "ARNPrefix": _TEXT}],
    "eventType": _TEXT,
    "apiVersion": _TEXT,
    "managementEvent": _FLAG,
    "recipientAccountId": _TEXT,
    "sharedEventID": _TEXT,
    "annotation": _TEXT,
    "vpcEndpointId": _TEXT,
    "vpcEndpointAccountId": _TEXT,
    "serviceEventDetails": _MAP,
    "addendum": _MAP,
    "edgeDeviceDetails": _MAP,
    "insightDetails": _MAP,
    "eventCategory": _TEXT,
    "tlsDetails": {"tlsVersion": _TEXT, "cipherSuite": _TEXT, "clientProvidedHostHeader": _TEXT},
    "sessionCredentialFromConsole": _TEXT,
    "eventContext": {
        "requestContext": _MAP,
        "tagContext": {"principalTags": _MAP, "resourceTags": [{"arn": _TEXT, "tags": _MAP}]},
    },
}
# Members whose value from_json may refuse while reading the line again can still take it.
_REFUSABLE = (
    *((name,) for name, kind in SHAPE.items() if kind == _MAP or isinstance(kind, list)),
    ("userIdentity", "sessionContext", "attributes", "creationDate"),
)
# A time that names no zone, or another than UTC: from_json takes the digits as they stand.
_OTHER_ZONE = re.compile(rb'"(?:eventTime|creationDate)"\s*:\s*"[^"]*[^Z"]"')
_DAY_LENGTH = len("2013-01-01")


class LakeRows:
    """Turns batches into tables. Keeps one connection; not for several threads at once."""

    def __init__(self) -> None:
        config: dict[str, Any] = {"threads": "1", "enable_external_access": "false"}
        self._connection = duckdb.connect(":memory:", config=config)
        self._connection.execute("SET TimeZone = 'UTC'")

    def table(self, lines: Sequence[bytes]) -> pa.Table:
        """One row per line, sorted so that they compress well: by day, source, name, time, id.

        Columns are the schema's, then DAY. AdapterError, not retryable, when a line is no JSON object.
        """
        try:
            texts = [line.decode() for line in lines]
        except UnicodeDecodeError as error:
            raise AdapterError("A record is not UTF-8.", code="NotUtf8", retryable=False) from error
        read = self._read(pa.table({"raw": pa.array(texts, pa.string())}))
        rows = _relabelled_table(read, [_checksum(line) for line in lines])
        suspects = _suspects(read, lines)
        if suspects:
            again = pa.Table.from_pylist([_lenient(lines[i]) for i in suspects], schema=_schema())
            kept = sorted(set(range(len(lines))) - set(suspects))
            rows = pa.concat_tables([rows.take(pa.array(kept, pa.int64())), again])
        return rows.sort_by([(name, "ascending") for name in _ORDER])

    def _read(self, batch: pa.Table) -> pa.Table:
        self._connection.register("batch", batch)
        try:
            return self._connection.sql(_statement("raw")).to_arrow_table()
        except duckdb.InvalidInputException:
            # JSON that Python takes and DuckDB does not, a lone surrogate for one: leave it to _lenient.
            valid = "CASE WHEN json_valid(raw) THEN raw END"
            return self._connection.sql(_statement(valid)).to_arrow_table()
        finally:
            self._connection.unregister("batch")


@functools.cache
def lake_schema() -> pa.Schema:
    """The table's columns as Arrow types.

    Timestamps carry no zone: with one they become ORC's TIMESTAMP_INSTANT, which Trino refuses for a Hive
    `timestamp`.
    """
    return pa.schema([pa.field(name, _arrow_type(type_)) for name, type_ in column_types().items()])


@functools.cache
def _schema() -> pa.Schema:
    return lake_schema().append(pa.field(DAY, pa.string()))


def _arrow_type(type_: HiveType) -> pa.DataType:
    if type_.kind == "struct":
        return pa.struct([pa.field(name, _arrow_type(field)) for name, field in type_.fields])
    if type_.element is not None:
        element = _arrow_type(type_.element)
        return pa.list_(element) if type_.kind == "array" else pa.map_(pa.string(), element)
    return {"string": pa.string(), "boolean": pa.bool_(), "timestamp": pa.timestamp("ms")}[type_.kind]


@functools.cache
def _statement(raw: str) -> str:
    """The SQL that reads a batch; `raw` is the expression of the text to parse."""
    members = [f'e."{name}"' for name in SHAPE]
    columns = [*members[:-1], "raw AS eventjson", members[-1]]
    parsed = f"SELECT raw, from_json({raw}, '{json.dumps(SHAPE)}') AS e FROM batch"  # noqa: S608 (constants)
    day = f"strftime(e.\"eventTime\", '%Y-%m-%d') AS {DAY}"
    return f"SELECT {', '.join(columns)}, {day} FROM ({parsed})"  # noqa: S608 (constants)


def _suspects(read: pa.Table, lines: Sequence[bytes]) -> list[int]:
    """Rows without a readable eventTime of four digits of a year, or with a time that may not be UTC, or with
    a NULL where the line has such a member that is not null.

    Members are searched in the text, since parsing every line again would cost as much as reading it did.
    A row too many does no harm: read again it comes out the same.
    """
    found = set(_null_rows(read.column("eventTime")))
    found.update(i for i, line in enumerate(lines) if _OTHER_ZONE.search(line))
    found.update(pc.indices_nonzero(pc.not_equal(pc.utf8_length(read.column(DAY)), _DAY_LENGTH)).to_pylist())
    for path in _REFUSABLE:
        column = read.column(path[0])
        for name in path[1:]:
            column = pc.struct_field(column, name)
        key = f'"{path[-1]}"'.encode()
        null = key + b":null"
        found.update(
            i for i in _null_rows(column) if key in lines[i] and lines[i].count(key) != lines[i].count(null)
        )
    return sorted(found)


def _null_rows(column: pa.ChunkedArray) -> list[int]:
    return pc.indices_nonzero(pc.is_null(column)).to_pylist()  # type: ignore[no-any-return]


def _relabelled_table(read: pa.Table, checksums: Sequence[str]) -> pa.Table:
    columns = [column.combine_chunks() for column in read.columns]
    columns.insert(_schema().get_field_index("eventjsonchecksum"), pa.array(checksums, pa.string()))
    return pa.table(
        [_relabelled(column, field.type) for column, field in zip(columns, _schema(), strict=True)],
        schema=_schema(),
    )


def _checksum(line: bytes) -> str:
    return base64.b64encode(hashlib.sha256(line).digest()).decode()


def _relabelled(array: pa.Array, type_: pa.DataType) -> pa.Array:
    """The same values under the names and types of the schema."""
    if pa.types.is_struct(type_):
        fields = list(type_)
        children = [_relabelled(array.field(i), field.type) for i, field in enumerate(fields)]
        return pa.StructArray.from_arrays(children, fields=fields, mask=array.is_null())
    if pa.types.is_list(type_):
        values = _relabelled(array.values, type_.value_type)
        return pa.ListArray.from_arrays(array.offsets, values, type=type_, mask=array.is_null())
    if array.type.equals(type_) or pa.types.is_map(type_):
        return array
    return array.cast(type_, safe=False)  # microseconds to milliseconds: what is finer is cut


def _lenient(line: bytes) -> dict[str, Any]:
    """One row as a dictionary by the schema's names, each value taken as far as it can be."""
    try:
        record = json.loads(line)
    except ValueError as error:
        raise AdapterError("A record is not JSON.", code="NotJson", retryable=False) from error
    if not isinstance(record, dict):
        raise AdapterError("A record is no object.", code="NotAnObject", retryable=False)
    values = _members(record, SHAPE, lake_schema())
    time = values["eventtime"]
    return {
        **values,
        "eventjson": line.decode(),
        "eventjsonchecksum": _checksum(line),
        DAY: None if time is None else time.strftime("%Y-%m-%d"),
    }


def _members(value: Any, shape: Mapping[str, Any], names: Any) -> dict[str, Any]:
    """A struct's members; `names` is the schema or struct type that `shape` lies over, in the same order."""
    source = value if isinstance(value, dict) else {}
    fields = [field for field in names if not field.name.startswith("eventjson")]
    return {
        field.name: _taken(source.get(name), kind, field.type)
        for (name, kind), field in zip(shape.items(), fields, strict=True)
    }


def _taken(value: Any, kind: Any, type_: pa.DataType) -> Any:
    if value is None:
        return None
    if isinstance(kind, dict):
        return _members(value, kind, type_)
    if isinstance(kind, list):
        elements = value if isinstance(value, list) else [value]
        return [_taken(element, kind[0], type_.value_type) for element in elements]
    return {_TEXT: _text, _MAP: _map, _TIME: _time, _FLAG: _flag}[kind](value)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    # A lone surrogate has no UTF-8 form.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _map(value: Any) -> list[tuple[str, str | None]] | None:
    """An object, or a text that holds one; anything else has no form as a map."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if not isinstance(value, dict):
        return None
    return [(_text(name) or "", _text(member)) for name, member in value.items()]


def _time(value: Any) -> datetime | None:
    """ISO 8601 with or without zone (then UTC), or epoch seconds."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            return (moment if moment.tzinfo is None else moment.astimezone(UTC)).replace(tzinfo=None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _flag(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())
