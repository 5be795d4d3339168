"""What the recorder adds to a call's latency: `python -m bench.recorder_latency` (it boots local clouds).

Three local clouds run side by side, all without OpenTrail's functions: two with the recorder off and one with
it on, whose records go to a queue that nobody reads. A block of calls in a row goes to each in turn, in
random order, and blocks side by side are compared, so that whatever else the machine does befalls all three
alike: printed is the median of these ratios, and where it lies in 95 of 100 such runs. Requests are signed
once and sent over kept connections without an SDK: what is timed is the local cloud's own work. The second
cloud without a recorder shows what the method makes of no difference at all.

It measures observing, copying, writing the record, packing and sending it; not what OpenTrail does with it.
"""

import http.client
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from bench.tables import show
from opentrail_cli import instance as instances
from opentrail_cli.environment import DEPLOYMENT_ACCOUNT, LOCAL, Instance, client

LIMIT = 0.05  # of the local cloud's own latency: what the recorder may add
ACCOUNT = "111111111111"
BLOCK = 12  # calls in a row to one local cloud; the first is not counted, it finds caches cold
BLOCKS = 40  # of each operation and local cloud
CLOUDS = ("off", "off again", "on")

type Request = tuple[str, str, bytes, dict[str, str]]  # method, path, body, headers


class _CaughtError(Exception):
    """Carries a signed request out of botocore."""

    def __init__(self, request: Any) -> None:
        self.request = request


def calls() -> list[tuple[str, str, dict[str, Any]]]:
    """Service, method of its client, parameters: reading and changing, of each protocol."""
    table = {"TableName": "t"}
    return [
        ("sts", "get_caller_identity", {}),
        ("iam", "get_user", {"UserName": "mina"}),
        ("iam", "tag_user", {"UserName": "mina", "Tags": [{"Key": "a", "Value": "b"}]}),
        ("sqs", "get_queue_attributes", {"QueueUrl": "{queue}", "AttributeNames": ["All"]}),
        ("s3", "put_object", {"Bucket": "bench-bucket", "Key": "k", "Body": b"x" * 1000}),
        ("s3", "get_object", {"Bucket": "bench-bucket", "Key": "k"}),
        ("dynamodb", "put_item", {**table, "Item": {"id": {"S": "1"}, "text": {"S": "x" * 500}}}),
        ("dynamodb", "get_item", {**table, "Key": {"id": {"S": "1"}}}),
        ("ssm", "put_parameter", {"Name": "p", "Value": "v", "Type": "String", "Overwrite": True}),
        ("ec2", "describe_vpcs", {}),
    ]


