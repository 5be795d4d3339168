"""Events that carry one eventID with other content: one of them is not what happened, and both are kept.

An eventID is given once (CloudTrail user guide, "CloudTrail record contents"), so nothing that is recorded as
it came has it twice with other bytes. A record that was changed on its way, or made up, has.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from opentrail.domain.record import Record

MOST = 100_000  # events remembered, some 30 MB
MAX_ID = 200  # characters of an eventID kept and told: whoever made the record chose it
CONTENTS = 8  # of one eventID that are told apart: more tell nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class EventConflict:
    """An eventID of an account and Region, and the contents it was seen with (hex of SHA-256), sorted."""

    account_id: str
    region: str
    event_id: str
    contents: tuple[str, ...]


@dataclass(slots=True)
class EventIds:
    """The eventIDs seen last, with their contents; those seen first are forgotten first."""

    most: int = MOST
    seen: dict[bytes, tuple[str, ...]] = field(default_factory=dict)

    def conflicts(self, records: Iterable[Record]) -> list[EventConflict]:
        """What these records conflict with, among themselves and with what was seen; each content once."""
        found: dict[bytes, EventConflict] = {}
        for record in records:
            key = _key(record)
            known = self.seen.get(key, ())
            if record.content in known or len(known) == CONTENTS:
                continue
            self.seen[key] = contents = (*known, record.content)
            if known:
                found[key] = EventConflict(
                    account_id=record.account_id,
                    region=record.region,
                    event_id=record.event_id.encode("utf-8", "replace").decode(),
                    contents=tuple(sorted(contents)),
                )
        while len(self.seen) > self.most:
            del self.seen[next(iter(self.seen))]
        return list(found.values())


def _key(record: Record) -> bytes:
    text = f"{record.account_id}|{record.region}|{record.event_id}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
