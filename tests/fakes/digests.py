"""Digests in memory: whole or not at all, like the real ones; keys that really sign."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from opentrail.domain import digest_key
from opentrail.domain.digest_chain import Chain, ChainKey, Digest
from opentrail.domain.digest_file import DigestedLogFile
from opentrail.domain.digest_key import DigestKey
from opentrail.domain.trail import Trail
from opentrail.ports.digests import DigestState, SigningKey

from tests.fakes.ledger import FakeLedger

FIRST_KEY = datetime(2023, 1, 1, tzinfo=UTC)


@dataclass
class _Work:
    touched: int = 0
    failures: int = 0
    due: int | None = None
    deleted: Trail | None = None


@dataclass
class FakeDigests:
    """Beside a ledger, which says what was delivered."""

    ledger: FakeLedger
    works: dict[str, _Work] = field(default_factory=dict)
    chains: dict[ChainKey, Chain] = field(default_factory=dict)
    digests: dict[tuple[ChainKey, int], Digest] = field(default_factory=dict)
    delivery_times: dict[ChainKey, datetime] = field(default_factory=dict)
    errors: dict[ChainKey, str] = field(default_factory=dict)

    def touch(self, trail: Trail, *, deleted: bool = False) -> None:
        """What every write of a trail that has digests does."""
        if trail.has_digests:
            work = self.works.setdefault(trail.destination, _Work())
            work.touched += 1
            work.due = 0
            work.deleted = trail if deleted else work.deleted

    def due(self, now: datetime) -> list[str]:
        second = int(now.timestamp())
        ripe = [(w.due, d) for d, w in self.works.items() if w.due is not None and w.due <= second]
        return [destination for _, destination in sorted(ripe)]

    def lease(self, destination: str, *, now: datetime, until: datetime) -> bool:
        work = self.works[destination]
        if work.due is None or work.due > int(now.timestamp()):
            return False
        work.due = int(until.timestamp())
        return True

    def state(self, destination: str) -> DigestState | None:
        work = self.works.get(destination)
        if work is None:
            return None
        chains = [chain for key, chain in sorted(self.chains.items()) if key.destination == destination]
        return DigestState(
            touched=work.touched, failures=work.failures, deleted=work.deleted, chains=tuple(chains)
        )

    def undigested(self, destination: str) -> dict[ChainKey, list[DigestedLogFile]]:
        return {
            key: sorted(files, key=lambda f: (f.delivered_at, f.bucket, f.key))
            for key, files in self.ledger.undigested.items()
            if key.destination == destination and files
        }

    def stored(self, key: ChainKey, sequence: int) -> Digest | None:
        return self.digests.get((key, sequence))

    def store(self, digest: Digest) -> bool:
        return self.digests.setdefault((digest.key, digest.sequence), digest) is digest

    def take(self, digest: Digest) -> None:
        held = self.ledger.undigested.get(digest.key, set())
        held -= set(digest.log_files)

    def move(self, digest: Digest) -> None:
        held = self.digests[digest.key, digest.sequence]
        self.digests[digest.key, digest.sequence] = replace(
            held, bucket=digest.bucket, object_key=digest.object_key, name_taken=False
        )

    def name_taken(self, digest: Digest) -> None:
        held = self.digests[digest.key, digest.sequence]
        self.digests[digest.key, digest.sequence] = replace(held, name_taken=True)

    def finish(self, digest: Digest, after: Chain, *, at: datetime) -> bool:
        before = self.chains.get(digest.key, Chain(key=digest.key))
        if before.sequence != digest.sequence - 1:
            return False
        self.chains[digest.key] = after
        if after.last is not None and after.last.key == digest.object_key:
            self.delivery_times[digest.key] = at
            self.errors.pop(digest.key, None)
        return True

    def refused(self, key: ChainKey, code: str) -> None:
        self.errors[key] = code[:200]

    def rest(self, destination: str, state: DigestState, *, until: datetime, failures: int) -> None:
        work = self.works[destination]
        if work.touched == state.touched:
            work.due, work.failures = int(until.timestamp()), failures

    def forget(self, destination: str, state: DigestState, *, at: datetime) -> None:
        work = self.works[destination]
        if work.touched == state.touched:
            work.due = None


class FakeDigestQueue:
    """What was sent, in order."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def send(self, destinations: Sequence[str]) -> None:
        self.waiting += destinations


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key of its own for each name; making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_key(name: str, valid_from: datetime = FIRST_KEY) -> DigestKey:
    """Its public half."""
    value = private_key(name).public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return DigestKey(name=name, value=value, valid_from=valid_from)


class FakeDigestKeys:
    """Public keys in a list."""

    def __init__(self, *keys: DigestKey) -> None:
        self.keys = list(keys) or [public_key("first")]

    def list(self) -> list[DigestKey]:
        return sorted(self.keys, key=lambda key: key.valid_from)


class FakeDigestSigner:
    """Signs here."""

    def __init__(self, keys: FakeDigestKeys) -> None:
        self.keys = keys

    def key_at(self, moment: datetime) -> SigningKey:
        found = digest_key.key_at(self.keys.list(), moment)
        return SigningKey(name=found.name, fingerprint=hashlib.md5(found.value).hexdigest())

    def sign(self, key: str, text: bytes) -> str:
        return private_key(key).sign(text, padding.PKCS1v15(), hashes.SHA256()).hex()
