"""The clock: woken by a message of the wake-ups queue, and by a rule every minute."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.ticking import tick
from opentrail.telemetry import report


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """See to what is due, whatever woke it. A failed wake-up does not come again: the rule covers it."""
    ports, history_days = pipeline.clock_ports(), pipeline.clock_settings().history_days
    if event.get("Records", True):
        report("clock", tick(ports, history_days=history_days))
    return {"batchItemFailures": []}
