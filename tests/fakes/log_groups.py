"""Users' log groups in memory."""

from collections.abc import Sequence
from datetime import datetime

from opentrail.domain import log_stream
from opentrail.ports.log_groups import LogGroupError, LogRoleError


class FakeLogGroups:
    """Log events by group and stream: moments and texts. A group in `refusing` answers with its code."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
        self.roles: set[tuple[str, str]] = set()  # (account on whose behalf, role)
        self.refusing: dict[str, str] = {}
        self.untrusting: set[str] = set()  # roles that may not be taken
        self.checked: list[tuple[str, str]] = []  # (group, stream)
        self.attempts = 0

    def check(self, *, account_id: str, role_arn: str, log_group_arn: str, stream: str) -> None:
        if role_arn in self.untrusting:
            raise LogRoleError("AccessDenied")
        if log_group_arn in self.refusing:
            raise LogGroupError(self.refusing[log_group_arn])
        self.checked.append((log_group_arn, stream))

    def put(
        self,
        *,
        account_id: str,
        role_arn: str,
        log_group_arn: str,
        stream: str,
        lines: Sequence[bytes],
        at: datetime,
    ) -> None:
        self.attempts += 1
        if log_group_arn in self.refusing:
            raise LogGroupError(self.refusing[log_group_arn])
        self.roles.add((account_id, role_arn))
        held = self.events.setdefault((log_group_arn, stream), [])
        held += [(at, text) for batch in log_stream.batches(lines) for text in batch]

    def texts(self, log_group_arn: str) -> list[str]:
        """What a group holds, in order."""
        return [
            text for (group, _), held in self.events.items() if group == log_group_arn for _, text in held
        ]
