"""`opentrail events` on the deployed system: what calls left behind is found, downloaded and followed."""

import csv
import io
import json
import os
import signal
import subprocess
import threading
from queue import Queue

from tests.localstack.support import OPENTRAIL, OPENTRAIL_ENVIRONMENT, Cloud, eventually, opentrail, output


def _ask(cloud: Cloud, account: str, *arguments: str) -> str:
    where = ("--account", account, "--state-dir", str(cloud.instance.state_dir))
    return output(opentrail("events", *arguments, *where))


def test_calls_are_found_by_several_conditions_and_downloaded(cloud: Cloud, account: str) -> None:
    s3 = cloud.client("s3", account)
    for name in ("letters", "photos"):
        s3.create_bucket(Bucket=f"{name}-{account}")
    try:
        s3.delete_bucket(Bucket=f"nothing-{account}")
    except s3.exceptions.ClientError as error:
        refused = error.response["Error"]["Code"]

    def changes() -> list[dict[str, str]]:
        asked = ("--event-source", "s3", "--read-only", "false", "--username", "root")
        rows = list(csv.DictReader(io.StringIO(_ask(cloud, account, *asked, "--output", "csv"))))
        return rows if len(rows) >= 3 else []

    rows = eventually(changes, within=60, pause=1)
    assert sorted((row["Event name"], row["Resource name"], row["Error code"]) for row in rows) == [
        ("CreateBucket", f"letters-{account}", ""),
        ("CreateBucket", f"photos-{account}", ""),
        ("DeleteBucket", f"nothing-{account}", refused),
    ]
    failed = _ask(cloud, account, "--event-name", "*Bucket", "--errors", "--output", "jsonl").splitlines()
    assert [json.loads(line)["requestParameters"]["bucketName"] for line in failed] == [f"nothing-{account}"]
    found = json.loads(_ask(cloud, account, "--resource-name", f"photos-*{account}", "--output", "json"))
    assert [record["eventName"] for record in found["Records"]] == ["CreateBucket"]
    table = _ask(cloud, account, "--event-name", "CreateBucket", "--max", "1")
    assert table.count("CreateBucket") == 1


def test_events_are_followed_as_they_come(cloud: Cloud, account: str) -> None:
    arguments = ["--follow", "--output", "jsonl", "--event-source", "s3", "--endpoint", cloud.endpoint]
    follower = subprocess.Popen(
        [*OPENTRAIL, "events", *arguments, "--account", account, "--region", "us-east-1"],
        env=OPENTRAIL_ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    came: Queue[str] = Queue()
    assert follower.stdout is not None
    assert follower.stderr is not None
    reader = threading.Thread(target=lambda out: [came.put(line) for line in out], args=(follower.stdout,))
    reader.start()
    try:
        for name in ("one", "two"):
            cloud.client("s3", account).create_bucket(Bucket=f"{name}-{account}")
            record = json.loads(came.get(timeout=60))
            assert record["requestParameters"]["bucketName"] == f"{name}-{account}"
    finally:
        os.kill(follower.pid, signal.SIGINT)
        status = follower.wait(timeout=20)
        reader.join()
    assert (status, follower.stderr.read()) == (0, "")
    assert came.empty()
    follower.stdout.close()
    follower.stderr.close()
