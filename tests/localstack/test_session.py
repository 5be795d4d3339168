"""The commands a newcomer uses: the session of `make run`, status, and their answers to wrong use."""

import socket
from pathlib import Path

from opentrail_cli import deployment, run_session
from tests.localstack.support import Cloud, opentrail


def test_a_session_finds_exactly_the_calls_it_made(cloud: Cloud) -> None:
    names = run_session.run(cloud.instance, deployment.stopwatch())
    done = opentrail("status", "--state-dir", str(cloud.instance.state_dir))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"trail/{names.account}/us-east-1/{names.trail}/" in done.stdout
    assert "DOES NOT AGREE" not in done.stdout


def test_up_is_idempotent(cloud: Cloud) -> None:
    said: list[str] = []
    deployment.up(cloud.instance, said.append)
    assert "Already deployed" in said


def test_a_port_in_use_is_said_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = opentrail("up", "--state-dir", str(tmp_path / "state"), "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr


def test_commands_without_an_instance_say_how_to_start_one(tmp_path: Path) -> None:
    done = opentrail("status", "--state-dir", str(tmp_path / "state"))
    assert done.returncode == 1
    assert "opentrail up" in done.stderr
