"""Which records a trail takes, by Region and category: global services, shadows, Regions nobody named."""

import json
from typing import Any

import pytest

from tests.pipeline.world import AWAY, HOME, A, World, trail

NEW_REGION = "xx-south-9"  # one that no setting names
GLOBAL_STS = {"tlsDetails": {"clientProvidedHostHeader": "sts.amazonaws.com"}}
REGIONAL_STS = {"tlsDetails": {"clientProvidedHostHeader": "sts.us-east-1.amazonaws.com"}}
OBJECT = {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::data/a"}


def line(name: str, region: str, source: str, **more: Any) -> bytes:
    record = {
        "eventVersion": "1.11",
        "eventID": f"{name}-{region}",
        "eventTime": "2023-07-10T11:42:00Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": region,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": "eventCategory" not in more,
        "eventCategory": "Management",
        "recipientAccountId": A,
    }
    return json.dumps(record | more).encode()


SENT = (
    line("CreateUser", HOME, "iam.amazonaws.com"),
    line("CreateHostedZone", HOME, "route53.amazonaws.com"),
    line("GlobalToken", HOME, "sts.amazonaws.com", **GLOBAL_STS),
    line("RegionalToken", HOME, "sts.amazonaws.com", **REGIONAL_STS),
    line("UnknownToken", HOME, "sts.amazonaws.com"),
    line("RunHere", HOME, "ec2.amazonaws.com"),
    line("RunThere", AWAY, "ec2.amazonaws.com"),
    line("TokenThere", AWAY, "sts.amazonaws.com", **GLOBAL_STS),
    line("RunInNewRegion", NEW_REGION, "ec2.amazonaws.com"),
    line("PutObject", AWAY, "s3.amazonaws.com", eventCategory="Data", resources=[OBJECT]),
    line("Denied", AWAY, "s3.amazonaws.com", eventCategory="NetworkActivity", errorCode="VpceAccessDenied"),
    line("ApiCallRate", AWAY, "s3.amazonaws.com", eventCategory="Insight"),
)
HERE = {"RegionalToken", "UnknownToken", "RunHere"}
GLOBAL = {"CreateUser", "CreateHostedZone", "GlobalToken"}
THERE = {"RunThere", "TokenThere"}


def selectors(*fields: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return ({"FieldSelectors": list(fields)},)


CATEGORY = {"Field": "eventCategory"}
OF_OBJECTS = selectors(
    CATEGORY | {"Equals": ["Data"]}, {"Field": "resources.type", "Equals": [OBJECT["type"]]}
)
OF_DENIALS = selectors(
    CATEGORY | {"Equals": ["NetworkActivity"]},
    {"Field": "eventSource", "Equals": ["s3.amazonaws.com"]},
    {"Field": "errorCode", "Equals": ["VpceAccessDenied"]},
)


@pytest.mark.parametrize(
    ("configured", "taken"),
    [
        ({}, HERE | GLOBAL),
        ({"include_global_service_events": False}, HERE),
        ({"home_region": AWAY}, THERE),
        ({"home_region": AWAY, "include_global_service_events": False}, THERE),
        ({"is_multi_region_trail": True}, HERE | GLOBAL | THERE | {"RunInNewRegion"}),
        (
            {"is_multi_region_trail": True, "home_region": AWAY},
            HERE | GLOBAL | THERE | {"RunInNewRegion"},
        ),
        ({"home_region": AWAY, "advanced_event_selectors": OF_OBJECTS}, {"PutObject"}),
        ({"home_region": AWAY, "advanced_event_selectors": OF_DENIALS}, {"Denied"}),
        ({"advanced_event_selectors": OF_OBJECTS}, set()),
        ({"is_multi_region_trail": True, "is_logging": False}, set()),
    ],
)
def test_a_trail_takes_what_its_regions_and_selectors_say(
    configured: dict[str, Any], taken: set[str]
) -> None:
    world = World(trails=(trail("audit", **configured),))
    world.send_lines(SENT)
    world.settle()
    files = world.log_bucket.files("audit-logs")
    assert {record["eventName"] for records in files.values() for record in records} == taken
    # No file mixes Regions, each lies under its own.
    for key, records in files.items():
        assert {record["awsRegion"] for record in records} == {key.split("/")[3]}
