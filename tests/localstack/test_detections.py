"""Detections as people write them for AWS find what was done on the local cloud, and not what is near it."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.localstack.detection_session import (
    METRIC_FILTERS,
    RULES,
    SIGMA,
    Intrusion,
    Rule,
    intrude,
    prepare,
    sigma_matches,
)
from tests.localstack.support import Cloud, eventually
from tests.localstack.test_outputs import Mailbox

SHOWN = 60.0  # seconds
LAST = "the-last-call"


class Watched:
    """An account in which somebody intruded while it was watched."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        account = f"{secrets.randbelow(9 * 10**11) + 10**11}"
        trails = cloud.client("cloudtrail", account)
        created = trails.create_event_data_store(Name="watch", TerminationProtectionEnabled=False)
        self.store = created["EventDataStoreArn"].rpartition("/")[2]
        key = prepare(cloud, account)
        marker = self._rule(key, "marker", {"detail": {"eventName": ["CreateTopic"]}})
        cloud.client("sns", key).create_topic(Name="ready")
        eventually(marker.read, within=SHOWN)  # what root did before is heard by nobody any more
        self.heard = {rule.name: self._watch(key, rule) for rule in RULES}
        self.there = Intrusion(account, key, datetime.now(UTC).replace(microsecond=0))
        intrude(cloud, self.there)
        cloud.client("sns", key).create_topic(Name=LAST)
        eventually(lambda: len(marker.read()) > 1, within=SHOWN)  # nor is more to be heard

    def _watch(self, key: str, rule: Rule) -> Mailbox:
        return self._rule(key, rule.name, json.loads(rule.pattern), rule.state)

    def _rule(self, key: str, name: str, pattern: dict[str, Any], state: str = "ENABLED") -> Mailbox:
        mailbox, events = Mailbox(self.cloud, key, name), self.cloud.client("events", key)
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": mailbox.arn}])
        return mailbox


@pytest.fixture(scope="module")
def watched(cloud: Cloud) -> Watched:
    return Watched(cloud)


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_a_rule_hears_what_it_is_meant_for_and_nothing_near_it(watched: Watched, rule: Rule) -> None:
    mailbox = watched.heard[rule.name]
    eventually(lambda: len(mailbox.read()) >= len(rule.meant_for), within=10)
    details = [event["detail"] for event in mailbox.held]
    found = sorted(detail["eventName"] for detail in details)
    assert found == sorted(name for name, _ in rule.meant_for)
    for name, text in rule.meant_for:
        assert any(d["eventName"] == name and text in json.dumps(d) for d in details), details


def test_metric_filters_as_lake_sql_find_exactly_what_was_done(watched: Watched) -> None:
    key, since = watched.there.key, watched.there.began.strftime("%Y-%m-%d %H:%M:%S")
    where = f"FROM {watched.store} WHERE eventTime >= '{since}' AND"

    def names(condition: str) -> list[str]:
        rows = watched.cloud.rows(key, f"SELECT eventName {where} ({condition})")
        return sorted(row[0]["eventName"] for row in rows)

    last = f"eventName = 'CreateTopic' AND element_at(requestParameters, 'name') = '{LAST}'"
    eventually(lambda: names(last), within=SHOWN, pause=1)
    with ThreadPoolExecutor(3) as pool:
        found = dict(
            zip(METRIC_FILTERS, pool.map(names, [c for c, _ in METRIC_FILTERS.values()]), strict=True)
        )
    assert found == {title: done for title, (_, done) in METRIC_FILTERS.items()}


def test_sigma_rules_over_log_files_find_exactly_what_was_done(watched: Watched) -> None:
    account, began = watched.there.account, f"{watched.there.began:%Y-%m-%dT%H:%M:%SZ}"

    def records() -> list[dict[str, Any]]:
        logged = watched.cloud.logged(account, f"logs-{account}-everything-us-east-1")
        return logged if any(LAST in json.dumps(record) for record in logged) else []

    logged = [r for r in eventually(records, within=SHOWN, pause=1) if r["eventTime"] >= began]
    found = {
        title: sorted(r["eventName"] for r in logged if sigma_matches(selection, without, r))
        for title, (selection, without, _) in SIGMA.items()
    }
    assert found == {title: done for title, (_, _, done) in SIGMA.items()}
