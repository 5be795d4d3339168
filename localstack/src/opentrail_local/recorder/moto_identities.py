"""Makes moto give out identities as AWS does: ids that say what they name, and temporary keys that are
unique.

moto names users and groups by 20 random small letters, and every GetSessionToken and GetFederationToken by
one and the same example key, which belongs to no account. A record's principalId and the account of a session
depend on both.
"""

import importlib
import logging
import threading
from typing import Any

from localstack.utils.patch import patch

LOG = logging.getLogger(__name__)

_lock = threading.Lock()
_applied: list[bool] = []


def apply_when_loaded() -> None:
    """Load moto's models in the background and patch them; starting does not wait for it."""
    threading.Thread(target=_load_and_apply, name="opentrail-moto-identities", daemon=True).start()


def _load_and_apply() -> None:
    try:
        apply()
    except Exception:
        LOG.exception("moto's identities stay as they are")


def apply() -> None:
    """Patch moto, once."""
    with _lock:
        if _applied:
            return
        _applied.append(True)
    models = importlib.import_module("moto.iam.models")
    utils = importlib.import_module("moto.iam.utils")
    sts = importlib.import_module("moto.sts.responses")

    def new_id(prefix: str, account_id: str) -> str:
        return str(utils.generate_access_key_id_from_account_id(account_id, prefix=prefix, total_length=21))

    @patch(models.User.__init__)
    def user_init(fn: Any, self: Any, account_id: str, *arguments: Any, **named: Any) -> None:
        fn(self, account_id, *arguments, **named)
        self.id = new_id("AIDA", account_id)

    @patch(models.Group.__init__)
    def group_init(fn: Any, self: Any, account_id: str, *arguments: Any, **named: Any) -> None:
        fn(self, account_id, *arguments, **named)
        self.id = new_id("AGPA", account_id)

    def with_own_key(self: Any, result: Any) -> Any:
        key = models.iam_backends[self.current_account][self.partition].create_temp_access_key()
        result.result["Credentials"] |= {
            "AccessKeyId": key.access_key_id,
            "SecretAccessKey": key.secret_access_key,
        }
        return result

    @patch(sts.TokenResponse.get_session_token)
    def get_session_token(fn: Any, self: Any) -> Any:
        return with_own_key(self, fn(self))

    @patch(sts.TokenResponse.get_federation_token)
    def get_federation_token(fn: Any, self: Any) -> Any:
        return with_own_key(self, fn(self))
