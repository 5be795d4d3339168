"""Users' KMS keys, in whatever Region they are: KMS refuses a key of another Region than the client's."""

from collections.abc import Mapping

from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.refusals import refusing
from opentrail.domain import arn
from opentrail.ports.encryption_keys import EncryptionKeyError

# Codes that say something of ourselves or of the moment, not of the user's key.
_OURS = frozenset({"DependencyTimeoutException", "ExpiredToken", "ExpiredTokenException", "InternalFailure",
                   "KMSInternalException", "KeyUnavailableException", "ServiceUnavailable",
                   "ThrottlingException"})  # fmt: skip


class KmsEncryptionKeys:
    """Keys and aliases of any account and Region."""

    def __init__(self, role: DeliveryRole) -> None:
        self._role = role

    def try_out(self, *, account_id: str, key_arn: str, context: Mapping[str, str]) -> str:
        """GenerateDataKey: KMS answers with the ARN of the key, whatever it was called."""
        parts = arn.parse(key_arn)
        if parts is None:
            raise EncryptionKeyError("InvalidArnException", f"No key: {key_arn}")
        kms = self._role.client("kms", account_id, parts.region)
        answer = refusing(
            EncryptionKeyError,
            _OURS,
            kms.generate_data_key,
            KeyId=key_arn,
            KeySpec="AES_256",
            EncryptionContext=dict(context),
        )
        return str(answer["KeyId"])
