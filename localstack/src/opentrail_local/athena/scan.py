"""ORC files as a dataset that DuckDB scans, reading only what it needs, and counting it.

The end of a file is read ahead in one piece; counted is what of it describes the file, as if read exactly.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as pafs
from pyarrow import orc

from opentrail_local.athena.catalog import Table
from opentrail_local.athena.errors import QueryError
from opentrail_local.athena.objects import ObjectSource, Stored
from opentrail_local.athena.partitions import DataFile
from opentrail_local.athena.types import Type, fields

WHOLE = 4 * 1024 * 1024  # bytes; smaller files come in one request and are kept for a while
CACHE = 64 * 1024 * 1024  # bytes of small files kept

_SIMPLE = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "char": pa.string(),
    "varbinary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


class Counter:
    """Bytes a query has read; safe for threads. Reading ends when it is stopped or goes over its limit."""

    def __init__(self, limit: int | None = None) -> None:
        self._lock = threading.Lock()
        self._limit = limit
        self.bytes = 0
        self.stopped = False
        self.exceeded = False

    def add(self, number: int) -> None:
        """Count bytes read."""
        if self.stopped:
            raise OSError("The query was stopped.")
        with self._lock:
            self.bytes += number
            self.exceeded = self._limit is not None and self.bytes > self._limit
        if self.exceeded:
            raise OSError("The query has read more than it may.")


class SmallFiles:
    """The content of small objects read lately, by what they are; objects here never change under a tag."""

    def __init__(self, limit: int = CACHE) -> None:
        self._lock = threading.Lock()
        self._limit, self._size = limit, 0
        self._kept: OrderedDict[Stored, bytes] = OrderedDict()

    def content(self, source: ObjectSource, stored: Stored) -> bytes:
        """The whole object."""
        with self._lock:
            found = self._kept.get(stored)
            if found is not None:
                self._kept.move_to_end(stored)
                return found
        found = source.read(stored.bucket, stored.key, 0, stored.size)
        with self._lock:
            if stored not in self._kept:
                self._size += len(found)
            self._kept[stored] = found
            while self._size > self._limit:
                self._size -= len(self._kept.popitem(last=False)[1])
        return found


class _File:
    """One object opened for reading; pyarrow holds its own lock around seek and read."""

    def __init__(
        self, source: ObjectSource, stored: Stored, counter: Counter, small: SmallFiles | None
    ) -> None:
        self._source, self._stored, self._counter = source, stored, counter
        self._content = small.content(source, stored) if small and stored.size <= WHOLE else None
        self._place, self._tail_read = 0, False
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        size = self._stored.size - self._place if size is None or size < 0 else size
        if self._content is not None:
            found = self._content[self._place : self._place + size]
        else:
            found = self._source.read(self._stored.bucket, self._stored.key, self._place, size)
        ends = self._place + len(found) >= self._stored.size
        self._counter.add(tail_length(found) if ends and not self._tail_read else len(found))
        self._tail_read |= ends
        self._place += len(found)
        return found

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = place + (0, self._place, self._stored.size)[whence]
        return self._place

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return True


class _Files(pafs.FileSystemHandler):  # type: ignore[misc]
    """The files of one query, by number, as pyarrow's file system."""

    def __init__(self, source: ObjectSource, counter: Counter, small: SmallFiles) -> None:
        self._source, self._counter, self._small = source, counter, small
        self._files: list[Stored] = []

    def path(self, stored: Stored) -> str:
        self._files.append(stored)
        return f"{len(self._files) - 1}"

    def get_type_name(self) -> str:
        return "objects"

    def normalize_path(self, path: str) -> str:
        return path

    def get_file_info(self, paths: list[str]) -> list[pafs.FileInfo]:
        return [pafs.FileInfo(p, pafs.FileType.File, size=self._files[int(p)].size) for p in paths]

    def get_file_info_selector(self, selector: Any) -> list[pafs.FileInfo]:
        return []

    def open_input_file(self, path: str) -> pa.PythonFile:
        return pa.PythonFile(
            _File(self._source, self._files[int(path)], self._counter, self._small), mode="r"
        )

    open_input_stream = open_input_file

    def _refused(self, *arguments: Any) -> Any:
        raise OSError("These files are only read.")

    create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = _refused
    delete_file = move = copy_file = open_output_stream = open_append_stream = _refused


