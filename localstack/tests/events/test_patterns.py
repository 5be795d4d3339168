"""Patterns of rules against CloudTrail's events, where EventBridge and LocalStack's own matching differ."""

import json
from typing import Any

import pytest
from localstack.services.events.provider import EventsProvider
from localstack.utils.event_matcher import matches_event as localstacks_own
from opentrail_local.events import patterns

PERMISSIONS = {
    "items": [
        {"fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}},
        {"fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}},
    ]
}
EVENT = {
    "source": "aws.ec2",
    "detail-type": "AWS API Call via CloudTrail",
    "resources": [],
    "detail": {
        "userIdentity": {"type": "Root", "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}},
        "eventName": "AuthorizeSecurityGroupIngress",
        "sourceIPAddress": "203.0.113.9",
        "requestParameters": {"groupId": "sg-1", "ipPermissions": PERMISSIONS, "count": 1, "force": True},
        "responseElements": None,
        "readOnly": False,
        "tags": ["a", "b"],
    },
}


def permission(port: int, cidr: str) -> dict[str, Any]:
    wanted = {"fromPort": [port], "ipRanges": {"items": {"cidrIp": [cidr]}}}
    return {"requestParameters": {"ipPermissions": {"items": wanted}}}


def sent(**parameters: Any) -> dict[str, Any]:
    return {"requestParameters": parameters}


MATCHING = [
    {"eventName": ["AuthorizeSecurityGroupIngress", "other"]},
    {"eventName": [{"prefix": "Authorize"}]},
    {"eventName": [{"suffix": {"equals-ignore-case": "INGRESS"}}]},
    {"eventName": [{"equals-ignore-case": "authorizesecuritygroupingress"}]},
    {"eventName": [{"wildcard": "Authorize*Ingress*"}]},
    {"eventName": [{"anything-but": {"prefix": ["Describe", "Get"]}}]},
    {"eventName": [{"anything-but": {"wildcard": "*Egress"}}]},
    {"errorCode": [{"exists": False}]},
    {"responseElements": [None]},
    {"responseElements": [{"exists": True}]},
    {"userIdentity": [{"exists": False}]},  # it is an object: only values exist
    {"userIdentity": {"type": [{"anything-but": ["IAMUser"]}], "invokedBy": [{"exists": False}]}},
    {"userIdentity.type": ["Root"]},
    {"sourceIPAddress": [{"cidr": "203.0.113.0/24"}]},
    {"tags": ["b"]},
    {"tags": [{"anything-but": "a"}]},
    {"readOnly": [False]},
    permission(443, "0.0.0.0/0"),
    sent(count=[{"numeric": [">", 0, "<=", 5]}], force=[True]),
    sent(ipPermissions={"items": {"fromPort": [{"numeric": ["<", 100]}]}}),
    sent(ipPermissions={"items": {"ipv6Ranges": [{"exists": False}]}}),
    {"$or": [{"eventName": ["no"]}, {"userIdentity": {"type": ["Root"]}}]},
]
NOT_MATCHING = [
    permission(22, "0.0.0.0/0"),  # one permission has the port, another the range
    sent(ipPermissions={"items": {"fromPort": [{"exists": False}]}}),
    {"eventName": ["authorizesecuritygroupingress"]},
    {"eventName": [{"prefix": "Describe"}]},
    {"eventName": [{"anything-but": ["AuthorizeSecurityGroupIngress"]}]},
    {"errorCode": ["AccessDenied"]},
    {"errorCode": [{"anything-but": ["AccessDenied"]}]},  # there is none
    {"responseElements": {"x": [{"exists": True}]}},
    {"userIdentity": [{"exists": True}]},
    {"sourceIPAddress": [{"cidr": "10.0.0.0/8"}]},
    {"readOnly": [0]},
    sent(count=[True]),
    sent(force=[1]),
    sent(force=[{"numeric": [">", 0]}]),
    sent(count=[{"prefix": {"equals-ignore-case": "1"}}]),
    sent(groupId=[{"numeric": [">", 0]}]),
    {"$or": [{"eventName": ["no"]}, {"userIdentity": {"type": ["IAMUser"]}}]},
]


@pytest.mark.parametrize("detail", MATCHING, ids=json.dumps)
def test_patterns_that_match(detail: dict[str, Any]) -> None:
    assert patterns.matches({"source": ["aws.ec2"], "detail": detail}, EVENT)
    localstacks_own({"detail": detail}, {})  # it takes the pattern as valid


@pytest.mark.parametrize("detail", NOT_MATCHING, ids=json.dumps)
def test_patterns_that_do_not_match(detail: dict[str, Any]) -> None:
    assert not patterns.matches({"source": ["aws.ec2"], "detail": detail}, EVENT)
    localstacks_own({"detail": detail}, {})


@pytest.mark.parametrize(
    ("wildcard", "text", "met"),
    [
        ("a*", "a", True),
        ("*a*", "bab", True),
        ("a*c", "a\nc", True),
        ("a.c", "abc", False),
        ("a\\*", "a*", True),
        ("a\\*", "ab", False),
        ("a\\\\*", "a\\b", True),
    ],
)
def test_wildcards(wildcard: str, text: str, met: bool) -> None:
    assert patterns.matches({"a": [{"wildcard": wildcard}]}, {"a": text}) is met


def test_the_provider_decides_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from localstack.services.events import provider

    monkeypatch.setattr(provider, "matches_event", provider.matches_event)
    patterns.patch()
    heard = {
        name: EventsProvider().test_event_pattern(
            None,
            event_pattern=json.dumps({"detail": permission(port, "0.0.0.0/0")}),
            event=json.dumps({**EVENT, "id": "1", "account": "1", "time": "t", "region": "r"}),
        )["Result"]
        for name, port in (("https", 443), ("ssh", 22))
    }
    assert heard == {"https": True, "ssh": False}
