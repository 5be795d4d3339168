"""Which calls are not recorded, and why; each reason is counted.

- `internal`: LocalStack's own, which it marks as such, unless somebody is behind them (`on_behalf`).
- `cloudtrail`: OpenTrail's API function records calls to CloudTrail itself.
- `opentrail`: OpenTrail's functions and roles. They are recognised by the session they call with: of a role
  of an `OpenTrail-…` stack in the deployment account, or opened by such a session (a delivery role, whatever
  its account).
- `deployment`: made with the deployment account's own key, 000000000000: the deployer, status and replay.
  Recording them would make every look at the queue one more record. Other keys that LocalStack maps to that
  account (`test`, for example) are users' keys, and their calls are recorded.
- `unowned`: unsigned requests for nobody's bucket or role. AWS refuses them before they are anybody's calls.
- `unlogged`: what AWS writes into no trail.
- `unsupported`: services and operations the local cloud lacks (501), which AWS would have answered.
"""

from typing import Any

from opentrail_local.identity import Who

DEPLOYMENT_ACCOUNT = "000000000000"
_OWN_ROLES = f":sts::{DEPLOYMENT_ACCOUNT}:assumed-role/OpenTrail-"
_OWN_ROLE = f":iam::{DEPLOYMENT_ACCOUNT}:role/OpenTrail-"
_OWN_FUNCTION = f":{DEPLOYMENT_ACCOUNT}:function:OpenTrail-"
_CLOUDTRAIL = frozenset({"cloudtrail", "cloudtrail-data"})

# Calls that CloudTrail never logs (AWS documentation, "Logging CloudWatch Logs API calls": those logged).
_UNLOGGED = frozenset({("logs", "PutLogEvents")})

MAX_OWN_SESSIONS = 2_000  # keys remembered of sessions that OpenTrail's sessions opened


class OwnSessions:
    """The access keys of OpenTrail's own sessions, as far as their names do not tell."""

    def __init__(self) -> None:
        self._keys: dict[str, None] = {}

    def add(self, access_key_id: str) -> None:
        """Remember a session that one of ours opened."""
        self._keys[access_key_id] = None
        while len(self._keys) > MAX_OWN_SESSIONS:
            self._keys.pop(next(iter(self._keys)), None)

    def includes(self, who: Who) -> bool:
        """Whether OpenTrail itself is calling."""
        return _OWN_ROLES in who.arn or who.access_key_id in self._keys


def reason_before(context: Any) -> str | None:
    """Why a call is not recorded, as far as can be told without asking who calls."""
    if context.service.service_name in _CLOUDTRAIL:
        return "cloudtrail"
    if (context.service.service_name, context.operation.name) in _UNLOGGED:
        return "unlogged"
    return None


def target(context: Any) -> str | None:
    """Why a call that an AWS service makes for itself is not recorded: it starts OpenTrail's functions."""
    if not context.is_internal_call:
        return None
    sent = context.service_request or {}
    role, function = str(sent.get("RoleArn") or ""), str(sent.get("FunctionName") or "")
    if _OWN_ROLE in role or _OWN_FUNCTION in function:
        return "opentrail"
    named = function.startswith("OpenTrail-") and context.account_id == DEPLOYMENT_ACCOUNT
    return "opentrail" if named else None


def reason(who: Who, own: OwnSessions, status: int) -> str | None:
    """Why a call of somebody is not recorded; None when it is."""
    if own.includes(who):
        return "opentrail"
    if who.access_key_id == DEPLOYMENT_ACCOUNT:
        return "deployment"
    if status == 501:
        return "unsupported"
    return None
