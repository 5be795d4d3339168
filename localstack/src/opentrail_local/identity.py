"""Who makes a call: the caller behind LocalStack's credentials, as CloudTrail's userIdentity.

LocalStack keeps no signatures; the access key id alone says who calls:

- twelve digits: the root of that account,
- `LKIA…` (or `AKIA…` with PARITY_AWS_ACCESS_KEY_ID): the key of an IAM user, kept by moto's IAM backend,
- `LSIA…` (`ASIA…`): a session that STS opened, kept by moto's STS backend,
- anything else: LocalStack answers as the root of the account it derives (000000000000 for keys that carry
  none), and GetCallerIdentity says so; the same is done here.

A request without credentials is anonymous. The stores are read where they lie in this process: no call is
made, nothing is created in them, and nothing here raises.
"""

import base64
import hashlib
import logging
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header

LOG = logging.getLogger(__name__)

ANONYMOUS_KEY = "injectedaccesskey"  # what LocalStack signs unsigned requests with (handlers.auth)
KNOWN_SESSIONS = 4096  # sessions remembered; the oldest are looked up again

ANONYMOUS_IDENTITY: dict[str, Any] = {
    "type": "AWSAccount",
    "principalId": "",
    "accountId": "ANONYMOUS_PRINCIPAL",
}


@dataclass(frozen=True, slots=True)
class Who:
    """The caller of one request."""

    account_id: str  # twelve digits
    arn: str  # empty for an anonymous caller
    user_identity: dict[str, Any]  # a record's userIdentity; not to be changed
    access_key_id: str  # empty for an anonymous caller and for an AWS service

    @property
    def is_anonymous(self) -> bool:
        """Whether the request bore no credentials."""
        return not self.access_key_id and self.user_identity.get("accountId") == "ANONYMOUS_PRINCIPAL"


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """What only the answer that opened a session tells: moto keeps none of it."""

    principal_id: str = ""  # `AROA…:name`
    source_identity: str = ""
    issuer: dict[str, Any] | None = None  # the issuer of a session that is not a role's
    arn: str = ""
    type: str = "AssumedRole"
    created: datetime | None = None
    federation: dict[str, Any] = field(default_factory=dict)  # webIdFederationData
    mfa: bool = False  # whether it was opened with a code of an MFA device


