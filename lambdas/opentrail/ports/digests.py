"""Digests: which trails have some due, what their chains have come to, which log files wait for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from opentrail.domain.digest_chain import Chain, ChainKey, Digest
from opentrail.domain.digest_file import DigestedLogFile
from opentrail.domain.trail import Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestState:
    """All chains of a trail. `touched` counts its changes; `deleted` is the trail as it was, once it is."""

    touched: int
    failures: int
    deleted: Trail | None
    chains: tuple[Chain, ...]


class DueDigests(Protocol):
    """What the clock needs. Whoever changes a trail that has digests makes them due, in the same write."""

    def due(self, now: datetime) -> list[str]:
        """Destinations (trails) whose digests are to be looked at, oldest first; perhaps not all of them."""
        ...

    def lease(self, destination: str, *, now: datetime, until: datetime) -> bool:
        """Put a due destination off to `until`; False when somebody else did."""
        ...


class Digests(DueDigests, Protocol):
    """Durable and conditional: each method happens whole or not at all."""

    def state(self, destination: str) -> DigestState | None:
        """The chains of a trail, read consistently; None when nobody ever made its digests due."""
        ...

    def undigested(self, destination: str) -> dict[ChainKey, list[DigestedLogFile]]:
        """The delivered log files that are in no digest yet, in the order of their delivery.

        To be read after the state: what a digest took meanwhile is missing here, never twice.
        """
        ...

    def stored(self, key: ChainKey, sequence: int) -> Digest | None:
        """The digest that was decided under that number, read consistently."""
        ...

    def store(self, digest: Digest) -> bool:
        """Decide a digest; False when that number is taken: nothing was written."""
        ...

    def take(self, digest: Digest) -> None:
        """Its log files wait no more. Repeated, it changes nothing."""
        ...

    def move(self, digest: Digest) -> None:
        """Give a stored digest another bucket and key, where nothing is known to lie."""
        ...

    def name_taken(self, digest: Digest) -> None:
        """Remember that what lies under a stored digest's key is not ours."""
        ...

    def finish(self, digest: Digest, after: Chain, *, at: datetime) -> bool:
        """The chain goes on to `after`; False when it did before."""
        ...

    def refused(self, key: ChainKey, code: str) -> None:
        """Note in the trail's status why its bucket did not take a digest."""
        ...

    def rest(self, destination: str, state: DigestState, *, until: datetime, failures: int) -> None:
        """Due again at `until`, or as before when the trail was touched since the state was read."""
        ...

    def forget(self, destination: str, state: DigestState, *, at: datetime) -> None:
        """Not due any more, unless the trail was touched since the state was read."""
        ...


class DigestQueue(Protocol):
    """Hands trails whose digests are due to the digester."""

    def send(self, destinations: Sequence[str]) -> None:
        """Queue one message per trail. AdapterError when they are not queued."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key that signs digests: how the signer names it, and the fingerprint of its public half."""

    name: str
    fingerprint: str


class DigestSigner(Protocol):
    """Signs with the deployment's keys, which never leave where they are."""

    def key_at(self, moment: datetime) -> SigningKey:
        """The key for digests that end at `moment`."""
        ...

    def sign(self, key: str, text: bytes) -> str:
        """RSASSA-PKCS1-v1_5 with SHA-256, in lower-case hex: the same signature for the same text."""
        ...
