"""Every stage is synthesised once for all tests, and not at all where its sources have not changed."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from opentrail_cli import deployer
from tests.stacks.assembly import Assembly

STAGES = ("local", "dev", "prod")
AWS_STAGES = ("dev", "prod")


@pytest.fixture(scope="session")
def assemblies() -> Mapping[str, Assembly]:
    """The assemblies of all stages, by the stages' names."""
    with ThreadPoolExecutor(len(STAGES)) as pool:
        return {
            stage: Assembly(stage, folder)
            for stage, folder in zip(STAGES, pool.map(deployer.synth, STAGES), strict=True)
        }


@pytest.fixture(params=STAGES)
def assembly(request: pytest.FixtureRequest, assemblies: Mapping[str, Assembly]) -> Assembly:
    """Each stage in turn."""
    return assemblies[request.param]


@pytest.fixture(params=AWS_STAGES)
def on_aws(request: pytest.FixtureRequest, assemblies: Mapping[str, Assembly]) -> Assembly:
    """Each stage that is deployed to AWS in turn."""
    return assemblies[request.param]


@pytest.fixture
def local(assemblies: Mapping[str, Assembly]) -> Assembly:
    """The stage of the local cloud."""
    return assemblies["local"]
