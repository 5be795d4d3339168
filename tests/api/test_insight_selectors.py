"""Insights are asked for by whoever reads a trail: none are enabled yet, told as CloudTrail tells it."""

from typing import Any

import pytest

from tests.fakes.front import ACCOUNT
from tests.fakes.service import Service, answer, refusal

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"
NOT_ENABLED = (
    f"Trail {ARN} does not have Insights enabled. "
    "Edit the trail settings to enable Insights, and then try the operation again."
)


@pytest.mark.parametrize("name", ["audit", ARN])
def test_a_trail_has_no_insights(service: Service, trails: Any, name: str) -> None:
    trails.create_trail(Name="audit", S3BucketName="logs", IsMultiRegionTrail=True)
    client = trails if name == "audit" else service.client(region="eu-west-1")
    assert refusal(client.get_insight_selectors, TrailName=name) == (
        "InsightNotEnabledException",
        NOT_ENABLED,
    )


def test_a_store_has_no_insights(trails: Any) -> None:
    arn = answer(trails.create_event_data_store, Name="lake")["EventDataStoreArn"]
    code, text = refusal(trails.get_insight_selectors, EventDataStore=arn)
    assert (code, arn in text) == ("InsightNotEnabledException", True)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"TrailName": "unknown"}, "TrailNotFoundException"),
        ({"TrailName": "x"}, "InvalidTrailNameException"),
        ({"TrailName": "arn:aws:cloudtrail:x"}, "CloudTrailARNInvalidException"),
        ({"EventDataStore": "arn:aws:cloudtrail:us-east-1:1:trail/x"}, "InvalidParameterException"),
        ({"EventDataStore": "unknown"}, "InvalidParameterException"),
        ({}, "InvalidParameterCombinationException"),
        ({"TrailName": "audit", "EventDataStore": "lake"}, "InvalidParameterCombinationException"),
    ],
)
def test_what_is_asked_wrongly(trails: Any, asked: dict[str, str], code: str) -> None:
    assert refusal(trails.get_insight_selectors, **asked)[0] == code
