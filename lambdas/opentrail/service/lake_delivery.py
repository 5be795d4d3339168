"""Delivering to the lake: one manifest in, ORC files in the store's partitions out."""

from opentrail.domain.delivery import PENDING, ManifestRef
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Delivered
from opentrail.ports.pipeline import LakePorts
from opentrail.service.slices import deliverable


def deliver_to_lake(ref: ManifestRef, ports: LakePorts) -> str:
    """Make one delivery; returns what came of it in one word.

    Files are named by the manifest, so that a retry writes the same objects. AdapterError means that the
    message must come again; the clock also sends it again, with growing pauses.
    """
    manifest = ports.ledger.manifest(ref)
    if manifest is None or manifest.state != PENDING:
        return "settled"
    kind, _account_id, _region, store_id = ref.destination.split("/")
    if kind != "store":
        raise AdapterError(f"No event data store: {ref.destination}", retryable=False)
    lines, repeats = deliverable(manifest, ports.segments)
    days = ports.lake_files.write(
        store_id=store_id, name=manifest.digest[:32], lines=lines, possible_repeats=manifest.may_repeat
    )
    ports.ledger.delivered(manifest, Delivered(at=ports.clock.now(), objects=tuple(days), repeats=repeats))
    return "delivered"
