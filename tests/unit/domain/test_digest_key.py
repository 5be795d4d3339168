"""Public keys of digests."""

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain.digest_key import WINDOW, DigestKey, key_at, pkcs1_of_spki, validities

NOW = datetime(2023, 7, 10, tzinfo=UTC)


def key(name: str, days: float) -> DigestKey:
    return DigestKey(name=name, value=name.encode(), valid_from=NOW + timedelta(days=days))


@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_the_rsa_key_is_cut_out_of_what_kms_answers(bits: int) -> None:
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert pkcs1_of_spki(spki) == public.public_bytes(Encoding.DER, PublicFormat.PKCS1)


@given(st.binary(max_size=40))
def test_what_is_no_key_is_refused(der: bytes) -> None:
    if der[:1] == b"\x30":
        return
    with pytest.raises(ValueError, match=r"DER|SubjectPublicKeyInfo"):
        pkcs1_of_spki(der)


def test_a_key_is_named_by_the_md5_of_its_bytes() -> None:
    assert key("a", 0).fingerprint == hashlib.md5(b"a").hexdigest() == "0cc175b9c0f1b6a831c399e269772661"


def test_a_digest_is_signed_with_the_key_that_was_valid_at_its_end() -> None:
    keys = [key("b", -5), key("c", 5), key("a", -10)]
    for days, name in ((-20, "a"), (-10, "a"), (-6, "a"), (-5, "b"), (4, "b"), (5, "c"), (90, "c")):
        assert key_at(keys, NOW + timedelta(days=days)).name == name


@given(st.lists(st.floats(-400, 0), min_size=1, max_size=6, unique=True))
def test_validities_leave_no_gap_and_the_last_one_ends_within_thirty_days(days: list[float]) -> None:
    found = validities([key(str(day), day) for day in days], NOW)
    assert len(found) == len(days)
    for sooner, later in pairwise(found):
        assert sooner.end == later.start
    assert NOW < found[-1].end <= NOW + WINDOW
    assert (found[-1].end - found[-1].start) % WINDOW == timedelta()


def test_without_keys_there_is_no_validity() -> None:
    assert validities([], NOW) == []
