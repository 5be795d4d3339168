"""Emitted events are events like any others: found by lookups, in log files, each in its Region."""

import json

import pytest

from opentrail_cli.__main__ import main
from tests.localstack.support import Cloud, eventually


def emit(cloud: Cloud, *arguments: str) -> None:
    assert main(["emit", "--state-dir", str(cloud.instance.state_dir), *arguments]) == 0


def test_a_sign_in_is_found_in_us_east_1_and_in_a_log_file(
    cloud: Cloud, account: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bucket = cloud.trail(account)
    emit(cloud, "console-login", "--account", account, "--user", "mina", "--mfa")
    emit(cloud, "console-login", "--account", account, "--root", "--failure")
    emit(cloud, "console-login", "--account", account, "--user", "lucy", "--region", "eu-north-1")
    said = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert len(said) == 4
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "ConsoleLogin"}]

    def found(region: str) -> list[tuple[str, str]]:
        events = cloud.events(account, region, LookupAttributes=by_name)
        return sorted((event["Username"], event["EventId"]) for event in events)

    assert eventually(lambda: len(found("us-east-1")) == 2, within=30)
    assert found("us-east-1") == [("mina", said[1]), ("root", said[2])]
    assert eventually(lambda: found("eu-north-1"), within=30) == [("lucy", said[3])]

    def logged() -> list[str]:
        return sorted(r["eventID"] for r in cloud.logged(account, bucket) if "signin" in r["eventSource"])

    assert eventually(lambda: len(logged()) == 3, within=60)
    assert logged() == sorted(said[:3])  # the trail is of us-east-1 alone


def test_insights_and_network_activity_are_no_management_events(cloud: Cloud, account: str) -> None:
    call = ("--account", account, "--source", "kms.amazonaws.com", "--name", "ListKeys")
    emit(cloud, "network-activity", *call, "--user", "mina", "--vpc-endpoint", "vpce-0a1b2c3d", "--denied")
    emit(cloud, "insight", *call, "--baseline", "0.1", "--insight", "9")
    events = eventually(lambda: cloud.events(account, EventCategory="insight"), within=30)
    states = [json.loads(event["CloudTrailEvent"])["insightDetails"]["state"] for event in events]
    assert states == ["End", "Start"]
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "ListKeys"}]
    assert cloud.events(account, LookupAttributes=by_name) == []
