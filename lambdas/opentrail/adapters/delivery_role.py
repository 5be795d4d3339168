"""The delivery role enters users' accounts in sessions tagged with the owner on whose behalf it acts."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from opentrail.adapters.dynamodb import translated
from opentrail.ports.clock import Clock

SESSION_SECONDS = 3600
RENEW_BEFORE = timedelta(minutes=10)

# (service, credentials of a session, Region or None for the function's own) -> a client
type ClientMaker = Callable[[str, Mapping[str, str], str | None], Any]


class DeliveryRole:
    """Clients of the role's sessions, kept until shortly before the session ends."""

    def __init__(self, sts: Any, role_arn: str, client_of: ClientMaker, clock: Clock) -> None:
        self._sts = sts
        self._role_arn = role_arn
        self._client_of = client_of
        self._clock = clock
        self._sessions: dict[str, tuple[datetime, Mapping[str, str]]] = {}
        self._clients: dict[tuple[str, str, str | None, str], tuple[datetime, Any]] = {}

    def client(self, service: str, account_id: str, region: str | None = None) -> Any:
        """A client that may act for this account; AdapterError when the role cannot be entered."""
        ends, credentials = self._session(account_id)
        key = (service, account_id, region, "")
        held = self._clients.get(key)
        if held and held[0] == ends:
            return held[1]
        made = self._client_of(service, credentials, region)
        self._clients[key] = (ends, made)
        return made

    def client_through(self, service: str, account_id: str, *, region: str, through: tuple[str, str]) -> Any:
        """A client of a session of another role, which this one takes on behalf of the account: `through` is
        the role's ARN and the session's name. What the SDK raises is the other role's refusal.
        """
        role_arn, name = through
        key = (service, account_id, region, f"{role_arn} {name}")
        held = self._clients.get(key)
        if held and held[0] > self._clock.now() + RENEW_BEFORE:
            return held[1]
        sts = self.client("sts", account_id)
        answer = sts.assume_role(RoleArn=role_arn, RoleSessionName=name, DurationSeconds=SESSION_SECONDS)
        credentials = answer["Credentials"]
        made = self._client_of(service, credentials, region)
        self._clients[key] = (credentials["Expiration"], made)
        return made

    def _session(self, account_id: str) -> tuple[datetime, Mapping[str, str]]:
        held = self._sessions.get(account_id)
        if held and held[0] > self._clock.now() + RENEW_BEFORE:
            return held
        try:
            answer = self._sts.assume_role(
                RoleArn=self._role_arn,
                RoleSessionName=f"delivery-{account_id}",
                DurationSeconds=SESSION_SECONDS,
                Tags=[{"Key": "owner", "Value": account_id}],
            )
        except (ClientError, BotoCoreError) as error:
            raise translated(error) from error
        found = (answer["Credentials"]["Expiration"], answer["Credentials"])
        self._sessions[account_id] = found
        return found