class _Bounded[V]:
    """A dictionary of limited size: the entry that came first goes first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[str, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> V | None:
        return self._entries.get(key)

    def put(self, key: str, value: V) -> None:
        with self._lock:
            self._entries[key] = value
            while len(self._entries) > self._limit:
                self._entries.popitem(last=False)


_sessions: _Bounded[Who] = _Bounded(KNOWN_SESSIONS)
_opened: _Bounded[OpenedSession] = _Bounded(KNOWN_SESSIONS)


def who(context: Any) -> Who:
    """The caller of a LocalStack request context whose account, Region and headers are set. Never raises."""
    account_id = getattr(context, "account_id", None) or "000000000000"
    partition = getattr(context, "partition", None) or "aws"
    try:
        key = access_key_of(context)
        if key is None or key == ANONYMOUS_KEY:
            return Who(account_id, "", ANONYMOUS_IDENTITY, "")
        if key == account_id:
            return _root(key, account_id, partition)
        found = session(key, account_id, partition) or _user(key, account_id, partition)
        return found or _root(key, account_id, partition)
    except Exception:
        LOG.exception("cannot tell who calls")
        return _root("", account_id, partition)


def access_key_of(context: Any) -> str | None:
    """The access key id that a request is signed with: in its header, or in the query of a presigned URL."""
    request = context.request
    if key := extract_access_key_id_from_auth_header(request.headers):
        return key
    credential = request.args.get("X-Amz-Credential")
    return credential.partition("/")[0] if credential else request.args.get("AWSAccessKeyId")


def session_opened(access_key_id: str, session: OpenedSession) -> None:
    """Remember what the answer that handed out temporary credentials said."""
    _opened.put(access_key_id, session)


def _root(key: str, account_id: str, partition: str) -> Who:
    arn = f"arn:{partition}:iam::{account_id}:root"
    identity = {"type": "Root", "principalId": account_id, "arn": arn, "accountId": account_id}
    return Who(account_id, arn, identity | ({"accessKeyId": key} if key else {}), key)


def _user(key: str, account_id: str, partition: str) -> Who | None:
    """Users are looked up each time: they are renamed and deleted, and it is two dictionary look-ups."""
    iam = _backend("moto.iam.models", "iam_backends", account_id, partition)
    known = iam.access_keys.get(key) if iam else None
    user = iam.users.get(known.user_name) if known and known.user_name else None
    if user is None:
        return None
    identity = {
        "type": "IAMUser",
        "principalId": user.id,
        "arn": user.arn,
        "accountId": account_id,
        "accessKeyId": key,
        "userName": user.name,
    }
    return Who(account_id, user.arn, identity, key)


def session(key: str, account_id: str, partition: str) -> Who | None:
    """The session of an access key of an account; None when STS opened none there."""
    if (remembered := _sessions.get(key)) is not None:
        return remembered
    opened = _opened.get(key)
    if opened is not None and opened.type != "AssumedRole":
        found: Who | None = _other_session(key, account_id, opened)
    else:
        found = _assumed_role(key, account_id, partition, opened or OpenedSession())
    if found is not None:
        _sessions.put(key, found)
    return found


def _assumed_role(key: str, account_id: str, partition: str, opened: OpenedSession) -> Who | None:
    sts = _backend("moto.sts.models", "sts_backends", account_id, partition)
    roles = sts.assumed_roles if sts else ()
    # New sessions are at the end, and they are the ones looked for.
    found = next((role for role in reversed(roles) if role.access_key_id == key), None)
    if found is None:
        return None
    issuer = _issuer(found.role_arn, account_id, partition)
    principal = opened.principal_id or f"{issuer['principalId']}:{found.session_name}"
    issuer["principalId"] = principal.partition(":")[0]
    context: dict[str, Any] = {"sessionIssuer": issuer}
    if opened.federation:
        context["webIdFederationData"] = opened.federation
    context["attributes"] = _attributes(found.access_key.create_date, mfa=opened.mfa)
    if opened.source_identity:
        context["sourceIdentity"] = opened.source_identity
    identity = {
        "type": "AssumedRole",
        "principalId": principal,
        "arn": found.arn,
        "accountId": account_id,
        "accessKeyId": key,
        "sessionContext": context,
    }
    return Who(account_id, found.arn, identity, key)


def _other_session(key: str, account_id: str, opened: OpenedSession) -> Who:
    """Sessions of GetFederationToken (FederatedUser) and GetSessionToken (the user or root who asked)."""
    context: dict[str, Any] = {"sessionIssuer": opened.issuer} if opened.issuer else {}
    context["attributes"] = _attributes(opened.created or datetime.now(UTC), mfa=opened.mfa)
    identity: dict[str, Any] = {
        "type": opened.type,
        "principalId": opened.principal_id,
        "arn": opened.arn,
        "accountId": account_id,
        "accessKeyId": key,
    }
    if opened.type == "IAMUser":
        identity["userName"] = opened.arn.rpartition("/")[2]
    return Who(account_id, opened.arn, identity | {"sessionContext": context}, key)


def _issuer(role_arn: str, account_id: str, partition: str) -> dict[str, Any]:
    """The role of a session. One may assume roles that do not exist here: their id is made of their ARN."""
    iam = _backend("moto.iam.models", "iam_backends", account_id, partition)
    known = list(iam.roles.values()) if iam else []
    role = next((role for role in known if role.arn == role_arn), None)
    made = base64.b32encode(hashlib.sha256(role_arn.encode()).digest()).decode()[:17]
    return {
        "type": "Role",
        "principalId": role.id if role else f"AROA{made}",
        "arn": role_arn,
        "accountId": account_id,
        "userName": role.name if role else role_arn.rpartition("/")[2],
    }


def _attributes(created: datetime, *, mfa: bool) -> dict[str, str]:
    # moto's times are naive and in UTC.
    said = "true" if mfa else "false"
    return {"creationDate": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "mfaAuthenticated": said}


def _backend(module: str, name: str, account_id: str, partition: str) -> Any:
    """One of moto's backends, if it is there: neither its module nor the backend is made by looking."""
    backends = getattr(sys.modules.get(module), name, None)
    account = dict.get(backends, account_id) if backends is not None else None
    return dict.get(account, partition) if account is not None else None
