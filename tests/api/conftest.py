"""The API in process: a Gateway over fakes, called by a real boto3 client or with raw bytes."""

from collections.abc import Callable
from typing import Any

import pytest
from opentrail.ports import Ports

from tests.fakes.clock import FakeClock
from tests.fakes.front import Front
from tests.fakes.ids import FakeIds
from tests.fakes.ports import ports as make_ports
from tests.fakes.record_queue import FakeRecordQueue
from tests.fakes.service import Service


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def records() -> FakeRecordQueue:
    return FakeRecordQueue()


@pytest.fixture
def ports(clock: FakeClock, records: FakeRecordQueue) -> Ports:
    return make_ports(clock=clock, ids=FakeIds(), records=records)


@pytest.fixture
def front(ports: Ports) -> Front:
    return Front(ports)


@pytest.fixture
def client(front: Front) -> Callable[..., Any]:
    """`client("cloudtrail", account="111111111111", region="us-east-1")`: a boto3 client of the front."""
    return front.client


@pytest.fixture
def service() -> Service:
    """The API and what it stands on, to be looked into and set up."""
    return Service()


@pytest.fixture
def trails(service: Service) -> Any:
    """A client of CloudTrail of the service's."""
    return service.client()
