"""Pages of lists that are read whole: a token says how many items were shown before."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opentrail.domain import page_token
from opentrail.domain.caller import Caller
from opentrail.errors import ApiError
from opentrail.ports import Ports


def scope(operation: str, caller: Caller, **filters: Any) -> page_token.Scope:
    """What a token of this operation, asked so by this caller, is bound to."""
    return page_token.Scope(
        operation=operation, account_id=caller.account_id, region=caller.region, filters=filters
    )


def position(
    token: str | None, bound_to: page_token.Scope, ports: Ports, refusal: Callable[[], ApiError]
) -> Any:
    """The position in a token, None without one; `refusal` makes the error for one that is not good."""
    if token is None:
        return None
    try:
        now = int(ports.clock.now().timestamp())
        return page_token.read(ports.token_key.key(), bound_to, token, now=now)
    except page_token.InvalidTokenError as error:
        raise refusal() from error


def page[T](items: Sequence[T], key: Callable[[T], Any], after: Any, limit: int) -> tuple[list[T], Any]:
    """The items after the one with the key `after` in their order, and the last one's key if there are more.

    `items` are sorted by `key`, so that the page is right though the item shown last has gone since.
    """
    rest = [item for item in items if after is None or key(item) > after]
    shown = rest[:limit]
    return shown, key(shown[-1]) if len(rest) > len(shown) else None


def token(bound_to: page_token.Scope, at: Any, ports: Ports) -> Mapping[str, str]:
    """The NextToken member for a position; nothing at the end."""
    return {} if at is None else {"NextToken": page_token.issue(ports.token_key.key(), bound_to, at)}
