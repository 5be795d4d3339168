"""Which selectors may be configured: the rules stores and trails do not share, and what evaluation needs."""

from typing import Any

import pytest
from opentrail.domain import selector_rules
from opentrail.domain.event_data_store import DEFAULT_ADVANCED_EVENT_SELECTORS
from opentrail.domain.recording import DEFAULT_EVENT_SELECTORS

LAMBDA = "arn:aws:lambda:us-east-1:111111111111:function:f"


def selector(category: str, *fields: tuple[str, str, str]) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {"eventCategory": {"Field": "eventCategory", "Equals": [category]}}
    for name, operator, value in fields:
        found.setdefault(name, {"Field": name}).setdefault(operator, []).append(value)
    return {"FieldSelectors": list(found.values())}


OF = ("resources.type", "Equals")


def test_the_defaults_are_good() -> None:
    assert selector_rules.basic_problem(DEFAULT_EVENT_SELECTORS) is None
    assert selector_rules.trail_problem(DEFAULT_ADVANCED_EVENT_SELECTORS) is None
    assert selector_rules.store_problem(DEFAULT_ADVANCED_EVENT_SELECTORS) is None


@pytest.mark.parametrize(
    ("given", "trail", "store"),
    [
        (selector("Management", ("eventName", "StartsWith", "Run")), False, True),
        (selector("Management", ("eventSource", "Equals", "s3.amazonaws.com")), False, True),
        (selector("Management", ("eventSource", "NotEquals", "kms.amazonaws.com")), True, True),
        (selector("Management", ("readOnly", "Equals", "false")), True, True),
        (selector("Management", ("readOnly", "Equals", "no")), False, False),
        (selector("Management", ("readOnly", "NotEquals", "true")), False, False),
        (selector("Management", ("resources.type", "Equals", "AWS::S3::Object")), False, False),
        (selector("Management", ("sessionCredentialFromConsole", "NotEquals", "true")), False, True),
        (selector("Data", (*OF, "AWS::S3::Object"), ("eventName", "NotStartsWith", "Get")), True, True),
        (selector("Data", (*OF, "AWS::S3::Object"), (*OF, "AWS::SQS::Queue")), False, False),
        (selector("Data", (*OF, "AWS::S3::Object"), ("resources.ARN", "EndsWith", "x")), True, True),
        (
            selector("Data", (*OF, "AWS::S3::Object"), ("resources.ARN", "NotEquals", "arn:aws:s3:::abc/k")),
            True,
            True,
        ),
        (selector("Data", (*OF, "AWS::Lambda::Function"), ("resources.ARN", "Equals", LAMBDA)), True, True),
        (
            selector("Data", (*OF, "AWS::Lambda::Function"), ("resources.ARN", "Equals", f"{LAMBDA}:1")),
            False,
            False,
        ),
        (selector("NetworkActivity"), False, False),
        (selector("NetworkActivity", ("eventSource", "Equals", "ec2.amazonaws.com")), True, True),
        (selector("NetworkActivity", ("eventSource", "Equals", "iam.amazonaws.com")), False, False),
        (
            selector(
                "NetworkActivity",
                ("eventSource", "Equals", "ec2.amazonaws.com"),
                ("userIdentity.arn", "Equals", "arn:aws:iam::111111111111:root"),
            ),
            True,
            False,
        ),
        (
            selector(
                "NetworkActivity",
                ("eventSource", "Equals", "ec2.amazonaws.com"),
                ("errorCode", "Equals", "AccessDenied"),
            ),
            False,
            False,
        ),
        ({"FieldSelectors": []}, False, False),
        ({"FieldSelectors": [{"Field": "eventCategory"}]}, False, False),
        ({"FieldSelectors": [{"Field": "eventCategory", "StartsWith": ["Man"]}]}, False, False),
    ],
)
def test_trails_and_stores_take_what_their_tables_say(given: Any, trail: bool, store: bool) -> None:
    assert (selector_rules.trail_problem([given]) is None) is trail
    assert (selector_rules.store_problem([given]) is None) is store


@pytest.mark.parametrize(
    ("kind", "value", "good"),
    [
        ("AWS::S3::Object", "arn:aws:s3", True),
        ("AWS::S3::Object", "arn:aws:s3:::", True),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/", True),
        ("AWS::S3::Object", "arn:aws:s3:::bucket/prefix", True),
        ("AWS::S3::Object", "arn:aws:s3:::bucket", False),
        ("AWS::S3::Object", "arn:aws:lambda", False),
        ("AWS::Lambda::Function", "arn:aws:lambda", True),
        ("AWS::Lambda::Function", LAMBDA, True),
        ("AWS::Lambda::Function", f"{LAMBDA}:$LATEST", False),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb", True),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111111111111:table/t", True),
        ("AWS::DynamoDB::Table", "arn:aws:dynamodb:us-east-1:111111111111:table/t/index/i", False),
    ],
)
def test_values_of_basic_selectors(kind: str, value: str, good: bool) -> None:
    given = {"DataResources": [{"Type": kind, "Values": [value]}]}
    assert (selector_rules.basic_problem([given]) is None) is good


def test_values_for_everything_do_not_count() -> None:
    some = [f"arn:aws:s3:::b{n:03}/" for n in range(250)]
    given = {"DataResources": [{"Type": "AWS::S3::Object", "Values": [*some, *["arn:aws:s3"] * 10]}]}
    assert selector_rules.basic_problem([given]) is None


def test_a_normalised_selector_has_all_members() -> None:
    assert selector_rules.normalised({}) == DEFAULT_EVENT_SELECTORS[0]
