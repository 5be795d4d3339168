"""Records as log events of a CloudWatch log group."""

from collections.abc import Iterable, Iterator

MAX_EVENT = 256 * 1024  # bytes with its overhead: CloudTrail sends no larger one (AWS documentation)
OVERHEAD = 26  # bytes that CloudWatch Logs counts beside each event's text
MAX_BATCH_BYTES = 1_048_576  # of one PutLogEvents, overheads included
MAX_BATCH_EVENTS = 10_000


def name(account_id: str, home_region: str) -> str:
    """The stream: every Region's events of a trail lie in the one of its home Region."""
    return f"{account_id}_CloudTrail_{home_region}"


def batches(lines: Iterable[bytes]) -> Iterator[list[str]]:
    """What goes in one PutLogEvents each; records beyond the limit are left out."""
    batch: list[str] = []
    size = 0
    for line in lines:
        bytes_ = len(line) + OVERHEAD
        if bytes_ > MAX_EVENT:
            continue
        if batch and (len(batch) == MAX_BATCH_EVENTS or size + bytes_ > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line.decode())
        size += bytes_
    if batch:
        yield batch
