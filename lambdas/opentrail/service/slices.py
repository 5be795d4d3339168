"""What a delivery holds: its records, read from the segments, each event once."""

from opentrail.domain import record, selection
from opentrail.domain.delivery import Manifest, unrepeated
from opentrail.ports.segments import SegmentStore


def deliverable(manifest: Manifest, segments: SegmentStore) -> tuple[list[bytes], int]:
    """The lines of a manifest in its order, and how many repeats were left out."""
    found: list[tuple[tuple[str, str], bytes]] = []
    for entry in manifest.entries:
        for line in selection.chosen(entry.selection, segments.read(entry.slice)):
            event = record.read(line)
            found.append(((event.event_id, event.content), line))
    kept = unrepeated(found)
    return kept, len(found) - len(kept)
