"""Who calls: exactly what a record of the call needs, and what decides whose resources it sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated identity and the circumstances of one request.

    `user_identity` is the `userIdentity` member of the record this call leaves, in CloudTrail's form.
    """

    account_id: str
    region: str
    arn: str
    user_identity: Mapping[str, Any]
    request_id: str
    source_ip: str
    user_agent: str
    partition: str = "aws"
    tls_details: Mapping[str, str] | None = None
    service: str = field(default="cloudtrail")
