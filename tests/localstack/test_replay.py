"""Records that are fed in come out whole: `opentrail replay` of generated records, and of real ones."""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from opentrail.domain.event import ATTRIBUTE_KEYS
from opentrail.domain.record import RefusedRecordError, read

from opentrail_cli.environment import ROOT
from tests import records
from tests.history_proofs import Attribute, by_attribute
from tests.localstack.support import Cloud, eventually, last_days, opentrail, output, write_lines

CORPUS = ROOT.parent / "shared/data/records.jsonl.gz"
# Attributes of which every value is looked up, and those of which so many are. (In process every value is, in
# every account and Region.)
SMALL = ("EventName", "EventSource", "ReadOnly", "Username", "ResourceType")
SAMPLED = {"EventId": 100, "ResourceName": 100, "AccessKeyId": 20}
AT_ONCE = 4  # lookups


def _said(cloud: Cloud, *arguments: str) -> str:
    return output(opentrail(*arguments, "--state-dir", str(cloud.instance.state_dir)))


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


def _expect_same(cloud: Cloud, sent: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Every management record is in event history, value for value but for its time, and nothing else is.

    Returns what is shown.
    """
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
    return shown


def _expect_every_attribute(cloud: Cloud, shown: dict[str, list[dict[str, Any]]]) -> None:
    """A lookup by an attribute answers exactly what a straight scan of all events does, in the same order."""
    choose = random.Random(5)
    asks: dict[str, list[tuple[str, Attribute, list[dict[str, Any]]]]] = {}
    for place, events in shown.items():
        for attribute, wanted in by_attribute(events).items():
            asks.setdefault(attribute[0], []).append((place, attribute, wanted))
    assert set(asks) == set(ATTRIBUTE_KEYS)
    for found in asks.values():
        choose.shuffle(found)
    # Each value in one of the places where it occurs.
    chosen = [ask for key in SMALL for ask in {ask[1]: ask for ask in asks[key]}.values()]
    chosen += [ask for key, samples in SAMPLED.items() for ask in asks[key][:samples]]
    clients = {place: cloud.client("cloudtrail", *place.split()) for place in shown}

    def answers(ask: tuple[str, Attribute, list[dict[str, Any]]]) -> bool:
        place, (key, value), wanted = ask
        # What this test asks is recorded too, and is younger than any record that was sent.
        pages = (
            clients[place]
            .get_paginator("lookup_events")
            .paginate(
                LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}],
                StartTime=last_days()["StartTime"],
                EndTime=shown[place][0]["EventTime"],
            )
        )
        events = [event for page in pages for event in page["Events"]]
        return [event for event in events if not _own(event, place.split()[0])] == wanted

    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = [ask[:2] for ask, right in zip(chosen, pool.map(answers, chosen), strict=True) if not right]
    assert wrong == []


def test_generated_records_come_back_whole(cloud: Cloud, account: str, tmp_path: Path) -> None:
    store = _everything(cloud, account)
    sent = list(records.generate(3, 600, accounts=(account,), span=timedelta(days=30)))
    file = write_lines(tmp_path / "records.jsonl", list(records.lines(sent)))
    answer = _said(cloud, "replay", str(file), "--fit", "60d")
    assert re.search(r"Read 600, sent 600 ", answer), answer
    shown = _expect_same(cloud, sent)
    if not CORPUS.exists():  # else the real records are asked for whatever they answer to
        _expect_every_attribute(cloud, shown)
    _expect_in_lake(cloud, account, store, sent)
    _expect_quiet_pages_while_more_comes(cloud, account, sent, tmp_path)


def _expect_quiet_pages_while_more_comes(
    cloud: Cloud, account: str, sent: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Pages read while records of all times are written show what was there once each, in order.

    Among what comes is a forged copy of an event: it hides nothing, and `opentrail status` names it.
    """
    true = next(r for r in sent if r.get("eventCategory") == "Management")
    more = list(records.generate(4, 150, accounts=(account,), span=timedelta(days=30)))
    copy = {**true, "sourceIPAddress": "203.0.113.9"}
    file = write_lines(tmp_path / "more.jsonl", list(records.lines([*more, copy])))
    there = cloud.events(account, **last_days())
    bounds = {"StartTime": last_days()["StartTime"], "EndTime": there[0]["EventTime"]}
    trails = cloud.client("cloudtrail", account)
    with ThreadPoolExecutor(1) as pool:
        replaying = pool.submit(_said, cloud, "replay", str(file), "--fit", "60d")
        pages = trails.get_paginator("lookup_events").paginate(**bounds, PaginationConfig={"PageSize": 9})
        shown = [event["CloudTrailEvent"] for page in pages for event in page["Events"]]
        replaying.result()
    known = [event["CloudTrailEvent"] for event in there]
    came = set(shown) - set(known)
    assert [line for line in shown if line not in came] == known
    assert len(set(shown)) == len(shown)

    def copies() -> list[dict[str, Any]]:
        lookup = [{"AttributeKey": "EventId", "AttributeValue": true["eventID"]}]
        found = cloud.events(account, LookupAttributes=lookup, **last_days())
        return found if len(found) == 2 else []

    seen = [json.loads(event["CloudTrailEvent"]) for event in eventually(copies, within=60, pause=1)]
    for wanted in (true, copy):
        assert _without_time(wanted) in [_without_time(one) for one in seen]
    assert f'  {account} {true["awsRegion"]} "{true["eventID"]}"' in _said(cloud, "status").splitlines()


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
    answer = _said(cloud, "replay", str(CORPUS), "--fit", "80d")
    assert "sent, to dead letters  3" in answer, answer
    _expect_every_attribute(cloud, _expect_same(cloud, kept))
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
