"""Callers of the recorder's tests: moto's stores start empty."""

import sys
from pathlib import Path

import pytest
from localstack.services.iam.iam_patches import apply_iam_patches
from moto.iam.models import iam_backends
from opentrail_local.recorder import moto_identities

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def stores():
    """IAM and STS without anybody in them."""
    apply_iam_patches()
    moto_identities.apply()
    iam_backends.reset()
    yield
    iam_backends.reset()
