"""Records of events that no API call makes: console sign-ins, service events, network activity, Insights.

Pure functions for tests and for `opentrail emit`; each answers a record in CloudTrail's order of members.
ValueError says why something cannot have happened. Sources: real records (sign-ins, service events) and the
samples of AWS's documentation ("AWS Management Console sign-in events", "Non-API events", "Network activity
events", "Insights events").

    from datetime import UTC, datetime
    from opentrail_cli.event_records import Circumstances, console_login, user

    at = Circumstances(account_id="111111111111", time=datetime.now(UTC))
    record = console_login(user("111111111111", "mina"), at, mfa="arn:aws:iam::111111111111:mfa/phone")

`opentrail_cli.emit.send` brings records to the records queue of a local instance.
"""

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from opentrail.domain.call_record import EVENT_VERSION
from opentrail.domain.moment import to_text

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
LEADING_REGION = "us-east-1"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
ELSEWHERE = "203.0.113.10"  # an address of the documentation's own network (RFC 5737)

FAILED = "Failed authentication"
NO_SUCH_USER = "No username found in supplied account"
DENIED_BY_ENDPOINT = "The request was denied due to a VPC endpoint policy"

WEEK = 7 * 24 * 60  # minutes: the shortest baseline of Insights

type Record = dict[str, Any]
type Identity = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When and where something happened, and in whose account."""

    account_id: str
    time: datetime
    region: str = ""  # empty for the global endpoint, which is in us-east-1
    source_ip: str = ELSEWHERE
    user_agent: str = BROWSER
    new_id: Callable[[], str] = field(default=lambda: str(uuid.uuid4()))

    @property
    def recorded_region(self) -> str:
        """The record's awsRegion."""
        return self.region or LEADING_REGION


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """What an Insights event tells of. Averages are calls, or errors, a minute."""

    event_source: str
    event_name: str
    baseline: float
    insight: float
    minutes: int = 1
    error_code: str = ""  # of an error rate; empty for a rate of calls
    identity_arn: str = ""
    user_agent: str = BROWSER


def root(account_id: str) -> Identity:
    """The root of an account, as sign-ins show it."""
    arn = f"arn:aws:iam::{account_id}:root"
    return {"type": "Root", "principalId": account_id, "arn": arn, "accountId": account_id, "accessKeyId": ""}


def user(account_id: str, name: str, *, principal_id: str = "") -> Identity:
    """An IAM user, as sign-ins show it; without `principal_id` one is made of its ARN."""
    arn = f"arn:aws:iam::{account_id}:user/{name}"
    return {
        "type": "IAMUser",
        "principalId": principal_id or _id("AIDA", arn),
        "arn": arn,
        "accountId": account_id,
        "userName": name,
    }


def unknown_user(account_id: str) -> Identity:
    """A name that is no user's: CloudTrail hides it, because people type passwords there."""
    return {"type": "IAMUser", "accountId": account_id, "accessKeyId": "", "userName": HIDDEN}


def role_session(account_id: str, role: str, session: str, *, since: datetime, mfa: bool = False) -> Identity:
    """Somebody who signed in through a role: federated, or from an identity provider."""
    issuer_arn = f"arn:aws:iam::{account_id}:role/{role}"
    principal_id = _id("AROA", issuer_arn)
    return {
        "type": "AssumedRole",
        "principalId": f"{principal_id}:{session}",
        "arn": f"arn:aws:sts::{account_id}:assumed-role/{role.rpartition('/')[2]}/{session}",
        "accountId": account_id,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal_id,
                "arn": issuer_arn,
                "accountId": account_id,
                "userName": role.rpartition("/")[2],
            },
            "attributes": {"creationDate": to_text(since), "mfaAuthenticated": "true" if mfa else "false"},
        },
    }


def console_login(who: Identity, at: Circumstances, *, failed: bool = False, mfa: str = "") -> Record:
    """A sign-in to the console. `mfa` is the ARN of the device that was used.

    Root signs in at the global endpoint only; a Region for root is a ValueError.
    """
    message = (NO_SUCH_USER if who.get("userName") == HIDDEN else FAILED) if failed else ""
    if who.get("userName") == HIDDEN and not failed:
        raise ValueError("A name that is no user's cannot sign in.")
    place = f"{at.region}." if at.region else ""
    more = {"LoginTo": f"https://{place}console.aws.amazon.com/console/home", "MobileVersion": "No"}
    if mfa:
        more["MFAIdentifier"] = mfa
    more["MFAUsed"] = "Yes" if mfa else "No"
    identity = _unauthenticated(who) if failed else who
    return _sign_in("ConsoleLogin", identity, at, more, message=message)


def check_mfa(who: Identity, at: Circumstances, *, failed: bool = False, kind: str = "Virtual MFA") -> Record:
    """The question for an MFA code, which comes before the sign-in it is asked for."""
    message = FAILED if failed else ""
    return _sign_in("CheckMfa", _unauthenticated(who), at, {"MfaType": kind}, message=message)


def switch_role(session: Identity, at: Circumstances, *, switched_from: str) -> Record:
    """A change of roles in the console, in the account of the role; `switched_from` is the ARN before."""
    place = f"{at.region}." if at.region else ""
    redirect = f"https://{place}console.aws.amazon.com/console/home"
    more = {"SwitchFrom": switched_from, "RedirectTo": redirect}
    return _sign_in("SwitchRole", session, at, more, message="")


