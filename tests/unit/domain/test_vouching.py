"""What the router signs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.domain.vouching import (
    VALID_SECONDS,
    VouchedCall,
    decode_identity,
    encode_identity,
    is_current,
    signed_bytes,
)

CALL = VouchedCall(method="post", path="", query="", target="X.ListTrails", body=b"{}")


def test_the_signed_bytes_are_these() -> None:
    assert signed_bytes(CALL, time="1700000000", identity="e30=") == (
        b"OPENTRAIL-ROUTER-1\nPOST\n/\nX.ListTrails\n"
        b"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n1700000000\ne30="
    )


@pytest.mark.parametrize(
    ("raw", "again"),
    [
        ("a=1&b=2", "b=2&a=1"),
        ("arn=arn%3Aaws%3Ax%2Fy", "arn=arn:aws:x/y"),
        ("a=b%20c", "a=b+c"),
        ("a=", "a"),
    ],
)
def test_a_query_is_the_same_however_it_is_spelled(raw: str, again: str) -> None:
    def signed(query: str) -> bytes:
        call = VouchedCall(method="POST", path="/PutAuditEvents", query=query, target="", body=b"")
        return signed_bytes(call, time="1", identity="x")

    assert signed(raw) == signed(again)
    assert signed(raw) != signed(raw + "&c=3")


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text() | st.integers() | st.dictionaries(st.text(), st.text())))
def test_identities_round_trip_as_header_values(identity: dict[str, object]) -> None:
    text = encode_identity(identity)
    assert text.isascii()
    assert "\n" not in text
    assert decode_identity(text) == identity


@pytest.mark.parametrize("text", ["", "e30", "!!!", "W10=", "InRleHQi", "/w=="])
def test_anything_else_is_no_identity(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        decode_identity(text)


@pytest.mark.parametrize(
    ("time", "current"),
    [
        ("1000", True),
        (str(1000 - VALID_SECONDS), True),
        (str(1000 + VALID_SECONDS), True),
        (str(1000 - VALID_SECONDS - 1), False),
        (str(1000 + VALID_SECONDS + 1), False),
        ("", False),
        ("1000.0", False),
        ("-1000", False),
        ("1_000", False),
        ("٣", False),
        ("9" * 5000, False),
    ],
)
def test_a_time_is_current_within_the_window(time: str, current: bool) -> None:
    assert is_current(time, 1000.0) is current
