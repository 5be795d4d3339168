"""The lake is made once: tests only read it."""

import pytest

from tests.unit.lake_sql.lake import Lake


@pytest.fixture(scope="session")
def lake() -> Lake:
    return Lake()
