"""Default event buses through a role in the owner's account.

A PutEvents from another account would carry the sender's `account` in its envelope; a session of the owner's
own role carries the owner's.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.refusals import refusing
from opentrail.domain.bus_event import BusEvent, requests
from opentrail.ports.errors import AdapterError
from opentrail.ports.event_buses import Audience, EventBusError

SESSION_NAME = "EVENTBRIDGE_DELIVERY_SESSION"
ALL_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
SIDE_BY_SIDE = 8  # requests
TRIES = 5  # of entries that a request which went through left out
FIRST_WAIT = 0.1  # seconds, doubling
# Codes that say something of ourselves or of the moment, not of the account.
_OURS = frozenset({"ExpiredToken", "ExpiredTokenException", "InternalException", "InternalFailure",
                   "ServiceUnavailable", "ThrottlingException", "Throttling"})  # fmt: skip
_call = partial(refusing, EventBusError, _OURS)


class EventBridgeBuses:
    """`role_name`: of the role in each account that has buses to be sent to."""

    def __init__(self, role: DeliveryRole, role_name: str, partition: str) -> None:
        self._role = role
        self._role_name = role_name
        self._partition = partition
        self._pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="buses")

    def audience(self, *, account_id: str, region: str) -> Audience:
        """By the rules of the bus: those of a schedule alone hear no event."""
        events = self._client(account_id, region)
        heard = Audience.NOBODY
        asked: dict[str, Any] = {"EventBusName": "default"}
        while True:
            answer = _call(events.list_rules, **asked)
            for rule in answer["Rules"]:
                if not rule.get("EventPattern") or rule.get("State") == "DISABLED":
                    continue
                if rule.get("State") == ALL_MANAGEMENT_EVENTS:
                    return Audience.RULES_FOR_ALL_MANAGEMENT_EVENTS
                heard = Audience.RULES
            if not answer.get("NextToken"):
                return heard
            asked["NextToken"] = answer["NextToken"]

    def put(self, *, account_id: str, region: str, events: Sequence[BusEvent]) -> None:
        """Requests go side by side; the first failure is raised when all have ended."""
        client = self._client(account_id, region)
        made = [self._pool.submit(_put, client, batch) for batch in requests(events)]
        failures = [error for error in (one.exception() for one in made) if error is not None]
        if failures:
            raise failures[0]

    def _client(self, account_id: str, region: str) -> Any:
        arn = f"arn:{self._partition}:iam::{account_id}:role/{self._role_name}"
        through = (arn, SESSION_NAME)
        return _call(self._role.client_through, "events", account_id, region=region, through=through)


def _put(client: Any, batch: Sequence[BusEvent]) -> None:
    left = [_entry(event) for event in batch]
    for attempt in range(TRIES):
        answers = _call(client.put_events, Entries=left)["Entries"]
        failed = [(e, a) for e, a in zip(left, answers, strict=True) if a.get("ErrorCode")]
        if not failed:
            return
        code = str(failed[0][1]["ErrorCode"])
        if code not in _OURS:
            raise EventBusError(code, str(failed[0][1].get("ErrorMessage", "")))
        left = [entry for entry, _ in failed]
        if attempt < TRIES - 1:
            time.sleep(FIRST_WAIT * 2**attempt)
    raise AdapterError(f"{len(left)} events were not taken", code=code)


def _entry(event: BusEvent) -> dict[str, Any]:
    return {
        "EventBusName": "default",
        "Time": datetime.fromtimestamp(event.time, UTC),
        "Source": event.source,
        "DetailType": event.detail_type,
        "Detail": event.detail,
        "Resources": [],
    }
