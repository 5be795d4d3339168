"""Recording what delivering a log file did, where somebody takes such records."""

from collections.abc import Sequence
from contextlib import suppress

from opentrail.domain import delivery_call, record
from opentrail.domain.delivery_call import LogFilePut
from opentrail.domain.recording import Received, plan_recording
from opentrail.ports.errors import AdapterError
from opentrail.ports.pipeline import LogFilePorts


def record_put(put: LogFilePut, held: Sequence[bytes], ports: LogFilePorts) -> None:
    """Queue the records of a file that was just written and `held` these lines.

    Nothing is queued when no trail or event data store of the account takes it, or the file held only such
    records. Each is sent at most once: the file is delivered though its record cannot be queued.
    """
    account_id = put.trail.account_id
    with suppress(AdapterError):
        configuration = ports.configuration.load([account_id])
        lines = delivery_call.lines_of(put)
        received = [Received(record.read(line), "delivery") for line in lines]
        planned = plan_recording(received, configuration, ports.clock.now())
        if not any(slice_.matches for slice_ in planned):
            return
        if not delivery_call.is_only_own(record.read(line).data for line in held):
            ports.records.send(lines)
