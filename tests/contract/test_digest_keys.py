"""Keys of digests: fake and KMS with the resources table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from opentrail.adapters.digest_keys import KmsDigestKeys, KmsDigestSigner, described, key_item
from opentrail.adapters.dynamodb import to_item
from opentrail.ports.digest_keys import DigestKeys
from opentrail.ports.digests import DigestSigner
from opentrail.ports.errors import AdapterError

from tests.fakes.digests import FakeDigestKeys, FakeDigestSigner, private_key

NOW = datetime.now(UTC)


def new_key(kms: Any) -> str:
    made = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["Arn"])


def real(aws: Any) -> tuple[KmsDigestKeys, KmsDigestSigner, Any]:
    kms = aws.client("kms")
    keys = KmsDigestKeys(kms, aws.client("dynamodb"), aws.table, new_key(kms))
    return keys, KmsDigestSigner(kms, keys), kms


@pytest.mark.parametrize("kind", ["fake", "kms"])
def test_what_is_signed_verifies_with_the_public_key_of_that_fingerprint(kind: str, aws: Any) -> None:
    keys: DigestKeys
    signer: DigestSigner
    if kind == "fake":
        keys = FakeDigestKeys()
        signer = FakeDigestSigner(keys)
    else:
        keys, signer, kms = real(aws)
    found = signer.key_at(NOW)
    [public] = keys.list()
    assert found.fingerprint == public.fingerprint
    signature = signer.sign(found.name, b"text\n" * 300)
    assert signature == signer.sign(found.name, b"text\n" * 300)
    assert len(signature) == 512
    assert signature == signature.lower()
    if kind == "fake":
        loaded: Any = private_key(found.name).public_key()
    else:
        loaded = load_der_public_key(kms.get_public_key(KeyId=found.name)["PublicKey"])
    assert public.value == loaded.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    loaded.verify(bytes.fromhex(signature), b"text\n" * 300, padding.PKCS1v15(), hashes.SHA256())


def test_the_deployments_own_key_needs_no_item_and_is_asked_for_once(aws: Any) -> None:
    keys, _, kms = real(aws)
    made: list[str] = []
    kms.meta.events.register("before-call", lambda model, **_: made.append(model.name))
    assert keys.list() == keys.list()
    assert sorted(made) == ["DescribeKey", "GetPublicKey"]


def test_keys_of_the_table_follow_the_deployments_own(aws: Any) -> None:
    keys, signer, kms = real(aws)
    [first] = keys.list()
    second = described(kms, new_key(kms))
    later = replace(second, valid_from=NOW.replace(microsecond=0) + timedelta(hours=1))
    for key in (first, later):
        aws.client("dynamodb").put_item(TableName=aws.table, Item=to_item(key_item(key)))
    assert keys.list() == [first, later]
    assert signer.key_at(NOW).name == first.name
    assert signer.key_at(NOW + timedelta(hours=2)).name == later.name


def test_errors_of_aws_are_translated(aws: Any) -> None:
    _, signer, _ = real(aws)
    with pytest.raises(AdapterError):
        signer.sign("missing", b"text")