def prepare(endpoint: str) -> str:
    """Make what the calls need; the URL of the queue."""

    def of(service: str) -> Any:
        return client(endpoint, service, account_id=ACCOUNT)

    of("iam").create_user(UserName="mina")
    of("s3").create_bucket(Bucket="bench-bucket")
    of("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return str(of("sqs").create_queue(QueueName="q")["QueueUrl"])


def signed(endpoint: str, service: str, method: str, parameters: dict[str, Any]) -> Request:
    """The request a stock client would send."""
    made = client(endpoint, service, account_id=ACCOUNT)

    def catch(request: Any, **_: Any) -> None:
        raise _CaughtError(request)

    made.meta.events.register_first("before-send.*.*", catch)
    with suppress(StopIteration):
        try:
            getattr(made, method)(**parameters)
        except _CaughtError as caught:
            request = caught.request
            body = request.body.read() if hasattr(request.body, "read") else request.body or b""
            body = body.encode() if isinstance(body, str) else body
            headers = {
                name: value.decode() if isinstance(value, bytes) else str(value)
                for name, value in request.headers.items()
                if name.lower() not in ("content-length", "expect")
            }
            return request.method, request.url.removeprefix(endpoint), body, headers
    raise RuntimeError(f"{service} {method} sent nothing")


class Cloud:
    """One local cloud, its connection and its requests."""

    def __init__(self, instance: Instance) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", instance.port, timeout=60)
        queue = prepare(instance.endpoint)
        self.requests = []
        for service, method, parameters in calls():
            filled = {name: queue if value == "{queue}" else value for name, value in parameters.items()}
            self.requests.append(signed(instance.endpoint, service, method, filled))

    def block(self, request: Request) -> list[float]:
        """The seconds of each call of a block but the first."""
        seconds = []
        for _ in range(BLOCK):
            started = time.perf_counter()
            self._connection.request(request[0], request[1], request[2], request[3])
            answer = self._connection.getresponse()
            answer.read()
            seconds.append(time.perf_counter() - started)
            if answer.status >= 300:
                raise RuntimeError(f"{request[:2]} answered {answer.status}")
        return seconds[1:]


@contextmanager
def clouds() -> Iterator[dict[str, Cloud]]:
    """The local clouds, booted and ended."""
    running: dict[str, Instance] = {}
    before = os.environ.get("OPENTRAIL_RECORDER")
    try:
        for name in CLOUDS:
            instance = Instance(LOCAL / f"bench/{name.replace(' ', '-')}", instances.free_port())
            os.environ["OPENTRAIL_RECORDER"] = name.partition(" ")[0]
            instance.state_dir.mkdir(parents=True, exist_ok=True)
            running[name] = instance
            instances.wait_until_ready(instance, instances.start(instance))
        _give_a_queue(running["on"])
        yield {name: Cloud(instance) for name, instance in running.items()}
        _require_recorded(running["on"])
    finally:
        os.environ.pop("OPENTRAIL_RECORDER") if before is None else os.environ.update(
            OPENTRAIL_RECORDER=before
        )
        for instance in running.values():
            instances.stop(instance)


def _give_a_queue(instance: Instance) -> None:
    sqs = client(instance.endpoint, "sqs", account_id=DEPLOYMENT_ACCOUNT)
    url = sqs.create_queue(QueueName="records")["QueueUrl"]
    (instance.state_dir / "outputs.json").write_text(json.dumps({"RecordsQueueUrl": url}))


def _require_recorded(instance: Instance) -> None:
    """Nothing was measured if nothing was recorded."""
    time.sleep(2)
    counters = json.loads((instance.state_dir / "recorder-status.json").read_text())
    expected = BLOCK * BLOCKS * len(calls())
    if counters["sent"] < expected or counters["dropped"] or counters["failed"]:
        raise RuntimeError(f"not every call was recorded: {counters}")


def measure(found: dict[str, Cloud]) -> dict[str, list[list[float]]]:
    """Per cloud and operation the median seconds of each block."""
    seconds: dict[str, list[list[float]]] = {name: [[] for _ in calls()] for name in found}
    rng = random.Random(1)
    for _ in range(BLOCKS):
        for number in range(len(calls())):
            for name in rng.sample(CLOUDS, len(CLOUDS)):
                block = found[name].block(found[name].requests[number])
                seconds[name][number].append(statistics.median(block))
    return seconds


def added(on: list[float], off: list[float]) -> tuple[float, float, float]:
    """The median of what blocks took more than those beside them, and its 95 % interval (by rank)."""
    ratios = sorted(a / b - 1 for a, b in zip(on, off, strict=True))
    reach = 0.98 * len(ratios) ** 0.5
    low, high = max(0, int(len(ratios) / 2 - reach)), min(len(ratios) - 1, int(len(ratios) / 2 + reach))
    return statistics.median(ratios), ratios[low], ratios[high]


def run() -> float:
    """Measure and print; what the recorder adds to a call, as a part of the local cloud's own latency."""
    with clouds() as found:
        seconds = measure(found)
    off, again, on = (seconds[name] for name in CLOUDS)
    names = [f"{service} {method}" for service, method, _ in calls()]
    rows = [_row(*of_call) for of_call in zip(names, on, off, again, strict=True)]
    whole = [[second for of_call in held for second in of_call] for held in (on, off, again)]
    rows.append(_row("all of them", *whole))
    show(
        f"Recorder: latency of blocks of {BLOCK} calls; limit of what it adds: {LIMIT:.0%}",
        ("", "off, ms", "on, ms", "added", "from", "to", "no difference"),
        rows,
    )
    return added(whole[0], whole[1])[0]


def _row(name: str, on: list[float], off: list[float], again: list[float]) -> tuple[str | float, ...]:
    ratios = [f"{ratio:+.1%}" for ratio in (*added(on, off), added(again, off)[0])]
    return name, statistics.median(off) * 1e3, statistics.median(on) * 1e3, *ratios


if __name__ == "__main__":
    sys.exit(run() > LIMIT)
