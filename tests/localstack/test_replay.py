"""Records that are fed in come out whole: `opentrail replay` of generated records, and of real ones."""

import gzip
import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from opentrail.domain.event import attributes
from opentrail.domain.record import RefusedRecordError, read

from opentrail_cli.environment import ROOT
from tests import records
from tests.localstack.support import Cloud, eventually, last_days, write_lines

CORPUS = ROOT.parent / "shared/data/records.jsonl.gz"
SMALL = (
    "EventName",
    "EventSource",
    "ReadOnly",
    "ResourceType",
)  # attributes of which every value is looked up
SAMPLES = 25  # of each other attribute


def _replay(cloud: Cloud, *arguments: str) -> str:
    command = [sys.executable, "-m", "opentrail_cli", "replay", *arguments]
    done = subprocess.run(
        [*command, "--state-dir", str(cloud.instance.state_dir)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _without_time(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "eventTime"}


def _shown(cloud: Cloud, places: Iterable[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """All events by account and Region, newest first, but for the lookups themselves."""
    return {
        f"{account} {region}": [
            event for event in cloud.events(account, region, **last_days()) if not _own(event, account)
        ]
        for account, region in places
    }


def _own(event: dict[str, Any], account: str) -> bool:
    """Whether the event is of a call this test made to CloudTrail: it is recorded like any other."""
    record = json.loads(event["CloudTrailEvent"])
    return (
        record["eventSource"] == "cloudtrail.amazonaws.com"
        and record.get("userIdentity", {}).get("arn") == f"arn:aws:iam::{account}:root"
        and "Boto3" in record.get("userAgent", "")
        and record["eventTime"][:10] >= f"{last_days(1)['StartTime']:%Y-%m-%d}"
    )


def _expect_same(cloud: Cloud, sent: list[dict[str, Any]]) -> None:
    """Every management record is in event history, value for value but for its time, and nothing else is."""
    known = [read(json.dumps(record, separators=(",", ":")).encode()) for record in sent]
    wanted = [r for r in known if r.category == "Management"]
    places = sorted({(r.account_id, r.region) for r in wanted})
    by_id = {r.event_id: r.data for r in wanted}

    def whole() -> dict[str, list[dict[str, Any]]] | None:
        shown = _shown(cloud, places)
        return shown if sum(map(len, shown.values())) >= len(wanted) else None

    shown = eventually(whole, within=120, pause=2)
    ids = Counter(event["EventId"] for events in shown.values() for event in events)
    assert ids == Counter(r.event_id for r in wanted)
    for events in shown.values():
        order = [(-event["EventTime"].timestamp(), event["EventId"]) for event in events]
        assert order == sorted(order)
        for event in events:
            assert _without_time(json.loads(event["CloudTrailEvent"])) == _without_time(
                by_id[event["EventId"]]
            )
    _expect_every_attribute(cloud, places, shown)


def _expect_every_attribute(
    cloud: Cloud, places: list[tuple[str, str]], shown: dict[str, list[dict[str, Any]]]
) -> None:
    """A lookup by an attribute answers exactly what a straight scan of all events does, in the same order."""
    choose = random.Random(5)
    for account, region in places[:2]:
        events = shown[f"{account} {region}"]
        found: dict[tuple[str, str], list[str]] = {}
        for event in events:
            for attribute in attributes(json.loads(event["CloudTrailEvent"])):
                found.setdefault(attribute, []).append(event["EventId"])
        small = [a for a in found if a[0] in SMALL]
        others = [a for a in sorted(found) if a[0] not in SMALL]
        for key, value in small[:60] + choose.sample(others, min(SAMPLES, len(others))):
            lookup = [{"AttributeKey": key, "AttributeValue": value}]
            answer = cloud.events(account, region, LookupAttributes=lookup, **last_days())
            seen = [event["EventId"] for event in answer if not _own(event, account)]
            assert seen == found[key, value], (key, value)


def test_generated_records_come_back_whole(cloud: Cloud, account: str, tmp_path: Path) -> None:
    store = _everything(cloud, account)
    sent = list(records.generate(3, 600, accounts=(account,), span=timedelta(days=30)))
    file = write_lines(tmp_path / "records.jsonl", list(records.lines(sent)))
    answer = _replay(cloud, str(file), "--fit", "60d")
    assert re.search(r"Read 600, sent 600 ", answer), answer
    _expect_same(cloud, sent)
    _expect_in_lake(cloud, account, store, sent)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real records is not beside this checkout")
def test_real_records_come_back_whole(cloud: Cloud, account: str) -> None:
    with gzip.open(CORPUS) as lines:
        sent = [json.loads(line)["record"] for line in lines]
    kept: list[dict[str, Any]] = []
    owners: Counter[str] = Counter()
    for record in sent:
        try:
            found = read(json.dumps(record, separators=(",", ":")).encode())
        except RefusedRecordError:
            continue
        kept.append(found.data)
        owners[found.account_id] += 1
    assert len(sent) - len(kept) == 3
    owner, _ = owners.most_common(1)[0]
    store = _everything(cloud, owner)
    answer = _replay(cloud, str(CORPUS), "--fit", "80d")
    assert "sent, to dead letters  3" in answer, answer
    _expect_same(cloud, kept)
    mine = [r for r in kept if read(json.dumps(r).encode()).account_id == owner]
    _expect_in_lake(cloud, owner, store, mine)


def _everything(cloud: Cloud, account: str) -> str:
    """A store of all management events of all Regions, and of all S3 objects."""
    created = cloud.client("cloudtrail", account).create_event_data_store(
        Name="everything", TerminationProtectionEnabled=False
    )
    return str(created["EventDataStoreArn"].rpartition("/")[2])


def _expect_in_lake(cloud: Cloud, account: str, store: str, sent: list[dict[str, Any]]) -> None:
    known = [read(json.dumps(record, separators=(",", ":")).encode()) for record in sent]
    wanted = Counter(r.event_id for r in known if r.category == "Management")
    assert wanted
    statement = f"SELECT eventID, eventJson FROM {store} WHERE eventSource <> 'cloudtrail.amazonaws.com'"
    own = {r.event_id for r in known if r.data.get("eventSource") == "cloudtrail.amazonaws.com"}
    wanted = Counter({event_id: n for event_id, n in wanted.items() if event_id not in own})
    by_id = {r.event_id: r.data for r in known}

    def whole() -> list[Any] | None:
        rows = cloud.rows(account, statement)
        return rows if len(rows) >= wanted.total() else None

    rows = eventually(whole, within=120, pause=2)
    assert Counter(row[0]["eventID"] for row in rows) == wanted
    for row in rows:
        assert _without_time(json.loads(row[1]["eventJson"])) == _without_time(by_id[row[0]["eventID"]])
