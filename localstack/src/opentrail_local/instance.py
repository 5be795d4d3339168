"""The one instance that this process runs: where its files are, its port, its key, what is deployed on it.

Set once by the launcher before LocalStack is imported; everything else asks `current()`.
"""

import base64
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ENVIRONMENTS = Path(sys.prefix).parent  # `.local` of the checkout: LocalStack's own environment is in it
RUNTIME_PYTHON = ENVIRONMENTS / "runtime-venv/bin/python"
FUNCTION_CACHE = ENVIRONMENTS / "functions"  # unpacked packages by content, shared by all instances


@dataclass(slots=True)
class LocalInstance:
    """A state directory, a port of 127.0.0.1, and the key that vouches for who calls OpenTrail."""

    state_dir: Path
    port: int
    router_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    _lock: Lock = field(default_factory=Lock)
    _outputs: dict[str, str] = field(default_factory=dict)
    _outputs_stamp: tuple[int, int] | None = None

    @property
    def endpoint(self) -> str:
        """The one URL of everything."""
        return f"http://127.0.0.1:{self.port}"

    def write_public_key(self) -> None:
        """Tell the deployment who vouches: base64 of the raw 32 bytes."""
        raw = self.router_key.public_key().public_bytes_raw()
        fresh = self.state_dir / "router_public.txt.new"
        fresh.write_text(base64.b64encode(raw).decode() + "\n")
        fresh.replace(self.state_dir / "router_public.txt")

    def outputs(self) -> dict[str, str]:
        """What the deployment is called, read again when the file changed; empty when nothing is deployed."""
        path = self.state_dir / "outputs.json"
        with self._lock:
            try:
                status = path.stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if stamp != self._outputs_stamp:
                    self._outputs = json.loads(path.read_text())
                    self._outputs_stamp = stamp
            except (FileNotFoundError, ValueError):  # ValueError: somebody is writing it by hand
                self._outputs, self._outputs_stamp = {}, None
            return self._outputs


_current: list[LocalInstance] = []


def enter(instance: LocalInstance) -> None:
    """Make this the process's instance."""
    _current[:] = [instance]


def current() -> LocalInstance:
    """The process's instance; RuntimeError outside the launcher."""
    if not _current:
        raise RuntimeError("No instance: LocalStack was not started by opentrail_local.launcher")
    return _current[0]
