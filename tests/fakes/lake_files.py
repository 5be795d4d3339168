"""The lake's files in memory."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from opentrail.domain import record


class FakeLakeFiles:
    """Lines by (store, day, name); what is there already stays."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str, str], list[bytes]] = {}
        self.repeat_days: dict[str, set[str]] = defaultdict(set)

    def write(
        self, *, store_id: str, name: str, lines: Sequence[bytes], possible_repeats: bool = False
    ) -> tuple[str, ...]:
        days: dict[str, list[bytes]] = defaultdict(list)
        for line in lines:
            moment = datetime.fromtimestamp(record.read(line).event_time, UTC)
            days[f"{moment:%Y-%m-%d}"].append(line)
        if possible_repeats:
            self.repeat_days[store_id] |= set(days)
        for day in sorted(days):
            self.files.setdefault((store_id, day, name), days[day])
        return tuple(sorted(days))

    def rows(self, store_id: str) -> list[bytes]:
        """Every row of a store, repeats included."""
        return [line for (store, _, _), held in self.files.items() if store == store_id for line in held]
