"""The queues of deliveries in memory."""

from collections.abc import Sequence

from opentrail.domain.delivery import ManifestRef, to_text


class FakeDeliveryQueue:
    """What was sent, in order, as message bodies by the kind of destination."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[str]] = {kind: [] for kind in ("trail", "store", "logs", "bus")}

    def send(self, refs: Sequence[ManifestRef]) -> None:
        for ref in refs:
            self.waiting[ref.destination.partition("/")[0]].append(to_text(ref))