def service_event(
    event_source: str,
    event_name: str,
    at: Circumstances,
    *,
    details: Mapping[str, Any] | None = None,
    resources: list[dict[str, str]] | None = None,
) -> Record:
    """What a service did by itself, without a request: a key was rotated, an instance interrupted."""
    record: Record = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": {"accountId": at.account_id, "invokedBy": event_source},
        "eventTime": to_text(at.time),
        "eventSource": event_source,
        "eventName": event_name,
        "awsRegion": at.recorded_region,
        "sourceIPAddress": event_source,
        "userAgent": event_source,
        "requestParameters": None,
        "responseElements": None,
        "eventID": at.new_id(),
        "readOnly": False,
        "resources": resources,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": at.account_id,
        "serviceEventDetails": dict(details) if details else None,
        "eventCategory": "Management",
    }
    always = ("requestParameters", "responseElements")
    return {name: value for name, value in record.items() if value is not None or name in always}


def network_activity(
    call: tuple[str, str], who: Identity, at: Circumstances, *, endpoint: str, denied: bool = False
) -> Record:
    """A call (eventSource, eventName) through a VPC endpoint of the account, as the endpoint's owner sees it.

    Of callers that the endpoint's policy refuses the owner sees type, principal and account.
    """
    seen = {name: who.get(name, "") for name in ("principalId", "accountId")}
    refusal = {"errorCode": "VpceAccessDenied", "errorMessage": DENIED_BY_ENDPOINT} if denied else {}
    return {
        "eventVersion": EVENT_VERSION,
        "userIdentity": {"type": "AWSAccount", **seen} if denied else who,
        "eventTime": to_text(at.time),
        "eventSource": call[0],
        "eventName": call[1],
        "awsRegion": at.recorded_region,
        "sourceIPAddress": at.source_ip,
        **refusal,
        "requestID": at.new_id(),
        "eventID": at.new_id(),
        "eventType": "AwsVpceEvent",
        "recipientAccountId": at.account_id,
        "sharedEventID": at.new_id(),
        "vpcEndpointId": endpoint,
        "vpcEndpointAccountId": at.account_id,
        "eventCategory": "NetworkActivity",
    }


def insights(anomaly: Anomaly, at: Circumstances) -> tuple[Record, Record]:
    """The start and the end of an anomaly that ended at the time: two events with one sharedEventID."""
    if anomaly.insight <= anomaly.baseline or anomaly.baseline < 0:
        raise ValueError("An anomaly is above its baseline, and no average is below zero.")
    if anomaly.minutes < 1:
        raise ValueError("An anomaly lasts at least one minute.")
    shared = at.new_id()
    start = at.time - timedelta(minutes=anomaly.minutes)
    return (
        _insight("Start", start, anomaly, at, shared),
        _insight("End", at.time, anomaly, at, shared),
    )


def _insight(state: str, time: datetime, anomaly: Anomaly, at: Circumstances, shared: str) -> Record:
    kind = "ApiErrorRateInsight" if anomaly.error_code else "ApiCallRateInsight"
    details: dict[str, Any] = {
        "state": state,
        "eventSource": anomaly.event_source,
        "eventName": anomaly.event_name,
        "insightType": kind,
    }
    if anomaly.error_code:
        details["errorCode"] = anomaly.error_code
    details["insightContext"] = {
        "statistics": {
            "baseline": {"average": anomaly.baseline},
            "insight": {"average": anomaly.insight},
            "insightDuration": anomaly.minutes,
            "baselineDuration": WEEK,
        },
        "attributions": [
            _attribution("userIdentityArn", anomaly.identity_arn, anomaly),
            _attribution("userAgent", anomaly.user_agent, anomaly),
            _attribution("errorCode", anomaly.error_code or "null", anomaly),
        ],
    }
    return {
        "eventVersion": EVENT_VERSION,
        "eventTime": to_text(time.replace(second=0)),
        "awsRegion": at.recorded_region,
        "eventID": at.new_id(),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": at.account_id,
        "sharedEventID": shared,
        "insightDetails": details,
        "eventCategory": "Insight",
    }


def _attribution(attribute: str, value: str, anomaly: Anomaly) -> dict[str, Any]:
    """All of it is one value's: `baseline` is empty when there was none before."""
    before = [{"value": value, "average": anomaly.baseline}] if anomaly.baseline else []
    return {
        "attribute": attribute,
        "insight": [{"value": value, "average": anomaly.insight}],
        "baseline": before,
    }


def _sign_in(name: str, who: Identity, at: Circumstances, more: Mapping[str, str], *, message: str) -> Record:
    if who.get("type") == "Root" and at.region not in ("", LEADING_REGION):
        raise ValueError(f"Root signs in at the global endpoint: its events are in {LEADING_REGION}.")
    if who["accountId"] != at.account_id:
        raise ValueError("Whoever signs in does so in an account of their own.")
    failure = {"errorMessage": message} if message else {}
    return {
        "eventVersion": EVENT_VERSION,
        "userIdentity": who,
        "eventTime": to_text(at.time),
        "eventSource": "signin.amazonaws.com",
        "eventName": name,
        "awsRegion": at.recorded_region,
        "sourceIPAddress": at.source_ip,
        "userAgent": at.user_agent,
        **failure,
        "requestParameters": None,
        "responseElements": {name: "Failure" if message else "Success"},
        "additionalEventData": dict(more),
        "eventID": at.new_id(),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": at.account_id,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{at.region}.signin.aws.amazon.com".removeprefix("."),
        },
    }


def _unauthenticated(who: Identity) -> Identity:
    """A user who has not shown yet to be one has no ARN."""
    if who["type"] != "IAMUser":
        return who
    known = {"principalId": who["principalId"]} if "principalId" in who else {}
    kept = {"accountId": who["accountId"], "accessKeyId": "", "userName": who["userName"]}
    return {"type": "IAMUser", **known, **kept}


def _id(prefix: str, arn: str) -> str:
    """An id that is always the same for an ARN."""
    return prefix + base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:17]
