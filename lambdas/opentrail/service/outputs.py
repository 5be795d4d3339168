"""Deliveries beside files: to CloudWatch Logs, and to event buses. Both at least once."""

from opentrail.domain import bus_event, log_stream, record
from opentrail.domain.bus_event import BusEvent
from opentrail.domain.delivery import Manifest, ManifestRef
from opentrail.domain.record import Record
from opentrail.ports.errors import AdapterError
from opentrail.ports.event_buses import Audience, EventBusError
from opentrail.ports.ledger import Delivered
from opentrail.ports.log_groups import LogGroupError
from opentrail.ports.pipeline import OutputPorts
from opentrail.service import attempts
from opentrail.service.slices import deliverable


def deliver_output(ref: ManifestRef, ports: OutputPorts) -> str:
    """Make one delivery by the kind of its destination; returns what came of it in one word."""
    manifest = attempts.pending(ref, ports.ledger)
    if manifest is None:
        return "settled"
    kind = ref.destination.partition("/")[0]
    if kind == "bus":
        return _to_bus(manifest, ports)
    if kind == "logs":
        return _to_log_group(manifest, ports)
    raise AdapterError(f"No output: {ref.destination}", retryable=False)


def _to_bus(manifest: Manifest, ports: OutputPorts) -> str:
    """Send what somebody would hear now, as EventBridge matches an event when it comes."""
    window = manifest.window
    where = {"account_id": window.account_id, "region": window.region}
    try:
        audience = ports.buses.audience(**where)
        events: list[BusEvent] = []
        if audience is not Audience.NOBODY:
            records, _ = _records(manifest, ports)
            made = (bus_event.of_record(r, ports.source_prefix) for r in records)
            events = [event for event in made if event is not None and _is_heard(event, audience)]
        if events:
            ports.buses.put(**where, events=events)
    except EventBusError as error:
        attempts.failed(manifest, error.code, ports)
        return "failed"
    attempts.delivered(manifest, Delivered(at=ports.clock.now(), objects=()), ports)
    return "delivered"


def _is_heard(event: BusEvent, audience: Audience) -> bool:
    return not event.for_all_management_events or audience is Audience.RULES_FOR_ALL_MANAGEMENT_EVENTS


def _records(manifest: Manifest, ports: OutputPorts) -> tuple[list[Record], int]:
    lines, repeats = deliverable(manifest, ports.segments)
    return [record.read(line) for line in lines], repeats


def _to_log_group(manifest: Manifest, ports: OutputPorts) -> str:
    """Role and group are those of this moment; a trail that has none any more wants nothing more."""
    trail = attempts.trail_of(manifest.window.destination, ports.trails)
    if trail is None or trail.cloud_watch_logs_log_group_arn is None:
        attempts.discarded(manifest, ports)
        return "discarded"
    lines, repeats = deliverable(manifest, ports.segments)
    now = ports.clock.now()
    try:
        ports.log_groups.put(
            account_id=trail.account_id,
            role_arn=trail.cloud_watch_logs_role_arn or "",
            log_group_arn=trail.cloud_watch_logs_log_group_arn,
            stream=log_stream.name(trail.account_id, trail.home_region),
            lines=lines,
            at=now,
        )
    except LogGroupError as error:
        attempts.failed(manifest, error.code, ports)
        return "failed"
    attempts.delivered(manifest, Delivered(at=now, objects=(), repeats=repeats), ports)
    return "delivered"
