"""Where things are in a checkout, and how a local instance is reached: paths, ports, accounts, clients."""

import json
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[1]
LOCAL = ROOT / ".local"
LOCALSTACK_PYTHON = LOCAL / "localstack-venv/bin/python"
AWS_CLI = ROOT / ".venv/bin/aws"
DEFAULT_STATE_DIR = LOCAL / "run"
DEFAULT_PORT = 4566
STAGE = "local"
REGION = "us-east-1"
DEPLOYMENT_ACCOUNT = "000000000000"  # where the stacks are
USER_ACCOUNT = "111111111111"  # what .local/env gives
SECRET = "local"  # any secret does: the local cloud checks no signatures


class CommandError(Exception):
    """The command cannot do what it was asked; its sentence tells the user why, and what helps."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One local cloud: its state directory and its port."""

    state_dir: Path
    port: int

    @property
    def endpoint(self) -> str:
        """The one URL of everything. With an IP address, clients put bucket names into paths, not hosts."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the local cloud and its functions print."""
        return self.state_dir / "localstack.log"

    @property
    def env_file(self) -> Path:
        """What a shell sources: `.local/env` for the default instance, beside the state of any other."""
        return LOCAL / "env" if self.state_dir == DEFAULT_STATE_DIR else self.state_dir / "env"

    def outputs(self) -> dict[str, str]:
        """What the deployment is called; CommandError when nothing is deployed."""
        try:
            outputs: dict[str, str] = json.loads((self.state_dir / "outputs.json").read_text())
        except FileNotFoundError as error:
            raise CommandError(
                f"Nothing is deployed in {self.state_dir}. Start with: opentrail up"
            ) from error
        return outputs


def default_port() -> int:
    """OPENTRAIL_PORT, else LocalStack's usual port."""
    text = os.environ.get("OPENTRAIL_PORT", str(DEFAULT_PORT))
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"OPENTRAIL_PORT is {text!r}; it must be a port number.")
    return int(text)


def client(
    endpoint: str,
    service: str,
    *,
    account_id: str,
    region: str = REGION,
    attempts: int = 1,
    timeout: float = 60,
) -> Any:
    """A stock boto3 client of an account of the local cloud, where the access key id is the account."""
    return session(account_id, region).client(
        service,
        endpoint_url=endpoint,
        config=Config(retries={"total_max_attempts": attempts}, read_timeout=timeout, connect_timeout=5),
    )


def session(access_key_id: str, region: str = REGION, secret: str = SECRET, token: str | None = None) -> Any:
    """A boto3 session with explicit credentials, whatever the environment says."""
    return boto3.Session(
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret,
        aws_session_token=token,
        region_name=region,
    )


def env_variables(endpoint: str, account_id: str = USER_ACCOUNT) -> dict[str, str]:
    """What makes every stock AWS client a client of the local cloud."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_CLOUDTRAIL": endpoint,
        "AWS_ENDPOINT_URL_CLOUDTRAIL_DATA": endpoint,
        "AWS_ACCESS_KEY_ID": account_id,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }


def write_env_file(instance: Instance) -> None:
    """Write what a shell sources."""
    lines = [
        f"export {name}={shlex.quote(value)}" for name, value in env_variables(instance.endpoint).items()
    ]
    replace_text(instance.env_file, "\n".join(lines) + "\n")


def without_aws(environ: dict[str, str] | None = None) -> dict[str, str]:
    """The environment without anything that AWS clients read, so that no real account is ever touched."""
    source = dict(os.environ) if environ is None else environ
    kept = {"AWS_CA_BUNDLE"}
    return {k: v for k, v in source.items() if k in kept or not k.startswith(("AWS_", "BOTO_"))} | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text)
    fresh.replace(path)
