"""What end-to-end tests share: the deployed system as its users see it, and patience."""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from opentrail_cli import processes
from opentrail_cli.environment import (
    AWS_CLI,
    DEPLOYMENT_ACCOUNT,
    LOCAL,
    REGION,
    ROOT,
    Instance,
    client,
    env_variables,
    without_aws,
)

# Each process of a run that tests file beside file has a cloud of its own.
STATE_DIR = LOCAL / f"test{os.environ.get('PYTEST_XDIST_WORKER', '')}"
LOOKUP_PAGE = 50


@dataclass(slots=True)
class Cloud:
    """The deployed system as its users see it."""

    instance: Instance
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """The one URL of everything."""
        return self.instance.endpoint

    def client(self, service: str, account: str = DEPLOYMENT_ACCOUNT, region: str = REGION) -> Any:
        """A stock boto3 client of an account, without retries: each call is one record."""
        return client(self.endpoint, service, account_id=account, region=region)

    def shell(self, account: str) -> dict[str, str]:
        """The environment of a user's shell: nothing but what `.local/env` exports."""
        return without_aws() | env_variables(self.endpoint, account) | {"AWS_MAX_ATTEMPTS": "1"}

    def function_processes(self, function: str) -> list[processes.ProcessId]:
        """The running processes of a function."""
        wanted = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode()
        return [
            found
            for found in processes.of_instance(self.instance.state_dir)
            if wanted in _environment(found.pid)
        ]

    def trail(self, account: str, name: str = "everything", region: str = REGION, **more: Any) -> str:
        """A logging trail with a bucket of its own; the bucket's name."""
        bucket = f"logs-{account}-{name}-{region}"
        s3 = self.client("s3", account)
        s3.create_bucket(Bucket=bucket)
        trails = self.client("cloudtrail", account, region)
        trails.create_trail(Name=name, S3BucketName=bucket, **more)
        trails.start_logging(Name=name)
        return bucket

    def log_files(self, account: str, bucket: str) -> dict[str, list[dict[str, Any]]]:
        """The delivered log files: their records by key. Digests and markers are left out."""
        s3 = self.client("s3", account)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        items = [item for page in pages for item in page.get("Contents", [])]
        keys = [item["Key"] for item in items if item["Size"] and "/CloudTrail-Digest/" not in item["Key"]]
        bodies = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
        return {key: json.loads(gzip.decompress(body))["Records"] for key, body in bodies.items()}

    def logged(self, account: str, bucket: str) -> list[dict[str, Any]]:
        """The records of all delivered log files."""
        return [record for held in self.log_files(account, bucket).values() for record in held]

    def events(self, account: str, region: str = REGION, **lookup: Any) -> list[dict[str, Any]]:
        """Every event of a lookup, page by page."""
        trails = self.client("cloudtrail", account, region)
        pages = trails.get_paginator("lookup_events").paginate(
            **lookup, PaginationConfig={"PageSize": LOOKUP_PAGE}
        )
        return [event for page in pages for event in page["Events"]]

    def rows(self, account: str, statement: str, *, within: float = 60) -> list[list[dict[str, str]]]:
        """The rows of a Lake query; AssertionError when it does not finish."""
        trails = self.client("cloudtrail", account)
        query = trails.start_query(QueryStatement=statement)["QueryId"]
        deadline = time.monotonic() + within
        while (answer := trails.get_query_results(QueryId=query))["QueryStatus"] in ("QUEUED", "RUNNING"):
            assert time.monotonic() < deadline, f"still {answer['QueryStatus']} after {within} s: {statement}"
            time.sleep(0.2)
        assert answer["QueryStatus"] == "FINISHED", answer
        found = list(answer["QueryResultRows"])
        while "NextToken" in answer:
            answer = trails.get_query_results(QueryId=query, NextToken=answer["NextToken"])
            found += answer["QueryResultRows"]
        return found


def eventually[T](look: Callable[[], T], *, within: float, pause: float = 0.2) -> T:
    """The first true answer; AssertionError with the last one when there is none in time."""
    deadline = time.monotonic() + within
    while not (answer := look()):
        assert time.monotonic() < deadline, f"not within {within} s; the last answer was {answer!r}"
        time.sleep(pause)
    return answer


def last_days(days: int = 90) -> dict[str, datetime]:
    """The times of a lookup over all of event history."""
    now = datetime.now(UTC)
    return {"StartTime": now - timedelta(days=days), "EndTime": now + timedelta(minutes=1)}


def write_lines(path: Path, lines: Iterator[bytes] | list[bytes]) -> Path:
    """A file of JSON lines."""
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def synthesize(app: ModuleType, folder: Path) -> None:
    """Run a CDK app of a user's, which is given the folder it may write its assemblies in."""
    environment = without_aws() | {
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-O", str(app.__file__), str(folder)]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)


OPENTRAIL = (sys.executable, "-m", "opentrail_cli")
OPENTRAIL_ENVIRONMENT = {
    "PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}",
    "PATH": "/usr/bin:/bin",
    "PYTHONUNBUFFERED": "1",
}


def opentrail(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the `opentrail` command to its end, as a user does."""
    return run([*OPENTRAIL, *arguments], OPENTRAIL_ENVIRONMENT)


def aws_cli(cloud: Cloud, account: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `aws cloudtrail` as the root of an account."""
    return run([str(AWS_CLI), "cloudtrail", *arguments], cloud.shell(account))


def output(done: subprocess.CompletedProcess[str]) -> str:
    """What a command said that has to succeed."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # ended meanwhile
        return []


def kill(process: processes.ProcessId) -> None:
    """End a process as a power cut would."""
    if processes.is_running(process):
        os.kill(process.pid, 9)
