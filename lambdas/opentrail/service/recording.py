"""Recording: from queue messages to segments, event history and the ledger, then the acknowledgement.

The order is the promise. A segment is written first; then event history; then, in one transaction per slice,
that its messages are committed and what waits for whom. Only then is a message acknowledged. Killed between
any two steps, it comes again: the segment is the same object, event history shows an event once, and what was
committed is left out.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from opentrail.domain import record, record_message, selection
from opentrail.domain.delivery import CLOSING_GRACE, Entry, Window, window_end
from opentrail.domain.history_due import HistoryDue
from opentrail.domain.record import Record, RefusedRecordError
from opentrail.domain.record_message import MalformedMessageError, Pointer
from opentrail.domain.recording import AccountConfiguration, PlannedSlice, Received, plan_recording
from opentrail.domain.segment import Segment, SliceContent, SliceRef, build
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Commit, markers
from opentrail.ports.pipeline import RecorderPorts
from opentrail.service.history_writing import write_history

ALONE_FROM = 3  # receives: from then on a message is recorded alone, so that it harms no neighbour
SECONDS_PER_DAY = 86_400
GIVE_UP_AT = 5  # receives: it is dead-lettered


Unit = tuple[str, str, str]  # what is committed as one: a message's share of one account and Region


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessage:
    """A message as received."""

    message_id: str
    body: str
    sender_id: str
    receive_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRules:
    """What the stage decides: who may send for whom, how long windows and event history last."""

    sources: Mapping[str, Mapping[str, Any]]
    window_seconds: int
    history_days: int
    event_buses: bool = False  # whether there are any
    bus_window_seconds: int = 30

    def window_of(self, destination: str) -> int:
        """How long windows of a destination are."""
        return self.bus_window_seconds if destination.startswith("bus/") else self.window_seconds

    def oldest(self, now: datetime) -> int:
        """When the oldest events happened that event history takes, epoch seconds."""
        return int(now.timestamp()) - self.history_days * SECONDS_PER_DAY


@dataclass(slots=True)
class RecordingResult:
    """What came of a batch: the messages that must come again, and counts for telemetry."""

    failed: list[str] = field(default_factory=list)
    recorded: int = 0
    refused: int = 0
    repeated_units: int = 0
    histories_left: int = 0
    errors: list[Exception] = field(default_factory=list)


def record_messages(
    messages: Sequence[QueueMessage], ports: RecorderPorts, rules: RecordingRules
) -> RecordingResult:
    """Record a batch. A message named in `failed` is not recorded, or perhaps is: it must come again."""
    result = RecordingResult()
    for batch in _batches(messages):
        try:
            _record_batch(batch, ports, rules, result)
        except Exception as error:  # noqa: BLE001 - a bug met by one message must not touch the others
            result.errors.append(error)
            result.failed += [m.message_id for m in batch]
    return result


def _batches(messages: Sequence[QueueMessage]) -> Iterator[list[QueueMessage]]:
    """What is recorded together. Suspects go alone and last.

    One that kills the function comes before some of the others in one order, and after them in the other:
    they are recorded the third or the fourth time, before any is given up. (Acknowledged are none of a killed
    function's messages, so such a dead letter may be recorded already; sent again, it changes nothing.)
    """
    together = [m for m in messages if m.receive_count < ALONE_FROM]
    if together:
        yield together
    alone = sorted((m for m in messages if m.receive_count >= ALONE_FROM), key=lambda m: m.message_id)
    if any(m.receive_count % 2 == 0 for m in alone):
        alone.reverse()
    for message in alone:
        yield [message]


def _record_batch(
    batch: Sequence[QueueMessage], ports: RecorderPorts, rules: RecordingRules, result: RecordingResult
) -> None:
    received: list[Received] = []
    senders: dict[str, str] = {}
    units: set[Unit] = set()
    for message in batch:
        if message.receive_count >= GIVE_UP_AT:
            _bury(ports, "ReceivedTooOften", message)
            result.refused += 1
            continue
        source = rules.sources.get(message.sender_id.partition(":")[0])
        if source is None:
            _bury(ports, "UnknownSender", message)
            result.refused += 1
            continue
        items = _open(message, source, ports, result)
        # A sender's retry may stand beside the first in one batch.
        fresh = [item for item in items if _unit(item) not in units]
        received += fresh
        units.update(map(_unit, fresh))
        for item in fresh[:1]:
            senders.setdefault(item.origin, str(source["name"]))
    _commit_all(received, senders, ports, rules, result)


def _unit(item: Received) -> Unit:
    return (item.origin, item.record.account_id, item.record.region)


def _open(
    message: QueueMessage, source: Mapping[str, Any], ports: RecorderPorts, result: RecordingResult
) -> list[Received]:
    """The records of a message that may be recorded; the others are dead-lettered, each kind of reason
    together.
    """
    try:
        text = _text(message, ports)
        lines = record_message.decode(text)
        if isinstance(lines, Pointer):
            raise MalformedMessageError("The message points to a pointer.")
    except MalformedMessageError:
        _bury(ports, "MalformedMessage", message)
        result.refused += 1
        return []
    may_repeat = record_message.may_repeat(text)
    # The same bytes are the same message, however often they were sent; a replay counts each time.
    origin = message.message_id if may_repeat else hashlib.sha256(text.encode()).hexdigest()
    kept: list[Received] = []
    refused: dict[str, list[bytes]] = {}
    for line in lines:
        try:
            found = record.read(line)
            _authorise(found, source)
        except RefusedRecordError as error:
            refused.setdefault(error.reason, []).append(line)
        else:
            kept.append(Received(found, origin, may_repeat, str(source["name"])))
    for reason, bodies in sorted(refused.items()):
        ports.dead_letters.put(
            reason=reason, source={"queue": "records", "sender": message.sender_id}, body=b"\n".join(bodies)
        )
        result.refused += len(bodies)
    return kept


def _text(message: QueueMessage, ports: RecorderPorts) -> str:
    if message.body[:1] != record_message.POINTER:
        return message.body
    pointer = record_message.decode(message.body)
    text = ports.segments.message(pointer) if isinstance(pointer, Pointer) else None
    if text is None:
        raise MalformedMessageError("The message points outside this deployment.")
    return text


def _authorise(found: Record, source: Mapping[str, Any]) -> None:
    accounts = source["accounts"]
    if "*" not in accounts and found.account_id not in accounts:
        raise RefusedRecordError("AccountNotAllowed")


def _bury(ports: RecorderPorts, reason: str, message: QueueMessage) -> None:
    ports.dead_letters.put(
        reason=reason, source={"queue": "records", "sender": message.sender_id}, body=message.body.encode()
    )


def _commit_all(
    received: Sequence[Received],
    senders: Mapping[str, str],
    ports: RecorderPorts,
    rules: RecordingRules,
    result: RecordingResult,
) -> None:
    """Commit every unit once. A unit that turns out committed already leaves its slice, and the rest is built
    anew.
    """
    remaining = list(received)
    while remaining:
        configuration = ports.configuration.load({item.record.account_id for item in remaining})
        planned = plan_recording(remaining, configuration, ports.clock.now(), event_buses=rules.event_buses)
        segment = _segment(planned, senders, configuration)
        ports.segments.put(segment)
        unwritten = _write_history(planned, segment, ports, rules, result)
        # Before the commit: what is committed does not come again.
        ports.event_conflicts.look_at([item.record for item in remaining])
        remaining = []
        for slice_, ref in zip(planned, segment.slices, strict=True):
            commit = _commit(slice_, ref, unwritten, ports.clock.now(), rules)
            committed = ports.ledger.commit(commit)
            if committed:
                result.repeated_units += len(committed)
                known = {marker.origin for marker in committed}
                remaining += [item for item in slice_.received if item.origin not in known]
                continue
            result.recorded += len(slice_.received)
            for end in sorted({entry.window.end for entry in commit.entries}):
                ports.wakeups.at(datetime.fromtimestamp(end + CLOSING_GRACE, UTC))


def _segment(
    planned: Sequence[PlannedSlice],
    senders: Mapping[str, str],
    configuration: Mapping[str, AccountConfiguration],
) -> Segment:
    origins = sorted({origin for slice_ in planned for origin in slice_.origins})
    return build(
        [
            SliceContent(
                account_id=slice_.account_id,
                region=slice_.region,
                lines=tuple(item.record.line for item in slice_.received),
                matches=slice_.matches,
            )
            for slice_ in planned
        ],
        sources={origin: senders[origin] for origin in origins},
        versions={account_id: configuration[account_id].version for account_id in sorted(configuration)},
    )


def _commit(
    slice_: PlannedSlice,
    ref: SliceRef,
    unwritten: frozenset[SliceRef],
    now: datetime,
    rules: RecordingRules,
) -> Commit:
    entries = tuple(_entries(slice_, ref, now, rules))
    due = (
        HistoryDue(account_id=slice_.account_id, region=slice_.region, slice=ref)
        if ref in unwritten
        else None
    )
    return Commit(
        at=now,
        markers=markers(slice_.origins, slice_.account_id, slice_.region),
        entries=entries,
        history_due=due,
    )


def _entries(slice_: PlannedSlice, ref: SliceRef, now: datetime, rules: RecordingRules) -> Iterable[Entry]:
    records = [item.record for item in slice_.received]
    for destination, chosen in sorted(slice_.matches.items()):
        end = window_end(now, rules.window_of(destination))
        taken = list(selection.chosen(chosen, records))
        yield Entry(
            window=Window(
                destination=destination, account_id=slice_.account_id, region=slice_.region, end=end
            ),
            slice=ref,
            selection=chosen,
            records=len(taken),
            bytes=sum(len(r.line) for r in taken),
            may_repeat=slice_.may_repeat,
        )


def _write_history(
    planned: Sequence[PlannedSlice],
    segment: Segment,
    ports: RecorderPorts,
    rules: RecordingRules,
    result: RecordingResult,
) -> frozenset[SliceRef]:
    """Write events into event history; the slices for which that failed come again by the clock."""
    oldest = rules.oldest(ports.clock.now())
    unwritten: set[SliceRef] = set()
    for slice_, ref in zip(planned, segment.slices, strict=True):
        found = [item.record for item in slice_.received]
        try:
            write_history(found, ports.history, oldest)
        except AdapterError as error:
            result.histories_left += 1
            result.errors.append(error)
            unwritten.add(ref)
    return frozenset(unwritten)
