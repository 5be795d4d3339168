"""Evidence that verifies: what the AWS CLI's validator says of a trail as delivered, and tampered with."""

import gzip
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opentrail_cli import keys
from opentrail_cli.environment import REGION
from tests.localstack.support import Cloud, aws_cli, eventually

DELIVERED = 30
DIGESTED = 90


@dataclass(frozen=True)
class Evidence:
    """A trail that stopped: a starting digest, log files, a rotation of keys, a final digest."""

    cloud: Cloud
    account: str
    bucket: str
    started: datetime

    @property
    def s3(self) -> Any:
        return self.cloud.client("s3", self.account)

    def everything(self) -> list[str]:
        """The keys of all files."""
        return self.keys("CloudTrail") + self.keys("CloudTrail-Digest")

    def keys(self, folder: str) -> list[str]:
        """The keys of a folder's files, oldest first."""
        prefix = f"AWSLogs/{self.account}/{folder}/{REGION}/"
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in listed]

    def get(self, key: str) -> tuple[bytes, dict[str, str]]:
        found = self.s3.get_object(Bucket=self.bucket, Key=key)
        return found["Body"].read(), found["Metadata"]

    def put(self, key: str, body: bytes, metadata: dict[str, str]) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, Metadata=metadata)

    def validate(self) -> tuple[int, str, str]:
        """What the CLI says: exit status, the summary, what is invalid."""
        done = aws_cli(
            self.cloud, self.account, "validate-logs", "--trail-arn",
            f"arn:aws:cloudtrail:{REGION}:{self.account}:trail/evidence",
            "--start-time", f"{self.started - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}",
            "--end-time", f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}",
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def evidence(cloud: Cloud) -> Evidence:
    account = "424242424242"
    bucket = cloud.trail(account, "evidence", EnableLogFileValidation=True)
    cloud.trail(account, "beside")  # its windows wake the clock
    found = Evidence(cloud, account, bucket, datetime.now(UTC))
    cloud.client("sqs", account).create_queue(QueueName="seen")
    eventually(lambda: found.keys("CloudTrail"), within=DELIVERED)
    trails = cloud.client("cloudtrail", account)
    eventually(lambda: found.keys("CloudTrail-Digest"), within=DIGESTED)
    assert keys.rotate(cloud.instance)  # in the middle of the chain
    time.sleep(1 + keys.AHEAD)
    trails.stop_logging(Name="evidence")

    def final() -> bool:
        trails.get_trail_status(Name="beside")
        return len(found.keys("CloudTrail-Digest")) == 2

    eventually(final, within=DIGESTED, pause=1)
    return found


@pytest.fixture
def untouched(evidence: Evidence) -> Iterator[Evidence]:
    """Everything is put back afterwards."""
    held = {key: evidence.get(key) for key in evidence.everything()}
    yield evidence
    for key in set(evidence.everything()) - set(held):
        evidence.s3.delete_object(Bucket=evidence.bucket, Key=key)
    for key, (body, metadata) in held.items():
        evidence.put(key, body, metadata)


def test_an_untouched_trail_is_valid(untouched: Evidence) -> None:
    status, said, invalid = untouched.validate()
    assert (status, invalid) == (0, "")
    assert "2/2 digest files valid" in said
    logs = len(untouched.keys("CloudTrail"))
    assert f"{logs}/{logs} log files valid" in said


def test_the_markers_and_the_status_tell_of_digests(evidence: Evidence) -> None:
    for folder in ("CloudTrail", "CloudTrail-Digest"):
        key = f"AWSLogs/{evidence.account}/{folder}/"
        assert evidence.s3.head_object(Bucket=evidence.bucket, Key=key)["ContentLength"] == 0
    trails = evidence.cloud.client("cloudtrail", evidence.account)

    def told() -> bool:
        """The status follows the file."""
        status = trails.get_trail_status(Name="evidence")
        return bool(status["LatestDigestDeliveryTime"] >= status["StopLoggingTime"])

    eventually(told, within=DELIVERED)
    assert "LatestDigestDeliveryTime" not in trails.get_trail_status(Name="beside")


def test_each_digest_is_signed_with_the_key_of_its_time(evidence: Evidence) -> None:
    first, last = (
        json.loads(gzip.decompress(evidence.get(key)[0])) for key in evidence.keys("CloudTrail-Digest")
    )
    trails = evidence.cloud.client("cloudtrail", evidence.account)
    hour = timedelta(hours=1)
    public = trails.list_public_keys(StartTime=evidence.started - hour)["PublicKeyList"]
    signed = [digest["digestPublicKeyFingerprint"] for digest in (first, last)]
    assert signed == [key["Fingerprint"] for key in public]
    assert len(set(signed)) == 2
    assert [key["Fingerprint"] for key in trails.list_public_keys()["PublicKeyList"]] == signed[1:]
    for key in public:
        assert hashlib.md5(key["Value"]).hexdigest() == key["Fingerprint"]


def change_log_file(evidence: Evidence) -> tuple[str, str]:
    key = evidence.keys("CloudTrail")[0]
    body, metadata = evidence.get(key)
    evidence.put(key, gzip.compress(gzip.decompress(body).replace(b'"Records"', b'"records"')), metadata)
    return key, "hash value doesn't match"


def delete_log_file(evidence: Evidence) -> tuple[str, str]:
    key = evidence.keys("CloudTrail")[0]
    evidence.s3.delete_object(Bucket=evidence.bucket, Key=key)
    return key, "not found"


def rename_log_file(evidence: Evidence) -> tuple[str, str]:
    key = evidence.keys("CloudTrail")[0]
    evidence.put(f"{key[:-8]}x.json.gz", *evidence.get(key))
    evidence.s3.delete_object(Bucket=evidence.bucket, Key=key)
    return key, "not found"


def change_digest(evidence: Evidence) -> tuple[str, str]:
    key = evidence.keys("CloudTrail-Digest")[-1]
    body, metadata = evidence.get(key)
    said = json.loads(gzip.decompress(body))
    evidence.put(key, gzip.compress(json.dumps(said | {"logFiles": []}).encode()), metadata)
    return key, "signature verification failed"


def delete_digest(evidence: Evidence) -> tuple[str, str]:
    key = evidence.keys("CloudTrail-Digest")[0]
    evidence.s3.delete_object(Bucket=evidence.bucket, Key=key)
    return key, "not found"


def swap_signatures(evidence: Evidence) -> tuple[str, str]:
    first, last = evidence.keys("CloudTrail-Digest")
    evidence.put(last, evidence.get(last)[0], evidence.get(first)[1])
    return last, "signature verification failed"


def rename_digest(evidence: Evidence) -> tuple[str, str]:
    key = evidence.keys("CloudTrail-Digest")[-1]
    second = int(key[-11:-9])  # …HHMMSSZ.json.gz
    renamed = f"{key[:-11]}{(second + 1) % 60:02d}Z.json.gz"
    evidence.put(renamed, *evidence.get(key))
    evidence.s3.delete_object(Bucket=evidence.bucket, Key=key)
    return renamed, "has been moved from its original location"


TAMPERINGS = (
    change_log_file,
    delete_log_file,
    rename_log_file,
    change_digest,
    delete_digest,
    swap_signatures,
    rename_digest,
)


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_tampering_is_found_and_the_file_is_named(
    untouched: Evidence, tamper: Callable[[Evidence], tuple[str, str]]
) -> None:
    key, reason = tamper(untouched)
    status, _, invalid = untouched.validate()
    assert status == 1
    assert [line for line in invalid.splitlines() if key in line and f"INVALID: {reason}" in line], invalid
