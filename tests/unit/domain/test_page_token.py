"""Page tokens: what was issued is read again for the same scope, and nothing else ever is."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain.page_token import InvalidTokenError, Scope, issue, read

KEY = b"k" * 32
SCOPE = Scope(operation="LookupEvents", account_id="1" * 12, region="us-east-1", filters={"a": [1, None]})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON, JSON)
def test_a_position_comes_back_for_its_scope(position: Any, filters: Any) -> None:
    scope = Scope(operation="Op", account_id="1" * 12, region="r", filters={"f": filters})
    assert read(KEY, scope, issue(KEY, scope, position), now=0) == position


@pytest.mark.parametrize(
    "other",
    [
        Scope(operation="ListQueries", account_id="1" * 12, region="us-east-1", filters={"a": [1, None]}),
        Scope(operation="LookupEvents", account_id="2" * 12, region="us-east-1", filters={"a": [1, None]}),
        Scope(operation="LookupEvents", account_id="1" * 12, region="us-east-2", filters={"a": [1, None]}),
        Scope(operation="LookupEvents", account_id="1" * 12, region="us-east-1", filters={"a": [1]}),
        Scope(operation="LookupEvents", account_id="1" * 12, region="us-east-1", filters={}),
    ],
)
def test_another_scope_does_not_read_it(other: Scope) -> None:
    with pytest.raises(InvalidTokenError):
        read(KEY, other, issue(KEY, SCOPE, [1]), now=0)


def test_another_key_does_not_read_it() -> None:
    with pytest.raises(InvalidTokenError):
        read(b"x" * 32, SCOPE, issue(KEY, SCOPE, [1]), now=0)


def test_a_token_ends_when_it_says() -> None:
    token = issue(KEY, SCOPE, [1], valid_until=100)
    assert read(KEY, SCOPE, token, now=100) == [1]
    with pytest.raises(InvalidTokenError):
        read(KEY, SCOPE, token, now=101)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_no_byte_of_a_token_can_be_changed(position: int, change: int) -> None:
    token = issue(KEY, SCOPE, [7, "event", "content"], valid_until=10_000)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[position % len(raw)] ^= change
    with pytest.raises(InvalidTokenError):
        read(KEY, SCOPE, base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode(), now=0)


@given(st.text())
def test_garbage_is_no_token(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        read(KEY, SCOPE, text, now=0)
