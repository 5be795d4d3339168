"""The key of page tokens: fake and Secrets Manager."""

from typing import Any

import pytest
from opentrail.adapters.tokens import SecretTokenKey
from opentrail.ports.errors import AdapterError
from opentrail.ports.tokens import TokenKey

from tests.fakes.tokens import FakeTokenKey


def secret(aws: Any, text: str) -> SecretTokenKey:
    client = aws.client("secretsmanager")
    return SecretTokenKey(client, client.create_secret(Name="tokens", SecretString=text)["ARN"])


@pytest.mark.parametrize("kind", ["fake", "secret"])
def test_the_key_is_long_and_always_the_same(request: pytest.FixtureRequest, kind: str) -> None:
    key: TokenKey = FakeTokenKey() if kind == "fake" else secret(request.getfixturevalue("aws"), "x" * 32)
    assert len(key.key()) >= 32
    assert key.key() == key.key()


def test_the_secret_is_read_once(aws: Any) -> None:
    key = secret(aws, "y" * 64)
    assert key.key() == b"y" * 64
    aws.client("secretsmanager").delete_secret(SecretId="tokens", ForceDeleteWithoutRecovery=True)
    assert key.key() == b"y" * 64


def test_a_short_secret_signs_nothing(aws: Any) -> None:
    with pytest.raises(AdapterError, match="short"):
        secret(aws, "x" * 31).key()


def test_a_missing_secret_is_an_adapters_error(aws: Any) -> None:
    with pytest.raises(AdapterError):
        SecretTokenKey(
            aws.client("secretsmanager"), "arn:aws:secretsmanager:us-east-1:123456789012:secret:no"
        ).key()
