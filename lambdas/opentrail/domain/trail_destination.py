"""What a trail may name as topic, log group, role and key: syntax only, whether they are there is tried."""

import re

from opentrail.domain import arn

_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,256}")  # no FIFO topic: their names end with .fifo
_LOG_GROUP = re.compile(r"log-group:[A-Za-z0-9_/.#-]{1,512}:\*")
_ROLE = re.compile(r"role/(?:[\x21-\x7e]+/)?[A-Za-z0-9+=,.@_-]{1,64}")

_KEY_ID = r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_ALIAS = r"alias/[A-Za-z0-9/_-]{1,250}"
_KEY = re.compile(rf"{_KEY_ID}|{_ALIAS}", re.IGNORECASE)
_KEY_RESOURCE = re.compile(rf"key/{_KEY_ID}|{_ALIAS}", re.IGNORECASE)


def is_topic(text: str, partition: str) -> bool:
    """Whether it is the name or the ARN of a topic, of any account and Region."""
    if not arn.is_arn(text):
        return bool(_TOPIC.fullmatch(text))
    parts = arn.parse(text)
    return (
        parts is not None
        and (parts.partition, parts.service) == (partition, "sns")
        and bool(parts.region and parts.account_id and _TOPIC.fullmatch(parts.resource))
    )


def log_group(text: str, partition: str, account_id: str) -> str | None:
    """The Region of a log group's ARN; None when it is none, or of another account."""
    parts = arn.parse(text)
    if parts is None or (parts.partition, parts.service, parts.account_id) != (partition, "logs", account_id):
        return None
    return parts.region if parts.region and _LOG_GROUP.fullmatch(parts.resource) else None


def is_role(text: str, partition: str, account_id: str) -> bool:
    """Whether it is the ARN of a role of that account."""
    parts = arn.parse(text)
    return (
        parts is not None
        and (parts.partition, parts.service, parts.region) == (partition, "iam", "")
        and parts.account_id == account_id
        and bool(_ROLE.fullmatch(parts.resource))
    )


def key_arn(text: str, partition: str, region: str, account_id: str) -> str | None:
    """The ARN of a key or an alias: one without ARN is of that Region and account. None when malformed."""
    if not arn.is_arn(text):
        if not _KEY.fullmatch(text):
            return None
        resource = text if text.startswith("alias/") else f"key/{text}"
        return f"arn:{partition}:kms:{region}:{account_id}:{resource}"
    parts = arn.parse(text)
    if parts is None or (parts.partition, parts.service) != (partition, "kms"):
        return None
    known = parts.region and parts.account_id and _KEY_RESOURCE.fullmatch(parts.resource)
    return text if known else None
