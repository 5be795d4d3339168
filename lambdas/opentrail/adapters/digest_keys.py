"""Keys that sign digests: private halves in KMS, public halves and their order in the resources table.

| what | pk | sk |
|---|---|---|
| a key that a rotation put in use, or took out of it | `digest-keys` | `<fingerprint>` |

The deployment's own key needs no item: it is valid from its creation, before any trail could be.
"""

from datetime import UTC, datetime
from typing import Any

from opentrail.adapters.dynamodb import from_item, to_item, translating
from opentrail.domain import digest_key
from opentrail.domain.digest_key import DigestKey
from opentrail.ports.digests import SigningKey

PARTITION = "digest-keys"
ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256"


class KmsDigestKeys:
    """The public halves."""

    def __init__(self, kms: Any, dynamodb: Any, table: str, own_key: str) -> None:
        self._kms = kms
        self._dynamodb = dynamodb
        self._table = table
        self._own_key = own_key
        self._own: DigestKey | None = None

    @translating
    def list(self) -> list[DigestKey]:
        """Those of the table, and the deployment's own if it is not among them."""
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": PARTITION}),
            ConsistentRead=True,
        )
        keys = [key_of(from_item(item)) for item in answer["Items"]]
        if all(key.name != self._own_key for key in keys):
            self._own = self._own or described(self._kms, self._own_key)
            keys.append(self._own)
        return sorted(keys, key=lambda key: key.valid_from)


class KmsDigestSigner:
    """Signs in KMS."""

    def __init__(self, kms: Any, keys: KmsDigestKeys) -> None:
        self._kms = kms
        self._keys = keys

    def key_at(self, moment: datetime) -> SigningKey:
        """As the order of the keys says."""
        found = digest_key.key_at(self._keys.list(), moment)
        return SigningKey(name=found.name, fingerprint=found.fingerprint)

    @translating
    def sign(self, key: str, text: bytes) -> str:
        """KMS hashes the text itself: it takes 4,096 bytes, a digest's string has under 2,000."""
        answer = self._kms.sign(KeyId=key, Message=text, MessageType="RAW", SigningAlgorithm=ALGORITHM)
        return bytes(answer["Signature"]).hex()


def described(kms: Any, key: str) -> DigestKey:
    """A key as KMS describes it: valid from its creation."""
    created = kms.describe_key(KeyId=key)["KeyMetadata"]["CreationDate"]
    public = kms.get_public_key(KeyId=key)["PublicKey"]
    return DigestKey(
        name=key,
        value=digest_key.pkcs1_of_spki(bytes(public)),
        valid_from=created.astimezone(UTC).replace(microsecond=0),
    )


def key_item(key: DigestKey) -> dict[str, Any]:
    """A key as an item."""
    return {
        "pk": PARTITION,
        "sk": key.fingerprint,
        "name": key.name,
        "value": key.value,
        "valid_from": int(key.valid_from.timestamp()),
    }


def key_of(item: dict[str, Any]) -> DigestKey:
    """The key in an item."""
    return DigestKey(
        name=item["name"],
        value=item["value"],
        valid_from=datetime.fromtimestamp(item["valid_from"], UTC),
    )
