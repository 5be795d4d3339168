"""The API's bundle of ports with only those a test gives; touching any other fails with its name."""

from dataclasses import fields
from typing import Any, NoReturn

from opentrail.ports import Ports

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")


class Absent:
    """Stands where a test put no port."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> NoReturn:
        raise AssertionError(f"ports.{self._name}.{attribute} was used, but this test gave no such port")


def ports(**given: Any) -> Ports:
    """The bundle; `regions` and the lake's names have defaults."""
    defaults: dict[str, Any] = {
        "checks_destinations": True,
        "regions": REGIONS,
        "lake_database": "opentrail_test",
        "lake_table": "events",
    }
    names = [field.name for field in fields(Ports)]
    return Ports(**{name: given.get(name, defaults.get(name, Absent(name))) for name in names})
