"""What is recorded of requests that no SDK would send, and how often: exactly once, or not at all.

Every request names something of its own (`mark`), by which its record is known. A trail that takes the data
events of the account's buckets brings them all together.
"""

import http.client
import json
import secrets
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from opentrail_cli.environment import REGION, SECRET
from opentrail_cli.status import recorder_lines
from tests.localstack.support import Cloud, eventually

SHOWN = 60.0  # seconds
CLIENTS = 100  # at once
KEYS = ("naïve ☃/🛰.txt", "with space+plus&amp=?%25", "dots/../and//slashes")


class Traffic:
    """An account with one bucket, and all that its trail has logged."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.account = f"{secrets.randbelow(9 * 10**11) + 10**11}"
        self._logs = cloud.trail(self.account)
        self.bucket = f"odd-{self.account}"
        objects = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{self.bucket}/"]}
        cloud.client("cloudtrail", self.account).put_event_selectors(
            TrailName="everything",
            EventSelectors=[
                {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [objects]}
            ],
        )
        self.s3 = cloud.client("s3", self.account)
        self.s3.create_bucket(Bucket=self.bucket)
        self.records: list[dict[str, Any]] = []

    def raw(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """A request byte for byte as given, and its answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.cloud.instance.port, timeout=60)) as sent:
            sent.request(method, path, body, headers or {})
            answer = sent.getresponse()
            return answer.status, answer.read()

    def scope(self, service: str) -> str:
        """A signature nobody checks."""
        return (
            f"AWS4-HMAC-SHA256 Credential={self.account}/20260101/{REGION}/{service}/aws4_request, "
            "SignedHeaders=host, Signature=00"
        )

    def read(self) -> None:
        """Wait until everything is in log files: a last call is."""
        last = f"last-{secrets.token_hex(4)}"
        self.cloud.client("sns", self.account).create_topic(Name=last)

        def logged() -> list[dict[str, Any]]:
            found = self.cloud.logged(self.account, self._logs)
            return found if any(last in json.dumps(record) for record in found) else []

        self.records = eventually(logged, within=SHOWN, pause=1)

    def of(self, mark: str) -> list[dict[str, Any]]:
        """The records with a text in their parameters."""
        return [
            r for r in self.records if mark in json.dumps(r["requestParameters"] or {}, ensure_ascii=False)
        ]

    def one(self, mark: str) -> dict[str, Any]:
        """The only record with it."""
        found = self.of(mark)
        assert len(found) == 1, f"{mark}: {found}"
        return found[0]


@pytest.fixture(scope="module")
def traffic(cloud: Cloud) -> Iterator[Traffic]:
    """All of the requests; the tests read what was recorded of them."""
    made = Traffic(cloud)
    _objects(made)
    _anonymous(made)
    _no_calls(made)
    _many_at_once(made)
    made.read()
    yield made
    made.s3.close()


def _objects(made: Traffic) -> None:
    put = made.s3.generate_presigned_url("put_object", {"Bucket": made.bucket, "Key": "presigned"})
    get = made.s3.generate_presigned_url("get_object", {"Bucket": made.bucket, "Key": "presigned"})
    for url, method, body in ((put, "PUT", b"secret body"), (get, "GET", None)):
        with urllib.request.urlopen(urllib.request.Request(url, body, method=method)) as answer:
            assert answer.status == 200
    for key in KEYS:
        made.s3.put_object(Bucket=made.bucket, Key=key, Body=b"\x00\xff\xfe secret body")
    made.s3.put_object(Bucket=made.bucket, Key="huge", Body=b"\xff" * (12 * 1024 * 1024))
    chunks = (b"secret body" for _ in range(50))
    streamed = {"Authorization": made.scope("s3")}  # of unknown length: in chunks
    assert made.raw("PUT", f"/{made.bucket}/chunked", chunks, streamed)[0] == 200
    virtual = {
        "Authorization": made.scope("s3"),
        "Host": f"{made.bucket}.s3.localhost.localstack.cloud:{made.cloud.instance.port}",
    }
    assert made.raw("PUT", "/virtual-host", b"secret body", virtual)[0] == 200


def _anonymous(made: Traffic) -> None:
    made.s3.put_object(Bucket=made.bucket, Key="open", Body=b"-")
    session = boto3.Session(region_name=REGION)
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    nobody = session.client("s3", endpoint_url=made.cloud.endpoint, config=config)
    nobody.get_object(Bucket=made.bucket, Key="open")


