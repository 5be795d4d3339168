"""Tables as Glue declares them, and the names by which a statement reaches them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from opentrail_local.athena.types import Type, hive


@dataclass(frozen=True, slots=True)
class Partition:
    """A registered partition: values in the order of the keys, and where its objects lie."""

    values: tuple[str, ...]
    location: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `columns` and `keys` are (name in lower case, type), `properties` its parameters."""

    database: str
    name: str
    columns: tuple[tuple[str, Type], ...]
    keys: tuple[tuple[str, Type], ...]
    location: str
    serde: str
    properties: Mapping[str, str] = field(default_factory=dict)
    is_view: bool = False

    @property
    def all_columns(self) -> tuple[tuple[str, Type], ...]:
        """What `*` stands for: partition keys come last."""
        return self.columns + self.keys

    @property
    def projected(self) -> bool:
        """Whether partitions are computed rather than registered."""
        return self.properties.get("projection.enabled", "").lower() == "true"


class Catalog(Protocol):
    """Where tables are declared: Glue's catalogue of one account and Region. Names are in lower case."""

    def has_database(self, name: str) -> bool:
        """Whether the database is there."""
        ...

    def table(self, database: str, name: str) -> Table | None:
        """The table, None when there is none of that name."""
        ...

    def partitions(self, table: Table) -> Iterable[Partition]:
        """The registered partitions of a table."""
        ...

    def names(self, database: str | None) -> list[str]:
        """The tables of a database; without one the databases."""
        ...


def from_glue(described: Mapping[str, Any]) -> Table:
    """A table from what Glue's GetTable answers."""
    storage = described.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    return Table(
        database=str(described["DatabaseName"]).lower(),
        name=str(described["Name"]).lower(),
        columns=_columns(storage.get("Columns")),
        keys=_columns(described.get("PartitionKeys")),
        location=storage.get("Location") or "",
        serde=serde.get("SerializationLibrary") or "",
        properties={**(serde.get("Parameters") or {}), **(described.get("Parameters") or {})},
        is_view=described.get("TableType") == "VIRTUAL_VIEW",
    )


def _columns(described: Iterable[Mapping[str, str]] | None) -> tuple[tuple[str, Type], ...]:
    return tuple((column["Name"].lower(), hive(column.get("Type") or "string")) for column in described or ())
