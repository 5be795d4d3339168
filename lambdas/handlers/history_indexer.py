"""The history indexer: woken by a rule, makes volumes of the days of event history that are over, and
compares their EventIds.
"""

from datetime import timedelta
from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.history_conflicts import find_conflicts
from opentrail.service.history_volumes import make_volumes
from opentrail.telemetry import report


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Go on where the last run stopped. What one account met fails the function, once the others are done."""
    if event.get("Records", True):
        clock = pipeline.clock()
        until = clock.now() + timedelta(seconds=pipeline.history_indexer_settings().seconds)
        made = make_volumes(pipeline.history_volumes(), clock, until)
        report("history indexer", made)
        compared = find_conflicts(pipeline.history_volumes(), pipeline.history_conflicts(), clock, until)
        report("history indexer: event ids", compared)
        if errors := made.errors + compared.errors:
            raise errors[0]
    return {"batchItemFailures": []}
