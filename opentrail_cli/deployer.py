"""Deploys the CDK app to a local cloud: synthesised once for each state of the sources, then CloudFormation.

It does what `cdk bootstrap` and `cdk deploy` do for AWS, as far as a local cloud needs it and in a tenth of
their time: files into one bucket, stacks in the order of their dependencies.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from opentrail_cli.environment import (
    DEPLOYMENT_ACCOUNT,
    LOCAL,
    REGION,
    ROOT,
    CommandError,
    client,
    replace_text,
    without_aws,
)
from stacks.settings import stage_settings

ASSEMBLIES = LOCAL / "cdk.out"
KEPT = 3  # assemblies of a stage, the newest ones
STACK_LIMIT = 180  # seconds for one stack
PAUSE = 0.1  # seconds between two looks at a stack
WORKERS = 8

# What an assembly is made from. Sources of functions are in it as zips named by their content.
_SOURCES = ("app.py", "cdk.json", "stacks", "lambdas", "requirements", "tools/build_function_package.py")
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_HALF_MADE = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS", "DELETE_FAILED")


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack of an assembly."""

    name: str
    template: str
    parameters: frozenset[str]
    after: frozenset[str]  # names of the stacks it builds on
    has_files: bool  # that must be uploaded first


def synth(stage: str) -> Path:
    """The cloud assembly of a stage, made when its sources changed. CommandError says why it cannot be."""
    try:
        stage_settings(stage)
    except ValueError as error:
        raise CommandError(str(error)) from error
    assembly = ASSEMBLIES / f"{stage}-{_digest()}"
    with _only_one(ASSEMBLIES / f"{stage}.lock"):
        if not _is_whole(assembly):
            fresh = Path(tempfile.mkdtemp(prefix=f"new-{stage}-", dir=ASSEMBLIES))
            try:
                _run_app(stage, fresh)
                shutil.rmtree(assembly, ignore_errors=True)
                fresh.rename(assembly)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
            _forget_older(stage, assembly)
    return assembly


def deploy(endpoint: str, assembly: Path, parameters: Mapping[str, str] | None = None) -> dict[str, str]:
    """Create or update all stacks; their outputs as one map. CommandError names what failed, and why."""
    stacks = _stacks(assembly)
    outputs: dict[str, str] = {}
    with ThreadPoolExecutor(len(stacks) + 1, thread_name_prefix="stack") as pool:
        uploaded = pool.submit(_upload, endpoint, _assets(assembly))
        made: dict[str, Future[dict[str, str]]] = {}
        for stack in stacks:
            before = [made[name] for name in stack.after] + [uploaded] * stack.has_files
            made[stack.name] = pool.submit(_make, endpoint, stack, parameters or {}, before)
        for future in made.values():
            outputs |= future.result()
    if "RestApiId" in outputs:  # the host of AWS's URLs is nowhere here
        path = f"_aws/execute-api/{outputs['RestApiId']}/{outputs['ApiStage']}"
        outputs["ApiUrl"] = f"{endpoint}/{path}"
    return outputs


def write_outputs(state_dir: Path, outputs: Mapping[str, str]) -> None:
    """Where the command and the local cloud find the deployment."""
    replace_text(state_dir / "outputs.json", json.dumps(dict(sorted(outputs.items())), indent=2) + "\n")


def _run_app(stage: str, outdir: Path) -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    # Zips are read from where they were built: staging them would copy 70 MB.
    context |= {"stage": stage, "aws:cdk:disable-asset-staging": True}
    environment = without_aws() | {
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps(context),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "lambdas"), str(ROOT)]),
        # CDK's own check of templates takes longer than all the rest; tests/stacks check them with cfn-lint.
        "CDK_VALIDATION": "false",
        "CDK_DISABLE_STACK_TRACE": "1",
        # CDK works with Node 20 and says at length that nobody supports it any more.
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
    command = [sys.executable, "-O", str(ROOT / "app.py")]  # without CDK's checks of each argument's type
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"The stacks of stage {stage} cannot be synthesised:\n{done.stderr.strip()}")


def _digest() -> str:
    """Of everything an assembly is made from."""
    whole = hashlib.sha256()
    for source in _SOURCES:
        for path in _files(ROOT / source):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return whole.hexdigest()[:16]


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return [file for file in sorted(path.rglob("*")) if file.is_file() and "__pycache__" not in file.parts]


@contextmanager
def _only_one(lock_file: Path) -> Iterator[None]:
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as lock:
        flock(lock, LOCK_EX)
        yield


def _is_whole(assembly: Path) -> bool:
    return (assembly / "manifest.json").exists() and all(path.exists() for path, _ in _assets(assembly))


