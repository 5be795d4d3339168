"""A local cloud with OpenTrail deployed, for all end-to-end tests; every test takes accounts of its own.

It runs on a free port with its state in `.local/test`, beside an instance that `make up` left running.
"""

import fcntl
import secrets
from collections.abc import Iterator

import pytest

from opentrail_cli import deployment, processes
from opentrail_cli import instance as instances
from opentrail_cli.environment import LOCAL, Instance
from tests.localstack.support import STATE_DIR, Cloud


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """Boot, deploy, and stop again; what it printed stays in `.local/test`. One boots after the other: the
    second takes the packages that the first has built.
    """
    instance = Instance(STATE_DIR, instances.free_port())
    with instances.only_one(instance):
        instances.stop(instance)  # of a run that was killed
    with (LOCAL / "test.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        deployment.up(instance, deployment.stopwatch())
    yield Cloud(instance, instance.outputs())
    with instances.only_one(instance):
        instances.stop(instance)
    assert processes.of_instance(STATE_DIR) == []


@pytest.fixture
def account() -> str:
    """An account nobody used before."""
    return f"{secrets.randbelow(9 * 10**11) + 10**11}"
