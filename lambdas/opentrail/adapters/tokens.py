"""The key of page tokens, in Secrets Manager."""

from typing import Any

from opentrail.adapters.dynamodb import translating
from opentrail.ports.errors import AdapterError

MIN_LENGTH = 32  # bytes


class SecretTokenKey:
    """Read once per process. The secret's text is the key, generated at deployment."""

    def __init__(self, secrets: Any, secret_arn: str) -> None:
        self._secrets = secrets
        self._secret_arn = secret_arn
        self._key: bytes | None = None

    @translating
    def key(self) -> bytes:
        """The key. AdapterError when it cannot be read, or is too short to sign with."""
        if self._key is None:
            answer = self._secrets.get_secret_value(SecretId=self._secret_arn)
            key = (
                answer["SecretString"].encode() if "SecretString" in answer else bytes(answer["SecretBinary"])
            )
            if len(key) < MIN_LENGTH:
                raise AdapterError("The token secret is too short", code="ShortSecret", retryable=False)
            self._key = key
        return self._key
