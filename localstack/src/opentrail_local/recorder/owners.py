"""Whose resources a call used beside the caller's own: they are told of it by a record of theirs.

AWS tells the owner of calls that were let through; of refused ones it tells the caller alone, but for S3,
whose bucket owners see refusals too. Sources: AWS documentation, "Using AWS CloudTrail with cross-account
resources" of STS, KMS and S3, and "Logging data events".
"""

from collections.abc import Mapping
from typing import Any

from opentrail_local.recorder import failures, hidden, resources
from opentrail_local.recorder.call import Call

# Parameters that name somebody's resource, by ARN or by a queue's URL. Services that are not listed here are
# recorded for the caller alone, as are resources that are named without an account.
_NAMED_BY: dict[str, tuple[str, ...]] = {
    "dynamodb": ("TableName", "ResourceArn", "StreamArn"),
    "ecr": ("registryId",),
    "events": ("EventBusName",),
    "kms": ("KeyId", "TargetKeyId"),
    "lambda": ("FunctionName", "LayerName", "Resource"),
    "secretsmanager": ("SecretId",),
    "sns": ("TopicArn", "TargetArn"),
    "sqs": ("QueueUrl",),
    "sts": ("RoleArn",),
}

_TOLD_OF_FAILURES = frozenset({"s3"})


def others(call: Call) -> list[str]:
    """The accounts that get a copy of the record, beside the caller's."""
    if call.who.is_anonymous or (call.invoked_by and not call.who.access_key_id):
        return []
    if call.failure is not None and call.service not in _TOLD_OF_FAILURES:
        return []
    sent = call.parameters if isinstance(call.parameters, Mapping) else {}
    found = [_account(sent.get(name)) for name in _NAMED_BY.get(call.service, ())]
    if call.service == "s3":
        found.append(resources.bucket_owner(str(sent.get("Bucket", ""))))
    return [owner for owner in dict.fromkeys(found) if owner and owner != call.who.account_id]


def of_what_nobody_asks_for(service: str, sent: Any) -> str | None:
    """Whose record an unsigned call makes: the owner's of the bucket or role that it names. None when nobody
    owns it: AWS refuses the call before it is one.
    """
    parameters = sent if isinstance(sent, Mapping) else {}
    if service == "s3":
        return resources.bucket_owner(str(parameters.get("Bucket", "")))
    names = ("TopicArn", "SubscriptionArn") if service == "sns" else ("RoleArn",)
    return next((found for name in names if (found := _account(parameters.get(name)))), None)


def is_shared(call: Call) -> bool:
    """Whether the record has a sharedEventID though only one account gets it: services assume roles of
    customers (real records).
    """
    by_service = bool(call.invoked_by) and not call.who.access_key_id
    return by_service and call.service == "sts" and call.failure is None


def identity_seen(call: Call) -> dict[str, Any]:
    """The caller as another account sees it."""
    principal = call.who.user_identity.get("principalId", "")
    return {"type": "AWSAccount", "principalId": principal, "accountId": call.who.account_id}


def resources_seen(call: Call, touched: resources.Resources) -> resources.Resources:
    """Resources as the caller sees them: whose bucket refused a data event is not told (AWS documentation,
    "Redacting bucket owner account IDs for data events called by other accounts").
    """
    refused = call.failure is not None and call.failure.code in failures.DENIALS
    if call.service != "s3" or call.names.is_management or not refused:
        return touched
    own = call.who.account_id
    return [
        {**item, "accountId": hidden.HIDDEN} if item.get("accountId", own) != own else item
        for item in touched
    ]


def _account(name: Any) -> str | None:
    """The account in an ARN, in the URL of a queue, or an account itself."""
    if not isinstance(name, str):
        return None
    if name.startswith("arn:"):
        parts = name.split(":", 5)
        found = parts[4] if len(parts) > 5 else ""
    elif "://" in name:
        pieces = name.rstrip("/").split("/")
        found = pieces[-2] if len(pieces) > 4 else ""
    else:
        found = name.partition(":")[0]  # a registry, or Lambda's account:function:name
    return found if len(found) == 12 and found.isdigit() else None
