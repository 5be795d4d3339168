"""Glue on the local cloud: moto's databases, tables and partitions, and LocalStack's door to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from localstack.aws.skeleton import DispatchTable, Skeleton
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider

from opentrail_local.athena.catalog import Partition, Table, from_glue


@aws_provider(api="glue")
def default() -> Service:
    """The provider: every operation is moto's."""
    service = load_service("glue")
    return Service("glue", skeleton=Skeleton(service, passed_through(service)))


def passed_through(service: Any) -> DispatchTable:
    """A dispatch table that hands every operation of a service to moto."""
    return {name: lambda context, request: call_moto(context) for name in service.operation_names}


class GlueCatalog:
    """Glue's catalogue of one account and Region, as Athena reads it. Names are found in any case."""

    def __init__(self, account_id: str, region: str) -> None:
        from moto.glue.models import glue_backends

        self._backend = glue_backends[account_id][region]

    def has_database(self, name: str) -> bool:
        """Whether the database is there; `default` always is."""
        return name == "default" or self._database(name) is not None

    def table(self, database: str, name: str) -> Table | None:
        """A table, None when there is none of that name."""
        found = self._table(database, name)
        return None if found is None else from_glue(found.as_dict())

    def partitions(self, table: Table) -> Iterable[Partition]:
        """The registered partitions of a table."""
        found = self._table(table.database, table.name)
        for partition in list(found.partitions.values()) if found is not None else ():
            described = partition.as_dict()
            location = (described.get("StorageDescriptor") or {}).get("Location")
            yield Partition(tuple(described.get("Values") or ()), location or _default(table, described))

    def names(self, database: str | None) -> list[str]:
        """The tables of a database; without one the databases."""
        if database is None:
            return sorted(self._backend.databases)
        found = self._database(database)
        return sorted(found.tables) if found is not None else []

    def _database(self, name: str) -> Any:
        return _any_case(self._backend.databases, name)

    def _table(self, database: str, name: str) -> Any:
        found = self._database(database)
        return None if found is None else _any_case(found.tables, name)


def _any_case(named: dict[str, Any], name: str) -> Any:
    if name in named:
        return named[name]
    return next((value for key, value in list(named.items()) if key.lower() == name.lower()), None)


def _default(table: Table, described: dict[str, Any]) -> str:
    pairs = zip(table.keys, described.get("Values") or (), strict=False)
    return table.location.rstrip("/") + "/" + "".join(f"{name}={value}/" for (name, _), value in pairs)
