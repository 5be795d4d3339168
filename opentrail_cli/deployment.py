"""Brings a local instance up: boots the local cloud, synthesises beside it, deploys, warms the functions."""

import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from opentrail_cli import deployer
from opentrail_cli import instance as instances
from opentrail_cli.environment import (
    DEPLOYMENT_ACCOUNT,
    REGION,
    STAGE,
    USER_ACCOUNT,
    CommandError,
    Instance,
    client,
    replace_text,
    write_env_file,
)

WARM_LIMIT = 60  # seconds for the first call of a function
FUNCTION_PREFIX = f"OpenTrail-{STAGE}-"

type Report = Callable[[str], None]


def up(instance: Instance, report: Report) -> None:
    """Boot what does not run, deploy what is not deployed; a complete instance stays as it is."""
    with instances.only_one(instance):
        process = instances.running(instance)
        port = instances.known_port(instance.state_dir)
        if process is not None and port != instance.port:
            raise CommandError(
                f"The instance in {instance.state_dir} runs on port {port}. "
                f"Use --port {port}, or stop it first with: opentrail down"
            )
        with ThreadPoolExecutor(1, thread_name_prefix="synth") as pool:
            synthesised = pool.submit(deployer.synth, STAGE)
            if process is None:
                report(f"Booting the local cloud at {instance.endpoint}")
                process = instances.start(instance)
            instances.wait_until_ready(instance, process)
            report("The local cloud answers")
            assembly = synthesised.result()
        _deploy(instance, assembly, report)
        write_env_file(instance)


def _deploy(instance: Instance, assembly: Path, report: Report) -> None:
    parameters = {"RouterPublicKey": (instance.state_dir / "router_public.txt").read_text().strip()}
    fingerprint = _fingerprint(assembly, parameters)
    stamp = instance.state_dir / "deployed"
    if stamp.exists() and stamp.read_text() == fingerprint and (instance.state_dir / "outputs.json").exists():
        report("Already deployed")
        return
    report("Deploying the stacks")
    outputs = deployer.deploy(instance.endpoint, assembly, parameters=parameters)
    deployer.write_outputs(instance.state_dir, outputs)
    report("Warming the functions")
    _warm(instance, outputs["ApiFunction"])
    replace_text(stamp, fingerprint)
    report("Deployed")


def _fingerprint(assembly: Path, parameters: dict[str, str]) -> str:
    """Equal for equal deployments: templates name their assets by content."""
    parts = [template.read_bytes() for template in sorted(assembly.glob("*.template.json"))]
    return hashlib.sha256(b"\0".join([*parts, json.dumps(parameters, sort_keys=True).encode()])).hexdigest()


def _warm(instance: Instance, api_function: str) -> None:
    """Start one process of every function, so that the first records do not wait for them."""
    functions = client(instance.endpoint, "lambda", account_id=DEPLOYMENT_ACCOUNT, timeout=WARM_LIMIT)
    names = [
        function["FunctionName"]
        for page in functions.get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if function["FunctionName"].startswith(FUNCTION_PREFIX)
    ]
    if not names:
        raise CommandError(f"No function named {FUNCTION_PREFIX}… was deployed.")
    names = [name for name in names if name != api_function]  # it is called through its API instead
    with ThreadPoolExecutor(len(names), thread_name_prefix="warm") as pool:
        for name, error in zip(names, pool.map(lambda n: _invoke_empty(functions, n), names), strict=True):
            if error:
                raise CommandError(f"Function {name} does not start: {error}")
    trails = client(instance.endpoint, "cloudtrail", account_id=USER_ACCOUNT, timeout=WARM_LIMIT)
    trails.list_trails()


def _invoke_empty(functions: Any, name: str) -> str:
    """Invoke with a batch of nothing; the error, if there was one."""
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"Records": []}).encode())
    return answer["Payload"].read().decode()[:500] if "FunctionError" in answer else ""


def describe(instance: Instance) -> str:
    """How to go on by hand, and how to stop."""
    return "\n".join(
        [
            f"Endpoint   {instance.endpoint}   (account {USER_ACCOUNT}, {REGION})",
            f"Go on      . {_short(instance.env_file)} && aws cloudtrail lookup-events --max-results 3",
            f"Log        {_short(instance.log)}",
            "Stop       make down"
            if "run" in instance.state_dir.name
            else f"Stop       opentrail down --state-dir {instance.state_dir}",
        ]
    )


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def stopwatch(write: Callable[[str], Any] = print) -> Report:
    """A report that puts the seconds since its making before each line."""
    started = time.monotonic()

    def report(text: str) -> None:
        write(f"{time.monotonic() - started:6.1f} s  {text}")

    return report
