"""How many records a processor second plans, beside what reading the same lines as JSON alone takes."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from opentrail.domain import record
from opentrail.domain.event_data_store import EventDataStore
from opentrail.domain.recording import AccountConfiguration, Received, plan_recording
from opentrail.domain.trail import Trail

from bench.tables import show
from tests.records import generate, lines

ACCOUNT = "111111111111"
COUNT = 10_000
BATCH = 1000  # records planned at once
ROUNDS = 3  # the fastest counts: the machine has other things to do
NOW = datetime(2023, 7, 10, 13, tzinfo=UTC)


def configuration() -> AccountConfiguration:
    """Two trails, one of them with advanced selectors, and an event data store."""
    common: dict[str, Any] = {
        "account_id": ACCOUNT,
        "home_region": "us-east-1",
        "s3_bucket_name": "bucket",
        "created_at": NOW,
        "is_logging": True,
        "is_multi_region_trail": True,
    }
    selectors = (
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::data-"]},
            ]
        },
    )
    return AccountConfiguration(
        version=1,
        trails=(
            Trail(trail_id="1", name="management", **common),
            Trail(trail_id="2", name="objects", advanced_event_selectors=selectors, **common),
        ),
        stores=(
            EventDataStore(
                store_id="11111111-2222-3333-4444-555555555555",
                account_id=ACCOUNT,
                region="us-east-1",
                name="lake",
                status="ENABLED",
                created_at=NOW,
                updated_at=NOW,
            ),
        ),
    )


def run() -> None:
    """Measure and print."""
    raw = list(lines(generate(1, COUNT, accounts=(ACCOUNT,))))
    found = [record.read(line) for line in raw]
    configured = {found_in: configuration() for found_in in {one.account_id for one in found}}
    received = [Received(one, "origin") for one in found]

    def plan() -> None:
        for start in range(0, len(received), BATCH):
            plan_recording(received[start : start + BATCH], configured, NOW)

    json_alone = _seconds(lambda: [json.loads(line) for line in raw])
    planning = _seconds(plan)
    reading = _seconds(lambda: [record.read(line) for line in raw])
    rows = [
        ("json.loads alone", COUNT / json_alone, 1.0),
        ("plan (2 trails, 1 store)", COUNT / planning, json_alone / planning),
        ("read: parse, check, hash", COUNT / reading, json_alone / reading),
        ("read and plan", COUNT / (reading + planning), json_alone / (reading + planning)),
    ]
    size = sum(map(len, raw)) // COUNT
    show(
        f"Planning: {COUNT:,} records of {size:,} bytes, {BATCH:,} at once",
        ("", "records per CPU-second", "of json.loads"),
        rows,
    )


def _seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best
