"""Records as they came: whose they are, what they are when they do not say so; nothing of them changes."""

import json
import uuid

import pytest
from opentrail.domain.read_only import is_read_only
from opentrail.domain.record import read
from opentrail.domain.record_category import category

from tests.records import generate, lines

BASE = {"recipientAccountId": "111111111111", "awsRegion": "us-east-1", "eventTime": "2023-07-10T11:42:36Z"}


def line(**more: object) -> bytes:
    return json.dumps({**BASE, **more}).encode()


def test_the_bytes_are_kept_as_they_came() -> None:
    odd = (
        b'{ "eventID":"x", "n":1.10, "awsRegion":"us-east-1","recipientAccountId":"111111111111"'
        b', "eventTime":"2023-07-10T11:42:36.5Z", "n":2e3, "u":"\\u00fc" }'
    )
    assert read(odd).line == odd
    for one in lines(generate(2, 300)):
        assert read(one).line == one


@pytest.mark.parametrize("event_id", [None, "", 7, ["x"]])
def test_a_missing_event_id_is_made_of_the_content(event_id: object) -> None:
    one = read(line(eventID=event_id, n=1.5))
    assert uuid.UUID(one.event_id).version == 5
    assert json.loads(one.line) == {**BASE, "n": 1.5, "eventID": one.event_id}
    assert read(line(eventID=event_id, n=1.5)) == one
    assert read(line(eventID=event_id, n=2.5)).event_id != one.event_id
    assert read(one.line).identity == one.identity


def test_any_text_is_an_event_id() -> None:
    assert read(line(eventID="no uuid")).event_id == "no uuid"


def test_the_owner_is_the_recipient_else_the_caller() -> None:
    identity = {"accountId": "222222222222"}
    assert read(line(eventID="x", userIdentity=identity)).account_id == "111111111111"
    assert (
        read(line(eventID="x", userIdentity=identity, recipientAccountId=None)).account_id == "222222222222"
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2023-07-10T11:42:36Z", 1_688_989_356),
        ("2023-07-10T11:42:36.999Z", 1_688_989_356),
        ("2023-07-10T11:42:36+00:00", 1_688_989_356),
        ("2286-11-20T17:46:39Z", 9_999_999_999),
    ],
)
def test_times_are_seconds(text: str, seconds: int) -> None:
    assert read(line(eventID="x", eventTime=text)).event_time == seconds


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"eventCategory": "NetworkActivity", "managementEvent": True}, "NetworkActivity"),
        ({"managementEvent": False, "eventName": "CreateUser"}, "Data"),
        (
            {"managementEvent": "true", "eventName": "GetObject", "eventSource": "s3.amazonaws.com"},
            "Management",
        ),
        ({"eventName": "GetObject", "eventSource": "s3.amazonaws.com"}, "Data"),
        ({"eventName": "GetBucketAcl", "eventSource": "s3.amazonaws.com"}, "Management"),
        ({"eventName": "GetObject", "eventSource": "kms.amazonaws.com"}, "Management"),
        ({}, "Management"),
    ],
)
def test_a_category_is_said_or_concluded(members: dict[str, object], found: str) -> None:
    assert category(members) == found


@pytest.mark.parametrize(
    ("members", "reading"),
    [
        ({"readOnly": True, "eventName": "CreateUser"}, True),
        ({"readOnly": "false", "eventName": "GetUser"}, False),
        ({"eventName": "GetUser", "eventSource": "iam.amazonaws.com"}, True),
        ({"eventName": "CreateUser", "eventSource": "iam.amazonaws.com"}, False),
        ({"eventName": "Decrypt", "eventSource": "kms.amazonaws.com"}, True),
        ({"eventName": "GetSessionToken", "eventSource": "sts.amazonaws.com"}, False),
        ({"eventName": "AssumeRole", "eventSource": "sts.amazonaws.com"}, True),
        ({}, False),
    ],
)
def test_reading_is_said_or_concluded(members: dict[str, object], reading: bool) -> None:
    assert is_read_only(members) is reading
