"""Calls in users' accounts: what refuses is the user's, unless the fault is ours or the moment's."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from opentrail.adapters.dynamodb import translated
from opentrail.ports.errors import AdapterError

# The SDK's words for a service that was not reached, or did not answer in time.
_SILENCE = frozenset({"ConnectTimeoutError", "ConnectionClosedError", "EndpointConnectionError",
                      "ReadTimeoutError"})  # fmt: skip


def is_silence(error: AdapterError) -> bool:
    """Whether nobody answered."""
    return error.code in _SILENCE


def refusing(
    refusal: Callable[[str, str], Exception],
    ours: frozenset[str],
    call: Callable[..., Any],
    /,
    *args: Any,
    **more: Any,
) -> Any:
    """The answer of `call(*args, **more)`.

    A `refusal` of code and sentence when the service says no; AdapterError when its code is one of `ours`, or
    when it could not be asked.
    """
    try:
        return call(*args, **more)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in ours:
            raise translated(error) from error
        raise refusal(code or "Unknown", str(error)) from error
    except BotoCoreError as error:
        raise translated(error) from error
