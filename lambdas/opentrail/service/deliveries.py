"""Delivery messages of a queue, made one by one: one that fails harms no other.

Every delivery is in the ledger until it is settled, and the clock sends it again. So a message is given back
to its queue only for a quick second try; then it is let go, and no dead-letter queue fills with what is not
lost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from opentrail.domain.delivery import ManifestRef, from_text
from opentrail.ports.errors import AdapterError

LET_GO_AT = 3  # receives: from then on the ledger alone sees to it


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMessage:
    """A delivery message as received."""

    message_id: str
    body: str
    receive_count: int


@dataclass(slots=True)
class DeliveriesResult:
    """What came of a batch: the messages that must come again, and how often each outcome was met."""

    failed: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    errors: list[AdapterError] = field(default_factory=list)


def make_deliveries(
    messages: Sequence[DeliveryMessage], deliver: Callable[[ManifestRef], str]
) -> DeliveriesResult:
    """Make each delivery; `deliver` answers what came of it in one word, or raises AdapterError."""
    return make_each(messages, from_text, deliver)


def make_each[T](
    messages: Sequence[DeliveryMessage], read: Callable[[str], T], make: Callable[[T], str]
) -> DeliveriesResult:
    """The same for what `read` reads of a message; ValueError when it is none."""
    result = DeliveriesResult()
    for message in messages:
        outcome = _make(message, partial(_read_and_make, message.body, read, make), result)
        result.outcomes[outcome] = result.outcomes.get(outcome, 0) + 1
    return result


def _read_and_make[T](body: str, read: Callable[[str], T], make: Callable[[T], str]) -> str | None:
    try:
        found = read(body)
    except ValueError:
        return None
    return make(found)


def _make(message: DeliveryMessage, make: Callable[[], str | None], result: DeliveriesResult) -> str:
    try:
        outcome = make()
    except AdapterError as error:
        result.errors.append(error)
        if error.retryable and message.receive_count < LET_GO_AT:
            result.failed.append(message.message_id)
        return "error"
    if outcome is None:  # left to the queue, which sets it aside with its other dead letters
        result.failed.append(message.message_id)
        return "malformed"
    return outcome
