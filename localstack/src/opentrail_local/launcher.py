"""Boots LocalStack in host mode for one state directory and one port of 127.0.0.1.

    python -m opentrail_local.launcher --state-dir DIR --port N

It runs in the foreground until SIGTERM or SIGINT and keeps nothing: files are below DIR/fs and DIR/tmp.
"""

import argparse
import os
import sys
import warnings
from pathlib import Path

from opentrail_local.instance import ENVIRONMENTS, LocalInstance, enter
from opentrail_local.recorder import selection

HOST = "127.0.0.1"


def main(arguments: list[str] | None = None) -> None:
    """Run LocalStack; does not return before it was asked to end."""
    parser = argparse.ArgumentParser(prog="opentrail_local.launcher", description=__doc__)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    _start_anew()
    instance = LocalInstance(options.state_dir.resolve(), options.port)
    for folder in ("fs", "tmp"):
        (instance.state_dir / folder).mkdir(parents=True, exist_ok=True)
    enter(instance)
    try:
        selection.from_environment()
    except selection.SelectionError as error:
        raise SystemExit(str(error)) from error
    instance.write_public_key()
    os.environ.update(environment(instance))
    _run()


def environment(instance: LocalInstance) -> dict[str, str]:
    """What LocalStack 4.14.0 reads; it must be set before anything of it is imported."""
    state = instance.state_dir
    return {
        # Host mode, whatever container this happens to run in; all files in the state directory.
        "OVERRIDE_IN_DOCKER": "0",
        "FILESYSTEM_ROOT": str(state / "fs"),
        "CONFIG_DIR": str(state / "fs/config"),
        "TMPDIR": str(state / "tmp"),
        "XDG_CACHE_HOME": str(ENVIRONMENTS / "localstack-venv/cache"),  # plux's index of entry points
        "OPENTRAIL_STATE_DIR": str(state),
        # URLs that resolve without a network.
        "GATEWAY_LISTEN": f"{HOST}:{instance.port}",
        "LOCALSTACK_HOST": f"{HOST}:{instance.port}",
        "SQS_ENDPOINT_STRATEGY": "path",
        "DNS_ADDRESS": "0",
        "NO_PROXY": f"{HOST},localhost",
        "no_proxy": f"{HOST},localhost",
        # Nothing leaves this machine, nothing is measured.
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "SQS_DISABLE_CLOUDWATCH_METRICS": "1",
        # S3 refuses objects under keys that are disabled, missing or of another Region, as on AWS.
        "S3_SKIP_KMS_KEY_VALIDATION": "0",
        "LS_LOG": os.environ.get("LS_LOG", "warning"),
        # Plugins of ours.
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        "PROVIDER_OVERRIDE_DYNAMODB": "moto",
        "PROVIDER_OVERRIDE_DYNAMODBSTREAMS": "moto",
        "CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES": "0",  # only with cloudformation.strict
        # Pollers sleep 1 to 10 seconds by default.
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "0.2",
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.05",
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_ERROR_SEC": "5",
        "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT": "120",  # seconds a cold start may take on a loaded machine
        # Fake credentials: nothing in this process ever talks to AWS.
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def _start_anew() -> None:
    """Run this program again with what only a starting process takes, once.

    Few heaps for its hundred threads (half the memory), and compiled modules that are kept (half the time).
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        os.environ["MALLOC_ARENA_MAX"] = "2"
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.execv(sys.executable, sys.orig_argv)


def bind_loopback_only() -> None:
    """LocalStack's server ignores the host of GATEWAY_LISTEN and would listen on every address."""
    from twisted.internet import endpoints

    class LoopbackEndpoint(endpoints.TCP4ServerEndpoint):
        def __init__(self, reactor: object, port: int, backlog: int = 511, interface: str = HOST) -> None:
            super().__init__(reactor, port, backlog, interface)

    endpoints.TCP4ServerEndpoint = LoopbackEndpoint


def _run() -> None:
    # Twisted would check host names of certificates with it; this process is a client of nobody.
    warnings.filterwarnings("ignore", message=".*service_identity.*")
    bind_loopback_only()
    from localstack.runtime.main import main as run_localstack

    from opentrail_local.lambda_.function_process import stop_all

    code = 1
    try:
        run_localstack()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        stop_all()
        sys.stdout.flush()
        sys.stderr.flush()
        # Everything has been stopped by now; waiting for the threads of idle pools would take seconds.
        os._exit(code)


if __name__ == "__main__":
    sys.argv[0] = "opentrail_local.launcher"
    main()
