"""Changing an account's configuration: decided on one version of it, anew when somebody was faster."""

from collections.abc import Callable

from opentrail.errors import ConflictException
from opentrail.messages import common as messages
from opentrail.ports import Ports
from opentrail.ports.errors import ConflictError

TRIES = 8  # of one change


def change[T](account_id: str, ports: Ports, attempt: Callable[[int], T]) -> T:
    """Run `attempt(version)`, which reads, decides and writes on that version, until it meets nobody else.

    What it reads may be newer than the version, never older; then its write is refused, and it runs again.
    ConflictException after TRIES. Errors it raises end the change: nothing was written.
    """
    for _ in range(TRIES):
        try:
            return attempt(ports.configuration_versions.current(account_id))
        except ConflictError:
            continue
    raise ConflictException(messages.CONFLICT)
