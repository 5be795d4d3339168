"""ARNs taken apart. Whether one names something that exists, and for whom, is decided elsewhere."""

import re
from dataclasses import dataclass

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account_id>[0-9]{12}|):"
    r"(?P<resource>.+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arn:
    """The parts of an ARN; Region and account may be empty."""

    partition: str
    service: str
    region: str
    account_id: str
    resource: str


def is_arn(text: str) -> bool:
    """Whether the text means to be an ARN."""
    return text.startswith("arn:")


def parse(text: str) -> Arn | None:
    """The ARN's parts; None when it is malformed."""
    match = _ARN.fullmatch(text)
    return Arn(**match.groupdict()) if match else None


def named(text: str, *, service: str, kind: str) -> tuple[Arn, str] | None:
    """The ARN and the name in it, for a regional resource `kind/name` of that service; None else."""
    arn = parse(text)
    if arn is None or arn.service != service or not arn.region or not arn.account_id:
        return None
    found, slash, name = arn.resource.partition("/")
    return (arn, name) if found == kind and slash and name else None
