"""The CloudWatch log groups that trails write into."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class LogGroupError(Exception):
    """The role or the group refused: `code` is AWS's word (AccessDenied, ResourceNotFoundException, ...)."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class LogRoleError(LogGroupError):
    """The role may not be taken."""


class LogGroups(Protocol):
    """Writes through the role that a trail names, taken on behalf of the trail's account."""

    def check(self, *, account_id: str, role_arn: str, log_group_arn: str, stream: str) -> None:
        """Take the role, make the stream and see that events may be put, without putting one.

        LogRoleError when the role cannot be taken, LogGroupError when it may not do the rest.
        """
        ...

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
        """Write each line as a log event of the moment `at`, into a stream made when it is missing."""
        ...