def _forget_older(stage: str, newest: Path) -> None:
    others = [path for path in ASSEMBLIES.glob(f"{stage}-*") if path.is_dir() and path != newest]
    for path in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _stacks(assembly: Path) -> list[Stack]:
    """The stacks, each after those it builds on."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    found = {
        name: _stack(assembly, name, artifact, artifacts)
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    ordered: list[Stack] = []
    while len(ordered) < len(found):
        known = {stack.name for stack in ordered}
        ordered += [stack for stack in found.values() if stack.name not in known and stack.after <= known]
    return ordered


def _stack(assembly: Path, name: str, artifact: dict[str, Any], artifacts: dict[str, Any]) -> Stack:
    template = json.loads((assembly / artifact["properties"]["templateFile"]).read_text())
    # There is no bootstrap stack here whose version could be looked at.
    template.get("Parameters", {}).pop("BootstrapVersion", None)
    template.get("Rules", {}).pop("CheckBootstrapVersion", None)
    after = (d for d in artifact.get("dependencies", []) if artifacts[d]["type"] == artifact["type"])
    return Stack(
        name=name,
        template=json.dumps({k: v for k, v in template.items() if v}, separators=(",", ":")),
        parameters=frozenset(template.get("Parameters", {})),
        after=frozenset(after),
        has_files="S3Key" in json.dumps(template),
    )


def _assets(assembly: Path) -> list[tuple[Path, tuple[str, str]]]:
    """Files and the (bucket, key) that templates look for them at; templates themselves are sent whole."""
    found: dict[tuple[str, str], Path] = {}
    for manifest in assembly.glob("*.assets.json"):
        for asset in json.loads(manifest.read_text())["files"].values():
            if asset["source"]["path"].endswith(".template.json"):
                continue
            for destination in asset["destinations"].values():
                target = (_resolved(destination["bucketName"]), _resolved(destination["objectKey"]))
                found[target] = assembly / asset["source"]["path"]
    return [(path, target) for target, path in found.items()]


def _resolved(text: str) -> str:
    values = {"AccountId": DEPLOYMENT_ACCOUNT, "Region": REGION, "Partition": "aws"}
    for name, value in values.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    return text


def _upload(endpoint: str, assets: Iterable[tuple[Path, tuple[str, str]]]) -> dict[str, str]:
    """Put each file where templates look for it, unless it is there. Has no outputs."""
    s3 = client(endpoint, "s3", account_id=DEPLOYMENT_ACCOUNT)
    for bucket in sorted({bucket for _, (bucket, _) in assets}):
        s3.create_bucket(Bucket=bucket)

    def put(asset: tuple[Path, tuple[str, str]]) -> None:
        path, (bucket, key) = asset
        if "Contents" in s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1):
            return  # keys are made of the content
        with path.open("rb") as body:
            s3.put_object(Bucket=bucket, Key=key, Body=body)

    with ThreadPoolExecutor(WORKERS, thread_name_prefix="upload") as pool:
        list(pool.map(put, assets))
    return {}


def _make(
    endpoint: str, stack: Stack, parameters: Mapping[str, str], before: Iterable[Future[dict[str, str]]]
) -> dict[str, str]:
    """Make one stack once those before it are there."""
    for future in before:
        future.result()
    return make_stack(client(endpoint, "cloudformation", account_id=DEPLOYMENT_ACCOUNT), stack, parameters)


def make_stack(cloudformation: Any, stack: Stack, parameters: Mapping[str, str]) -> dict[str, str]:
    """Create or update one stack and wait for it; its outputs."""
    request = {
        "StackName": stack.name,
        "TemplateBody": stack.template,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in parameters.items()
            if name in stack.parameters
        ],
    }
    known = _described(cloudformation, stack.name)
    if known is not None and known["StackStatus"] in _HALF_MADE:
        cloudformation.delete_stack(StackName=stack.name)
        _settled(cloudformation, stack.name)
        known = None
    try:
        (cloudformation.create_stack if known is None else cloudformation.update_stack)(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise CommandError(f"Stack {stack.name} is refused: {error}") from error
    made = _settled(cloudformation, stack.name)
    if made is None or made["StackStatus"] not in _DONE:
        raise CommandError(f"Stack {stack.name} failed. {_reasons(cloudformation, stack.name)}")
    _require_real_resources(cloudformation, stack.name)
    return {
        output["OutputKey"]: output["OutputValue"]
        for output in made.get("Outputs", [])
        if not output["OutputKey"].startswith("ExportsOutput")  # what stacks tell each other
    }


def _described(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def _settled(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """The stack once nothing is in progress; None when it is gone."""
    deadline = time.monotonic() + STACK_LIMIT
    while time.monotonic() < deadline:
        stack = _described(cloudformation, name)
        if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        time.sleep(PAUSE)
    raise CommandError(f"Stack {name} was not ready within {STACK_LIMIT} seconds.")


def _reasons(cloudformation: Any, name: str) -> str:
    """What its resources say of their failures, the first failure first."""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [
        event
        for event in sorted(events, key=lambda event: event["Timestamp"])
        if event["ResourceStatus"].endswith("_FAILED") and event["LogicalResourceId"] != name
    ]
    lines = [
        f"{e['LogicalResourceId']} ({e['ResourceType']}): {e.get('ResourceStatusReason', 'no reason given')}"
        for e in failed
    ]
    if not lines and (stack := _described(cloudformation, name)) is not None:
        lines = [stack.get("StackStatusReason", "")]  # a type that is refused never became a resource
    return "; ".join(dict.fromkeys(filter(None, lines))) or "No resource says why."


def _require_real_resources(cloudformation: Any, name: str) -> None:
    """LocalStack may answer for a type it does not know as if it had made something."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    unknown = [
        f"{resource['LogicalResourceId']} ({resource['ResourceType']})"
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource.get("PhysicalResourceId", "unknown") == "unknown"
    ]
    if unknown:
        raise CommandError(f"The local cloud did not really make: {', '.join(unknown)}")
