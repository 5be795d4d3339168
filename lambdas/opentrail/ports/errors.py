"""The second of three kinds of errors (modelled CloudTrail errors, this one, bugs)."""

from collections.abc import Iterable


class AdapterError(Exception):
    """Something outside failed: `code` is its own word for it, `retryable` whether trying again can help."""

    def __init__(self, message: str, *, code: str = "", retryable: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class ConflictError(Exception):
    """A conditional write found another state than the one it was decided on; nothing was written."""


def bugs(errors: Iterable[Exception]) -> list[Exception]:
    """Those that nothing outside explains."""
    return [error for error in errors if not isinstance(error, AdapterError)]
