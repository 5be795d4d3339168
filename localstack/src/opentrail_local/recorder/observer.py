"""The observer of LocalStack's calls: on the caller's thread it takes microseconds and raises nothing."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from opentrail_local import identity
from opentrail_local.identity import OpenedSession, Who
from opentrail_local.recorder import on_behalf, owners, resources, skipping
from opentrail_local.recorder.call import Call, Caller, capture
from opentrail_local.recorder.names import names_of
from opentrail_local.recorder.status import Counters

LOG = logging.getLogger(__name__)


class Sessions:
    """Tells `identity` of the sessions STS opens; a response handler by itself where nothing is recorded."""

    def __init__(self, own: skipping.OwnSessions | None = None) -> None:
        self._own = own or skipping.OwnSessions()

    def __call__(self, chain: Any, context: Any, response: Any) -> None:
        try:
            if context.operation is not None and context.service.service_name == "sts":
                self.note(context, identity.who(context))
        except Exception:
            LOG.exception("cannot observe a session")

    def note(self, context: Any, who: Who) -> None:
        """Sessions are told apart by what the answer said that opened them."""
        answer = context.service_response
        credentials = answer.get("Credentials") if isinstance(answer, Mapping) else None
        if context.service_exception is not None or not isinstance(credentials, Mapping):
            return
        key = str(credentials.get("AccessKeyId"))
        if self._own.includes(who):
            self._own.add(key)
        session = opened_session(context.operation.name, context.service_request or {}, answer, who)
        if session is not None:
            identity.session_opened(key, session)


class Observer:
    """A response handler of LocalStack's chain: `(chain, context, response)`."""

    def __init__(self, put: Callable[[Call], None], counters: Counters) -> None:
        self._put = put
        self._counters = counters
        self._own = skipping.OwnSessions()
        self._sessions = Sessions(self._own)

    def __call__(self, chain: Any, context: Any, response: Any) -> None:
        try:
            if context.service is None or context.operation is None:
                return  # no API call: health, deployed APIs, the router's requests
            self._counters.saw()
            reason = self._observe(context, response)
            if reason is not None:
                self._counters.skipped(reason)
        except Exception:
            LOG.exception("cannot observe a call")
            self._counters.failed("observe")

    def _observe(self, context: Any, response: Any) -> str | None:
        reason = skipping.reason_before(context)
        if reason is not None:
            return reason
        service = ""
        if context.is_internal_call:
            if context.service.service_name == "sts":
                on_behalf.session_opened(context)
            behalf = on_behalf.behind(context)
            if behalf is None:
                return "internal"
            who, service = behalf.who, behalf.service
        else:
            who = identity.who(context)
            if context.service.service_name == "sts":
                self._sessions.note(context, who)
        if context.service.service_name == "s3":
            resources.note_bucket((context.service_request or {}).get("Bucket"))
        reason = skipping.reason(who, self._own, response.status_code) or skipping.target(context)
        reason = reason or _unowned(context, who)
        if reason is None:
            names = names_of(context.operation)
            self._put(capture(context, response, Caller(who, service), names))
        return reason


def _unowned(context: Any, who: Who) -> str | None:
    if not who.is_anonymous:
        return None
    owner = owners.of_what_nobody_asks_for(context.service.service_name, context.service_request)
    return "unowned" if owner is None else None


def opened_session(
    operation: str, sent: Mapping[str, Any], answer: Mapping[str, Any], who: Who
) -> OpenedSession | None:
    """What an answer of STS tells of the session it opened; None when it opened none."""
    if operation.startswith("AssumeRole"):
        user = answer.get("AssumedRoleUser") or {}
        federation = {}
        if operation == "AssumeRoleWithWebIdentity":
            provider = answer.get("Provider") or sent.get("ProviderId")
            federation = {"federatedProvider": provider, "attributes": {}} if provider else {}
        principal = str(user.get("AssumedRoleId", ""))
        return OpenedSession(
            # moto makes up role ids for web identities: then the role's own id is used.
            principal_id=principal if principal.startswith("AROA") else "",
            source_identity=str(sent.get("SourceIdentity") or "") or _source_identity(who),
            federation=federation,
            mfa=_with_mfa(sent),
        )
    if operation == "GetFederationToken":
        return _federated(answer, who)
    if operation == "GetSessionToken":
        return OpenedSession(
            type=str(who.user_identity.get("type", "Root")),
            principal_id=str(who.user_identity.get("principalId", "")),
            arn=who.arn,
            mfa=_with_mfa(sent),
        )
    return None


def _federated(answer: Mapping[str, Any], who: Who) -> OpenedSession:
    user = answer.get("FederatedUser") or {}
    issuer = {
        "type": who.user_identity.get("type", "Root"),
        "principalId": who.user_identity.get("principalId", ""),
        "arn": who.arn,
        "accountId": who.account_id,
    }
    if name := who.user_identity.get("userName"):
        issuer["userName"] = name
    return OpenedSession(
        type="FederatedUser",
        principal_id=str(user.get("FederatedUserId", "")),
        arn=str(user.get("Arn", "")),
        issuer=issuer,
    )


def _with_mfa(sent: Mapping[str, Any]) -> bool:
    return bool(sent.get("SerialNumber") and sent.get("TokenCode"))


def _source_identity(who: Who) -> str:
    """A source identity cannot be changed: it stays through chains of roles (AWS documentation)."""
    return str(who.user_identity.get("sessionContext", {}).get("sourceIdentity", ""))
