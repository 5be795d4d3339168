"""One call through every stage, quickly and whole: event history, log file, Lake."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.localstack.support import Cloud, eventually, last_days

CALLS = 20
IN_HISTORY = 5.0  # seconds for the slowest of the calls
IN_A_FILE = 15.0


def _named(event: dict[str, Any]) -> str:
    return str(json.loads(event["CloudTrailEvent"])["requestParameters"]["userName"])


def test_the_slowest_of_twenty_calls_shows_in_time(cloud: Cloud, account: str) -> None:
    bucket = cloud.trail(account)
    iam = cloud.client("iam", account)
    iam.create_user(UserName="warm-up")
    eventually(lambda: cloud.log_files(account, bucket), within=30)

    made: dict[str, float] = {}
    for number in range(CALLS):
        name = f"user-{number}"
        iam.create_user(UserName=name)
        made[name] = time.monotonic()

    seen = {"history": {}, "file": {}}

    def in_history() -> set[str]:
        events = cloud.events(
            account, LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
        )
        return {_named(event) for event in events}

    def in_files() -> set[str]:
        records = [r for held in cloud.log_files(account, bucket).values() for r in held]
        return {r["requestParameters"]["userName"] for r in records if r["eventName"] == "CreateUser"}

    def watch(place: str, look: Any, limit: float) -> None:
        deadline = time.monotonic() + limit + 5
        while set(made) - set(seen[place]) and time.monotonic() < deadline:
            now, found = time.monotonic(), look()
            for name in found & set(made):
                seen[place].setdefault(name, max(0.0, now - made[name]))
            time.sleep(0.2)

    with ThreadPoolExecutor(2) as pool:
        watches = [
            pool.submit(watch, "history", in_history, IN_HISTORY),
            pool.submit(watch, "file", in_files, IN_A_FILE),
        ]
        for one in watches:
            one.result()
    for place, limit in (("history", IN_HISTORY), ("file", IN_A_FILE)):
        assert set(seen[place]) == set(made), f"{place} lacks {set(made) - set(seen[place])}"
        slowest = max(seen[place].values())
        print(f"{place}: the slowest of {CALLS} calls showed after {slowest:.1f} s")
        assert slowest <= limit, f"{place}: {seen[place]}"


def test_one_call_is_the_same_record_everywhere(cloud: Cloud, account: str) -> None:
    trails = cloud.client("cloudtrail", account)
    store = trails.create_event_data_store(Name="everything", TerminationProtectionEnabled=False)
    bucket = cloud.trail(account)
    cloud.client("sqs", account).create_queue(QueueName="evidence")

    [event] = eventually(
        lambda: cloud.events(
            account, LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateQueue"}]
        ),
        within=20,
    )
    record = json.loads(event["CloudTrailEvent"])
    assert record["requestParameters"]["queueName"] == "evidence"
    assert record["responseElements"]["queueUrl"].endswith("/evidence")
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{account}:root"

    def delivered() -> list[tuple[str, dict[str, Any]]]:
        files = cloud.log_files(account, bucket)
        return [(key, r) for key, held in files.items() for r in held if r["eventID"] == record["eventID"]]

    [(key, in_file)] = eventually(delivered, within=30)
    assert in_file == record
    folder = rf"AWSLogs/{account}/CloudTrail/us-east-1/\d{{4}}/\d\d/\d\d"
    assert re.fullmatch(
        rf"{folder}/{account}_CloudTrail_us-east-1_\d{{8}}T\d\d[0-5][05]Z_[A-Za-z0-9]{{16}}\.json\.gz", key
    )
    head = cloud.client("s3", account).head_object(Bucket=bucket, Key=key)
    assert (head["ContentType"], head["ContentEncoding"]) == ("application/json", "gzip")
    assert head["ServerSideEncryption"] == "AES256"

    store_id = store["EventDataStoreArn"].rpartition("/")[2]
    statement = (
        f"SELECT eventJson, requestParameters['queueName'] AS name FROM {store_id} "
        f"WHERE eventID = '{record['eventID']}' AND eventTime >= '{record['eventTime'][:10]} 00:00:00'"
    )
    [row] = eventually(lambda: cloud.rows(account, statement), within=60)
    assert [next(iter(cell)) for cell in row] == ["eventJson", "name"]
    assert row[0]["eventJson"] == event["CloudTrailEvent"]
    assert row[1]["name"] == "evidence"


def test_a_trail_tells_the_truth_of_itself(cloud: Cloud, account: str) -> None:
    trails = cloud.client("cloudtrail", account)
    bucket = cloud.trail(account)
    cloud.client("sqs", account).list_queues()
    eventually(lambda: cloud.log_files(account, bucket), within=30)
    status = eventually(
        lambda: s if "LatestDeliveryTime" in (s := trails.get_trail_status(Name="everything")) else None,
        within=10,
    )
    assert status["IsLogging"] is True
    assert status["LatestDeliveryTime"] >= status["StartLoggingTime"]
    assert "LatestDeliveryError" not in status
    trails.stop_logging(Name="everything")
    status = trails.get_trail_status(Name="everything")
    assert status["IsLogging"] is False
    assert status["StopLoggingTime"] >= status["StartLoggingTime"]


def test_accounts_and_regions_never_mix(cloud: Cloud, account: str) -> None:
    other = str(int(account) - 1)
    cloud.client("sqs", account, "eu-west-1").create_queue(QueueName="mine")
    cloud.client("sqs", other).create_queue(QueueName="theirs")
    by_name = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateQueue"}]}
    [mine] = eventually(lambda: cloud.events(account, "eu-west-1", **by_name), within=20)
    [theirs] = eventually(lambda: cloud.events(other, **by_name), within=20)
    assert json.loads(mine["CloudTrailEvent"])["recipientAccountId"] == account
    assert json.loads(theirs["CloudTrailEvent"])["recipientAccountId"] == other
    assert cloud.events(account, **by_name, **last_days()) == []
