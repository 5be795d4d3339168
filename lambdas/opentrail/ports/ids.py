"""Identifiers, injected."""

from typing import Protocol


class Ids(Protocol):
    """Makes identifiers nobody can guess."""

    def uuid(self) -> str:
        """A fresh lower-case UUID, version 4."""
        ...