class Scanner:
    """Makes datasets of one query's files."""

    def __init__(self, source: ObjectSource, counter: Counter, small: SmallFiles) -> None:
        self._source, self._small = source, small
        self._handler = _Files(source, counter, small)
        self._system = pafs.PyFileSystem(self._handler)
        self._format = ds.OrcFileFormat()

    def dataset(self, table: Table, files: Sequence[DataFile]) -> Any:
        """A dataset over the files, with the columns Glue declares. HIVE_UNSUPPORTED_FORMAT for no ORC."""
        if "orc" not in table.serde.lower():
            raise QueryError(
                "HIVE_UNSUPPORTED_FORMAT",
                f"Unable to create input format for table {table.database}.{table.name}: "
                f"{table.serde or 'no SerDe'}",
            )
        schema = pa.schema([pa.field(name, arrow(type_)) for name, type_ in table.all_columns])
        fragments = [
            self._format.make_fragment(
                self._handler.path(file.stored),
                filesystem=self._system,
                partition_expression=_expression(table, file.values),
            )
            for file in files
        ]
        return ds.FileSystemDataset(fragments, schema, self._format, self._system)

    def rows(self, files: Sequence[DataFile]) -> int:
        """How many rows the files hold; what is read for that is not counted."""
        unseen = Counter()
        return sum(
            orc.ORCFile(pa.PythonFile(_File(self._source, file.stored, unseen, self._small), mode="r")).nrows
            for file in files
        )


def arrow(type_: Type) -> pa.DataType:
    """The Arrow type of a column."""
    if type_.name == "row":
        named = zip(fields(type_), type_.args, strict=True)
        return pa.struct([pa.field(name, arrow(inner)) for name, inner in named])
    if type_.name == "array":
        return pa.list_(arrow(type_.args[0]))
    if type_.name == "map":
        return pa.map_(arrow(type_.args[0]), arrow(type_.args[1]))
    if type_.name == "decimal":
        return pa.decimal128(type_.digits or 38, type_.scale or 0)
    found = _SIMPLE.get(type_.name)
    if found is None:
        raise QueryError("HIVE_INVALID_METADATA", f"Column type is not supported: {type_}")
    return found


def partition_value(type_: Type, text: str) -> Any:
    """A partition's value as its key's type. HIVE_INVALID_PARTITION_VALUE when it is none."""
    try:
        if type_.name in ("tinyint", "smallint", "integer", "bigint"):
            return int(text)
        return date.fromisoformat(text) if type_.name == "date" else text
    except ValueError:
        raise QueryError(
            "HIVE_INVALID_PARTITION_VALUE", f"Invalid partition value '{text}' for {type_} partition key"
        ) from None


def _expression(table: Table, values: Sequence[str]) -> Any:
    made = None
    for (name, type_), text in zip(table.keys, values, strict=True) if values else ():
        value = pa.scalar(partition_value(type_, text), arrow(type_))
        term = ds.field(name) == value
        made = term if made is None else made & term
    return made


def tail_length(data: bytes) -> int:
    """How many bytes at an ORC file's end describe it: postscript, footer, metadata (ORC specification)."""
    if not data:
        return 0
    length = data[-1]
    postscript, place, found = data[-1 - length : -1], 0, {1: 0, 5: 0}
    while place < len(postscript):
        key, place = _varint(postscript, place)
        value, place = _varint(postscript, place)
        if key & 7 == 2:  # bytes: the packed version, the magic
            place += value
        elif key >> 3 in found:
            found[key >> 3] = value
    return min(len(data), 1 + length + found[1] + found[5])


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(data):
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    return value, place
