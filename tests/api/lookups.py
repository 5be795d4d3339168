"""Records to look up, and how they are looked up by a real client."""

import json
from datetime import datetime
from typing import Any

from opentrail.domain.record import read
from opentrail.service.history_writing import write_history

from tests.fakes.service import Service


def record(event_id: str, at: datetime, **members: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "accountId": "111111111111",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "userName": "alice",
        },
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "s3.amazonaws.com",
        "eventName": "CreateBucket",
        "awsRegion": "us-east-1",
        "requestParameters": {"bucketName": "photos"},
        "responseElements": None,
        "eventID": event_id,
        "readOnly": False,
        "managementEvent": True,
        "eventCategory": "Management",
        "recipientAccountId": "111111111111",
        **members,
    }


def lines(*records: dict[str, Any]) -> list[bytes]:
    return [json.dumps(r, separators=(",", ":")).encode() for r in records]


def found(trails: Any, key: str = "", value: str = "", **request: Any) -> list[str]:
    if key:
        request["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
    return [event["EventId"] for event in trails.lookup_events(**request)["Events"]]


def insight(event_id: str, at: datetime, name: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.09",
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "awsRegion": "us-east-1",
        "eventID": event_id,
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": "111111111111",
        "sharedEventID": "s1",
        "insightDetails": {
            "state": "Start",
            "eventSource": "ssm.amazonaws.com",
            "eventName": name,
            "insightType": "ApiCallRateInsight",
        },
        "eventCategory": "Insight",
    }


def recorded(service: Service, *records: dict[str, Any]) -> None:
    """As the recorder does it: only what history keeps, each kind in its place."""
    write_history([read(line) for line in lines(*records)], service.history, 0)
