"""Shared by tests of single parts."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def log() -> Iterator[list[logging.LogRecord]]:
    """What OpenTrail logs while a test runs."""
    lines: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record)

    keeper, logger = Keeper(), logging.getLogger("opentrail")
    logger.addHandler(keeper)
    yield lines
    logger.removeHandler(keeper)
