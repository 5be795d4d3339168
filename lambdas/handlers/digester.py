"""The digester: a batch of the digests queue in, a trail a message."""

from typing import Any

from opentrail.bootstrap import pipeline
from opentrail.domain.digest_chain import from_text
from opentrail.service.deliveries import make_each
from opentrail.service.digests import make_digests
from opentrail.telemetry import report
from opentrail.wire.queue_batch import answer, deliveries


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Make the digests of each trail; SQS deletes the messages that are not named in the answer."""
    messages = deliveries(event)
    ports, pace = pipeline.digest_ports(), pipeline.digest_pace()
    result = make_each(messages, from_text, lambda trail: make_digests(trail, ports, pace).word)
    if messages:
        report("digester", result, messages=len(messages))
    return answer(result.failed)
