"""What a delivery holds: its records, read from the segments, each event once."""

from opentrail.domain import selection
from opentrail.domain.delivery import Manifest
from opentrail.ports.segments import SegmentStore


def deliverable(manifest: Manifest, segments: SegmentStore) -> tuple[list[bytes], int]:
    """The lines of a manifest in its order, and how many repeats were left out.

    A manifest is of one account and Region, and a line holds its eventID: equal lines are the same event.
    """
    found: list[bytes] = []
    for entry in manifest.entries:
        found += selection.chosen(entry.selection, segments.read(entry.slice))
    kept = list(dict.fromkeys(found))
    return kept, len(found) - len(kept)
