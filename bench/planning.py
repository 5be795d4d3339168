"""How many records a processor second plans, beside what reading the same lines as JSON alone takes."""

import json
import time
from collections.abc import Callable, Mapping
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
TRAILS, SELECTORS = 5, 20
ROUNDS = 3  # the fastest counts: the machine has other things to do
NOW = datetime(2023, 7, 10, 13, tzinfo=UTC)
TRAIL: dict[str, Any] = {
    "account_id": ACCOUNT,
    "home_region": "us-east-1",
    "s3_bucket_name": "bucket",
    "created_at": NOW,
    "is_logging": True,
    "is_multi_region_trail": True,
}


def configuration() -> AccountConfiguration:
    """Two trails, one of them with advanced selectors, and an event data store."""
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
            Trail(trail_id="1", name="management", **TRAIL),
            Trail(trail_id="2", name="objects", advanced_event_selectors=selectors, **TRAIL),
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


def many_selectors() -> AccountConfiguration:
    """Five trails, as many as a Region may have, of twenty advanced selectors each: one of management events,
    nineteen of objects, functions and tables of some beginning, which hardly any record meets.
    """
    return AccountConfiguration(
        version=1,
        trails=tuple(
            Trail(trail_id=str(n), name=f"trail-{n}", advanced_event_selectors=_selectors(n), **TRAIL)
            for n in range(TRAILS)
        ),
    )


def _selectors(trail: int) -> tuple[dict[str, Any], ...]:
    def data(kind: str, **operators: list[str]) -> dict[str, Any]:
        fields = [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": [kind]},
            {"Field": "resources.ARN", **operators},
        ]
        return {"FieldSelectors": fields}

    found: list[dict[str, Any]] = [
        {
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Management"]},
                {"Field": "readOnly", "Equals": ["true" if trail % 2 else "false"]},
                {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]},
            ]
        }
    ]
    kinds = ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")
    for number in range(1, SELECTORS):
        prefix = f"arn:aws:s3:::bucket-{trail}-{number}/"
        found.append(data(kinds[number % 3], StartsWith=[prefix], NotEndsWith=[".tmp", ".log"]))
    return tuple(found)


def run() -> None:
    """Measure and print."""
    raw = list(lines(generate(1, COUNT, accounts=(ACCOUNT,))))
    found = [record.read(line) for line in raw]
    configured = {found_in: configuration() for found_in in {one.account_id for one in found}}
    busy = dict.fromkeys(configured, many_selectors())
    received = [Received(one, "origin") for one in found]

    def plan(configuration: Mapping[str, AccountConfiguration]) -> None:
        for start in range(0, len(received), BATCH):
            plan_recording(received[start : start + BATCH], configuration, NOW)

    json_alone = _seconds(lambda: [json.loads(line) for line in raw])
    planning = _seconds(lambda: plan(configured))
    planning_busy = _seconds(lambda: plan(busy))
    reading = _seconds(lambda: [record.read(line) for line in raw])
    rows = [
        ("json.loads alone", COUNT / json_alone, 1.0),
        ("plan (2 trails, 1 store)", COUNT / planning, json_alone / planning),
        (
            f"plan ({TRAILS} trails of {SELECTORS} selectors)",
            COUNT / planning_busy,
            json_alone / planning_busy,
        ),
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
