"""Users' keys in memory."""

from collections.abc import Mapping

from opentrail.ports.encryption_keys import EncryptionKeyError


class FakeEncryptionKeys:
    """Keys by ARN; an alias means another. One in `refusing` answers with its code, others are not found."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.refusing: dict[str, str] = {}
        self.tried: list[tuple[str, str, dict[str, str]]] = []  # (account, key, context)

    def try_out(self, *, account_id: str, key_arn: str, context: Mapping[str, str]) -> str:
        self.tried.append((account_id, key_arn, dict(context)))
        key = self.aliases.get(key_arn, key_arn)
        if key in self.refusing:
            raise EncryptionKeyError(self.refusing[key])
        if key not in self.keys:
            raise EncryptionKeyError("NotFoundException")
        return key
