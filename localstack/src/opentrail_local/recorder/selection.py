"""What is recorded: a setting, per account, read once when the local cloud starts.

    OPENTRAIL_RECORDER            `off` (also `0`, `false`) leaves the recorder out
    OPENTRAIL_RECORDER_SELECTION  a JSON file: account, or `*` for every other -> what is recorded of it

    {"*": {"except": ["kms.amazonaws.com", "*/Describe*"]},
     "222222222222": {"categories": ["Management"], "readOnly": false},
     "333333333333": false}

An account's row is `true` (everything), `false` (nothing), or an object of conditions that must all hold:
`categories` and `readOnly` as in the record; `only` and `except`, patterns of `eventSource/eventName`, where
a pattern without `/` means every event of the source. Accounts without a row, and no row for `*`, are
recorded whole. It is the account whose record it is that counts: each copy of a cross-account call is asked
for by itself.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

SWITCH = "OPENTRAIL_RECORDER"
FILE = "OPENTRAIL_RECORDER_SELECTION"

EVERY_OTHER = "*"
_OFF = frozenset({"off", "0", "false", "no"})
_CATEGORIES = frozenset({"Management", "Data"})
_ACCOUNT = re.compile(r"[0-9]{12}|\*")


class SelectionError(ValueError):
    """The setting is none: the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What is recorded of one account."""

    nothing: bool = False
    categories: frozenset[str] = _CATEGORIES
    read_only: bool | None = None  # only such events; None for both
    only: tuple[str, ...] = ("*",)
    without: tuple[str, ...] = ()

    def takes(self, record: Mapping[str, Any]) -> bool:
        """Whether a record is one of them."""
        if self.nothing or record["eventCategory"] not in self.categories:
            return False
        if self.read_only is not None and record["readOnly"] != self.read_only:
            return False
        name = f"{record['eventSource']}/{record['eventName']}"
        return any(fnmatchcase(name, p) for p in self.only) and not any(
            fnmatchcase(name, p) for p in self.without
        )


class Selection:
    """What is recorded of each account."""

    def __init__(self, rows: Mapping[str, Selected] | None = None) -> None:
        self._rows = dict(rows or {})
        self._other = self._rows.get(EVERY_OTHER)

    def takes(self, record: Mapping[str, Any]) -> bool:
        """Whether a record is to be recorded for the account it is of."""
        selected = self._rows.get(record["recipientAccountId"], self._other)
        return selected is None or selected.takes(record)


def is_on(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether anything is recorded at all."""
    return environment.get(SWITCH, "on").lower() not in _OFF


def from_environment(environment: Mapping[str, str] = os.environ) -> Selection:
    """The selection of the file that the environment names; everything when it names none."""
    name = environment.get(FILE)
    if not name:
        return Selection()
    try:
        value = json.loads(Path(name).read_text())
    except (OSError, ValueError) as error:
        raise SelectionError(f"{FILE} names {name}, which cannot be read: {error}") from error
    return read(value)


def read(value: Any) -> Selection:
    """The selection that a JSON value describes."""
    if not isinstance(value, dict):
        raise SelectionError("The recorder's selection must be an object with accounts as names.")
    for account in value:
        if not _ACCOUNT.fullmatch(account):
            raise SelectionError(f"{account!r} is neither an account of twelve digits nor '*'.")
    return Selection({account: _row(account, row) for account, row in value.items()})


def _row(account: str, row: Any) -> Selected:
    if isinstance(row, bool):
        return Selected(nothing=not row)
    if not isinstance(row, dict):
        raise SelectionError(f"Account {account}: true, false or an object is expected.")
    if unknown := sorted(set(row) - {"categories", "readOnly", "only", "except"}):
        raise SelectionError(f"Account {account}: there is no condition {unknown[0]!r}.")
    read_only = row.get("readOnly")
    if read_only is not None and not isinstance(read_only, bool):
        raise SelectionError(f"Account {account}: readOnly must be true or false.")
    categories = frozenset(_texts(account, row, "categories", sorted(_CATEGORIES)))
    if wrong := sorted(categories - _CATEGORIES):
        raise SelectionError(f"Account {account}: {wrong[0]!r} is neither Management nor Data.")
    return Selected(
        categories=categories,
        read_only=read_only,
        only=_patterns(_texts(account, row, "only", ["*"])),
        without=_patterns(_texts(account, row, "except", [])),
    )


def _texts(account: str, row: Mapping[str, Any], name: str, default: list[str]) -> list[str]:
    found = row.get(name, default)
    if not isinstance(found, list) or not all(isinstance(item, str) and item for item in found):
        raise SelectionError(f"Account {account}: {name} must be a list of texts.")
    return found


def _patterns(found: list[str]) -> tuple[str, ...]:
    return tuple(item if "/" in item or item == "*" else f"{item}/*" for item in found)
