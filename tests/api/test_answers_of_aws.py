"""Answers that real AWS gave to trail operations, where they are at hand: ours have the same members."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.service import Service, answer

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "aws-responses"
# Members AWS has added since these answers were recorded.
NEWER = {"IsOrganizationTrail", "RecursiveLogging", "HasInsightSelectors"}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded answers are not here")


def recorded(name: str, number: int = 1) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / f"test_cloudtrail_{name}_{number}.json").read_text())["data"]
    data.pop("ResponseMetadata", None)
    return data


def older(ours: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in ours.items() if name not in NEWER}


@pytest.fixture
def trails() -> Any:
    return Service().client("644160558196", "us-east-1")


def test_a_trail_is_created_and_described_as_on_aws(trails: Any) -> None:
    created = answer(trails.create_trail, Name="nosetest", S3BucketName="nosetest-bucket")
    assert older(created) == recorded("create__cloudtrail.CreateTrail")
    [described] = trails.describe_trails()["trailList"]
    [on_aws] = recorded("create__cloudtrail.DescribeTrails", 2)["trailList"]
    # Meanwhile the recording had made its trail multi-Region.
    assert older(described) == on_aws | {"IsMultiRegionTrail": False}


def test_a_status_has_aws_members_and_forms(trails: Any) -> None:
    trails.create_trail(Name="nosetest", S3BucketName="nosetest-bucket")
    status = answer(trails.get_trail_status, Name="nosetest")
    assert status == recorded("create__cloudtrail.GetTrailStatus")
    trails.start_logging(Name="nosetest")
    trails.stop_logging(Name="nosetest")
    status = answer(trails.get_trail_status, Name="nosetest")
    on_aws = recorded("status__cloudtrail.GetTrailStatus")
    deliveries = {"LatestDeliveryTime", "LatestDigestDeliveryTime"}
    assert set(on_aws) - deliveries == set(status)
    for name, value in status.items():
        assert isinstance(value, datetime) is isinstance(on_aws[name], dict), name
