"""The clock: woken by a message of the wake-ups queue, and by a rule every minute."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.ports.errors import bugs
from opentrail.service.ticking import tick
from opentrail.telemetry import report


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """See to what is due, whatever woke it. A bug fails the function, once everything else is done."""
    ports = pipeline.clock_ports()
    if event.get("Records", True):
        result = tick(ports)
        report("clock", result)
        if met := bugs(result.errors):
            raise met[0]
    return {"batchItemFailures": []}
