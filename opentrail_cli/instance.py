"""Starts and stops the local cloud of a state directory. What is deployed on it is `deployment`'s."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from pathlib import Path

from opentrail_cli import processes
from opentrail_cli.environment import (
    LOCAL,
    LOCALSTACK_PYTHON,
    ROOT,
    CommandError,
    Instance,
    replace_text,
    without_aws,
)
from opentrail_cli.processes import ProcessId

BOOT_LIMIT = 90  # seconds: 5 on an idle machine, 20 were seen on a loaded one
STOP_LIMIT = 12  # seconds the local cloud may take to end by itself
SELECTION = "OPENTRAIL_RECORDER_SELECTION"  # names a file that says what is recorded, see docs/recorder.md
LOG_TAIL = 15  # lines shown when it does not start


def running(instance: Instance) -> ProcessId | None:
    """The local cloud's process, if it runs."""
    try:
        known = json.loads(_process_file(instance).read_text())
    except (FileNotFoundError, ValueError):
        return None
    process = ProcessId(known["pid"], known["started"])
    return process if processes.is_running(process) else None


def known_port(state_dir: Path) -> int | None:
    """The port of the instance that runs in a state directory; None when none runs."""
    if running(Instance(state_dir, 0)) is None:
        return None
    return int(json.loads(_process_file(Instance(state_dir, 0)).read_text())["port"])


def start(instance: Instance) -> ProcessId:
    """Start the local cloud, detached in its own session, without waiting. CommandError says why not."""
    if not LOCALSTACK_PYTHON.exists():
        raise CommandError("The environments are missing. Make them with: tools/bootstrap")
    stop(instance)  # functions of an instance that was killed must not answer for the new one
    _require_free(instance.port)
    _forget(instance.state_dir)
    command = [str(LOCALSTACK_PYTHON), "-m", "opentrail_local.launcher"]
    command += ["--state-dir", str(instance.state_dir), "--port", str(instance.port)]
    with instance.log.open("wb") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=instance.state_dir,
            env=environment_of(instance, dict(os.environ)),
            start_new_session=True,
        )
    process = processes.identify(child.pid)
    child.returncode = 0  # it outlives this command: nothing here waits for it
    if process is None:
        raise CommandError(f"The local cloud ended at once.{_tail(instance.log)}")
    described = {"pid": process.pid, "started": process.started, "port": instance.port}
    replace_text(_process_file(instance), json.dumps(described))
    return process


def environment_of(instance: Instance, environ: dict[str, str]) -> dict[str, str]:
    """What the local cloud's process is given of the environment of whoever starts it."""
    environment = without_aws(environ) | {
        "PYTHONPATH": str(ROOT / "lambdas"),
        "OPENTRAIL_STATE_DIR": str(instance.state_dir),
    }
    if selection := environment.get(SELECTION):  # the local cloud runs in another folder
        environment[SELECTION] = str(Path(selection).resolve())
    return environment


def wait_until_ready(instance: Instance, process: ProcessId) -> None:
    """Return when the local cloud answers; CommandError with the end of its log when it does not."""
    deadline = time.monotonic() + BOOT_LIMIT
    while time.monotonic() < deadline:
        if not processes.is_running(process):
            raise CommandError(f"The local cloud ended while it started.{_tail(instance.log)}")
        if is_ready(instance):
            return
        time.sleep(0.1)
    raise CommandError(f"The local cloud did not answer within {BOOT_LIMIT} seconds.{_tail(instance.log)}")


def is_ready(instance: Instance) -> bool:
    """Whether the local cloud answers its health question."""
    with (
        suppress(urllib.error.URLError, OSError),
        _opener().open(f"{instance.endpoint}/_localstack/health", timeout=5),
    ):
        return True
    return False


def stop(instance: Instance) -> int:
    """End every process of the instance, also those left over by a killed one. How many there were."""
    main = running(instance)
    found = processes.of_instance(instance.state_dir)
    if main is not None:
        left = processes.end([main], patience=STOP_LIMIT)
        if left:
            raise CommandError(f"Process {main.pid} does not end.")
    rest = [p for p in processes.of_instance(instance.state_dir) if p != main]
    left = processes.end(rest, patience=2)
    if left:
        raise CommandError(f"Processes do not end: {', '.join(str(p.pid) for p in left)}")
    for path in (_process_file(instance), instance.state_dir / "outputs.json", instance.env_file):
        path.unlink(missing_ok=True)
    return len({*found, *([main] if main else [])})


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def only_one(instance: Instance) -> Iterator[None]:
    """Hold off other commands that start or stop the same instance."""
    instance.state_dir.mkdir(parents=True, exist_ok=True)
    with (instance.state_dir / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


def _process_file(instance: Instance) -> Path:
    return instance.state_dir / "instance.json"


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is in use. Choose another with --port N or OPENTRAIL_PORT=N."
            ) from error


def _forget(state_dir: Path) -> None:
    """Remove what the last instance left: the local cloud keeps nothing from one start to the next."""
    if not (
        state_dir.is_relative_to(LOCAL)
        or (state_dir / "localstack.log").exists()
        or not any(_visible(state_dir))
    ):
        raise CommandError(
            f"{state_dir} holds files that are not a local instance's. Choose another --state-dir."
        )
    for folder in ("fs", "tmp"):
        shutil.rmtree(state_dir / folder, ignore_errors=True)
    for name in ("outputs.json", "deployed", "recorder-status.json", "localstack.pid", "port"):
        (state_dir / name).unlink(missing_ok=True)


def _visible(state_dir: Path) -> Iterator[Path]:
    return (path for path in state_dir.iterdir() if path.name != "lock")


def _tail(log: Path) -> str:
    with suppress(OSError):
        lines = log.read_text(errors="replace").splitlines()[-LOG_TAIL:]
        return f"\nThe end of {log}:\n" + "\n".join(f"  {line}" for line in lines)
    return f"\nThere is no log at {log}."


def _opener() -> urllib.request.OpenerDirector:
    """Without proxies: what is asked is on this machine."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
