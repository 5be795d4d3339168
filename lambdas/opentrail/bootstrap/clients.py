"""Clients of AWS's SDK: made once per process, with timeouts short enough to try again within an invocation.

The Region comes from the environment, as AWS Lambda sets it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

CONNECT_TIMEOUT = 2  # seconds: another try reaches another host sooner than waiting does
READ_TIMEOUT = 10  # seconds between two bytes of an answer
ATTEMPTS = 4  # of one request, with the SDK's growing pauses between them
# Of one in a user's account: a delivery is tried again later anyhow, and one that hangs keeps a writer busy.
SESSION_ATTEMPTS = 2
CONNECTIONS = 32  # event history and the ledger ask side by side

CLIENT_CONFIG = Config(
    connect_timeout=CONNECT_TIMEOUT,
    read_timeout=READ_TIMEOUT,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    max_pool_connections=CONNECTIONS,
)


@cache
def client(service: str) -> Any:
    """A client of the function's own role."""
    return boto3.client(service, config=CLIENT_CONFIG)


def client_of_session(service: str, credentials: Mapping[str, str], region: str | None) -> Any:
    """A client of a role's session. boto3's default session is not for several threads."""
    return boto3.session.Session().client(
        service,
        region_name=region,
        config=CLIENT_CONFIG.merge(
            Config(retries={"mode": "standard", "total_max_attempts": SESSION_ATTEMPTS})
        ),
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
