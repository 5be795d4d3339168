"""The API function's composition."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentrail.adapters.router_identity import RouterIdentity
from opentrail.adapters.sigv4_identity import SigV4Identity
from opentrail.bootstrap import api, clients
from opentrail.ports import Ports
from opentrail.settings import ApiSettings

from tests.fakes.clock import FakeClock

LAMBDAS = Path(__file__).resolve().parents[3] / "lambdas"
PUBLIC_KEY = "A" * 43 + "="  # 32 bytes of zero


def settings(stage: str = "dev", identity: str = "sigv4", router_public_key: str = "") -> ApiSettings:
    return ApiSettings(
        stage=stage,
        resources_table="resources",
        history_table="history",
        ledger_table="ledger",
        records_queue_url="https://sqs.us-east-1.amazonaws.com/111111111111/records",
        segments_bucket="segments",
        delivery_role_arn="arn:aws:iam::111111111111:role/delivery",
        digest_key_arn="arn:aws:kms:us-east-1:111111111111:key/1",
        token_secret_arn="arn:aws:secretsmanager:us-east-1:111111111111:secret:tokens",
        lake_bucket="lake",
        lake_database="opentrail_dev",
        lake_table="events",
        lake_workgroup="opentrail_dev",
        identity=identity,
        router_public_key=router_public_key,
        regions=["us-east-1"],
    )


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    clients.client.cache_clear()
    yield monkeypatch
    clients.client.cache_clear()


def test_the_stages_identity_is_built() -> None:
    clock = FakeClock()
    assert isinstance(api.identity_of(settings(), clock), SigV4Identity)
    local = settings("local", "router", PUBLIC_KEY)
    assert isinstance(api.identity_of(local, clock), RouterIdentity)
    with pytest.raises(ValueError, match="nobody"):
        api.identity_of(settings(identity="nobody"), clock)


def test_a_stage_that_is_not_local_cannot_trust_the_router() -> None:
    with pytest.raises(ValueError, match="local"):
        settings("dev", "router", PUBLIC_KEY)
    with pytest.raises(ValueError, match="local"):
        settings("prod", "sigv4", PUBLIC_KEY)


@pytest.mark.usefixtures("environment")
def test_the_ports_are_built_from_the_settings() -> None:
    ports = api.ports_of(settings(), FakeClock())
    assert isinstance(ports, Ports)
    assert (ports.regions, ports.lake_database, ports.lake_table) == (
        ("us-east-1",),
        "opentrail_dev",
        "events",
    )


def test_the_gateway_is_built_once(environment: pytest.MonkeyPatch) -> None:
    for name, value in settings().to_env().items():
        environment.setenv(name, value)
    api.settings.cache_clear()
    api.gateway.cache_clear()
    try:
        assert api.gateway() is api.gateway()
    finally:
        api.settings.cache_clear()
        api.gateway.cache_clear()


def test_the_function_loads_nothing_that_its_package_does_not_hold() -> None:
    heavy = "{'pyarrow', 'duckdb', 'numpy', 'pandas', 'moto', 'aws_cdk'}"
    code = f"import sys, handlers.api; loaded = {heavy} & set(sys.modules); assert not loaded, loaded"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=LAMBDAS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
