"""Which processes belong to an instance, what its files tell, and what a shell sources."""

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from opentrail.domain.delivery import BacklogKey
from opentrail.ports.ledger import Line, Sum, Totals

from opentrail_cli import instance as instances
from opentrail_cli import processes, status
from opentrail_cli.counted_calls import calls_in, differences
from opentrail_cli.environment import CommandError, Instance, default_port, without_aws, write_env_file


def test_a_remembered_process_is_not_mistaken_for_a_later_one() -> None:
    own = processes.identify(os.getpid())
    assert own is not None
    assert processes.is_running(own)
    assert not processes.is_running(processes.ProcessId(own.pid, own.started + 1))


def test_a_process_that_ignores_the_request_to_end_is_killed() -> None:
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    code = f"{ignore}; import time; print(1, flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    process = processes.identify(child.pid)
    assert process is not None
    started = time.monotonic()
    assert processes.end([process], patience=0.3) == []
    assert time.monotonic() - started < 30
    child.stdout.close()
    child.wait()


def test_no_instance_no_port(tmp_path: Path) -> None:
    assert instances.known_port(tmp_path) is None
    assert instances.running(Instance(tmp_path, 1)) is None
    with pytest.raises(CommandError, match="opentrail up"):
        Instance(tmp_path, 1).outputs()


def test_the_environment_file_is_what_a_shell_takes(tmp_path: Path) -> None:
    instance = Instance(tmp_path, 4567)
    write_env_file(instance)
    command = f". {tmp_path}/env && env"
    shown = subprocess.run(
        ["/bin/sh", "-c", command], env={}, capture_output=True, text=True, check=True
    ).stdout
    values = dict(line.split("=", 1) for line in shown.splitlines())
    assert values["AWS_ENDPOINT_URL"] == values["AWS_ENDPOINT_URL_CLOUDTRAIL"] == "http://127.0.0.1:4567"
    assert values["AWS_ENDPOINT_URL_CLOUDTRAIL_DATA"] == "http://127.0.0.1:4567"
    assert values["AWS_REGION"] == values["AWS_DEFAULT_REGION"] == "us-east-1"
    assert (values["AWS_ACCESS_KEY_ID"], bool(values["AWS_SECRET_ACCESS_KEY"])) == ("111111111111", True)


def test_no_variable_of_a_real_account_is_kept() -> None:
    kept = without_aws(
        {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "x", "PATH": "/bin", "AWS_CA_BUNDLE": "/ca"}
    )
    assert kept["PATH"] == "/bin"
    assert kept["AWS_CA_BUNDLE"] == "/ca"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & set(kept)
    assert kept["AWS_CONFIG_FILE"] == os.devnull


@pytest.mark.parametrize("text", ["", "0", "65536", "http", "-1"])
def test_a_wrong_port_is_said(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("OPENTRAIL_PORT", text)
    with pytest.raises(CommandError, match="OPENTRAIL_PORT"):
        default_port()


def test_differences_name_what_is_missing_and_what_is_too_much() -> None:
    made = Counter({("s3.amazonaws.com", "CreateBucket", "", "arn:aws:iam::1:root"): 2})
    found = Counter({("s3.amazonaws.com", "CreateBucket", "NoSuchBucket", "arn:aws:iam::1:root"): 1})
    lines = differences(made, found)
    assert lines == [
        "missing 2 x s3.amazonaws.com CreateBucket by root",
        "not expected 1 x s3.amazonaws.com CreateBucket (NoSuchBucket) by root",
    ]
    assert differences(made, made) == []


def test_calls_of_services_themselves_are_not_counted_as_peoples() -> None:
    record = {
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject",
        "userIdentity": {"type": "AWSService"},
    }
    assert calls_in([record], frozenset({"s3.amazonaws.com"})) == Counter()


def test_a_sum_that_does_not_agree_is_marked() -> None:
    totals = Totals(
        destinations={"trail/a": Sum(matched=3, delivered=3), "trail/b": Sum(matched=3, delivered=2)}
    )
    lines = status.table(totals)
    assert "DOES NOT AGREE" not in lines[1]
    assert "DOES NOT AGREE" in lines[2]


def test_the_local_cloud_gets_no_real_credentials_and_finds_the_recorders_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        "AWS_PROFILE": "production",
        "OPENTRAIL_RECORDER": "off",
        "OPENTRAIL_RECORDER_SELECTION": "mine/selection.json",
    }
    environment = instances.environment_of(Instance(tmp_path / "state", 1), given)
    assert "AWS_PROFILE" not in environment
    assert environment["OPENTRAIL_RECORDER"] == "off"
    assert environment["OPENTRAIL_RECORDER_SELECTION"] == str(tmp_path / "mine/selection.json")
    assert environment["OPENTRAIL_STATE_DIR"] == str(tmp_path / "state")


def test_what_waits_for_destinations_is_told_with_its_reason() -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    fails = Line(
        key=BacklogKey(destination="trail/a", region="eu-west-1"),
        deliveries=1200,
        records=34000,
        oldest_window=at,
        failing_since=at,
        code="NoSuchBucket",
        next_try=at + timedelta(minutes=30),
    )
    back = Line(
        key=BacklogKey(destination="trail/b", region="us-east-1"), deliveries=2, records=3, oldest_window=at
    )
    empty = replace(back, deliveries=0, records=0, oldest_window=None)
    assert status.waiting(Totals(lines=(empty,))) == []
    assert status.waiting(Totals(lines=(fails, back, empty))) == [
        "",
        "Waiting for destinations:",
        "  trail/a in eu-west-1 fails since 2026-03-01T12:00:00Z with NoSuchBucket: 1,200 deliveries"
        " (34,000 records) wait, the oldest of 2026-03-01T12:00:00Z, tried next at 2026-03-01T12:30:00Z",
        "  trail/b in us-east-1 catches up: 2 deliveries (3 records) wait,"
        " the oldest of 2026-03-01T12:00:00Z",
    ]
