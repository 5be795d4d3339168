"""The KMS keys that users' log files are encrypted with."""

from collections.abc import Mapping
from typing import Protocol


class EncryptionKeyError(Exception):
    """KMS refused: `code` is its word (NotFoundException, AccessDeniedException, DisabledException, ...)."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class EncryptionKeys(Protocol):
    """Uses users' keys as the delivery role, in a session tagged with the owner's account."""

    def try_out(self, *, account_id: str, key_arn: str, context: Mapping[str, str]) -> str:
        """Make a data key, as S3 does for every object, and throw it away: the ARN of the key that `key_arn`
        means, be it an alias's. EncryptionKeyError when KMS refuses.
        """
        ...
