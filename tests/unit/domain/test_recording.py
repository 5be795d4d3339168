"""What a trail takes by the time it logged."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentrail.domain import record
from opentrail.domain.recording import LATE, AccountConfiguration, Received, plan_recording

from tests.pipeline.world import trail

STARTED = datetime(2023, 7, 10, 12, 0, 0, 250_000, tzinfo=UTC)
STOPPED = STARTED + timedelta(minutes=10)


def taken(moment: datetime, name: str, *, now: datetime, **configured: Any) -> bool:
    """Whether a trail takes the record of a call that ended then and arrives now."""
    one = trail("t", **({"start_logging_time": STARTED, "stop_logging_time": STOPPED} | configured))
    source = "cloudtrail.amazonaws.com" if name == "StopLogging" else "sqs.amazonaws.com"
    found = record.read(
        json.dumps(
            {
                "eventID": "1",
                "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "eventSource": source,
                "eventName": name,
                "awsRegion": one.home_region,
                "recipientAccountId": one.account_id,
                "eventCategory": "Management",
            }
        ).encode()
    )
    configuration = {one.account_id: AccountConfiguration(version=1, trails=(one,))}
    [planned] = plan_recording([Received(found, "o")], configuration, now)
    return bool(planned.matches)


@pytest.mark.parametrize(
    ("seconds", "name", "late", "expected"),
    [
        (0, "StopLogging", 1, True),  # ended in the second of the stop
        (2, "StopLogging", 3, True),  # its call ends after it took effect
        (-1, "CreateQueue", 2, True),
        (0, "CreateQueue", 2, True),
        (1, "CreateQueue", 2, False),
        (-601, "CreateQueue", 2, False),  # before it was started
        (-600, "CreateQueue", 2, True),  # in the second in which it was
        (-1, "CreateQueue", LATE.total_seconds(), True),
        (-1, "CreateQueue", LATE.total_seconds() + 1, False),
        (0, "StopLogging", LATE.total_seconds() + 1, False),
    ],
)
def test_a_stopped_trail_takes_for_a_while_what_came_before(
    seconds: int, name: str, late: float, expected: bool
) -> None:
    now = STOPPED + timedelta(seconds=late)
    assert taken(STOPPED + timedelta(seconds=seconds), name, now=now, is_logging=False) is expected


def test_a_trail_that_logs_takes_whatever_its_time() -> None:
    old = STARTED - timedelta(days=30)
    assert taken(old, "CreateQueue", now=STOPPED, is_logging=True)


def test_a_trail_that_never_logged_takes_nothing() -> None:
    never = {"start_logging_time": None, "stop_logging_time": None, "is_logging": False}
    assert not taken(STOPPED, "StopLogging", now=STOPPED, **never)
