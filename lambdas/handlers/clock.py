"""The clock: woken by a message of the wake-ups queue, and by a rule every minute."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.service.ticking import tick
from opentrail.telemetry import report


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """See to what is due, whatever woke it. A bug fails the function, once everything else is done."""
    ports, history_days = pipeline.clock_ports(), pipeline.clock_settings().history_days
    if event.get("Records", True):
        result = tick(ports, history_days=history_days)
        report("clock", result)
        if result.bugs:
            raise result.bugs[0]
    return {"batchItemFailures": []}