def _no_calls(made: Traffic) -> None:
    """Requests that are no calls of an API, or ones no API has."""
    port = made.cloud.instance.port
    cross = {"Origin": "https://example.org", "Access-Control-Request-Method": "PUT"}
    made.raw("OPTIONS", f"/{made.bucket}/preflight", None, cross)
    for path in ("/_localstack/health", "/_localstack/info", "/_aws/nothing", "/favicon.ico?garbage"):
        made.raw("GET", path)
    signed = {"Authorization": made.scope("sqs"), "Content-Type": "application/x-amz-json-1.0"}
    garbage = [
        ({**signed, "X-Amz-Target": "AmazonSQS.Nonsense"}, b'{"QueueName": "garbage-operation"}'),
        ({**signed, "X-Amz-Target": "AmazonSQS.CreateQueue"}, b'{"QueueName": "garbage-json'),
        ({"Authorization": "nonsense"}, b"\x00\xffgarbage-bytes"),
        ({**signed, "Authorization": made.scope("no-such-service")}, b"garbage-service"),
    ]
    for headers, body in garbage:
        made.raw("POST", "/", body, {"Host": f"127.0.0.1:{port}", **headers})
    made.raw("PATCH", "/garbage-path", b"", {"Authorization": made.scope("lambda")})


def _many_at_once(made: Traffic) -> None:
    config = Config(max_pool_connections=CLIENTS, retries={"total_max_attempts": 1})
    session = boto3.Session(made.account, SECRET, region_name=REGION)
    sqs = session.client("sqs", endpoint_url=made.cloud.endpoint, config=config)

    def call(number: int) -> None:
        sqs.create_queue(QueueName=f"crowd-{number:03d}", Attributes={"DelaySeconds": str(number)})

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(call, range(CLIENTS)))
    sqs.close()


def test_presigned_urls_say_so_and_tell_no_signature(traffic: Traffic) -> None:
    found = traffic.of("presigned")
    assert sorted(record["eventName"] for record in found) == ["GetObject", "PutObject"]
    for record in found:
        assert record["additionalEventData"]["AuthenticationMethod"] == "QueryString"
        assert record["userIdentity"]["accessKeyId"] == traffic.account
        assert {"X-Amz-Signature", "X-Amz-Credential"}.isdisjoint(record["requestParameters"])


@pytest.mark.parametrize("key", KEYS)
def test_keys_of_any_characters_are_recorded_as_they_are(traffic: Traffic, key: str) -> None:
    [record] = [r for r in traffic.records if (r["requestParameters"] or {}).get("key") == key]
    assert record["eventName"] == "PutObject"
    assert record["resources"][0]["ARN"] == f"arn:aws:s3:::{traffic.bucket}/{key}"


@pytest.mark.parametrize(("key", "size"), [("huge", 12 * 1024 * 1024), ("chunked", 0), ("virtual-host", 11)])
def test_bodies_are_measured_and_not_recorded(traffic: Traffic, key: str, size: int) -> None:
    record = traffic.one(f'"key": "{key}"')
    assert (record["eventName"], record["requestParameters"]["bucketName"]) == ("PutObject", traffic.bucket)
    assert record["additionalEventData"]["bytesTransferredIn"] == size
    assert len(json.dumps(record)) < 3_000
    assert "secret body" not in json.dumps(traffic.records)


def test_an_unsigned_request_is_nobodys_and_told_to_the_owner(traffic: Traffic) -> None:
    [record] = [r for r in traffic.of('"key": "open"') if r["eventName"] == "GetObject"]
    assert record["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": "",
        "accountId": "ANONYMOUS_PRINCIPAL",
    }
    assert record["recipientAccountId"] == traffic.account
    assert "AuthenticationMethod" not in record["additionalEventData"]


@pytest.mark.parametrize("mark", ["preflight", "garbage", "favicon"])
def test_what_is_no_call_is_not_recorded(traffic: Traffic, mark: str) -> None:
    assert traffic.of(mark) == []


def test_a_crowd_of_clients_makes_one_record_a_call(traffic: Traffic) -> None:
    found = sorted(traffic.of("crowd-"), key=lambda record: record["requestParameters"]["queueName"])
    names = [record["requestParameters"]["queueName"] for record in found]
    assert names == [f"crowd-{number:03d}" for number in range(CLIENTS)]
    assert len({record["eventID"] for record in found}) == len({r["requestID"] for r in found}) == CLIENTS
    for number, record in enumerate(found):
        assert record["requestParameters"]["attributes"] == {"DelaySeconds": str(number)}
        assert record["responseElements"]["queueUrl"].endswith(f"/crowd-{number:03d}")


def test_nothing_was_shed(traffic: Traffic) -> None:
    [line] = recorder_lines(traffic.cloud.instance.state_dir)
    assert "dropped (none), failed (none)" in line
