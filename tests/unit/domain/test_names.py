"""Names of trails, buckets and prefixes, and ARNs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain import arn, trail_name

CHARACTERS = st.text(st.sampled_from("abzAZ019._-"), min_size=1, max_size=10)


@pytest.mark.parametrize(
    "name", ["abc", "a" * 128, "0audit9", "my.trail_of-all", "1.2.3", "1.2.3.4.5", "A1b"]
)
def test_good_names(name: str) -> None:
    assert trail_name.problem(name) is None


@pytest.mark.parametrize(
    "name", ["", "a", "ab", "a" * 129, "a..b", "a._b", "1.2.3.4", "ab/c", "äbc", "abé", "a\nc"]
)
def test_bad_names(name: str) -> None:
    assert trail_name.problem(name)


@given(CHARACTERS)
def test_a_name_is_good_exactly_when_it_fits_the_rule(name: str) -> None:
    rule = r"(?!\d{1,3}(\.\d{1,3}){3}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*"
    assert (trail_name.problem(name) is None) == (len(name) >= 3 and bool(re.fullmatch(rule, name)))


@pytest.mark.parametrize(
    ("bucket", "good"),
    [("logs", True), ("a.b-c", True), ("ab", False), ("a" * 64, False), ("-ab", False), ("a..b", False)],
)
def test_bucket_names(bucket: str, good: bool) -> None:
    assert trail_name.is_bucket_name(bucket) is good


@pytest.mark.parametrize(
    ("prefix", "good"), [("p" * 200, True), ("p" * 201, False), ("a/b c", True), ("a\n", False)]
)
def test_key_prefixes(prefix: str, good: bool) -> None:
    assert trail_name.is_key_prefix(prefix) is good


def test_a_named_resource_is_taken_apart() -> None:
    text = "arn:aws-us-gov:cloudtrail:us-gov-west-1:111111111111:trail/a/b"
    found = arn.named(text, service="cloudtrail", kind="trail")
    assert found is not None
    parts, name = found
    assert (parts.partition, parts.region, parts.account_id, name) == (
        "aws-us-gov",
        "us-gov-west-1",
        "111111111111",
        "a/b",
    )


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:cloudtrail:us-east-1:111111111111:trail/",
        "arn:aws:cloudtrail::111111111111:trail/audit",
        "arn:aws:cloudtrail:us-east-1::trail/audit",
        "arn:aws:s3:us-east-1:111111111111:trail/audit",
        "arn:google:cloudtrail:us-east-1:111111111111:trail/audit",
        "audit",
    ],
)
def test_what_names_no_trail(text: str) -> None:
    assert arn.named(text, service="cloudtrail", kind="trail") is None


@given(st.text())
def test_any_text_is_an_arn_or_not(text: str) -> None:
    parts = arn.parse(text)
    assert parts is None or text.endswith(parts.resource)
